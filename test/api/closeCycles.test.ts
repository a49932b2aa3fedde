import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTableIfMissing } from "../../local/createTable.ts";
import { localFunctions } from "../../local/functions.ts";
import { type LocalGateway, startGateway } from "../../local/gateway.ts";
import { openProjection, type Projection } from "../../local/projection.ts";
import { openTable } from "../../shared/table/client.ts";
import { ApiClient, type RequestOptions } from "../support/apiClient.ts";
import { compileCache } from "../support/compileCache.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { expectRefused } from "../support/envelopes.ts";
import { localAccess } from "../support/globalSetup.ts";
import { newOrg, ok, type TestGroup, type TestOrg } from "../support/org.ts";
import { takeStreamedTable } from "../support/takenTable.ts";
import { during, firstInstantOf, lastInstantOf, milestone } from "../support/targetGroups.ts";
import { testLimits } from "../support/testLimits.ts";

// The file has a table of its own. Closing goes over every brand, and other tests of the run live at other times.
const access = { endpoint: engineEndpoint(), ...localAccess };
const table = openTable({ tableName: takeStreamedTable(), ...access }, testLimits);
let projection: Projection;
let gateway: LocalGateway;
let local: ApiClient;

beforeAll(async () => {
  await createTableIfMissing(table);
  projection = await openProjection(table, access, () => undefined);
  gateway = await startGateway(localFunctions(table), 0, projection.pages);
  local = new ApiClient(new URL("/local", gateway.baseUrl).href, undefined);
});
afterAll(async () => {
  await gateway.close();
  await projection.stop();
  table.close();
});

type Setting = { readonly org: TestOrg; readonly group: TestGroup; readonly customerId: number };

async function enrolled(): Promise<Setting> {
  const org = await newOrg(table, gateway.baseUrl);
  const [target] = milestone().targets;
  const group = await org.createGroup(milestone({ targets: [{ ...target, rewardAllocation: "PERIOD_END" }] }));
  const customerId = await org.newCustomer();
  await ok(org.enroll(group, { customerId }, { now: firstInstantOf(1) }));
  return { org, group, customerId };
}

function spend({ org, customerId }: Setting, activityId: string, amount: number, now: string) {
  const activity = { activityId, customerId, type: "TRANSACTION", occurredAt: during(1), amount };
  return ok(org.till.post("/activities", activity, { now }));
}

async function close({ org }: Setting, options: RequestOptions) {
  return (await ok(local.post(`/close-cycles?org=${org.org}`, {}, options))).body.data.closed;
}

/** The types of the customer's notifications so far, each with the cycle's achieved value. */
async function announced({ customerId }: Setting): Promise<string[]> {
  const { data } = (await ok(local.get(`/events?customerId=${customerId}`))).body;
  return data.events.map((event: { "detail-type": string; detail: { targetAchievedValue?: number } }) =>
    `${event["detail-type"]} ${event.detail.targetAchievedValue ?? ""}`.trimEnd(),
  );
}

describe("POST /local/close-cycles", () => {
  it("closes the cycles that have ended by x-local-now, and answers the number of customers", async () => {
    const one = await enrolled();
    await spend(one, "a-1", 1000, during(1));
    expect(await close(one, { now: lastInstantOf(1) })).toEqual([]);
    const { groupId, targetId } = one.group;
    expect(await close(one, { now: firstInstantOf(2) })).toEqual([
      { org: one.org.org, groupId, targetId, cycleNumber: 1, customerCount: 1 },
    ]);
    expect(await close(one, { now: firstInstantOf(2) })).toEqual([]);
    expect(await announced(one)).toEqual([
      "targetCustomerEnrolment 0",
      "targetAchievedValueUpdated",
      "targetPeriodCompleted 1000",
      "targetValueAchieved 1000",
    ]);
  });

  it("a late activity still counts after closing, and the cycle's end is announced once more", async () => {
    const one = await enrolled();
    await spend(one, "a-1", 400, during(1));
    await close(one, { now: firstInstantOf(2) });
    await spend(one, "a-2", 600, during(2));
    await spend(one, "a-2", 600, during(2));
    await close(one, { now: during(2) });
    expect(await announced(one)).toEqual([
      "targetCustomerEnrolment 0",
      "targetAchievedValueUpdated",
      "targetPeriodCompleted 400",
      "targetAchievedValueUpdated",
      "targetValueAchieved 1000",
      "targetPeriodCompleted 1000",
    ]);
  });

  it("passes over a group that was deleted before its cycle ended", async () => {
    const one = await enrolled();
    const { groupId } = await one.org.createGroup(milestone({ active: false }));
    await ok(one.org.admin.send("DELETE", `/targetGroups/${groupId}`, undefined, { now: during(1) }));
    expect(await close(one, { now: firstInstantOf(2) })).toHaveLength(1);
    expect(await close(one, { now: firstInstantOf(2) })).toEqual([]);
  });

  it("with targetGroupId closes the cycles of that group only; the others of the brand stay due", async () => {
    const one = await enrolled();
    const other = await one.org.createGroup(milestone());
    await ok(one.org.enroll(other, { customerId: one.customerId }, { now: firstInstantOf(1) }));
    const { groupId, targetId } = one.group;
    const scope = `/close-cycles?org=${one.org.org}&targetGroupId=${groupId}`;
    const closed = { org: one.org.org, cycleNumber: 1, customerCount: 1 };
    expect((await ok(local.post(scope, {}, { now: firstInstantOf(2) }))).body.data.closed).toEqual([
      { ...closed, groupId, targetId },
    ]);
    expect(await close(one, { now: firstInstantOf(2) })).toEqual([
      { ...closed, groupId: other.groupId, targetId: other.targetId },
    ]);
  });

  it("refuses an invalid targetGroupId with 300004", async () => {
    expectRefused(await local.post("/close-cycles?targetGroupId=x", {}), 400, 300_004, /targetGroupId/);
  });

  it("refuses an invalid time with 300004", async () => {
    expectRefused(await local.post("/close-cycles", {}, { now: "tomorrow" }), 400, 300_004, /x-local-now/);
  });
});

describe("npm run close-cycles", () => {
  it("has the running service close the cycles that have ended by now, and prints them", async () => {
    // The built cycles end after the year in which the tests run, so nothing has ended by the real clock.
    await enrolled();
    const { stdout, stderr, code } = await run(new URL(gateway.baseUrl).port);
    expect({ stdout, stderr, code }).toEqual({ stdout: "No cycle had to be closed.\n", stderr: "", code: 0 });
  });

  it("says what to do when no service answers", async () => {
    const { stderr, code } = await run("1");
    expect(stderr).toMatch(/^Nothing answers on port 1: run npm start first, or set PORT/);
    expect(code).toBe(1);
  });
});

async function run(port: string): Promise<{ stdout: string; stderr: string; code: number }> {
  const { PATH } = process.env;
  const options = { env: { PATH, PORT: port, ...compileCache } };
  return promisify(execFile)(process.execPath, ["bin/closeCycles.ts"], options).then(
    (output) => ({ ...output, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  );
}
