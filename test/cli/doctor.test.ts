import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { openApi } from "../../admin/api.ts";
import { tryEnrollment } from "../../admin/doctor/tryEnrollment.ts";
import { admin } from "../support/adminCommand.ts";
import { type ApiHop, startApiHop } from "../support/apiHop.ts";
import type { Fault } from "../support/lossyProxy.ts";
import { type Operator, targetOptions, useOperators } from "../support/operator.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { type ScriptedAnswer, startScriptedServer } from "../support/scriptedServer.ts";

const service = useProjectedService();
const newOperator = useOperators(service);

beforeEach(() => {
  vi.stubEnv("AWS_REGION", "eu-west-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "fake");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "fake");
  vi.stubEnv("AWS_CONFIG_FILE", "/dev/null");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
  onTestFinished(() => void vi.unstubAllEnvs());
});

type Outputs = Readonly<Record<string, string>>;

/** CloudFormation's answer about a stack. */
function stack(status: string, outputs: Outputs): ScriptedAnswer {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const described = `<member><StackStatus>${status}</StackStatus><Outputs>${members.join("")}</Outputs></member>`;
  const result = `<DescribeStacksResult><Stacks>${described}</Stacks></DescribeStacksResult>`;
  return { status: 200, body: `<DescribeStacksResponse>${result}</DescribeStacksResponse>` };
}

function xmlError(status: number, code: string): ScriptedAnswer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>said so</Message></Error>`;
  return { status, body: `<ErrorResponse>${error}</ErrorResponse>` };
}

function json(body: unknown): ScriptedAnswer {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

const noStack = xmlError(400, "ValidationError");

function concurrency(unreserved: number): ScriptedAnswer {
  return json({ AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: unreserved } });
}

function completeOutputs(baseUrl = service.baseUrl): Outputs {
  return { BaseUrl: baseUrl, TableName: "table", BusName: "bus", AlarmTopicArn: "arn" };
}

type Aws = { readonly [part in "bootstrap" | "quota" | "stack" | "bus"]?: ScriptedAnswer };

/** Starts a server that answers as a sound account does, except for the given answers. */
async function startAws({ bootstrap, quota, stack: described, bus }: Aws = {}) {
  const server = await startScriptedServer(
    bootstrap ?? stack("CREATE_COMPLETE", { BootstrapVersion: "30" }),
    quota ?? concurrency(1000),
    described ?? stack("UPDATE_COMPLETE", completeOutputs()),
    bus ?? json({ Rules: [] }),
  );
  vi.stubEnv("AWS_ENDPOINT_URL", server.baseUrl);
  return server;
}

/** The command's findings by check, and its status. */
async function doctor(...args: readonly string[]) {
  const { status, stdout } = await admin("doctor", "--json", ...args);
  const findings: { check: string; verdict: string; message: string }[] = JSON.parse(stdout);
  return { status, findings: Object.fromEntries(findings.map(({ check, ...finding }) => [check, finding])) };
}

const ok = { verdict: "ok", message: expect.any(String) };

describe("doctor", () => {
  it("says ok of region, bootstrap, quota, stack, bus and API, and asks the account for nothing but these", async () => {
    const aws = await startAws();
    expect(await doctor()).toEqual({
      status: 0,
      findings: { region: ok, bootstrap: ok, quota: ok, stack: ok, bus: ok, api: ok },
    });
    const asked = aws.received.map(
      ({ body, path, headers }) => /Action=\w+/.exec(body)?.[0] ?? headers["x-amz-target"] ?? path,
    );
    expect(asked).toEqual([
      "Action=DescribeStacks",
      "/v3/2016-08-19/account-settings",
      "Action=DescribeStacks",
      "AWSEvents.ListRules",
    ]);
  });

  it("prints a line for each check, then how many failed", async () => {
    await startAws({ stack: noStack });
    const { status, stdout, stderr } = await admin("doctor", "--stack", "Milestreak-staging");
    expect({ status, stderr }).toEqual({ status: 1, stderr: "1 of 4 checks failed.\n" });
    expect(stdout.split("\n")).toEqual([
      "ok       region      eu-west-1",
      "ok       bootstrap   CDKToolkit has version 30",
      "ok       quota       1000 of the account's 1000 concurrent Lambdas are not reserved",
      "failed   stack       There is no stack Milestreak-staging in eu-west-1. Deploy it, or name yours with --stack.",
      "",
    ]);
  });

  it.each<[what: string, aws: Aws, check: string, verdict: string, message: RegExp, status: number]>([
    [
      "no bootstrap",
      { bootstrap: noStack },
      "bootstrap",
      "failed",
      /Run npx cdk bootstrap aws:\/\/<account>\/eu-west-1/,
      1,
    ],
    [
      "an old bootstrap",
      { bootstrap: stack("CREATE_COMPLETE", { BootstrapVersion: "5" }) },
      "bootstrap",
      "failed",
      /has version 5.*needs 6/,
      1,
    ],
    [
      "a small quota",
      { quota: concurrency(10) },
      "quota",
      "warning",
      /^10 of .*-c shardsAtOnce=1 -c queueConcurrency=2\.$/,
      0,
    ],
    [
      "a quota one too small",
      { quota: concurrency(499) },
      "quota",
      "warning",
      /-c shardsAtOnce=49 -c queueConcurrency=20\.$/,
      0,
    ],
    ["a quota just large enough", { quota: concurrency(500) }, "quota", "ok", /^500 of/, 0],
    [
      "a failed first deployment",
      { stack: stack("ROLLBACK_COMPLETE", {}) },
      "stack",
      "failed",
      /ROLLBACK_COMPLETE.*When it fails/,
      1,
    ],
    [
      "a rollback that failed",
      { stack: stack("UPDATE_ROLLBACK_FAILED", {}) },
      "stack",
      "failed",
      /UPDATE_ROLLBACK_FAILED/,
      1,
    ],
    [
      "another stack",
      { stack: stack("CREATE_COMPLETE", { TableName: "t" }) },
      "stack",
      "failed",
      /no output BaseUrl, BusName, AlarmTopicArn/,
      1,
    ],
    [
      "a deployment under way",
      { stack: stack("CREATE_IN_PROGRESS", {}) },
      "stack",
      "warning",
      /when that has ended/,
      0,
    ],
    [
      "an account that does not let in",
      { bootstrap: xmlError(403, "AccessDenied") },
      "bootstrap",
      "failed",
      /AccessDenied: said so\. Check the credentials/,
      3,
    ],
    [
      "rules on the bus",
      { bus: json({ Rules: [{ Name: "crm" }, { Name: "till" }] }) },
      "bus",
      "warning",
      /^cdk destroy will fail .*: crm, till$/,
      0,
    ],
  ])("of %s says what to do", async (_, aws, check, verdict, message, expectedStatus) => {
    await startAws(aws);
    const { status, findings } = await doctor();
    expect(status).toBe(expectedStatus);
    expect(findings[check]).toMatchObject({ verdict, message: expect.stringMatching(message) });
    const others = Object.entries(findings).filter(([name]) => name !== check);
    expect(others.map(([, finding]) => finding.verdict)).toEqual(others.map(() => "ok"));
  });

  it("warns of a stack whose last deployment was taken back", async () => {
    await startAws({ stack: stack("UPDATE_ROLLBACK_COMPLETE", completeOutputs()) });
    const { status, findings } = await doctor();
    expect(status).toBe(0);
    expect(findings["stack"]).toMatchObject({ verdict: "warning", message: expect.stringContaining("taken back") });
  });

  it("asks nothing without a region, says how to name one, and ends with status 2", async () => {
    const aws = await startAws();
    vi.stubEnv("AWS_REGION", undefined);
    const message = expect.stringContaining("export AWS_REGION=");
    expect(await doctor()).toEqual({ status: 2, findings: { region: { verdict: "failed", message, status: 2 } } });
    expect(aws.received).toEqual([]);
  });

  it("ends with status 3 when what answers is not the API, or does not let the credential in", async () => {
    const operator = await newOperator();
    const page = { lose: "request", answer: { status: 200, body: { hello: "world" } } } as const;
    const hop = await startHop(() => page);
    await startAws();
    const elsewhere = await doctor(...operator.access(hop.baseUrl));
    expect(elsewhere).toMatchObject({ status: 3, findings: { api: { verdict: "failed" } } });
    expect(elsewhere.findings).not.toHaveProperty("credential");
    await startAws();
    const wrong = operator.file("wrong", randomUUID());
    const shutOut = await doctor("--username", operator.username, "--secret-file", wrong);
    expect(shutOut).toMatchObject({ status: 3, findings: { api: ok, credential: { verdict: "failed" } } });
  });

  it.each([
    ["a target without a customer", ["--group", "1", "--target", "1", "--username", "x"], /name --group, --target and/],
    ["a trial without a credential", ["--group", "1", "--target", "1", "--customer", "1"], /--username <name>/],
    ["a stack's name that cannot be", ["--stack", "a b"], /A stack's name has/],
  ])("refuses %s with status 2 before it asks anything", async (_, args, message) => {
    const aws = await startAws();
    const { status, stderr } = await admin("doctor", ...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(aws.received).toEqual([]);
  });
});

async function startHop(faultFor?: (number: number) => Fault): Promise<ApiHop> {
  const hop = await startApiHop(service.baseUrl, faultFor);
  onTestFinished(() => hop.close());
  return hop;
}

/** A target, and a customer who is registered and enrolled nowhere. */
async function newTrial(operator: Operator) {
  const group = await operator.org.createGroup();
  const customer = await operator.org.newCustomer();
  const isEnrolled = async () => {
    const { body } = await operator.org.reader.get(`/users/${customer}/enrolledTargets`);
    return body.data.length > 0;
  };
  const trial = { group: group.groupId, target: group.targetId, customer };
  return { group, trial, isEnrolled, options: [...targetOptions(group), "--customer", String(customer)] };
}

/** The API as one operator calls it. Each call is sent once. */
function apiOf({ username, secret }: Operator, { baseUrl }: ApiHop) {
  return openApi({ baseUrl, username, secret }, 1);
}

describe("the enrolment that doctor tries", () => {
  it("is made, found in the history and taken back, again and again, and leaves two rows each time", async () => {
    const operator = await newOperator("default");
    const { group, trial, isEnrolled, options } = await newTrial(operator);
    // The projector has always caught up when the API is asked.
    const hop = await startHop(() => ({ before: service.drain }));
    for (const round of [1, 2]) {
      await startAws({ stack: stack("UPDATE_COMPLETE", completeOutputs(hop.baseUrl)) });
      const { status, findings } = await doctor(...operator.access(hop.baseUrl), ...options);
      expect({ status, findings }).toMatchObject({ status: 0, findings: { enrolment: ok, history: ok, removal: ok } });
      await service.drain();
      const path = `/users/${trial.customer}/trackedTargetEvents/${group.targetId}`;
      const { data: rows } = (await operator.org.reader.get(path)).body;
      expect(rows.map(({ eventName }: { eventName: string }) => eventName)).toEqual(
        Array.from({ length: round }, () => ["ENROL", "UNENROL"]).flat(),
      );
      expect(await isEnrolled()).toBe(false);
    }
  });

  it("fails with status 1 for a customer who is enrolled already, and leaves the enrolment as it is", async () => {
    const operator = await newOperator("default");
    const { group, trial, isEnrolled, options } = await newTrial(operator);
    await operator.org.enroll(group, { customerId: trial.customer });
    await startAws();
    const { status, findings } = await doctor(...operator.access(), ...options);
    expect(status).toBe(1);
    expect(findings["enrolment"]?.message).toMatch(/^User already enrolled for the target\..* Nothing was changed\./);
    expect(findings).not.toHaveProperty("removal");
    expect(await isEnrolled()).toBe(true);
  });

  it("fails for a customer who is not registered, in the API's words", async () => {
    const operator = await newOperator("default");
    const { trial } = await newTrial(operator);
    const findings = await tryEnrollment(
      apiOf(operator, await startHop()),
      { ...trial, customer: 9_000_000_000_001 },
      [],
    );
    expect(findings).toMatchObject([
      { check: "enrolment", verdict: "failed", message: expect.stringMatching(/^Invalid userId\./) },
    ]);
  });

  it("is taken back even if its row of history does not come", async () => {
    const operator = await newOperator("default");
    const { trial, isEnrolled } = await newTrial(operator);
    const findings = await tryEnrollment(apiOf(operator, await startHop()), trial, [0, 0]);
    expect(findings).toMatchObject([
      { check: "enrolment", verdict: "ok" },
      { check: "history", verdict: "failed", message: expect.stringContaining("ProjectorErrors") },
      { check: "removal", verdict: "ok" },
    ]);
    expect(await isEnrolled()).toBe(false);
  });

  it("is taken back also when its answer was lost", async () => {
    const operator = await newOperator("default");
    const { trial, isEnrolled } = await newTrial(operator);
    const hop = await startHop((number) => (number === 2 ? { lose: "reply" } : {}));
    const findings = await tryEnrollment(apiOf(operator, hop), trial, []);
    expect(findings).toMatchObject([
      { check: "enrolment", verdict: "failed", status: 3 },
      { check: "removal", verdict: "ok" },
    ]);
    expect(await isEnrolled()).toBe(false);
  });

  it("is taken back even if the answer to the un-enrolment was lost", async () => {
    const operator = await newOperator("default");
    const { trial, isEnrolled } = await newTrial(operator);
    const hop = await startHop((number) => (number === 4 ? { lose: "reply" } : {}));
    const findings = await tryEnrollment(apiOf(operator, hop), trial, []);
    expect(findings.at(-1)).toMatchObject({ check: "removal", verdict: "ok" });
    expect(await isEnrolled()).toBe(false);
  });

  it("names the customer who may still be enrolled when it cannot be taken back", async () => {
    const operator = await newOperator("default");
    const { trial } = await newTrial(operator);
    const hop = await startHop((number) => (number >= 4 ? { lose: "request" } : {}));
    const findings = await tryEnrollment(apiOf(operator, hop), trial, []);
    expect(findings.at(-1)).toMatchObject({
      check: "removal",
      verdict: "failed",
      message: expect.stringContaining(`Customer ${trial.customer} may still be enrolled in target ${trial.target}`),
    });
  });

  it("is not tried when the history cannot be read", async () => {
    const operator = await newOperator("default");
    const { trial, isEnrolled } = await newTrial(operator);
    const hop = await startHop((number) => (number === 1 ? { lose: "request" } : {}));
    const findings = await tryEnrollment(apiOf(operator, hop), trial, []);
    expect(findings).toMatchObject([
      { check: "history", verdict: "failed", message: expect.stringMatching(/Nothing was changed/) },
    ]);
    expect(await isEnrolled()).toBe(false);
  });
});
