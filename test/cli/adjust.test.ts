import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localFunctions } from "../../local/functions.ts";
import { type LocalGateway, startGateway } from "../../local/gateway.ts";
import { noIssuer } from "../../shared/auth/externalIssuer.ts";
import { systemClock } from "../../shared/config/systemClock.ts";
import { admin } from "../support/adminCommand.ts";
import { startApiHop } from "../support/apiHop.ts";
import { newCustomers, type Operator, readResults, targetOptions, useOperators } from "../support/operator.ts";
import { ok, type TestGroup } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { milestone } from "../support/targetGroups.ts";

const service = useService();
const newOperator = useOperators(service);
const header = "customerId,periodName,amount,reason";

/** The requests before the first row. They ask for the target, for the data, and whether the credential may adjust. */
const checks = 3;

type Job = { readonly operator: Operator; readonly group: TestGroup; readonly customers: readonly number[] };

/** Customers in a milestone whose cycle `now` is running, and `later` is not. */
async function newJob(customerCount: number, accessGroup: "support" | "default" = "support"): Promise<Job> {
  const operator = await newOperator(accessGroup);
  const periods = [
    { refCode: "now", startDate: "2020-01-01", endDate: "2089-12-31" },
    { refCode: "later", startDate: "2090-01-01", endDate: "2090-12-31" },
  ];
  const group = await operator.org.createGroup(milestone({ periods }));
  const customers = await newCustomers(operator, customerCount);
  for (const customerId of customers) await ok(operator.org.enroll(group, { customerId, initialBalance: 100 }));
  return { operator, group, customers };
}

function adjust({ operator, group }: Job, file: string, ...more: readonly string[]) {
  return admin("adjust", file, ...targetOptions(group), ...operator.access(), ...more);
}

async function valuesOf({ operator, group, customers }: Job): Promise<(number | undefined)[]> {
  const states = await Promise.all(customers.map((id) => operator.org.readState(group, id)));
  return states.map((state) => state?.targets[0]?.targetAchievedValue);
}

function outcomesOf(results: string): string[] {
  return [...readResults(results)]
    .toSorted(([one], [other]) => one - other)
    .map(([, { outcome, code }]) => `${outcome} ${code}`.trim());
}

describe("adjust", () => {
  it("adds each row's amount or takes it off, and records the reason for each row that it cannot adjust", async () => {
    const job = await newJob(2);
    const [one = 0, two = 0] = job.customers;
    await ok(job.operator.org.admin.put(`/customers/${two}`, { externalId: "crm-2" }));
    const file = job.operator.file(
      "corrections.csv",
      "customerId,externalId,periodName,amount,reason",
      `${one},,now,-20.5,"Receipt 881, counted twice"`,
      ",crm-2,now,0.0001,Rounding",
      `${one},,later,5,Too early`,
      `${one},,now,0,Nothing`,
      `${one},,,5,No cycle`,
      `${one},,now,5,`,
      `${one},,now,"5,5",A comma`,
      `${one},,now,5.00001,Too fine`,
      `${one},${two},now,5,Two ids`,
    );
    const { status, stderr } = await adjust(job, file);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^7 of 9 rows were not done; .*results\.csv says why\.\n$/),
    });
    expect(outcomesOf(`${file}.results.csv`)).toEqual([
      "done",
      "done",
      "refused 310019",
      "refused 300004",
      ...Array<string>(5).fill("invalid"),
    ]);
    const recorded = readFileSync(`${file}.results.csv`, "utf8");
    for (const fault of [/periodName must be the refCode/, /reason must say why/, /amount must be a number such as/])
      expect(recorded).toMatch(fault);
    expect(await valuesOf(job)).toEqual([79.5, 100.0001]);
  });

  it("counts each row once: after lost answers, and in a second run, which sends nothing", async () => {
    const job = await newJob(6);
    const hop = await startApiHop(service.baseUrl, (number) =>
      number > checks && number % 2 === 0 ? { lose: "reply" } : {},
    );
    const file = job.operator.file("lost.csv", header, ...job.customers.map((id) => `${id},now,5,Late till`));
    const run = () => admin("adjust", file, ...targetOptions(job.group), ...job.operator.access(hop.baseUrl));
    expect((await run()).status).toBe(0);
    expect(hop.requests()).toBeGreaterThan(checks + 6);
    hop.plan(() => ({}));
    expect((await run()).status).toBe(0);
    expect(hop.requests()).toBe(checks);
    await hop.close();
    expect(await valuesOf(job)).toEqual(Array(6).fill(105));
  });

  it("counts a row with an adjustmentId once, in whichever file it is; a row without one again in a new run", async () => {
    const job = await newJob(2);
    const [named, unnamed] = job.customers;
    const rows = [`${named},now,5,Late till,ticket:1`, `${unnamed},now,5,Late till,`];
    const file = job.operator.file("twice.csv", `${header},adjustmentId`, ...rows);
    for (const run of ["first", "second"])
      expect((await adjust(job, file, "--results", `${file}.${run}.csv`)).status).toBe(0);
    expect(readFileSync(`${file}.second.csv`, "utf8")).toContain("Adjustment ticket:1 was already made");
    expect(await valuesOf(job)).toEqual([105, 110]);
  });

  it("ends with status 3 before the first row when the credential may not adjust, and writes no result file", async () => {
    const job = await newJob(1, "default");
    const file = job.operator.file("forbidden.csv", header, `${job.customers[0]},now,5,A test`);
    const { status, stdout, stderr } = await adjust(job, file);
    expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
    expect(stderr).toMatch(/^Not allowed\. .* needs the permission "adjust", which access group "default"/);
    expect(existsSync(`${file}.results.csv`)).toBe(false);
  });
});

describe("adjust with an adjustmentLimit of 500", () => {
  let gateway: LocalGateway;
  beforeAll(async () => {
    gateway = await startGateway(localFunctions(service.table, systemClock, noIssuer, 500), 0);
  });
  afterAll(() => gateway.close());

  it("does the rows within it, refuses the others with 4000, and an admin does those with --retry-refused", async () => {
    const job = await newJob(2);
    const [large, small] = job.customers;
    const rows = [`${large},now,501,A prize`, `${small},now,500,A prize`];
    const file = job.operator.file("limit.csv", header, ...rows);
    const run = (access: readonly string[], ...more: readonly string[]) =>
      admin("adjust", file, ...targetOptions(job.group), ...access, "--concurrency", "1", ...more);
    expect((await run(job.operator.access(gateway.baseUrl))).status).toBe(1);
    expect(outcomesOf(`${file}.results.csv`)).toEqual(["refused 4000", "done"]);
    const { username, secret } = job.operator.org.credentials.admin;
    const secretFile = job.operator.file("admin-secret", secret);
    const asAdmin = ["--url", gateway.baseUrl, "--username", username, "--secret-file", secretFile];
    expect((await run(asAdmin, "--retry-refused")).status).toBe(0);
    expect(await valuesOf(job)).toEqual([601, 600]);
  });
});
