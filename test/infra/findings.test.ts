import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileCache } from "../support/compileCache.ts";
import { createTestApp, withoutBundling } from "./support/synthesize.ts";

const commandTimeoutMilliseconds = 180_000;

let outdir: string;
beforeAll(() => {
  outdir = mkdtempSync(join(tmpdir(), "milestreak-findings-"));
});
afterAll(() => rmSync(outdir, { recursive: true }));

const domain = {
  domainName: "rewards.brand.example",
  certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/0f2b7c1e-1111-4222-8333-944455556666",
};
const issuer = {
  oidcIssuer: "https://login.brand.example",
  oidcAudience: "milestreak",
  oidcOrgClaim: "org",
  oidcGroupClaim: "group",
};

const restored = {
  restoredStreamArn: "arn:aws:dynamodb:eu-west-1:123456789012:table/copy/stream/2026-11-23T09:15:00.000",
};

const limits = {
  credentialRatePerSecond: "20",
  credentialBurst: "40",
  projectorConcurrency: "30",
  closingConcurrency: "25",
};

describe("the stack has no finding of AwsSolutions that is neither fixed nor acknowledged", () => {
  test.each<[string, Readonly<Record<string, string>>]>([
    ["without settings", {}],
    ["for a named region", { region: "eu-west-1" }],
    ["for a named account and a region of another partition", { account: "123456789012", region: "cn-north-1" }],
    ["with a web ACL", { waf: "true" }],
    ["with a domain", domain],
    ["with a web ACL and a domain", { waf: "true", ...domain }],
    ["with an external issuer", issuer],
    ["with an address for alarms, and all at once", { alarmEmail: "ops@brand.example", deployment: "allAtOnce" }],
    ["on a restored table", restored],
    ["with limits and queues of orgs", { ...issuer, ...limits, queueOrgs: "100,200" }],
    ["with a key of the account's own", { customerKey: "true" }],
    [
      "with everything",
      { waf: "true", customerKey: "true", ...domain, ...issuer, ...restored, alarmEmail: "ops@brand.example" },
    ],
  ])("%s", (_, settings) => {
    const app = createTestApp(mkdtempSync(join(outdir, "app-")), { ...withoutBundling, ...settings });
    expect(() => app.synth()).not.toThrow();
  });
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

/** Runs the command as a team does, without credentials. */
function runSynth(app: string, ...options: string[]): { status: number | null; output: string } {
  const { PATH, HOME } = process.env;
  const { status, stdout, stderr } = spawnSync(
    join("node_modules", ".bin", "cdk"),
    ["synth", "--quiet", "--app", app, "--output", join(outdir, "command"), ...options],
    { env: { PATH, HOME, ...compileCache }, encoding: "utf8", timeout: commandTimeoutMilliseconds },
  );
  return { status, output: stdout + stderr };
}
