import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { defaultRetryPolicy } from "../../client/retry.ts";

beforeAll(() => {
  execFileSync("npm", ["run", "build:client"]);
});

it("milestreak/client is plain JavaScript that a program imports by this name", () => {
  const script = 'import("milestreak/client").then((client) => console.log(Object.keys(client).join(" ")))';
  const output = execFileSync(process.execPath, ["--no-experimental-strip-types", "-e", script], { encoding: "utf8" });
  expect(output.trim()).toBe("MilestreakError MilestreakUnreachable createMilestreakClient unwrap");
});

it("npm packs the client and nothing else of the code", () => {
  const packed: { files: { path: string }[] }[] = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { encoding: "utf8" }),
  );
  const paths = packed.flatMap(({ files }) => files.map(({ path }) => path));
  expect(paths).toEqual(expect.arrayContaining(["build/client/client.js", "build/client/client.d.ts", "LICENSE"]));
  expect(paths.filter((path) => !path.startsWith("build/client/"))).toEqual(
    expect.not.arrayContaining([expect.stringMatching(/\.ts$/)]),
  );
});

const document = readFileSync("docs/client.md", "utf8");
const blocks = [...document.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);

it("docs/client.md: every block of TypeScript compiles against the built package, under its name", () => {
  const folder = "build/client-document";
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [index, code] of blocks.entries()) writeFileSync(`${folder}/block${index + 1}.ts`, code);
  const configuration = { extends: "../../tsconfig.json", include: ["*.ts"], exclude: [] };
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(configuration));
  const compile = () =>
    execFileSync(process.execPath, ["node_modules/typescript-native/bin/tsc", "--noEmit", "-p", folder], {
      encoding: "utf8",
    });
  expect(blocks).toHaveLength(4);
  expect(compile()).toBe("");
});

it("docs/client.md names the repeats, pauses and limits that are the client's", () => {
  const { maximumAttempts, firstPauseMilliseconds, longestPauseMilliseconds, timeoutMilliseconds } = defaultRetryPolicy;
  expect(maximumAttempts).toBe(4);
  const pauses = [0, 1, 2].map((power) => firstPauseMilliseconds * 2 ** power);
  const text = document.replaceAll("\n", " ");
  expect(text).toContain(`four attempts, pauses up to ${pauses[0]}, ${pauses[1]} and ${pauses[2]} ms by chance`);
  expect(text).toContain(`up to ${longestPauseMilliseconds / 1000} s; asked to wait longer`);
  expect(text).toContain(`An attempt without an answer ends after ${timeoutMilliseconds / 1000} s.`);
});
