import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import cdkJson from "../../cdk.json" with { type: "json" };
import { createApp } from "../../lib/app.ts";
import { withoutBundling } from "./support/synthesize.ts";

const commandTimeoutMilliseconds = 60_000;

let outdir: string;
beforeAll(() => {
  outdir = mkdtempSync(join(tmpdir(), "milestreak-findings-"));
});
afterAll(() => rmSync(outdir, { recursive: true }));

test("the stack has no finding of AwsSolutions that is neither fixed nor acknowledged", () => {
  const app = createApp({ outdir: join(outdir, "app"), context: { ...cdkJson.context, ...withoutBundling } });
  expect(() => app.synth()).not.toThrow();
});

test("a finding that is not acknowledged fails the synthesis and is named", {
  timeout: commandTimeoutMilliseconds,
}, () => {
  const { status, output } = runSynth("node test/infra/support/unacknowledgedFinding.ts");
  expect(output).toContain("AwsSolutions-SQS4");
  expect(status).toBe(1);
});

test("an invalid setting fails the synthesis and is named, without a stack trace", {
  timeout: commandTimeoutMilliseconds,
}, () => {
  const { status, output } = runSynth("node bin/milestreak.ts", "-c", "throttleRate=fast");
  expect(output).toContain("throttleRate must be an integer");
  expect(output).not.toContain("    at ");
  expect(status).toBe(1);
});

/** The command as a team runs it, without credentials. */
function runSynth(app: string, ...options: string[]): { status: number | null; output: string } {
  const { PATH, HOME } = process.env;
  const { status, stdout, stderr } = spawnSync(
    join("node_modules", ".bin", "cdk"),
    ["synth", "--quiet", "--app", app, "--output", join(outdir, "command"), ...options],
    { env: { PATH, HOME }, encoding: "utf8", timeout: commandTimeoutMilliseconds },
  );
  return { status, output: stdout + stderr };
}
