import { describe, expect, it } from "vitest";
import type { ApiResponse } from "../support/apiClient.ts";
import { expectRefused } from "../support/envelopes.ts";
import { ok, type TestGroup, type TestOrg } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { newSetting } from "../support/setting.ts";
import { during, streak } from "../support/targetGroups.ts";

const service = useService();

const minute = 60_000;
const now = during(1);

/** A streak of days from 1 January 2030 on. */
function days(recurringCycles: number, overrides: Record<string, unknown> = {}): Record<string, unknown> {
  const { periods: _, ...rest } = streak({ levels: [2] });
  const rule = { frequencyType: "DAILY", frequency: 1, recurringCycles, fromDate: "2030-01-01" };
  return { ...rest, ...rule, ...overrides };
}

function edit({ admin }: TestOrg, { groupId }: TestGroup, body: unknown, at = now): Promise<ApiResponse> {
  return admin.put(`/targetGroups/editTargetGroup/${groupId}`, body, { now: at });
}

describe("a group whose cycles come from a rule", () => {
  it("is answered with its cycles and with the rule, when it is created and when it is read", async () => {
    const { admin, reader } = await service.newOrg();
    const { body } = await ok(admin.post("/targetGroups", days(3, { timeZoneName: "Europe/Vienna" }), { now }));
    expect(body.data).toMatchObject({
      frequencyType: "DAILY",
      frequency: 1,
      recurringCycles: 3,
      fromDate: "2030-01-01",
      periods: ["2030-01-01", "2030-01-02", "2030-01-03"].map((day) => ({
        refCode: day,
        startDate: day,
        endDate: day,
        description: null,
        periodStatus: "ENDED",
      })),
    });
    expect((await ok(reader.get(`/targetGroups/${body.data.id}`, { now }))).body.data).toEqual(body.data);
  });

  it("can have 1000 cycles, in which a customer is enrolled, counted and shown", async () => {
    const { org, group, customerId } = await newSetting(service, days(1000));
    expect(group.cycleIds).toHaveLength(1000);
    const at = "2032-09-20T12:00:00.000Z";
    await ok(org.enroll(group, { customerId }, { now: at }));
    const activity = { activityId: "a", customerId, type: "TRANSACTION", occurredAt: at, amount: 1000 };
    await ok(org.till.post("/activities", activity, { now: at }));
    const { data } = (await ok(org.reader.get(`/users/${customerId}/targetGroups`, { now: at }))).body;
    expect(data.targetGroups[0].targets).toMatchObject([{ periodRefCode: "2032-09-20", targetAchievedValue: 1000 }]);
  });

  it("costs an enrolment one read and one write also with 1000 cycles at version 50", async () => {
    const { org, group, customerId } = await newSetting(service, days(1000));
    for (let version = 2; version <= 50; version += 1) await ok(edit(org, group, { description: `${version}` }));
    const other = await org.newCustomer();
    await ok(org.enroll(group, { customerId: other }, { now }));
    const requests = await service.recorder.during(() => ok(org.enroll(group, { customerId }, { now })));
    expect(requests.map(({ command }) => command).toSorted()).toEqual(["GetItem", "UpdateItem"]);
  });
});

it("descriptions of 1000 cycles are refused with 300004 when they do not fit into the group's item", async () => {
  const { org, group } = await newSetting(service, days(1000));
  const { data } = (await ok(org.reader.get(`/targetGroups/${group.groupId}`, { now }))).body;
  const describeFrom = (first: number) => {
    const some = data.periods
      .slice(first, first + 100)
      .map(({ id }: { id: number }) => ({ id, description: "語".repeat(255) }));
    return org.admin.put(`/targetGroups/${group.groupId}/targetPeriods`, some, { now });
  };
  for (const first of [0, 100, 200]) await ok(describeFrom(first));
  expectRefused(await describeFrom(300), 400, 300004, /must not take more than 262144 bytes; they take 306000/);
});

describe("raising recurringCycles", () => {
  it("appends cycles with ids of their own, leaves the others as they are, and is one row of the audit log", async () => {
    const { org, group } = await newSetting(service, days(31));
    const before = (await ok(org.reader.get(`/targetGroups/${group.groupId}`, { now }))).body.data;
    const { data } = (await ok(edit(org, group, { recurringCycles: 60 }))).body;
    expect(data).toMatchObject({ version: 2, recurringCycles: 60 });
    expect(data.periods.slice(0, 31)).toEqual(before.periods);
    expect(data.periods.at(-1)).toMatchObject({ refCode: "2030-03-01" });
    expect(new Set(data.periods.map(({ id }: { id: number }) => id)).size).toBe(60);
    const log = (await ok(org.reader.get(`/targetGroups/${group.groupId}/auditLogs?limit=2`))).body.data;
    expect(log).toMatchObject([
      { version: 2, field: "recurringCycles", oldValue: 31, newValue: 60 },
      { version: 1, field: "targetGroup" },
    ]);
  });

  it("makes room for a level in the same edit", async () => {
    const { org, group } = await newSetting(service, days(31));
    const level = { name: "All", targetCountOfSequence: 40 };
    expectRefused(await edit(org, group, { streaks: [level] }), 400, 300004, /must not exceed the number of cycles/);
    expect((await edit(org, group, { recurringCycles: 40, streaks: [level] })).status).toBe(200);
  });

  it("is possible until 10 minutes before the last cycle ends", async () => {
    const { org, group } = await newSetting(service, days(31));
    const limit = Date.parse("2030-02-01T00:00:00Z") - 10 * minute;
    const late = new Date(limit + 1).toISOString();
    expectRefused(await edit(org, group, { recurringCycles: 32 }, late), 400, 300004, /until 10 minutes before/);
    expect((await edit(org, group, { recurringCycles: 32 }, new Date(limit).toISOString())).status).toBe(200);
  });

  it.each([
    ["lowering it", { recurringCycles: 30 }, /recurringCycles cannot be lowered; it is 31, got 30/],
    ["another frequency", { frequency: 2 }, /frequency cannot be changed after creation; it is 1, got 2/],
    ["another unit", { frequencyType: "WEEKLY" }, /frequencyType cannot be changed after creation/],
    ["another first day", { fromDate: "2030-01-02" }, /fromDate cannot be changed after creation/],
    ["more than 1000", { recurringCycles: 1001 }, /recurringCycles must be <= 1000/],
  ])("refuses %s with 300004", async (_, body, message) => {
    const { org, group } = await newSetting(service, days(31));
    expectRefused(await edit(org, group, body), 400, 300004, message);
  });

  it("is refused with 300004 where the cycles were listed", async () => {
    const { org, group } = await newSetting(service, streak());
    expectRefused(
      await edit(org, group, { recurringCycles: 20 }),
      400,
      300004,
      /only where cycles are made from a rule/,
    );
  });
});

describe("the cycles of a rule", () => {
  it("can be described, and not moved or appended to one by one (300004)", async () => {
    const { org, group } = await newSetting(service, days(31));
    const path = `/targetGroups/${group.groupId}/targetPeriods`;
    const id = group.cycleIds[30];
    const described = (await ok(org.admin.put(path, [{ id, description: "last" }], { now }))).body.data;
    expect(described.periods[30]).toMatchObject({ id, description: "last" });
    const read = (await ok(org.reader.get(`/targetGroups/${group.groupId}`, { now }))).body.data;
    expect(read).toEqual(described);
    const moved = await org.admin.put(path, [{ id, endDate: "2030-02-02" }], { now });
    expectRefused(moved, 400, 300004, /\[0\]\.endDate cannot be changed, because the cycles are made from a rule/);
    const appended = await org.admin.post(path, [{ refCode: "x", startDate: "2031-01-01", endDate: "2031-01-01" }], {
      now,
    });
    expectRefused(appended, 400, 300004, /raise recurringCycles/);
  });
});

describe("a body with a rule is refused with 300004", () => {
  it.each([
    ["beside a list", days(3, { periods: streak().periods }), /periods must be absent/],
    [
      "without its frequency",
      days(3, { frequency: undefined }),
      /frequency is required when cycles are made from a rule/,
    ],
    ["from no day", days(3, { fromDate: "2030-02-30" }), /fromDate must be a date/],
    ["from an instant", days(3, { fromDate: "2030-01-1Z" }), /fromDate must be a date/],
    [
      "beyond the year 9999",
      days(1000, { frequencyType: "YEARLY", frequency: 366 }),
      /fromDate must be a date .* the end of the last cycle/,
    ],
    ["of 1001 cycles", days(1001), /recurringCycles must be <= 1000/],
    ["of 367 units", days(3, { frequency: 367 }), /frequency must be <= 366/],
    ["with a level above the number of cycles", days(1), /must not exceed the number of cycles \(1\)/],
  ])("%s", async (_, body, message) => {
    const { admin } = await service.newOrg();
    expectRefused(await admin.post("/targetGroups", body, { now }), 400, 300004, message);
  });
});
