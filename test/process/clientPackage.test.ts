import { execFileSync } from "node:child_process";
import { beforeAll, expect, it } from "vitest";

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
