import { describe, expect, it } from "vitest";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import type { StreakRow } from "../support/org.ts";
import { recordProgress } from "../support/progress.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import {
  during,
  firstInstantOf,
  lastInstantOf,
  milestone,
  streak,
  type TargetGroupBody,
} from "../support/targetGroups.ts";

const service = useService();

const continuous = () => streak();
const nonContinuous = () => streak({ trackingType: "NON_CONTINUOUS_STREAKS" });
const bothKinds = [
  ["STREAKS", continuous],
  ["NON_CONTINUOUS_STREAKS", nonContinuous],
] as const;

function setting(body: TargetGroupBody = continuous()): Promise<Setting> {
  return newSetting(service, body);
}

/** Enrols with these fields of the record, and expects success without a warning. */
async function enter(
  { org, group, customerId }: Setting,
  now: string,
  fields: Record<string, unknown> = {},
): Promise<void> {
  expectAccepted(await org.enroll(group, { customerId, ...fields }, { now }), customerId);
}

async function leave({ org, group, customerId }: Setting, now: string): Promise<void> {
  expectAccepted(await org.unenroll(group, customerId, { now }), customerId);
}

/** Makes the target of these cycles reached, and the first `levels` levels with them. */
async function meet(one: Setting, reached: readonly number[], now: string, levels = 0): Promise<void> {
  const cycles = Object.fromEntries(reached.map((cycle) => [cycle, "1000"]));
  await recordProgress(service.table, { ...one, cycles, reached, levelIds: one.group.levelIds.slice(0, levels), now });
}

async function levelRows({ org, group, customerId }: Setting, now: string): Promise<readonly StreakRow[]> {
  return (await org.readState(group, customerId, { now }))?.streaks ?? [];
}

async function statuses(one: Setting, now: string): Promise<string[]> {
  return (await levelRows(one, now)).map(({ status }) => status);
}

/** The streak value. Every level's row must state the same one. */
async function streakValue(one: Setting, now: string): Promise<number | undefined> {
  const [value, ...others] = new Set((await levelRows(one, now)).map(({ currentCount }) => currentCount));
  expect(others).toEqual([]);
  return value;
}

async function achieved({ org, group, customerId }: Setting, now: string): Promise<Record<string, number>> {
  const state = await org.readState(group, customerId, { now });
  return Object.fromEntries((state?.targets ?? []).map((row) => [row.periodRefCode, row.targetAchievedValue]));
}

describe("membership of a streak", () => {
  it.each(bothKinds)("of kind %s covers every cycle without one being named, ended ones included", async (_, body) => {
    const one = await setting(body());
    await enter(one, during(3));
    const state = await one.org.readState(one.group, one.customerId, { now: during(3) });
    expect(state?.targets.map(({ periodRefCode }) => periodRefCode)).toEqual(
      Array.from({ length: 12 }, (__, index) => `c${index + 1}`),
    );
    expect(
      state?.targets.filter(({ currentPeriod }) => currentPeriod).map(({ periodRefCode }) => periodRefCode),
    ).toEqual(["c3"]);
    expect(new Set(state?.targets.map(({ targetAchievedValue }) => targetAchievedValue))).toEqual(new Set([0]));
  });

  it.each(bothKinds)("of kind %s lets the current cycle and every later one be met", async (_, body) => {
    const one = await setting(body());
    await enter(one, during(3));
    await meet(one, [3, 4, 5], during(5));
    expect(await streakValue(one, during(5))).toBe(3);
  });

  it("shows only the current cycle, with all levels, unless all cycles are asked for", async () => {
    const one = await setting();
    await enter(one, during(3));
    const { body } = await one.org.reader.get(`/users/${one.customerId}/targetGroups`, { now: during(4) });
    expect(body.data.targetGroups).toHaveLength(1);
    expect(body.data.targetGroups[0].targets).toMatchObject([{ periodRefCode: "c4", currentPeriod: true }]);
    expect(body.data.targetGroups[0].streaks).toHaveLength(4);
  });

  it.each([
    ["in a gap between two cycles", during(2)],
    ["before the first cycle", lastInstantOf(0)],
    ["after the last cycle", firstInstantOf(5)],
  ])("is listed %s with its levels' rows and with no target, also when no cycle is asked for", async (_, now) => {
    const [first, , third, fourth] = streak().periods;
    const one = await setting(streak({ periods: [first, third, fourth], levels: [2, 3] }));
    await enter(one, lastInstantOf(0));
    await meet(one, [1, 2], during(3), 1);
    const { body } = await one.org.reader.get(`/users/${one.customerId}/targetGroups`, { now });
    expect(body.data.targetGroups).toMatchObject([
      {
        id: one.group.groupId,
        trackingType: "STREAKS",
        targets: [],
        streaks: [{ status: "ACHIEVED" }, { status: "INPROGRESS" }],
      },
    ]);
    expect((await one.org.readState(one.group, one.customerId, { now }))?.targets).toHaveLength(3);
  });

  it("that was left is not listed in a gap, nor is a milestone there", async () => {
    const [first, , third] = streak().periods;
    for (const body of [streak({ periods: [first, third], levels: [2] }), milestone({ periods: [first, third] })]) {
      const one = await setting(body);
      await enter(one, during(1));
      if (body["trackingType"] === "STREAKS") await leave(one, during(2));
      const read = await one.org.reader.get(`/users/${one.customerId}/targetGroups`, { now: during(2) });
      expect(read.body.data.targetGroups).toEqual([]);
    }
  });

  it("can begin at the last instant of the last cycle and is refused with 310019 at the next", async () => {
    const one = await setting();
    const over = await one.org.enroll(one.group, { customerId: one.customerId }, { now: firstInstantOf(13) });
    expectRefused(over, 400, 310019, /^Target period not found\. Every cycle of target group \d+ has ended/);
    expect(await one.org.readState(one.group, one.customerId, { now: firstInstantOf(13) })).toBeUndefined();
    await enter(one, lastInstantOf(12));
  });

  it("can begin before the first cycle, which can then be met", async () => {
    const one = await setting();
    await enter(one, lastInstantOf(0));
    expect(await streakValue(one, lastInstantOf(0))).toBe(0);
    await meet(one, [1], during(1));
    expect(await streakValue(one, during(1))).toBe(1);
  });

  it("can begin in a gap between two cycles, and the cycle missed before does not count against it", async () => {
    const [first, , third, fourth] = streak().periods;
    const one = await setting(streak({ periods: [first, third, fourth], levels: [2] }));
    await enter(one, during(2));
    expect(Object.keys(await achieved(one, during(2)))).toEqual(["c1", "c3", "c4"]);
    await meet(one, [2, 3], during(4));
    expect(await streakValue(one, during(4))).toBe(2);
  });

  it.each([false, true])(
    "is refused with 310119 when there is one already, and resetStreakStatus %s changes nothing",
    async (resetStreakStatus) => {
      const one = await setting();
      await enter(one, during(1));
      await meet(one, [1, 2], during(2), 1);
      const before = await one.org.readState(one.group, one.customerId, { now: during(2) });
      const again = await one.org.enroll(
        one.group,
        { customerId: one.customerId, resetStreakStatus },
        { now: during(2) },
      );
      expectRefused(again, 400, 310119, /^User already enrolled for the target\. /);
      expect(await one.org.readState(one.group, one.customerId, { now: during(2) })).toEqual(before);
    },
  );
});

describe("the first enrolment", () => {
  it.each([
    ["true", { resetStreakStatus: true }],
    ["false", { resetStreakStatus: false }],
    ["null", { resetStreakStatus: null }],
    ["absent", {}],
  ])("starts at value 0 with no level reached when resetStreakStatus is %s", async (_, fields) => {
    const one = await setting();
    await enter(one, during(2), fields);
    expect(await streakValue(one, during(2))).toBe(0);
    expect(await statuses(one, during(2))).toEqual(["INPROGRESS", "INPROGRESS", "INPROGRESS", "INPROGRESS"]);
    expect(await achieved(one, during(2))).toMatchObject({ c2: 0 });
  });
});

describe("streaks[]", () => {
  it("has one row for each level, with exactly the published fields and the target's id", async () => {
    const one = await setting(streak({ levels: [1, 3] }));
    await enter(one, during(1));
    await meet(one, [1], during(1, 20), 1);
    const [first, second] = one.group.levelIds;
    expect(await levelRows(one, during(2))).toEqual([
      {
        streakId: first,
        streakName: "l1",
        targetRuleId: one.group.targetId,
        status: "ACHIEVED",
        currentCount: 1,
        totalTargetCountOfSequence: 1,
        streakAchievedDateTime: during(1, 20),
        freezesTotal: 0,
        freezesLeft: 0,
        excusedPeriods: [],
        bridgedPeriods: [],
        expiresOn: firstInstantOf(3),
      },
      {
        streakId: second,
        streakName: "l2",
        targetRuleId: one.group.targetId,
        status: "INPROGRESS",
        currentCount: 1,
        totalTargetCountOfSequence: 3,
        streakAchievedDateTime: null,
        freezesTotal: 0,
        freezesLeft: 0,
        excusedPeriods: [],
        bridgedPeriods: [],
        expiresOn: firstInstantOf(3),
      },
    ]);
  });

  it("tells the rows of two targets of one group apart by targetRuleId, each with its own value", async () => {
    const [target] = streak().targets;
    const one = await setting(streak({ levels: [2, 4], targets: [target, { ...target, name: "Second" }] }));
    const second = { ...one, group: { ...one.group, targetId: one.group.targetIds[1] ?? 0 } };
    await enter(one, during(1));
    await enter(second, during(1));
    await meet(one, [1], during(1));
    await meet(second, [1, 2], during(2), 1);
    const rows = (await one.org.readState(one.group, one.customerId, { now: during(2) }))?.streaks;
    expect(rows).toMatchObject([
      { targetRuleId: one.group.targetId, currentCount: 1, status: "INPROGRESS" },
      { targetRuleId: one.group.targetId, currentCount: 1, status: "INPROGRESS" },
      { targetRuleId: second.group.targetId, currentCount: 2, status: "ACHIEVED" },
      { targetRuleId: second.group.targetId, currentCount: 2, status: "INPROGRESS" },
    ]);
    const filtered = await one.org.reader.get(
      `/users/${one.customerId}/targetGroups?targetRuleId=${second.group.targetId}`,
      { now: during(2) },
    );
    const shown: StreakRow[] = filtered.body.data.targetGroups[0].streaks;
    expect(shown.map(({ currentCount }) => currentCount)).toEqual([2, 2]);
  });

  it("has no rows for a target the customer is not enrolled in", async () => {
    const [target] = streak().targets;
    const one = await setting(streak({ levels: [2], targets: [target, { ...target, name: "Second" }] }));
    await enter(one, during(1));
    expect(await levelRows(one, during(1))).toMatchObject([{ targetRuleId: one.group.targetId }]);
  });

  it("is empty for a streak without levels and for a milestone", async () => {
    const withoutLevels = await setting(streak({ levels: [] }));
    await enter(withoutLevels, during(1));
    expect(
      await withoutLevels.org.readState(withoutLevels.group, withoutLevels.customerId, { now: during(1) }),
    ).toMatchObject({ streaks: [] });
    const plain = await setting(milestone());
    await enter(plain, during(1));
    expect(await plain.org.readState(plain.group, plain.customerId, { now: during(1) })).toMatchObject({ streaks: [] });
  });
});

describe("the streak value", () => {
  it.each([
    ["STREAKS", 0, continuous],
    ["NON_CONTINUOUS_STREAKS", 2, nonContinuous],
  ] as const)(
    "of %s: a cycle that was not met counts against nothing while open, and closed leaves %d",
    async (_, afterwards, body) => {
      const one = await setting(body());
      await enter(one, during(1));
      await meet(one, [1, 2], during(2));
      expect(await streakValue(one, firstInstantOf(3))).toBe(2);
      expect(await streakValue(one, lastInstantOf(3))).toBe(2);
      expect(await streakValue(one, firstInstantOf(4))).toBe(afterwards);
    },
  );

  it.each([
    ["STREAKS", 1, continuous],
    ["NON_CONTINUOUS_STREAKS", 3, nonContinuous],
  ] as const)(
    "of %s after a missed cycle and a met one is counted from the run, or from all: %d",
    async (_, expected, body) => {
      const one = await setting(body());
      await enter(one, during(1));
      await meet(one, [1, 2, 4], during(4));
      expect(await streakValue(one, during(4))).toBe(expected);
    },
  );

  it("counts the open cycle as soon as it is met", async () => {
    const one = await setting();
    await enter(one, firstInstantOf(1));
    expect(await streakValue(one, during(1))).toBe(0);
    await meet(one, [1], during(1));
    expect(await streakValue(one, during(1))).toBe(1);
  });

  it("is not broken by the cycles that ended before the enrolment", async () => {
    const one = await setting();
    await enter(one, during(4));
    await meet(one, [4], during(4));
    expect(await streakValue(one, during(5))).toBe(1);
  });

  it("is not broken by a gap in the calendar, which is no cycle", async () => {
    const [first, , third] = streak().periods;
    const one = await setting(streak({ periods: [first, third], levels: [2] }));
    await enter(one, during(1));
    await meet(one, [1], during(1));
    expect(await streakValue(one, during(2))).toBe(1);
    await meet(one, [2], during(3));
    expect(await streakValue(one, during(3))).toBe(2);
  });

  it("stays after the last cycle has ended", async () => {
    const one = await setting(streak({ cycles: 2, levels: [2] }));
    await enter(one, during(1));
    await meet(one, [1, 2], during(2), 1);
    expect(await levelRows(one, firstInstantOf(3))).toMatchObject([{ currentCount: 2, status: "ACHIEVED" }]);
  });
});

describe("re-enrolment without reset", () => {
  it.each([
    ["false", { resetStreakStatus: false }],
    ["null", { resetStreakStatus: null }],
    ["absent", {}],
  ])("(resetStreakStatus %s) after l1 and l2 goes on from value and levels, so that l3 is next", async (_, fields) => {
    const one = await setting();
    await enter(one, during(1));
    await meet(one, [1, 2, 3, 4], during(4), 2);
    await leave(one, during(5, 5));
    await enter(one, during(5, 20), fields);
    expect(await streakValue(one, during(5, 20))).toBe(4);
    expect(await levelRows(one, during(5, 20))).toMatchObject([
      { status: "ACHIEVED", streakAchievedDateTime: during(4) },
      { status: "ACHIEVED", streakAchievedDateTime: during(4) },
      { status: "INPROGRESS", streakAchievedDateTime: null },
      { status: "INPROGRESS", streakAchievedDateTime: null },
    ]);
    await meet(one, [5, 6], during(6), 3);
    expect(await streakValue(one, during(6))).toBe(6);
    expect(await statuses(one, during(6))).toEqual(["ACHIEVED", "ACHIEVED", "ACHIEVED", "INPROGRESS"]);
  });

  it.each(bothKinds)("of %s: the cycles spent outside do not break the run", async (_, body) => {
    const one = await setting(body());
    await enter(one, during(1));
    await meet(one, [1, 2, 3, 4], during(4));
    await leave(one, during(5));
    await enter(one, during(8));
    expect(await streakValue(one, during(8))).toBe(4);
    await meet(one, [8], during(8));
    expect(await streakValue(one, during(9))).toBe(5);
  });

  it.each(bothKinds)("of %s: a met cycle left and re-entered is counted once", async (_, body) => {
    const one = await setting(body());
    await enter(one, during(1));
    await meet(one, [1, 2, 3], during(3, 2));
    await leave(one, during(3, 10));
    await enter(one, during(3, 20));
    expect(await streakValue(one, during(3, 20))).toBe(3);
    expect(await streakValue(one, lastInstantOf(4))).toBe(3);
  });

  it.each([
    ["the next cycle", 4],
    ["a much later cycle", 9],
  ])("in %s counts the met cycle that was left once", async (_, cycle) => {
    const one = await setting();
    await enter(one, during(1));
    await meet(one, [1, 2, 3], during(3, 2));
    await leave(one, during(3));
    await enter(one, during(cycle));
    expect(await streakValue(one, during(cycle))).toBe(3);
    await meet(one, [cycle], during(cycle));
    expect(await streakValue(one, during(cycle))).toBe(4);
  });

  it("in the unmet cycle that was left goes on, and meeting that cycle counts", async () => {
    const one = await setting();
    await enter(one, during(1));
    await meet(one, [1, 2, 3], during(3));
    await leave(one, during(4, 5));
    await enter(one, during(4, 10));
    expect(await streakValue(one, during(4, 10))).toBe(3);
    await meet(one, [4], during(4, 20));
    expect(await streakValue(one, during(4, 20))).toBe(4);
  });

  it("after leaving in an unmet cycle keeps the run when the return is in a later one, and loses it when in the same and that closes unmet", async () => {
    const [later, same] = [await setting(), await setting()];
    for (const one of [later, same]) {
      await enter(one, during(1));
      await meet(one, [1, 2, 3], during(3));
      await leave(one, during(4, 5));
    }
    await enter(later, during(5));
    expect(await streakValue(later, during(5))).toBe(3);
    await enter(same, during(4, 10));
    expect(await streakValue(same, lastInstantOf(4))).toBe(3);
    expect(await streakValue(same, firstInstantOf(5))).toBe(0);
  });

  it.each([
    ["a met cycle", [1, 2, 3], 3],
    ["an unmet cycle", [1, 2], 2],
  ])("twice from %s, with no activity in between, keeps the value each time", async (_, met, value) => {
    const one = await setting();
    await enter(one, during(1));
    await meet(one, met, during(3, 2));
    await leave(one, during(3, 5));
    await enter(one, during(3, 6));
    await leave(one, during(3, 7));
    await enter(one, during(5, 1));
    expect(await streakValue(one, during(5, 1))).toBe(value);
    await leave(one, during(5, 2));
    await enter(one, during(5, 3));
    expect(await streakValue(one, during(5, 3))).toBe(value);
    await leave(one, during(5, 4));
    await enter(one, during(7));
    expect(await streakValue(one, during(7))).toBe(value);
  });

  it.each([
    ["STREAKS", 0, continuous],
    ["NON_CONTINUOUS_STREAKS", 3, nonContinuous],
  ] as const)("of %s into a cycle that then closes unmet leaves %d of 3", async (_, afterwards, body) => {
    const one = await setting(body());
    await enter(one, during(1));
    await meet(one, [1, 2, 3], during(3));
    await leave(one, during(4));
    await enter(one, during(6));
    expect(await streakValue(one, lastInstantOf(6))).toBe(3);
    expect(await streakValue(one, firstInstantOf(7))).toBe(afterwards);
  });

  it("does not bring back a run that a missed cycle had broken before the customer left", async () => {
    const one = await setting();
    await enter(one, during(1));
    await meet(one, [1, 2], during(2), 1);
    await leave(one, firstInstantOf(4));
    await enter(one, during(4));
    expect(await streakValue(one, during(4))).toBe(0);
    expect(await statuses(one, during(4))).toEqual(["ACHIEVED", "INPROGRESS", "INPROGRESS", "INPROGRESS"]);
  });

  it("keeps the run of a customer who left at the last instant of the unmet cycle that would have broken it", async () => {
    const one = await setting();
    await enter(one, during(1));
    await meet(one, [1, 2], during(2));
    await leave(one, lastInstantOf(3));
    await enter(one, firstInstantOf(4));
    expect(await streakValue(one, during(4))).toBe(2);
  });

  it("keeps the run of a customer who left in a gap between two cycles", async () => {
    const [first, , third, fourth] = streak().periods;
    const one = await setting(streak({ periods: [first, third, fourth], levels: [2] }));
    await enter(one, during(1));
    await meet(one, [1], during(1));
    await leave(one, during(2, 5));
    await enter(one, during(2, 20));
    expect(await streakValue(one, during(3))).toBe(1);
    await leave(one, during(3));
    await enter(one, during(4));
    expect(await streakValue(one, during(4))).toBe(1);
  });

  it("keeps what the current cycle had achieved", async () => {
    const one = await setting();
    await enter(one, during(1));
    await recordProgress(service.table, { ...one, cycles: { 2: "250" }, now: during(2) });
    await leave(one, during(2, 16));
    await enter(one, during(2, 17));
    expect(await achieved(one, during(2, 17))).toMatchObject({ c1: 0, c2: 250, c3: 0 });
  });

  it("is refused with 310019 when all cycles have ended since", async () => {
    const one = await setting();
    await enter(one, during(1));
    await leave(one, during(2));
    const late = await one.org.enroll(one.group, { customerId: one.customerId }, { now: firstInstantOf(13) });
    expectRefused(late, 400, 310019, /has ended/);
  });
});

describe("re-enrolment with resetStreakStatus true", () => {
  it.each(bothKinds)(
    "of %s starts again: value 0, every level to be earned, nothing achieved in the current cycle",
    async (_, body) => {
      const one = await setting(body());
      await enter(one, during(1));
      await meet(one, [1, 2, 3, 4], during(4), 2);
      await leave(one, during(4, 20));
      await enter(one, during(4, 25), { resetStreakStatus: true });
      expect(await streakValue(one, during(4, 25))).toBe(0);
      expect(await levelRows(one, during(4, 25))).toMatchObject(
        Array.from({ length: 4 }, () => ({ status: "INPROGRESS", streakAchievedDateTime: null })),
      );
      const state = await one.org.readState(one.group, one.customerId, { now: during(4, 25) });
      expect(state?.targets[3]).toMatchObject({
        periodRefCode: "c4",
        targetAchievedValue: 0,
        targetAchievedDateTime: null,
      });
    },
  );

  it("lets every level be earned anew, from the current cycle on", async () => {
    const one = await setting();
    await enter(one, during(1));
    await meet(one, [1, 2, 3, 4], during(4), 2);
    await leave(one, during(4, 20));
    await enter(one, during(4, 25), { resetStreakStatus: true });
    await meet(one, [4, 5], during(5), 1);
    expect(await streakValue(one, during(5))).toBe(2);
    expect(await levelRows(one, during(5))).toMatchObject([
      { status: "ACHIEVED", streakAchievedDateTime: during(5) },
      { status: "INPROGRESS" },
      { status: "INPROGRESS" },
      { status: "INPROGRESS" },
    ]);
  });

  it.each(bothKinds)("of %s carries nothing over, not even the met cycle that was left", async (_, body) => {
    const one = await setting(body());
    await enter(one, during(1));
    await meet(one, [1, 2, 3], during(3));
    await leave(one, during(3, 20));
    await enter(one, during(5), { resetStreakStatus: true });
    expect(await streakValue(one, during(5))).toBe(0);
  });

  it("is not undone by leaving again and coming back without reset", async () => {
    const one = await setting();
    await enter(one, during(1));
    await meet(one, [1, 2, 3], during(3), 1);
    await leave(one, during(3, 20));
    await enter(one, during(5), { resetStreakStatus: true });
    await leave(one, during(5, 20));
    await enter(one, during(6), { resetStreakStatus: false });
    expect(await streakValue(one, during(6))).toBe(0);
    expect(await statuses(one, during(6))).toEqual(["INPROGRESS", "INPROGRESS", "INPROGRESS", "INPROGRESS"]);
  });

  it("in a gap clears the cycle that comes next", async () => {
    const [first, , third] = streak().periods;
    const one = await setting(streak({ periods: [first, third], levels: [1, 2] }));
    await enter(one, during(1));
    await meet(one, [1], during(1), 1);
    await leave(one, during(1, 20));
    await enter(one, during(2), { resetStreakStatus: true });
    expect(await streakValue(one, during(3))).toBe(0);
    expect(await statuses(one, during(3))).toEqual(["INPROGRESS", "INPROGRESS"]);
  });

  it("can be repeated, so that one streak serves again and again", async () => {
    const one = await setting(streak({ levels: [1] }));
    for (const cycle of [1, 2, 3]) {
      await enter(one, during(cycle, 1), { resetStreakStatus: true });
      expect(await levelRows(one, during(cycle, 1))).toMatchObject([{ currentCount: 0, status: "INPROGRESS" }]);
      await meet(one, [cycle], during(cycle), 1);
      expect(await levelRows(one, during(cycle))).toMatchObject([{ currentCount: 1, status: "ACHIEVED" }]);
      await leave(one, during(cycle, 20));
    }
  });

  it("of one target leaves the group's other target as it was", async () => {
    const [target] = streak().targets;
    const one = await setting(streak({ levels: [1], targets: [target, { ...target, name: "Second" }] }));
    const second = { ...one, group: { ...one.group, targetId: one.group.targetIds[1] ?? 0 } };
    for (const each of [one, second]) {
      await enter(each, during(1));
      await meet(each, [1], during(1), 1);
    }
    await leave(one, during(2));
    await enter(one, during(2), { resetStreakStatus: true });
    expect(await levelRows(one, during(2))).toMatchObject([
      { targetRuleId: one.group.targetId, currentCount: 0, status: "INPROGRESS" },
      { targetRuleId: second.group.targetId, currentCount: 1, status: "ACHIEVED" },
    ]);
  });
});

describe("fields of a milestone", () => {
  it.each([
    ["periodName", "c1"],
    ["periodName", "no such cycle"],
    ["periodName", 5],
    ["periodName", { name: "c1" }],
    ["initialBalance", 100],
    ["initialBalance", -5],
    ["initialBalance", 1.5],
    ["initialBalance", "x"],
    ["initialBalance", []],
  ])("%s %j is ignored with a warning", async (field, value) => {
    const one = await setting();
    const response = await one.org.enroll(
      one.group,
      { customerId: one.customerId, [field]: value },
      { now: during(2) },
    );
    expectAccepted(response, one.customerId, [
      new RegExp(`^${field} was ignored: target group ${one.group.groupId} is a streak`),
    ]);
    expect(await achieved(one, during(2))).toMatchObject({ c1: 0, c2: 0 });
    expect(await streakValue(one, during(2))).toBe(0);
  });

  it("are each named by a warning when both are sent", async () => {
    const one = await setting();
    const record = { customerId: one.customerId, initialBalance: 100, periodName: "c5" };
    const response = await one.org.enroll(one.group, record, { now: during(2) });
    expectAccepted(response, one.customerId, [/^periodName was ignored/, /^initialBalance was ignored/]);
  });

  it("are silently fine when null", async () => {
    const one = await setting();
    await enter(one, during(2), { periodName: null, initialBalance: null });
    expect(await streakValue(one, during(2))).toBe(0);
  });

  it("initialBalance does not replace what the current cycle had on a return", async () => {
    const one = await setting();
    await enter(one, during(2));
    await recordProgress(service.table, { ...one, cycles: { 2: "250" }, now: during(2) });
    await leave(one, during(2, 16));
    const response = await one.org.enroll(
      one.group,
      { customerId: one.customerId, initialBalance: 0 },
      { now: during(2, 17) },
    );
    expectAccepted(response, one.customerId, [/^initialBalance was ignored/]);
    expect(await achieved(one, during(2, 17))).toMatchObject({ c2: 250 });
  });
});

describe("resetStreakStatus", () => {
  it.each([["true"], [""], [1], [0], [{}], [[]]])(
    "%j is refused with 300004, and nobody is enrolled",
    async (resetStreakStatus) => {
      const one = await setting();
      const response = await one.org.enroll(
        one.group,
        { customerId: one.customerId, resetStreakStatus },
        { now: during(2) },
      );
      expectRefused(response, 400, 300004, /^Invalid input\. resetStreakStatus must be .*boolean.*; got /);
      expect(await one.org.readState(one.group, one.customerId, { now: during(2) })).toBeUndefined();
    },
  );
});
