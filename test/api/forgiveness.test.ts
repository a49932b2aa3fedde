import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { closeCycles } from "../../local/closeCycles.ts";
import type { ApiResponse } from "../support/apiClient.ts";
import { CustomerClosing } from "../support/customerClosing.ts";
import { readHistory, send } from "../support/history.ts";
import { ok, targetPath } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { newSetting, type Setting, unknownId } from "../support/setting.ts";
import { during, firstInstantOf, milestone, streak } from "../support/targetGroups.ts";
import { withoutWriting } from "../support/writes.ts";

const service = useProjectedService();
const reason = "The till was down";

type Action = "excuse" | "unExcuse" | "freezes";

/** A customer who is enrolled from the first cycle on, and has met these cycles. */
async function enrolled(body: Readonly<Record<string, unknown>>, ...met: readonly number[]): Promise<Setting> {
  const one = await newSetting(service, body);
  await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now: firstInstantOf(1) }));
  for (const cycle of met) await meet(one, cycle);
  return one;
}

async function meet({ org, customerId }: Setting, cycle: number, at = during(cycle)): Promise<void> {
  await send(org.till, { customerId, occurredAt: during(cycle), amount: 1000 }, at);
}

function post(one: Setting, action: Action, record: object, at: string, client = one.org.support) {
  const body = [{ customerId: one.customerId, reason, ...record }];
  return client.post(`${targetPath(one.group)}/${action}`, body, { now: at });
}

async function excuse(one: Setting, record: object, at: string) {
  return (await ok(post(one, "excuse", record, at))).body;
}

async function grant(one: Setting, amount: number, at: string, grantId: string = randomUUID()) {
  return (await ok(post(one, "freezes", { grantId, amount }, at))).body;
}

/** What the first level's row says of the streak. */
async function standingOf({ org, group, customerId }: Setting, at: string) {
  const { streaks = [] } = (await org.readState(group, customerId, { now: at })) ?? {};
  const [row] = streaks;
  if (row === undefined) throw new Error("The customer is in no streak");
  const idToNumber = (id: number) => group.cycleIds.indexOf(id) + 1;
  return {
    value: row.currentCount,
    total: row.freezesTotal,
    left: row.freezesLeft,
    excused: row.excusedPeriods.map(idToNumber),
    bridged: row.bridgedPeriods.map(idToNumber),
    expiresOn: row.expiresOn,
    reached: streaks.filter(({ status }) => status === "ACHIEVED").map(({ streakName }) => streakName),
  };
}

async function eventsOf({ customerId }: Setting, ...types: readonly string[]) {
  await service.drain();
  const events = await service.events(customerId);
  return events.filter(({ "detail-type": type }) => types.includes(type)).map(({ detail }) => detail);
}

async function historyOf({ org, group, customerId }: Setting, ...names: readonly string[]) {
  await service.drain();
  const rows = await readHistory(org.reader, customerId, group.targetId, "?limit=100");
  return rows.filter(({ eventName }) => names.includes(eventName));
}

/** Closes what has ended by then. The closing finds customers whose enrolment was projected. */
async function closeAt({ org }: Setting, at: string): Promise<void> {
  await service.drain();
  await closeCycles(service.table, Date.parse(at), org.org);
}

async function close(one: Setting, cycle: number): Promise<void> {
  await closeAt(one, during(cycle));
}

/** The refusal has one error, whose message has this text. */
function expectRefused({ status, body }: ApiResponse, code: number, message = ""): void {
  const errors = [{ code, message: expect.stringContaining(message) }];
  expect({ status, body }).toMatchObject({
    status: statuses.get(code) ?? 400,
    body: { data: null, errors, warnings: null },
  });
}

const statuses = new Map([[4000, 403]]);

describe("an excuse", () => {
  it("after the end of a run restores it, reaches its levels, and is answered with how the streak stands", async () => {
    const one = await enrolled(streak({ streakFreezes: null }), 1, 2, 4);
    await close(one, 5);
    expect((await standingOf(one, during(5))).value).toBe(1);
    expect(await excuse(one, { periodName: "c3" }, during(5))).toEqual({
      data: {
        customerId: one.customerId,
        targetGroupId: one.group.groupId,
        targetRuleId: one.group.targetId,
        targetName: "Spend 1000",
        periods: [{ periodId: one.group.cycleIds[2], periodRefCode: "c3" }],
        streakValue: 3,
        freezesTotal: 0,
        freezesLeft: 0,
        levelsReached: [],
      },
      errors: null,
      warnings: null,
    });
    await meet(one, 5);
    expect(await standingOf(one, during(5))).toMatchObject({ value: 4, excused: [3], reached: ["l1", "l2"] });
  });

  it("tells of no restored run when two past runs are joined and the streak value stays", async () => {
    const one = await enrolled(streak({ levels: [3] }), 1, 3, 5);
    await close(one, 7);
    const before = await standingOf(one, during(7));
    await excuse(one, { periodName: "c2" }, during(7));
    expect(await standingOf(one, during(7))).toEqual({ ...before, excused: [2] });
    expect(await eventsOf(one, "streakRestored", "streakLevelAchieved")).toEqual([]);
  });

  it("tells that the run is restored and which level is reached, with the reason and who entered it", async () => {
    const one = await enrolled(streak({ levels: [3] }), 1, 2, 4);
    await close(one, 5);
    await excuse(one, { periodName: "c3" }, during(5));
    const events = await eventsOf(one, "streakEnd", "streakRestored", "streakLevelAchieved");
    const by = { reason, enteredBy: one.org.credentials.support.username, source: "API" };
    expect(events).toMatchObject([
      { periodRefCode: "c3", endedCount: 2 },
      { ...by, currentCount: 3 },
      { ...by, currentCount: 3, streakName: "l1" },
    ]);
    expect(events.some((event) => "activityId" in event || "adjustmentId" in event)).toBe(false);
  });

  it("is a row EXCUSE for each cycle, of value 0, with its sum, reason and author; the rows still add up", async () => {
    const one = await enrolled(streak(), 1);
    await send(one.org.till, { customerId: one.customerId, occurredAt: during(2), amount: 30 });
    await excuse(one, { startDate: "2030-02-01", endDate: "2030-03-31" }, during(3));
    await ok(post(one, "unExcuse", { periodName: "c3", reason: "A mistake" }, during(3)));
    const by = { enteredBy: one.org.credentials.support.username, source: "API", value: 0 };
    expect(await historyOf(one, "EXCUSE", "UNEXCUSE")).toMatchObject([
      { ...by, eventName: "EXCUSE", periodRefCode: "c2", achievedValue: 30, reason },
      { ...by, eventName: "EXCUSE", periodRefCode: "c3", achievedValue: 0, reason },
      { ...by, eventName: "UNEXCUSE", periodRefCode: "c3", achievedValue: 0, reason: "A mistake" },
    ]);
  });

  it("that is taken back ends the run again, and leaves the levels", async () => {
    const one = await enrolled(streak(), 1, 3);
    await excuse(one, { periodName: "c2" }, during(4));
    expect(await standingOf(one, during(4))).toMatchObject({ value: 2, reached: ["l1"] });
    const { data } = (await ok(post(one, "unExcuse", { periodName: "c2" }, during(4)))).body;
    expect(data).toMatchObject({ streakValue: 1, levelsReached: [] });
    expect(await standingOf(one, during(4))).toMatchObject({ value: 1, excused: [], reached: ["l1"] });
  });

  it("that is taken back takes back nothing that it told, and tells no second end of the run", async () => {
    const one = await enrolled(streak({ levels: [3] }), 1, 2, 4);
    await close(one, 5);
    await excuse(one, { periodName: "c3" }, during(5));
    const told = () => eventsOf(one, "streakEnd", "streakRestored", "streakLevelAchieved");
    const before = await told();
    expect(before).toHaveLength(3);
    await ok(post(one, "unExcuse", { periodName: "c3" }, during(5)));
    expect((await standingOf(one, during(5))).value).toBe(1);
    await closeAt(one, during(5, 20));
    expect(await told()).toEqual(before);
  });

  it("of what is so already is answered with 200 and a warning, and writes nothing", async () => {
    const one = await enrolled(streak(), 1);
    await withoutWriting(service, async () => {
      const { body } = await ok(post(one, "unExcuse", { periodName: "c2" }, during(2)));
      expect(body.warnings).toEqual([{ message: "None of these periods was excused; nothing was changed." }]);
    });
    await excuse(one, { periodName: "c2" }, during(2));
    await withoutWriting(service, async () => {
      const { warnings, data } = await excuse(one, { periodName: "c2" }, during(2));
      expect(warnings).toEqual([{ message: expect.stringContaining("excused already") }]);
      expect(data).toMatchObject({ periods: [{ periodRefCode: "c2" }] });
    });
  });

  it("of several cycles of which one was excused already is a row for the others only, and is answered with all", async () => {
    const one = await enrolled(streak(), 1);
    await excuse(one, { periodName: "c2" }, during(2));
    const { data, warnings } = await excuse(one, { startDate: "2030-02-01", endDate: "2030-03-31" }, during(2));
    expect(data.periods).toMatchObject([{ periodRefCode: "c2" }, { periodRefCode: "c3" }]);
    expect(warnings).toBeNull();
    expect(await historyOf(one, "EXCUSE")).toMatchObject([{ periodRefCode: "c2" }, { periodRefCode: "c3" }]);
  });

  it("for dates is a pause of every cycle of the membership that overlaps them, also of those to come", async () => {
    const one = await newSetting(service, streak());
    await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now: during(2) }));
    await excuse(one, { startDate: "2030-01-01", endDate: "2030-04-01" }, during(2));
    expect((await standingOf(one, during(2))).excused).toEqual([2, 3, 4]);
    await meet(one, 5);
    expect((await standingOf(one, during(5))).value).toBe(1);
  });

  it("of a cycle that is appended a moment before is not refused", async () => {
    const one = await enrolled(streak({ cycles: 2, levels: [2] }), 1);
    await excuse(one, { periodName: "c2" }, during(1));
    const period = { refCode: "c3", startDate: firstInstantOf(3), endDate: firstInstantOf(4) };
    await ok(one.org.admin.post(`/targetGroups/${one.group.groupId}/targetPeriods`, [period], { now: during(1) }));
    expect((await excuse(one, { periodName: "c3" }, during(1))).warnings).toBeNull();
  });

  it("for dates is of the cycles that there are then: one that is appended within them later is excused by another", async () => {
    const one = await enrolled(streak({ cycles: 2, levels: [2] }), 1);
    const dates = { startDate: "2030-02-01", endDate: "2030-03-31" };
    await excuse(one, dates, during(1));
    const period = { refCode: "c3", startDate: firstInstantOf(3), endDate: firstInstantOf(4) };
    await ok(one.org.admin.post(`/targetGroups/${one.group.groupId}/targetPeriods`, [period], { now: during(1) }));
    expect((await standingOf(one, during(1))).excused).toEqual([2]);
    expect(await excuse(one, dates, during(1))).toMatchObject({
      data: { periods: [{ periodRefCode: "c2" }, { periodRefCode: "c3" }] },
      warnings: null,
    });
  });

  it.each(["settled", "set aside"])("of a cycle that is %s restores the run and shows its sum", async (state) => {
    const one = await enrolled(streak({ cycles: 4, levels: [2] }), 1, 3, 4);
    await send(one.org.till, { customerId: one.customerId, occurredAt: during(2), amount: 30 });
    const closing = new CustomerClosing(service.table);
    const aim = { org: one.org.org, customerId: one.customerId, group: one.group };
    for (const cycle of [2, 3, 4, 5]) await closing.close(aim, Date.parse(during(cycle)));
    if (state === "set aside") await closing.setAside(aim, Date.parse(during(8)));
    const { data } = await excuse(one, { periodName: "c2" }, during(8));
    expect(data).toMatchObject({ streakValue: 3, levelsReached: [] });
    expect(await historyOf(one, "EXCUSE")).toMatchObject([{ periodRefCode: "c2", achievedValue: 30 }]);
  });

  it("and activities at the same time all take effect", async () => {
    const one = await enrolled(streak({ levels: [5] }), 1);
    await Promise.all([
      ...[2, 4].map((cycle) => excuse(one, { periodName: `c${cycle}` }, during(8))),
      ...[3, 5, 6, 7].map((cycle) => meet(one, cycle, during(8))),
    ]);
    expect(await standingOf(one, during(8))).toMatchObject({ value: 5, excused: [2, 4], reached: ["l1"] });
    expect(await eventsOf(one, "streakLevelAchieved")).toHaveLength(1);
  });

  it("stays when the customer leaves and returns, and is cleared by a return with resetStreakStatus", async () => {
    const one = await enrolled(streak({ streakFreezes: { initial: 1 } }), 1, 3);
    await excuse(one, { periodName: "c4" }, during(3));
    await grant(one, 2, during(3));
    await ok(one.org.unenroll(one.group, one.customerId, { now: during(3) }));
    await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now: during(4) }));
    expect(await standingOf(one, during(4))).toMatchObject({ value: 2, total: 3, left: 2, excused: [4], bridged: [2] });
    await ok(one.org.unenroll(one.group, one.customerId, { now: during(4) }));
    const record = { customerId: one.customerId, resetStreakStatus: true };
    await ok(one.org.enroll(one.group, record, { now: during(4) }));
    expect(await standingOf(one, during(4))).toMatchObject({ value: 0, total: 1, left: 1, excused: [], bridged: [] });
  });

  it("of a cycle before a return without resetStreakStatus stays listed, and cannot be taken back: 310019", async () => {
    const one = await enrolled(streak(), 1);
    await excuse(one, { periodName: "c2" }, during(2));
    await ok(one.org.unenroll(one.group, one.customerId, { now: during(2) }));
    await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now: during(4) }));
    const refused = () => post(one, "unExcuse", { periodName: "c2" }, during(4));
    expectRefused(await withoutWriting(service, refused), 310019, 'from cycle "c4" on, which is after "c2"');
    expect((await standingOf(one, during(4))).excused).toEqual([2]);
  });

  it.each(["group", "target"] as const)("counts although the %s is switched off", async (what) => {
    const one = await enrolled(streak(), 1, 3);
    const path = what === "group" ? `/targetGroups/editTargetGroup/${one.group.groupId}` : targetPath(one.group);
    await ok(one.org.admin.put(path, { active: false }, { now: during(4) }));
    expect((await excuse(one, { periodName: "c2" }, during(4))).data).toMatchObject({
      streakValue: 2,
      levelsReached: [{ streakName: "l1" }],
    });
  });
});

describe("a freeze", () => {
  const twoFreezes = streak({ levels: [2, 3], streakFreezes: { initial: 2 } });

  it("is told at the closing in place of the end of the run, until there is none left", async () => {
    const one = await enrolled(twoFreezes, 1);
    for (const cycle of [2, 3, 4, 5]) await close(one, cycle);
    const events = await eventsOf(one, "streakFreezeConsumed", "streakEnd");
    expect(events).toMatchObject([
      { periodRefCode: "c2", freezesLeft: 1 },
      { periodRefCode: "c3", freezesLeft: 0 },
      { periodRefCode: "c4", endedCount: 1 },
    ]);
  });

  it("is shown with what it bridges, and is free again when a late activity meets the cycle", async () => {
    const one = await enrolled(twoFreezes, 1, 3);
    await close(one, 4);
    const shown = { value: 2, total: 2, left: 1, bridged: [2], excused: [], expiresOn: firstInstantOf(5) };
    expect(await standingOf(one, during(4))).toMatchObject(shown);
    await meet(one, 2, during(4));
    expect(await standingOf(one, during(4))).toMatchObject({ value: 3, left: 2, bridged: [], reached: ["l1", "l2"] });
  });

  it("whose cycle a late activity meets was told, and no event takes that back", async () => {
    const one = await enrolled(twoFreezes, 1, 3);
    await close(one, 4);
    const told = () => eventsOf(one, "streakFreezeConsumed", "streakEnd", "streakRestored");
    const before = await told();
    expect(before).toMatchObject([{ periodRefCode: "c2", freezesLeft: 1 }]);
    await meet(one, 2, during(4));
    expect((await standingOf(one, during(4))).bridged).toEqual([]);
    await closeAt(one, during(4, 20));
    expect(await told()).toEqual(before);
  });

  it("that joins runs at a closing reaches their level and tells it once, without an activity", async () => {
    const body = streak({ levels: [2], offsetDays: 20, streakFreezes: { initial: 1 } });
    const one = await enrolled(body, 1, 3);
    expect((await standingOf(one, during(3))).reached).toEqual([]);
    for (const _ of ["closed", "again"]) await closeAt(one, during(3, 22));
    expect((await standingOf(one, during(3, 22))).reached).toEqual(["l1"]);
    const events = await eventsOf(one, "streakFreezeConsumed", "streakLevelAchieved");
    expect(events).toMatchObject([
      { periodRefCode: "c2", freezesLeft: 0, source: "AUTOMATIC" },
      { streakName: "l1", currentCount: 2, source: "AUTOMATIC" },
    ]);
    expect(events.some((event) => "activityId" in event)).toBe(false);
  });

  it("expires with the closing of the current cycle, and not where that is met or excused", async () => {
    const one = await enrolled(streak({ offsetDays: 3 }), 1);
    expect((await standingOf(one, during(1))).expiresOn).toBeNull();
    expect((await standingOf(one, during(2))).expiresOn).toBe("2030-03-04T00:00:00.000Z");
    await excuse(one, { periodName: "c2" }, during(2));
    expect((await standingOf(one, during(2))).expiresOn).toBeNull();
  });

  it("is nothing that a streak with gaps waits for: its expiresOn is null", async () => {
    const one = await enrolled(streak({ trackingType: "NON_CONTINUOUS_STREAKS" }), 1);
    expect(await standingOf(one, during(2))).toMatchObject({ value: 1, expiresOn: null });
  });

  it("that is granted counts once per grantId, is answered as at first, and is a row FREEZES", async () => {
    const one = await enrolled(twoFreezes, 1);
    const first = await grant(one, 3, during(1), "case-1");
    expect(first).toEqual({
      data: {
        grantId: "case-1",
        customerId: one.customerId,
        targetGroupId: one.group.groupId,
        targetRuleId: one.group.targetId,
        targetName: "Spend 1000",
        amount: 3,
        freezesTotal: 5,
        freezesLeft: 5,
        streakValue: 1,
        levelsReached: [],
      },
      errors: null,
      warnings: null,
    });
    await grant(one, 1, during(1), "case-2");
    const repeated = await grant(one, 3, during(2), "case-1");
    expect(repeated).toEqual({
      ...first,
      warnings: [{ message: "Grant case-1 was already made; this is what it did then." }],
    });
    expect((await standingOf(one, during(1))).total).toBe(6);
    expect(await historyOf(one, "FREEZES")).toMatchObject([
      { activityId: "case-1", value: 0, periodId: null, reason },
      { activityId: "case-2", value: 0, periodId: null, reason },
    ]);
  });

  it("that is granted by many calls with one id at once counts once", async () => {
    const one = await enrolled(streak(), 1);
    const calls = Array.from({ length: 8 }, () => grant(one, 2, during(1), "case-1"));
    const answers = await Promise.all(calls);
    expect(answers.filter(({ warnings }) => warnings === null)).toHaveLength(1);
    expect((await standingOf(one, during(1))).total).toBe(2);
  });

  it("that is granted after the end of a run restores it and tells that", async () => {
    const one = await enrolled(streak({ levels: [3] }), 1, 2, 4);
    await close(one, 5);
    expect((await grant(one, 1, during(5))).data).toMatchObject({
      streakValue: 3,
      freezesLeft: 0,
      levelsReached: [{ streakName: "l1" }],
    });
    expect(await eventsOf(one, "streakRestored", "streakLevelAchieved")).toMatchObject([
      { currentCount: 3, reason },
      { streakName: "l1", reason },
    ]);
  });

  it("is granted up to 10 in all; beyond is refused with 300004, and a repeat is still answered", async () => {
    const one = await enrolled(twoFreezes, 1);
    await grant(one, 8, during(1), "case-1");
    await withoutWriting(service, async () => {
      const refused = await post(one, "freezes", { grantId: "case-2", amount: 1 }, during(1));
      expectRefused(refused, 300004, "at most 10 freezes, those of the group included; it would be 11");
      expect((await grant(one, 8, during(1), "case-1")).data).toMatchObject({ freezesTotal: 10 });
    });
  });

  it("that was granted is answered again when the customer has left since", async () => {
    const one = await enrolled(twoFreezes, 1);
    await grant(one, 1, during(1), "case-1");
    await ok(one.org.unenroll(one.group, one.customerId, { now: during(1) }));
    expect((await grant(one, 1, during(1), "case-1")).data).toMatchObject({ freezesTotal: 3 });
  });

  it.each([
    ["amount", { amount: 2 }],
    ["reason", { reason: "Another" }],
  ])("is refused with 300004 and 422 when its id comes with another %s", async (_, other) => {
    const one = await enrolled(twoFreezes, 1);
    await grant(one, 1, during(1), "case-1");
    const refused = await post(one, "freezes", { grantId: "case-1", amount: 1, ...other }, during(1));
    const errors = [{ code: 300004, message: expect.stringContaining('Id "case-1" was used before') }];
    expect(refused).toMatchObject({ status: 422, body: { data: null, errors } });
    expect((await standingOf(one, during(1))).total).toBe(3);
  });

  it("is refused with 300004 and 422 when its id comes with another target, and given there under another id", async () => {
    const one = await enrolled(twoFreezes, 1);
    const other = { ...one, group: await one.org.createGroup(streak()) };
    await ok(one.org.enroll(other.group, { customerId: one.customerId }, { now: during(1) }));
    await grant(one, 1, during(1), "case-1");
    const refused = await post(other, "freezes", { grantId: "case-1", amount: 1 }, during(1));
    const errors = [{ code: 300004, message: expect.stringContaining('Id "case-1" was used before') }];
    expect(refused).toMatchObject({ status: 422, body: { data: null, errors } });
    expect((await standingOf(other, during(1))).total).toBe(0);
    expect((await grant(other, 1, during(1), "case-2")).data).toMatchObject({ freezesTotal: 1 });
    expect((await standingOf(one, during(1))).total).toBe(3);
  });

  it("has an id of its customer: two customers with one grantId are each given theirs", async () => {
    const one = await enrolled(twoFreezes, 1);
    const other = { ...one, customerId: await one.org.newCustomer() };
    await ok(one.org.enroll(other.group, { customerId: other.customerId }, { now: during(1) }));
    const first = await grant(one, 1, during(1), "case-1");
    const second = await grant(other, 3, during(1), "case-1");
    expect([first.warnings, second.warnings]).toEqual([null, null]);
    expect((await standingOf(one, during(1))).total).toBe(3);
    expect((await standingOf(other, during(1))).total).toBe(5);
    expect((await grant(one, 1, during(1), "case-1")).data).toEqual(first.data);
  });
});

describe("streakFreezes of a group", () => {
  it("is read as it was created, and null where there is none", async () => {
    const org = await service.newOrg();
    const created = async (body: object) => {
      const { data } = (await ok(org.admin.post("/targetGroups", body))).body;
      return (await ok(org.reader.get(`/targetGroups/${data.id}`))).body.data.streakFreezes;
    };
    expect(await created(streak({ streakFreezes: { initial: 10 } }))).toEqual({ initial: 10 });
    expect(await created(streak({ streakFreezes: { initial: 0 } }))).toBeNull();
    expect(await created(streak())).toBeNull();
  });

  it.each([
    ["a milestone", milestone({ streakFreezes: { initial: 1 } }), "streakFreezes must be absent unless"],
    [
      "a streak that is not continuous",
      streak({ trackingType: "NON_CONTINUOUS_STREAKS", streakFreezes: { initial: 1 } }),
      "streakFreezes must be absent unless",
    ],
    ["more than 10", streak({ streakFreezes: { initial: 11 } }), "streakFreezes.initial must be <= 10"],
    ["fewer than 0", streak({ streakFreezes: { initial: -1 } }), "streakFreezes.initial must be >= 0"],
    ["a fraction", streak({ streakFreezes: { initial: 1.5 } }), "streakFreezes.initial must be an integer"],
    ["no number", streak({ streakFreezes: {} }), "streakFreezes.initial is required"],
  ])("is refused with 300004 for %s", async (_, body, message) => {
    const org = await service.newOrg();
    expectRefused(await org.admin.post("/targetGroups", body), 300004, message);
  });

  it("cannot be changed, and can be sent back as it was read", async () => {
    const { org, group } = await newSetting(service, streak({ streakFreezes: { initial: 2 } }));
    const path = `/targetGroups/editTargetGroup/${group.groupId}`;
    await ok(org.admin.put(path, { streakFreezes: { initial: 2 } }));
    for (const other of [{ initial: 3 }, null, 2, {}])
      expectRefused(await org.admin.put(path, { streakFreezes: other }), 300004, "cannot be changed after creation");
    const without = await newSetting(service, streak());
    const ofOther = `/targetGroups/editTargetGroup/${without.group.groupId}`;
    await ok(without.org.admin.put(ofOther, { streakFreezes: null }));
  });
});

describe("a call that forgives", () => {
  const excusing = { periodName: "c1" };
  const granting = { grantId: "g", amount: 1 };

  const faults: readonly (readonly [Action, object, string])[] = [
    ["excuse", {}, "periodName is required, or startDate with endDate"],
    ["excuse", { ...excusing, startDate: "2030-01-01", endDate: "2030-01-02" }, "must not both be there"],
    ["excuse", { startDate: "2030-01-01" }, "endDate is required beside the other"],
    ["excuse", { endDate: "2030-01-01" }, "startDate is required beside the other"],
    ["excuse", { startDate: "2030-01-02", endDate: "2030-01-01" }, "endDate must not be before startDate"],
    ["excuse", { startDate: "2030-02-30", endDate: "2030-03-01" }, "startDate must be a date of the calendar"],
    ["excuse", { startDate: "2030-1-1", endDate: "2030-03-01" }, "startDate must match pattern"],
    ["excuse", { ...excusing, reason: "  " }, "reason must hold more than blanks"],
    ["excuse", { ...excusing, reason: "x".repeat(256) }, "reason"],
    ["excuse", { periodName: 7 }, "periodName must be"],
    ["unExcuse", {}, "periodName is required"],
    ["unExcuse", { ...excusing, reason: undefined }, "reason is required"],
    ["freezes", { ...granting, amount: 0 }, "amount must be >= 1"],
    ["freezes", { ...granting, amount: 11 }, "amount must be <= 10"],
    ["freezes", { ...granting, amount: 1.5 }, "amount must be an integer"],
    ["freezes", { ...granting, grantId: "a b" }, "grantId"],
    ["freezes", { ...granting, reason: " " }, "reason must hold more than blanks"],
  ];

  it.each(faults)("%s %j is refused with 300004: %s", async (action, record, message) => {
    const one = await sharedStreak();
    expectRefused(await post(one, action, record, during(1)), 300004, message);
  });

  let shared: Promise<Setting> | undefined;
  const sharedStreak = () => (shared ??= enrolled(streak(), 1));

  it.each(["excuse", "unExcuse", "freezes"] as const)(
    "%s is refused in a milestone and in a streak that is not continuous with 300004",
    async (action) => {
      const record = { ...excusing, ...(action === "freezes" ? { ...granting, periodName: undefined } : {}) };
      for (const body of [milestone(), streak({ trackingType: "NON_CONTINUOUS_STREAKS" })]) {
        const refused = await post(await enrolled(body), action, record, during(1));
        expectRefused(refused, 300004, "must have the trackingType STREAKS");
      }
    },
  );

  it.each([
    ["excuse", excusing],
    ["unExcuse", excusing],
    ["freezes", granting],
  ] as const)("%s is refused with 310017, 310018, 310011, 310126, in this order", async (action, record) => {
    const one = await newSetting(service, streak());
    const call = (group: Partial<Setting["group"]>, customerId: number): Promise<ApiResponse> =>
      post({ ...one, group: { ...one.group, ...group }, customerId }, action, record, during(1));
    expectRefused(await call({ groupId: unknownId, targetId: unknownId }, unknownId), 310017);
    expectRefused(await call({ targetId: unknownId }, unknownId), 310018);
    expectRefused(await call({}, unknownId), 310011);
    expectRefused(await call({}, one.customerId), 310126);
    await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now: during(1) }));
    await ok(one.org.unenroll(one.group, one.customerId, { now: during(1) }));
    expectRefused(await call({}, one.customerId), 310126);
  });

  it.each([
    ["an unknown name", { periodName: "C1" }],
    ["a cycle before the membership", { periodName: "c1" }],
    ["dates before the membership", { startDate: "2030-01-01", endDate: "2030-01-31" }],
    ["dates without a cycle", { startDate: "2040-01-01", endDate: "2040-01-31" }],
  ])("excuse is refused with 310019 for %s", async (_, record) => {
    const one = await newSetting(service, streak());
    await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now: during(2) }));
    expectRefused(await post(one, "excuse", record, during(2)), 310019);
  });

  it("is refused with 310011 for a customer who was erased, a repeated grant too", async () => {
    const one = await enrolled(streak(), 1);
    await grant(one, 1, during(1), "case-1");
    await ok(one.org.admin.send("DELETE", `/customers/${one.customerId}?mode=ERASE`, undefined, { now: during(1) }));
    for (const [action, record] of [
      ["excuse", excusing],
      ["unExcuse", excusing],
      ["freezes", { ...granting, grantId: "case-1" }],
    ] as const)
      expectRefused(await post(one, action, record, during(1)), 310011);
  });

  it("is refused with 4000 for credentials of other access groups", async () => {
    const one = await sharedStreak();
    for (const client of [one.org.till, one.org.reader])
      for (const action of ["excuse", "unExcuse", "freezes"] as const)
        expectRefused(await post(one, action, { ...excusing, ...granting }, during(1), client), 4000);
  });

  it("names the customer by either id, and ignores unknown fields with a warning", async () => {
    const one = await enrolled(streak(), 1);
    await ok(one.org.admin.put(`/customers/${one.customerId}`, { externalId: "crm-7" }));
    const named = { customerId: undefined, identifierName: "externalId", identifierValue: "crm-7" };
    const { body } = await ok(post(one, "excuse", { ...excusing, ...named, cycle: 1 }, during(1)));
    expect(body.data.customerId).toBe(one.customerId);
    expect(body.warnings).toEqual([{ message: expect.stringContaining('"cycle" was ignored') }]);
  });
});
