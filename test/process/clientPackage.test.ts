import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import clientPackage from "../../client/package.json" with { type: "json" };
import { defaultRetryPolicy } from "../../client/retry.ts";
import serverPackage from "../../package.json" with { type: "json" };
import { newCredential } from "../support/credential.ts";
import { type InstalledRegistry, pack, startInstalledRegistry } from "../support/installedRegistry.ts";
import { useService } from "../support/service.ts";
import { during, milestone } from "../support/targetGroups.ts";

const run = promisify(execFile);
const service = useService();
const scratch = mkdtempSync(join(tmpdir(), "milestreak-client-"));
/** The folder of another project, which has only the client. */
const project = join(scratch, "project");
let registry: InstalledRegistry;

beforeAll(async () => {
  mkdirSync(project);
  registry = await startInstalledRegistry(scratch);
  const archive = pack("./client", scratch);
  const settings = ["--registry", registry.url, "--cache", join(scratch, "cache"), "--no-audit", "--no-fund"];
  await run("npm", ["install", "--prefix", project, ...settings, archive], { cwd: project });
});

afterAll(async () => {
  await registry.close();
  rmSync(scratch, { recursive: true });
});

describe("milestreak-client, packed and installed into an empty folder", () => {
  it("brings two packages along: openapi-fetch and its types", () => {
    const lock: { packages: object } = JSON.parse(
      readFileSync(join(project, "node_modules/.package-lock.json"), "utf8"),
    );
    expect(Object.keys(lock.packages)).toEqual([
      "node_modules/milestreak-client",
      "node_modules/openapi-fetch",
      "node_modules/openapi-typescript-helpers",
    ]);
    expect([...registry.asked].toSorted()).toEqual(["openapi-fetch", "openapi-typescript-helpers"]);
  });

  it("enrols a customer from plain JavaScript of a module", async () => {
    const org = await service.newOrg();
    const { groupId, targetId } = await org.createGroup(milestone());
    const customerId = await org.newCustomer();
    const credentials = await newCredential(service.table, org);
    const client = JSON.stringify({ baseUrl: service.baseUrl, credentials });
    const target = JSON.stringify({ targetGroupId: groupId, targetId });
    const program = `
      import { createMilestreakClient } from "milestreak-client";
      const options = { headers: { "x-local-now": "${during(2)}" } };
      const answer = await createMilestreakClient(${client}).enroll(${target}, { customerId: ${customerId} }, options);
      console.log(JSON.stringify(answer));
    `;
    writeFileSync(join(project, "enroll.mjs"), program);
    const { stdout } = await run(process.execPath, ["--no-experimental-strip-types", "enroll.mjs"], { cwd: project });
    expect(JSON.parse(stdout)).toMatchObject({ code: null, data: customerId });
  });

  it.each([
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ])("has types for a strict project that checks its libraries too: module %s", (module, moduleResolution) => {
    const shared = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true, types: [] };
    const compilerOptions = { ...shared, target: "es2024", lib: ["es2024", "dom"], module, moduleResolution };
    const blocks = typescriptBlocks(["docs/client.md", "client/README.md"]);
    for (const [index, code] of blocks.entries()) writeFileSync(join(project, `block${index + 1}.ts`), code);
    writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    const compile = () =>
      execFileSync(process.execPath, ["node_modules/typescript-native/bin/tsc", "-p", project], { encoding: "utf8" });
    expect(blocks).toHaveLength(5);
    expect(compile()).toBe("");
  });

  it("holds JavaScript, types, a readme and the licence, and none of the sources", () => {
    const installed = join(project, "node_modules/milestreak-client");
    expect(readFileSync(join(installed, "LICENSE"), "utf8")).toBe(readFileSync("LICENSE", "utf8"));
    const files = filesOf(installed);
    expect(files).toEqual(expect.arrayContaining(["package.json", "README.md", "dist/client.js", "dist/client.d.ts"]));
    expect(files.filter((file) => !/^(dist\/[\w.]+\.(js|d\.ts)|package\.json|README\.md|LICENSE)$/.test(file))).toEqual(
      [],
    );
  });
});

function typescriptBlocks(files: readonly string[]): string[] {
  const text = files.map((file) => readFileSync(file, "utf8")).join("\n");
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
}

function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
}

it("the client has the version of the API it is built from", () => {
  expect(clientPackage.version).toBe(serverPackage.version);
});

it("docs/client.md names the repeats, pauses and limits that are the client's", () => {
  const { maximumAttempts, firstPauseMilliseconds, longestPauseMilliseconds, timeoutMilliseconds } = defaultRetryPolicy;
  expect(maximumAttempts).toBe(4);
  const pauses = [0, 1, 2].map((power) => firstPauseMilliseconds * 2 ** power);
  const text = readFileSync("docs/client.md", "utf8").replaceAll("\n", " ");
  expect(text).toContain(`four attempts, pauses up to ${pauses[0]}, ${pauses[1]} and ${pauses[2]} ms by chance`);
  expect(text).toContain(`up to ${longestPauseMilliseconds / 1000} s; asked to wait longer`);
  expect(text).toContain(`An attempt without an answer ends after ${timeoutMilliseconds / 1000} s.`);
});
