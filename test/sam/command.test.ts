import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

function sam(...options: readonly string[]): { readonly status: number | null; readonly stderr: string } {
  return spawnSync(process.execPath, ["scripts/sam.ts", ...options], { env: {}, encoding: "utf8" });
}

it("npm run sam says how to start the service when none listens, and prepares nothing", () => {
  // Nothing listens on port 9, "discard".
  const { status, stderr } = sam("--port", "9");
  expect(stderr).toMatch(/Nothing answers on port 9\. Start the service with npm start/);
  expect(status).toBe(1);
});

it.each([
  [["--port", "70000"], /A port is an integer from 1 to 65535/],
  [["--architecture", "mips"], /Allowed choices are x86_64, arm64/],
])("npm run sam refuses %j and says what is allowed", (options, message) => {
  const { status, stderr } = sam(...options);
  expect(stderr).toMatch(message);
  expect(status).toBe(1);
});
