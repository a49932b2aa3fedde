import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { DataOf } from "../../client/client.ts";
import { statisticsVariable } from "../../shared/config/statisticsConfig.ts";
import { ApiClient } from "../support/apiClient.ts";
import { expectRefused } from "../support/envelopes.ts";
import { ok, type TestGroup, type TestOrg, targetPath } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { during, firstInstantOf, milestone, streak, type TargetGroupBody } from "../support/targetGroups.ts";

const service = useProjectedService();

afterEach(() => {
  vi.unstubAllEnvs();
});

type Statistics = DataOf<"getTargetStatistics">;

const hour = 3_600_000;

function shifted(instant: string, milliseconds: number): string {
  return new Date(Date.parse(instant) + milliseconds).toISOString();
}

/** When the groups of these tests are created: a day before their first cycle. */
const created = shifted(firstInstantOf(1), -24 * hour);

type Setting = { readonly org: TestOrg; readonly group: TestGroup };

function idsOf(rows: readonly { readonly id: number }[]): number[] {
  return rows.map(({ id }) => id);
}

async function setting(body: TargetGroupBody = milestone()): Promise<Setting> {
  const org = await service.newOrg();
  const { data } = (await ok(org.admin.post("/targetGroups", body, { now: created }))).body;
  const [groupId, targetId] = [data.id, data.targets[0].id];
  const ids = { targetIds: idsOf(data.targets), cycleIds: idsOf(data.periods), levelIds: idsOf(data.streaks) };
  return { org, group: { groupId, targetId, ...ids } };
}

async function member({ org, group }: Setting, now: string, record: object = {}): Promise<number> {
  const customerId = await org.newCustomer();
  await ok(org.enroll(group, { customerId, ...record }, { now }));
  return customerId;
}

async function spend({ org }: Setting, customerId: number, amount: number, now: string): Promise<void> {
  const activity = { activityId: randomUUID(), customerId, type: "TRANSACTION", occurredAt: now, amount };
  await ok(org.till.post("/activities", activity, { now }));
}

/** Does what is due for the brand at the time. Everything that was written has got into the index. */
async function sweep({ org }: Setting, now: string): Promise<void> {
  await service.drain();
  const local = new ApiClient(new URL("/local", service.baseUrl).href, undefined);
  await ok(local.post(`/close-cycles?org=${org.org}`, {}, { now }));
}

async function statistics({ org, group }: Setting, now: string): Promise<Statistics> {
  return (await ok(org.reader.get(`${targetPath(group)}/statistics`, { now }))).body.data;
}

/** The statistics after a sweep at the time. */
async function counted(one: Setting, now: string): Promise<Statistics> {
  await sweep(one, now);
  return statistics(one, now);
}

describe("GET …/targets/{targetId}/statistics", () => {
  it("answers zeros with a warning until the first count, which is due an hour after the group's creation", async () => {
    const one = await setting();
    await member(one, created);
    await sweep(one, shifted(created, hour - 1));
    const { body } = await ok(one.org.reader.get(`${targetPath(one.group)}/statistics`));
    expect(body.warnings).toEqual([{ message: expect.stringMatching("not been counted yet") }]);
    expect(body.data).toEqual({
      asOf: null,
      isFinal: false,
      enrolled: 0,
      unEnrolled: 0,
      bySource: { API: 0, AUTOMATIC: 0 },
      periods: [],
      streaks: [],
      runLengths: [],
    });
    const now = shifted(created, hour);
    expect(await counted(one, now)).toMatchObject({ asOf: now, isFinal: false, enrolled: 1 });
  });

  it("counts who is in, who has left, and by which way each first came in", async () => {
    const [target] = milestone().targets;
    const one = await setting(milestone({ targets: [{ ...target, enrolmentMethod: "TRANSACTION" }] }));
    await member(one, during(1));
    const leaver = await member(one, during(1));
    await ok(one.org.unenroll(one.group, leaver, { now: during(1) }));
    await spend(one, await one.org.newCustomer(), 5, during(1));
    const found = await counted(one, during(1));
    expect(found).toMatchObject({ enrolled: 2, unEnrolled: 1, bySource: { API: 2, AUTOMATIC: 1 } });
  });

  it("counts the members of each cycle, what they have achieved, and both sides of every bound of progress", async () => {
    const one = await setting();
    const amounts = [0, 0.0001, 249.9999, 250, 499.9999, 500, 749.9999, 750, 999.9999, 1000, 1500];
    for (const amount of amounts) {
      const customerId = await member(one, during(1));
      if (amount > 0) await spend(one, customerId, amount, during(1));
    }
    await member(one, during(1), { periodName: "c2" });
    const { periods } = await counted(one, during(1));
    const bands = [
      { from: 0, to: 0, customers: 1 },
      { from: 0, to: 25, customers: 2 },
      { from: 25, to: 50, customers: 2 },
      { from: 50, to: 75, customers: 2 },
      { from: 75, to: 100, customers: 2 },
      { from: 100, to: null, customers: 2 },
    ];
    const [first, second] = one.group.cycleIds;
    expect(periods[0]).toEqual({
      periodId: first,
      covered: 11,
      started: 10,
      reached: 2,
      achievedTotal: 6499.9997,
      progress: bands,
    });
    expect(periods[1]).toMatchObject({ periodId: second, covered: 12, started: 0, reached: 0, achievedTotal: 0 });
    expect(periods).toHaveLength(5);
  });

  it("counts for an ended cycle who was a member when it ended, also after leaving or coming back", async () => {
    const one = await setting();
    const members = await Promise.all(Array.from({ length: 4 }, () => member(one, during(1))));
    const [left = 0, cameBack = 0, before = 0, beforeItsEnd = 0] = members;
    for (const customerId of [left, cameBack, before]) await spend(one, customerId, 1000, during(1));
    await ok(one.org.unenroll(one.group, beforeItsEnd, { now: during(1) }));
    // One leaves when the cycle has ended and is not closed yet.
    await ok(one.org.unenroll(one.group, before, { now: firstInstantOf(2) }));
    await sweep(one, firstInstantOf(2));
    for (const customerId of [left, cameBack]) await ok(one.org.unenroll(one.group, customerId, { now: during(2, 3) }));
    await ok(one.org.enroll(one.group, { customerId: cameBack, periodName: "c3" }, { now: during(2, 3) }));
    const { periods, enrolled, unEnrolled } = await counted(one, during(2));
    const [first, second, third] = periods.map(({ covered, reached }) => [covered, reached]);
    expect({ first, second, third, enrolled, unEnrolled }).toEqual({
      first: [3, 3],
      second: [0, 0],
      third: [1, 0],
      enrolled: 1,
      unEnrolled: 3,
    });
  });

  it("counts the holders of each level, and the runs of who is enrolled", async () => {
    const one = await setting(streak({ cycles: 4, levels: [1, 2] }));
    const [two, gone] = [await member(one, during(1)), await member(one, during(1))];
    await member(one, during(1));
    for (const cycle of [1, 2]) for (const customerId of [two, gone]) await spend(one, customerId, 1000, during(cycle));
    await ok(one.org.unenroll(one.group, gone, { now: during(3) }));
    const found = await counted(one, during(3));
    expect(found.streaks).toEqual(one.group.levelIds.map((streakId) => ({ streakId, reached: 2 })));
    expect(found.runLengths).toEqual([
      { length: 0, customers: 1 },
      { length: 2, customers: 1 },
    ]);
  });

  it("counts a run that goes on over an excused cycle as one", async () => {
    const one = await setting(streak({ cycles: 4, levels: [1] }));
    const [excused, missed] = [await member(one, during(1)), await member(one, during(1))];
    for (const cycle of [1, 3])
      for (const customerId of [excused, missed]) await spend(one, customerId, 1000, during(cycle));
    const record = { customerId: excused, periodName: "c2", reason: "The shop was closed" };
    await ok(one.org.support.post(`${targetPath(one.group)}/excuse`, [record], { now: during(3) }));
    const { runLengths } = await counted(one, during(3));
    expect(runLengths).toEqual([
      { length: 1, customers: 1 },
      { length: 2, customers: 1 },
    ]);
  });

  it("shows one count until the next is due, 24 hours since the creation after it", async () => {
    const one = await setting();
    const at = shifted(created, 24 * hour);
    await member(one, created);
    expect(await counted(one, at)).toMatchObject({ asOf: at, enrolled: 1 });
    await member(one, at);
    expect(await counted(one, shifted(at, 24 * hour - 1))).toMatchObject({ asOf: at, enrolled: 1 });
    const next = shifted(at, 24 * hour);
    expect(await counted(one, next)).toMatchObject({ asOf: next, enrolled: 2 });
  });

  it("is made 25 hours after the closing of each cycle, and the one after the last is final and stays", async () => {
    const one = await setting(milestone({ cycles: 2, offsetDays: 1 }));
    vi.stubEnv(statisticsVariable, "744");
    const customerId = await member(one, during(1));
    const second = (cycle: number) => shifted(firstInstantOf(cycle + 1), (24 + 25) * hour);
    // The count of every 744 hours.
    await sweep(one, shifted(created, 744 * hour));
    await spend(one, customerId, 1000, during(1));
    expect((await counted(one, shifted(second(1), -1))).periods[0]?.reached).toBe(0);
    expect(await counted(one, second(1))).toMatchObject({
      asOf: second(1),
      isFinal: false,
      periods: [{ reached: 1 }, {}],
    });
    expect(await counted(one, shifted(second(2), -1))).toMatchObject({ isFinal: false });
    const last = await counted(one, second(2));
    expect(last).toMatchObject({ asOf: second(2), isFinal: true });
    await spend(one, customerId, 7, during(2));
    expect(await counted(one, during(6))).toEqual(last);
  });

  it("goes on when cycles are appended after the last count", async () => {
    const one = await setting(milestone({ cycles: 1 }));
    await member(one, during(1));
    expect((await counted(one, during(2))).isFinal).toBe(true);
    const more = [{ refCode: "later", startDate: firstInstantOf(3), endDate: firstInstantOf(4) }];
    const path = `/targetGroups/${one.group.groupId}/targetPeriods`;
    await ok(one.org.admin.post(path, more, { now: during(2, 20) }));
    const now = shifted(during(2, 20), hour);
    const found = await counted(one, now);
    expect(found).toMatchObject({ asOf: now, isFinal: false });
    expect(found.periods.map(({ covered }) => covered)).toEqual([1, 1]);
  });

  it("is not made while statisticsEveryHours is 0, and is made within a day when it is set again", async () => {
    const one = await setting();
    await member(one, during(1));
    vi.stubEnv(statisticsVariable, "0");
    expect((await counted(one, during(1))).asOf).toBeNull();
    vi.stubEnv(statisticsVariable, "24");
    const now = shifted(during(1), 24 * hour);
    expect((await counted(one, now)).asOf).toBe(now);
  });

  it("is made once, and is final, when statisticsEveryHours is set again after the group is over", async () => {
    const one = await setting(milestone({ cycles: 1 }));
    await member(one, during(1));
    vi.stubEnv(statisticsVariable, "0");
    for (const day of [15, 16, 20])
      expect(await counted(one, during(3, day))).toMatchObject({ asOf: null, isFinal: false });
    vi.stubEnv(statisticsVariable, "24");
    const now = during(3, 21);
    const last = await counted(one, now);
    expect(last).toMatchObject({ asOf: now, isFinal: true, enrolled: 1 });
    expect(await counted(one, during(4))).toEqual(last);
  });

  it("is refused with 310017 or 310018 for a group or target that does not exist, and answered for an inactive one", async () => {
    const one = await setting();
    const { reader } = one.org;
    expectRefused(await reader.get("/targetGroups/999999/targets/1/statistics"), 400, 310017);
    expectRefused(await reader.get(`/targetGroups/${one.group.groupId}/targets/999999/statistics`), 400, 310018);
    const edit = { active: false };
    await ok(one.org.admin.put(`/targetGroups/editTargetGroup/${one.group.groupId}`, edit, { now: during(1) }));
    expect((await statistics(one, during(1))).asOf).toBeNull();
  });

  it("names no customer", async () => {
    const one = await setting();
    const customerId = Number.MAX_SAFE_INTEGER;
    await ok(one.org.admin.put(`/customers/${customerId}`, { externalId: "crm-12345", firstName: "Ada" }));
    await ok(one.org.enroll(one.group, { customerId }, { now: during(1) }));
    const text = JSON.stringify(await counted(one, during(1)));
    expect(text).toMatch('"enrolled":1');
    for (const known of [String(customerId), "crm-12345", "Ada"]) expect(text).not.toContain(known);
  });
});
