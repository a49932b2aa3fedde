import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTableIfMissing } from "../../local/createTable.ts";
import { localFunctions } from "../../local/functions.ts";
import { startGateway } from "../../local/gateway.ts";
import { hashSecret } from "../../shared/auth/secret.ts";
import { openTable, patientLimits } from "../../shared/table/client.ts";
import { createCredential } from "../../shared/table/credentials.ts";
import { copyOf } from "../../shared/table/item.ts";
import { dataIdKey } from "../../shared/table/keys.ts";
import { get, putUnlessThere } from "../../shared/table/store.ts";
import { admin, startAdmin } from "../support/adminCommand.ts";
import { ApiClient } from "../support/apiClient.ts";
import { type ApiHop, startApiHop } from "../support/apiHop.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { newCustomers, type Operator, readResults, targetOptions, useOperators } from "../support/operator.ts";
import { ok, type TestGroup } from "../support/org.ts";
import { startScriptedServer } from "../support/scriptedServer.ts";
import { useService } from "../support/service.ts";
import { milestone } from "../support/targetGroups.ts";

const service = useService();
const newOperator = useOperators(service);
/**
 * The hop between the commands and the service. A result file belongs to one service address, so every run goes this
 * way.
 */
let hop: ApiHop;

beforeAll(async () => {
  hop = await startApiHop(service.baseUrl);
});
afterAll(() => hop.close());

/** The number of requests before the first row. They ask whether the target exists, and which data the service has. */
const checks = 2;

type Job = {
  readonly operator: Operator;
  readonly group: TestGroup;
  readonly other: TestGroup;
  readonly customers: readonly number[];
  readonly file: string;
  readonly results: string;
};

async function newJob(customerCount: number): Promise<Job> {
  const operator = await newOperator();
  const [group, other] = [await operator.org.createGroup(), await operator.org.createGroup()];
  const customers = await newCustomers(operator, customerCount);
  const file = operator.file("customers.csv", "customerId", ...customers.map(String));
  return { operator, group, other, customers, file, results: `${file}.results.csv` };
}

/** The command line, with three rows at a time. */
function commandLine(command: "enroll" | "unenroll", { operator, group, file }: Job): string[] {
  return [command, file, ...targetOptions(group), ...operator.access(hop.baseUrl), "--concurrency", "3", "--json"];
}

/**
 * Lets the next `passing` requests through. The service carries out the requests after them, but their answers are held
 * until `release`. `held` resolves when three answers are held.
 */
function holdAnswers(passing: number): { readonly held: Promise<void>; readonly release: () => void } {
  const [held, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let heldCount = 0;
  const after = async () => {
    heldCount += 1;
    if (heldCount === 3) held.resolve();
    await released.promise;
  };
  hop.plan((number) => (number > passing ? { after } : {}));
  return { held: held.promise, release: () => released.resolve() };
}

/** Runs the command. Every request is answered. */
async function run(command: "enroll" | "unenroll", job: Job, ...more: readonly string[]) {
  hop.plan(() => ({}));
  const { status, stdout } = await admin(...commandLine(command, job), ...more);
  return { status, summary: JSON.parse(stdout), requests: hop.requests() };
}

async function enrolledAmong({ operator, group, customers }: Job): Promise<number[]> {
  const states = await Promise.all(customers.map((id) => operator.org.readState(group, id)));
  return customers.filter((_, index) => states[index] !== undefined);
}

/** Kills the command when four of its rows are done and three are carried out but not answered. */
async function killInTheMiddle(command: "enroll" | "unenroll", job: Job): Promise<void> {
  const { held, release } = holdAnswers(checks + 4);
  const running = startAdmin({}, ...commandLine(command, job));
  await held;
  running.signal("SIGKILL");
  expect(await running.ended).toMatchObject({ signal: "SIGKILL", stdout: "" });
  release();
  expect([...readResults(job.results).keys()].toSorted((one, other) => one - other)).toEqual([2, 3, 4, 5]);
}

describe("a run that was killed", () => {
  it("is continued: only rows without a result are sent, and a row whose answer was lost is enrolled once", async () => {
    const job = await newJob(12);
    await killInTheMiddle("enroll", job);
    expect(await enrolledAmong(job)).toEqual(job.customers.slice(0, 7));
    const { status, summary, requests } = await run("enroll", job);
    expect({ status, requests }).toEqual({ status: 0, requests: checks + 8 });
    expect(summary).toMatchObject({ rows: 12, done: 12, thisRun: 8, codes: [] });
    expect(await enrolledAmong(job)).toEqual(job.customers);
    expect(await run("enroll", job)).toMatchObject({ status: 0, requests: checks, summary: { done: 12, thisRun: 0 } });
  });

  it("counts a row as un-enrolled when its answer was lost and it was carried out, and no other row", async () => {
    const job = await newJob(12);
    const { operator, group, customers } = job;
    // The last customer is not enrolled. Its refusal has nothing to do with the kill.
    for (const customerId of customers.slice(0, 11)) await operator.org.enroll(group, { customerId });
    await killInTheMiddle("unenroll", job);
    const { status, summary } = await run("unenroll", job);
    expect({ status, summary }).toMatchObject({
      status: 1,
      summary: { done: 11, refused: 1, codes: [{ outcome: "refused", code: "310126", count: 1 }] },
    });
    expect(readResults(job.results).get(13)).toMatchObject({ outcome: "refused", code: "310126" });
    expect(readFileSync(job.results, "utf8")).toContain("An earlier try may have done it");
    expect(await enrolledAmong(job)).toEqual([]);
  });

  it("may leave half a line, which is dropped and its row sent again", async () => {
    const job = await newJob(5);
    await run("enroll", job);
    const lines = readFileSync(job.results, "utf8").trimEnd().split("\n").slice(0, -1);
    const torn = lines.at(-1) ?? "";
    writeFileSync(job.results, `${lines.slice(0, -1).join("\n")}\n${torn.slice(0, torn.length / 2)}`);
    const { status, summary, requests } = await run("enroll", job);
    expect({ status, requests }).toEqual({ status: 0, requests: checks + 1 });
    expect(summary).toMatchObject({ done: 5, thisRun: 1 });
    expect([...readResults(job.results).keys()].toSorted()).toEqual([2, 3, 4, 5, 6]);
  });
});

describe("Ctrl-C", () => {
  it("lets the rows under way finish, records them, says how to go on, and ends with status 130", async () => {
    const job = await newJob(12);
    const { held, release } = holdAnswers(checks + 4);
    const running = startAdmin({}, ...commandLine("enroll", job));
    await held;
    // npm passes on what the terminal has sent, so one press arrives as two signals. The system may merge two equal
    // signals into one, so the test sends different ones.
    running.signal("SIGINT");
    running.signal("SIGTERM");
    await running.says(/Stopping once the rows under way are done/);
    release();
    const { status, stdout, stderr } = await running.ended;
    expect({ status, requests: hop.requests() }).toEqual({ status: 130, requests: checks + 7 });
    expect(JSON.parse(stdout)).toMatchObject({ rows: 12, done: 7, left: 5, thisRun: 7 });
    expect(stderr).toContain("Stopped. Run the same command again to go on with the rest: 5 of 12 rows.");
    expect([...readResults(job.results).values()].map(({ outcome }) => outcome)).toEqual(Array(7).fill("done"));
    expect(await run("enroll", job)).toMatchObject({
      status: 0,
      requests: checks + 5,
      summary: { done: 12, thisRun: 5 },
    });
  });

  it("pressed again ends the command at once, and no result is lost", async () => {
    const job = await newJob(8);
    const { held, release } = holdAnswers(checks + 2);
    const running = startAdmin({}, ...commandLine("enroll", job));
    await held;
    running.signal("SIGINT");
    await running.says(/Ctrl-C again stops at once/);
    running.signal("SIGINT");
    expect(await running.ended).toMatchObject({ signal: "SIGINT" });
    release();
    expect(await run("enroll", job)).toMatchObject({
      status: 0,
      requests: checks + 6,
      summary: { done: 8, thisRun: 6 },
    });
  });
});

describe("a lost answer", () => {
  it.each(["enroll", "unenroll"] as const)(
    "of %s is no failure: the row is sent again and counts as done",
    async (command) => {
      const job = await newJob(9);
      const { operator, group, customers } = job;
      if (command === "unenroll") for (const customerId of customers) await operator.org.enroll(group, { customerId });
      hop.plan((number) => (number > checks && number % 3 === 0 ? { lose: "reply" } : {}));
      const { status, stdout } = await admin(...commandLine(command, job));
      expect({ status, summary: JSON.parse(stdout) }).toMatchObject({ status: 0, summary: { done: 9, codes: [] } });
      expect(hop.requests()).toBeGreaterThan(checks + 9);
      expect(await enrolledAmong(job)).toEqual(command === "enroll" ? customers : []);
    },
  );
});

describe("a second run", () => {
  it.each([
    ["after the service was set up anew", false],
    ["after the switch to a restored table", true],
  ])("%s at the same address is refused with status 2, and nothing is sent", async (_, isRestored) => {
    const job = await newJob(3);
    expect(await run("enroll", job)).toMatchObject({ status: 0, summary: { done: 3 } });
    const before = readFileSync(job.results, "utf8");
    const other = await startOtherDatabase(job.operator, isRestored);
    hop.leadTo(other.baseUrl);
    hop.plan(() => ({}));
    try {
      const { status, stdout, stderr } = await admin(...commandLine("enroll", job));
      expect({ status, stdout, requests: hop.requests() }).toEqual({ status: 2, stdout: "", requests: checks });
      expect(stderr).toBe(
        `${job.results} belongs to another job: ${hop.baseUrl} has another database than when the rows were sent, ` +
          "so what was done then may not be done there. Name another file with --results.\n",
      );
      expect(readFileSync(job.results, "utf8")).toBe(before);
    } finally {
      hop.leadTo(service.baseUrl);
      await other.close();
    }
    expect(await run("enroll", job)).toMatchObject({ status: 0, summary: { done: 3, thisRun: 0 } });
  });

  it("against a server that does not name its data is refused with status 3, and nothing is sent", async () => {
    const job = await newJob(1);
    const data = { targets: [{ id: job.group.targetId }] };
    const answer = { status: 200, body: JSON.stringify({ data, errors: null, warnings: null }) };
    const server = await startScriptedServer(answer, answer);
    hop.leadTo(server.baseUrl);
    hop.plan(() => ({}));
    try {
      const { status, stderr } = await admin(...commandLine("enroll", job));
      expect({ status, requests: hop.requests() }).toEqual({ status: 3, requests: checks });
      expect(stderr).toContain("does not say which data it works on");
    } finally {
      hop.leadTo(service.baseUrl);
    }
  });
});

/**
 * A new database: an org of the same name with the same credential and a target group of the same id. A restored one has
 * what the org's data id is made of too.
 */
async function startOtherDatabase({ org, username, secret }: Operator, isRestored: boolean) {
  const tableName = `milestreak-test-${randomUUID()}`;
  const table = openTable({ tableName, endpoint: engineEndpoint(), ...localAccess }, patientLimits);
  await createTableIfMissing(table, { isStreamed: false });
  const stored = await get(service.table, dataIdKey(org.org), { isConsistent: true });
  if (stored === undefined) throw new Error("The org has a data id");
  if (isRestored) await putUnlessThere(table, copyOf(stored));
  const credential = { username, org: org.org, accessGroup: "admin", secret: hashSecret(secret) } as const;
  await createCredential(table, credential, Date.now());
  const gateway = await startGateway(localFunctions(table), 0);
  await ok(new ApiClient(gateway.baseUrl, { username, secret }).post("/targetGroups", milestone()));
  return {
    baseUrl: gateway.baseUrl,
    close: async () => {
      await gateway.close();
      table.client.destroy();
    },
  };
}

describe("the result file", () => {
  it("keeps refused rows as they are, until --retry-refused", async () => {
    const job = await newJob(2);
    const { operator, group, customers } = job;
    const [first = 0] = customers;
    await operator.org.enroll(group, { customerId: first });
    expect((await run("enroll", job)).status).toBe(1);
    await operator.org.unenroll(group, first);
    expect(await run("enroll", job)).toMatchObject({
      status: 1,
      requests: checks,
      summary: { refused: 1, thisRun: 0 },
    });
    const retried = await run("enroll", job, "--retry-refused");
    expect(retried).toMatchObject({ status: 0, requests: checks + 1, summary: { done: 2, refused: 0, thisRun: 1 } });
  });

  it("starts a new run when it is new, which enrols customers who have left since", async () => {
    const job = await newJob(1);
    await run("enroll", job);
    const [customer = 0] = job.customers;
    await job.operator.org.unenroll(job.group, customer);
    const second = await run("enroll", job, "--results", `${job.file}.second.csv`);
    expect(second.status).toBe(0);
    expect(await enrolledAmong(job)).toEqual(job.customers);
  });

  it.each([
    ["another command", (job: Job) => ["unenroll", job.file, ...targetOptions(job.group)], /written by enroll, not by/],
    ["another target", (job: Job) => ["enroll", job.file, ...targetOptions(job.other)], /it is about target \d+ of/],
    ["another input", changeInput, /the input has been changed since/],
  ])("of %s is refused with status 2, and nothing is sent or written", async (_, args, expected) => {
    const job = await newJob(1);
    await run("enroll", job);
    const before = readFileSync(job.results, "utf8");
    hop.plan(() => ({}));
    const { status, stderr } = await admin(...args(job), ...job.operator.access(hop.baseUrl));
    expect({ status, requests: hop.requests() }).toEqual({ status: 2, requests: checks });
    expect(stderr).toMatch(expected);
    expect(readFileSync(job.results, "utf8")).toBe(before);
  });

  it.each([
    ["something else", "my notes"],
    ["another table", "a,b\n1,2\n"],
    ["a line that no run has written", "line,customerId,outcome,code,message,at\n2,7,perhaps,,,\n"],
  ])("that holds %s is refused with status 2 and left alone", async (_, text) => {
    const job = await newJob(1);
    writeFileSync(job.results, text);
    const { status, stderr } = await admin(...commandLine("enroll", job));
    expect(status).toBe(2);
    expect(stderr).toContain("is not a result file of this command");
    expect(readFileSync(job.results, "utf8")).toBe(text);
  });

  it("that cannot be written is reported before a row is sent", async () => {
    const job = await newJob(1);
    hop.plan(() => ({}));
    const { status, stderr } = await admin(...commandLine("enroll", job), "--results", `${job.file}.none/results.csv`);
    expect({ status, requests: hop.requests() }).toEqual({ status: 2, requests: checks });
    expect(stderr).toMatch(/^Cannot write /);
  });
});

function changeInput(job: Job): string[] {
  writeFileSync(job.file, `${readFileSync(job.file, "utf8")}1\n`);
  return ["enroll", job.file, ...targetOptions(job.group)];
}
