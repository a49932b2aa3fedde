import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { admin } from "../support/adminCommand.ts";
import { startApiHop } from "../support/apiHop.ts";
import { newCustomers, type Operator, readResults, targetOptions, useOperators } from "../support/operator.ts";
import { ok, type TestGroup } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { milestone, streak } from "../support/targetGroups.ts";

const service = useService();
const newOperator = useOperators(service);

/** The requests before the first row. They ask for the target, for the data, and whether the credential may forgive. */
const checks = 3;

type Job = { readonly operator: Operator; readonly group: TestGroup; readonly customers: readonly number[] };

const periods = [
  { refCode: "now", startDate: "2020-01-01", endDate: "2088-12-31" },
  { refCode: "next", startDate: "2089-01-01", endDate: "2089-12-31" },
  { refCode: "last", startDate: "2090-01-01", endDate: "2090-12-31" },
];
const streakWithFreeze = () => streak({ levels: [2], periods, streakFreezes: { initial: 1 } });

/** Customers in a streak with one freeze for each of them, whose cycle `now` is running. */
async function newJob(customerCount: number, body = streakWithFreeze()): Promise<Job> {
  const operator = await newOperator("support");
  const group = await operator.org.createGroup(body);
  const customers = await newCustomers(operator, customerCount);
  for (const customerId of customers) await ok(operator.org.enroll(group, { customerId }));
  return { operator, group, customers };
}

type Command = "excuse" | "unexcuse" | "freezes";

function run(command: Command, { operator, group }: Job, file: string, ...more: readonly string[]) {
  return admin(command, file, ...targetOptions(group), ...operator.access(), ...more);
}

async function rowsOf({ operator, group, customers }: Job) {
  const states = await Promise.all(customers.map((id) => operator.org.readState(group, id)));
  return states.map((state) => state?.streaks[0]);
}

/** The cycles by their names. */
async function excusedOf(job: Job): Promise<(string | undefined)[][]> {
  const name = (id: number) => periods[job.group.cycleIds.indexOf(id)]?.refCode;
  return (await rowsOf(job)).map((row) => (row?.excusedPeriods ?? []).map(name));
}

async function freezesOf(job: Job): Promise<(number | undefined)[]> {
  return (await rowsOf(job)).map((row) => row?.freezesTotal);
}

function outcomesOf(results: string): string[] {
  return [...readResults(results)]
    .toSorted(([one], [other]) => one - other)
    .map(([, { outcome, code }]) => `${outcome} ${code}`.trim());
}

describe("excuse", () => {
  it("excuses the cycle or the days of each row, and records the reason for each row that it cannot excuse", async () => {
    const job = await newJob(2);
    const [one = 0, two = 0] = job.customers;
    await ok(job.operator.org.admin.put(`/customers/${two}`, { externalId: "crm-3" }));
    const file = job.operator.file(
      "excuses.csv",
      "customerId,externalId,periodName,startDate,endDate,reason",
      `${one},,now,,,The tills were down`,
      ",crm-3,,2089-12-31,2090-01-01,On holiday",
      `${one},,never,,,No such cycle`,
      `${one},,,,,Neither`,
      `${one},,now,2089-12-31,2090-01-01,Both`,
      `${one},,now,,,`,
      ",,now,,,Nobody",
    );
    const { status, stderr } = await run("excuse", job, file);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^5 of 7 rows were not done; .*results\.csv says why\.\n$/),
    });
    expect(outcomesOf(`${file}.results.csv`)).toEqual([
      "done",
      "done",
      "refused 310019",
      "refused 300004",
      "refused 300004",
      "invalid",
      "invalid",
    ]);
    expect(readFileSync(`${file}.results.csv`, "utf8")).toMatch(/reason must say why/);
    expect(await excusedOf(job)).toEqual([["now"], ["next", "last"]]);
  });

  it("is taken back by unexcuse with the same file and a result file of its own", async () => {
    const job = await newJob(2);
    const rows = job.customers.map((id) => `${id},next,The tills were down`);
    const file = job.operator.file("back.csv", "customerId,periodName,reason", ...rows);
    expect((await run("excuse", job, file)).status).toBe(0);
    expect(await excusedOf(job)).toEqual([["next"], ["next"]]);
    const refused = await run("unexcuse", job, file);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/it was written by excuse, not by unexcuse/);
    expect((await run("unexcuse", job, file, "--results", `${file}.back.csv`)).status).toBe(0);
    expect(await excusedOf(job)).toEqual([[], []]);
  });

  it("does a row again whose answer was lost, and sends nothing in a second run", async () => {
    const job = await newJob(2);
    const hop = await startApiHop(service.baseUrl, (number) => (number === checks + 1 ? { lose: "reply" } : {}));
    const rows = job.customers.map((id) => `${id},now,The tills were down`);
    const file = job.operator.file("lost.csv", "customerId,periodName,reason", ...rows);
    const excuse = () => admin("excuse", file, ...targetOptions(job.group), ...job.operator.access(hop.baseUrl));
    expect((await excuse()).status).toBe(0);
    expect(hop.requests()).toBe(checks + 3);
    hop.plan(() => ({}));
    expect((await excuse()).status).toBe(0);
    expect(hop.requests()).toBe(checks);
    await hop.close();
    expect(await excusedOf(job)).toEqual([["now"], ["now"]]);
  });
});

describe("freezes", () => {
  it("gives each row's freezes once after lost answers, and records the reason for each row that it cannot do", async () => {
    const job = await newJob(2);
    const hop = await startApiHop(service.baseUrl, (number) =>
      number > checks && number % 2 === 0 ? { lose: "reply" } : {},
    );
    const [one, two] = job.customers;
    const rows = [`${one},2,Complaint`, `${two},1,Complaint`, `${one},10,Too many`, `${one},1.5,Half`, `${one},1,`];
    const file = job.operator.file("freezes.csv", "customerId,amount,reason", ...rows);
    const access = job.operator.access(hop.baseUrl);
    const { status } = await admin("freezes", file, ...targetOptions(job.group), ...access);
    await hop.close();
    expect(status).toBe(1);
    expect(outcomesOf(`${file}.results.csv`)).toEqual(["done", "done", "refused 300004", "invalid", "invalid"]);
    expect(readFileSync(`${file}.results.csv`, "utf8")).toMatch(/amount must be an integer/);
    expect(await freezesOf(job)).toEqual([3, 2]);
  });

  it("gives those of a row with a grantId once, in whichever file it is; those of a row without one again in a new run", async () => {
    const job = await newJob(2);
    const [named, unnamed] = job.customers;
    const rows = [`${named},2,Complaint,ticket:1`, `${unnamed},2,Complaint,`];
    const file = job.operator.file("twice.csv", "customerId,amount,reason,grantId", ...rows);
    for (const name of ["first", "second"])
      expect((await run("freezes", job, file, "--results", `${file}.${name}.csv`)).status).toBe(0);
    expect(await freezesOf(job)).toEqual([3, 5]);
  });
});

describe.each([
  ["excuse", "periodName", "now"],
  ["unexcuse", "periodName", "now"],
  ["freezes", "amount", "1"],
] as const)("%s", (command, column, cell) => {
  const fileOf = ({ operator, customers }: Job) =>
    operator.file("rows.csv", `customerId,${column},reason`, `${customers[0]},${cell},A test`);

  it("ends with status 3 before the first row when the credential may not adjust, and writes no result file", async () => {
    const job = await newJob(1);
    const till = await newOperator("default");
    const group = await till.org.createGroup(streakWithFreeze());
    const file = fileOf(job);
    const { status, stdout, stderr } = await run(command, { ...job, operator: till, group }, file);
    expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
    expect(stderr).toMatch(/^Not allowed\. .* needs the permission "adjust", which access group "default"/);
    expect(existsSync(`${file}.results.csv`)).toBe(false);
  });

  it.each([
    ["DEFAULT", milestone({ periods })],
    ["NON_CONTINUOUS_STREAKS", streak({ levels: [2], periods, trackingType: "NON_CONTINUOUS_STREAKS" })],
  ])("ends before the first row in a group of the trackingType %s, and writes no result file", async (type, body) => {
    const job = await newJob(1, body);
    const file = fileOf(job);
    const { status, stdout, stderr } = await run(command, job, file);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(`has the trackingType ${type}; only STREAKS can be forgiven.`);
    expect(existsSync(`${file}.results.csv`)).toBe(false);
  });
});
