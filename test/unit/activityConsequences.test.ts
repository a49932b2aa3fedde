import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Activity } from "../../shared/domain/activity.ts";
import { activityConsequences } from "../../shared/domain/activityConsequences.ts";
import type { Consequences } from "../../shared/domain/change.ts";
import { type TargetEffect } from "../../shared/domain/counting.ts";
import type { LedgerEntry } from "../../shared/domain/ledger.ts";
import { type OriginalActivity } from "../../shared/domain/placing.ts";
import { asOriginal } from "../../shared/table/activityItem.ts";
import { loseLateReturns } from "../support/brokenSettling.ts";
import {
  buildActivity,
  buildEnrollment,
  buildGroup,
  buildLevels,
  buildTarget,
  buildTriggers,
  decimal,
  noonOf,
} from "../support/domain.ts";
import { byTest } from "../support/membership.ts";
import { arrivals, expectOfLives, isNoticed, type Keeping, SettledLife } from "../support/settledLife.ts";

const target = buildTarget({ rules: [{ fromCycle: 1, filters: [], triggers: buildTriggers(25, 50) }] });
const group = buildGroup({ targets: [target] });
const recordedAt = noonOf(9);

function buildEffect(overrides: Partial<TargetEffect> = {}): TargetEffect {
  return {
    groupId: group.id,
    targetId: target.id,
    hasEnrolled: false,
    cycleNumber: 1,
    valueSetBy: undefined,
    notCounted: undefined,
    failedFilter: undefined,
    definitionVersion: 1,
    revision: 2,
    changes: [],
    streakValue: undefined,
    levelsReached: [],
    triggersReached: [],
    announced: [],
    reopened: [],
    ...overrides,
  };
}

function change(before: number, after: number, activityId = "a-1", cycleNumber = 1) {
  return { cycleNumber, before: decimal(before), after: decimal(after), activityId };
}

function consequences(effect: TargetEffect, activity: Activity = buildActivity()): Consequences {
  const subject = { org: "100", customerId: activity.customerId, group, target };
  return activityConsequences({ ...subject, activity: { ...activity, recordedAt }, effect });
}

describe("the row of an activity", () => {
  it.each([
    ["TRANSACTION", "ADD_TRANSACTION"],
    ["RETURN", "RETURN_BILL"],
    ["EVENT", "GENERIC_EVENT"],
  ] as const)("of type %s is a %s with what it changed", (type, kind) => {
    const effect = buildEffect({ changes: [change(20, 30)] });
    expect(consequences(effect, buildActivity({ type })).entries).toEqual([
      {
        entryId: "0000000002#0000",
        kind,
        groupId: 3,
        targetId: 7,
        cycleNumber: 1,
        delta: decimal(10),
        valueAfter: decimal(30),
        activityId: "a-1",
        occurredAt: noonOf(1),
        recordedAt,
        ...byTest,
        definitionVersion: 1,
      },
    ]);
  });

  it("is followed by a RETURN_BILL for each move of an earlier return, with that return's id", () => {
    const changes = [change(0, 50), change(-30, 0, "r-1", 2), change(50, 20, "r-1")];
    expect(consequences(buildEffect({ changes })).entries).toMatchObject([
      { kind: "ADD_TRANSACTION", activityId: "a-1", cycleNumber: 1, delta: decimal(50) },
      { kind: "RETURN_BILL", activityId: "r-1", cycleNumber: 2, delta: decimal(30), valueAfter: 0n },
      { kind: "RETURN_BILL", activityId: "r-1", cycleNumber: 1, delta: decimal(-30), valueAfter: decimal(20) },
    ]);
  });

  it("exists for an amount of 0 too", () => {
    expect(consequences(buildEffect({ changes: [change(5, 5)] })).entries).toMatchObject([{ delta: 0n }]);
  });
});

describe("targetAchievedValueUpdated", () => {
  it("names the activity and the old and the new value", () => {
    expect(consequences(buildEffect({ changes: [change(20, 30)] })).notifications).toMatchObject([
      {
        type: "targetAchievedValueUpdated",
        eventId: "100#11#activity#a-1#7#targetAchievedValueUpdated#0",
        occurredAt: recordedAt,
        detail: { cycle: { number: 1 }, activityId: "a-1", oldValue: decimal(20), newValue: decimal(30) },
      },
    ]);
  });

  it.each([
    ["up from below 0", -20, 10, 0, 10],
    ["down to below 0", 10, -20, 10, 0],
  ])("has the values that are shown, never below 0: %s", (_, before, after, oldValue, newValue) => {
    const { notifications } = consequences(buildEffect({ changes: [change(before, after)] }));
    expect(notifications).toMatchObject([{ detail: { oldValue: decimal(oldValue), newValue: decimal(newValue) } }]);
  });

  it.each([
    ["moves below 0", -20, -5],
    ["is added 0 to", 5, 5],
  ])("is not sent when the sum %s, because the value shown does not change", (_, before, after) => {
    expect(consequences(buildEffect({ changes: [change(before, after)] })).notifications).toEqual([]);
  });
});

function typesOf({ notifications }: Consequences): string[] {
  return notifications.map(({ type }) => type);
}

describe("other notifications", () => {
  it("tell a value that is reached for the first time, with what the cycle has in the end", () => {
    const changes = [change(0, 150), change(150, 120, "r-1")];
    const { notifications } = consequences(buildEffect({ changes, announced: [1] }));
    expect(notifications.at(-1)).toMatchObject({
      type: "targetValueAchieved",
      detail: { achievedValue: decimal(120), targetValue: decimal(100), activityId: "a-1" },
    });
  });

  it("tell each sub-target that is reached, with its definition and what the cycle has in the end, before the value", () => {
    const changes = [change(0, 150), change(150, 120, "r-1")];
    const triggersReached = [1, 2].map((triggerId) => ({ cycleNumber: 1, triggerId }));
    const result = consequences(buildEffect({ changes, triggersReached, announced: [1] }));
    expect(typesOf(result).slice(2)).toEqual([
      "targetMilestoneAchieved",
      "targetMilestoneAchieved",
      "targetValueAchieved",
    ]);
    expect(result.notifications[3]).toMatchObject({
      detail: { trigger: buildTriggers(25, 50)[1], achievedValue: decimal(120), activityId: "a-1" },
    });
  });

  it("tell each level that is reached, with an id of its own", () => {
    const levels = buildLevels(1, 2);
    const result = consequences(buildEffect({ changes: [change(0, 100)], levelsReached: levels, streakValue: 2 }));
    expect(typesOf(result)).toEqual(["targetAchievedValueUpdated", "streakLevelAchieved", "streakLevelAchieved"]);
    expect(result.notifications.at(-1)).toMatchObject({ detail: { level: levels[1], streakValue: 2 } });
    expect(new Set(result.notifications.map(({ eventId }) => eventId)).size).toBe(3);
  });

  it.each([
    [99.9999, false],
    [100, true],
    [100.0001, true],
  ])("tell an ended cycle again once, with what is true now: %s of 100 is reached: %s", (sum, isReached) => {
    const result = consequences(buildEffect({ changes: [change(0, 1), change(1, sum, "r-1")], reopened: [1] }));
    const again = result.notifications.filter(({ type }) => type === "targetPeriodCompleted");
    expect(again).toMatchObject([{ detail: { isReached, achievedValue: decimal(sum), activityId: "a-1" } }]);
    expect(again[0]?.eventId).toContain("a-1");
  });
});

it("an activity that counted for nothing leads to nothing", () => {
  expect(consequences(buildEffect({ notCounted: "OUTSIDE_ANY_CYCLE" }))).toEqual({ entries: [], notifications: [] });
});

type Delivery = {
  readonly kind: "TRANSACTION" | "RETURN";
  readonly cycle: number;
  readonly cents: number;
  readonly named: number | undefined;
};

const delivery: fc.Arbitrary<Delivery> = fc.record({
  kind: fc.constantFrom("TRANSACTION", "RETURN"),
  cycle: fc.noBias(fc.integer({ min: 0, max: 6 })),
  cents: fc.integer({ min: 0, max: 9_999 }),
  named: fc.option(fc.nat({ max: 14 }), { nil: undefined }),
});

function asActivity({ kind, cycle, cents, named }: Delivery, index: number): Activity {
  return buildActivity({
    activityId: `t${index}`,
    type: kind,
    occurredAt: noonOf(cycle),
    amount: BigInt(cents) * 100n,
    originalActivityId: kind === "RETURN" && named !== undefined ? `t${named}` : undefined,
  });
}

const small = buildGroup({ cycleCount: 5, targets: [target] });
type Given = { readonly list: readonly Activity[]; readonly arrivedIn: readonly number[] };

/**
 * Counts the activities one after the other, as the store does, and collects the consequences of each. Cycles are closed
 * and settled meanwhile.
 */
function countAll({ list, arrivedIn }: Given, keep?: Keeping) {
  const originals = new Map<string, OriginalActivity>();
  const life = new SettledLife(small, buildEnrollment(), keep);
  const all: Consequences[] = [];
  for (const [index, activity] of list.entries()) {
    life.passTo(arrivedIn[index] ?? 1);
    const effect = life.count(activity, originals.get(activity.originalActivityId ?? ""));
    originals.set(activity.activityId, asOriginal({ ...activity, effects: [effect] }));
    all.push(consequences(effect, activity));
  }
  return {
    life,
    entries: all.flatMap(({ entries }) => entries),
    notifications: all.flatMap(({ notifications }) => notifications),
  };
}

function sumsOf(entries: readonly LedgerEntry[]): Map<number, bigint> {
  const sums = new Map<number, bigint>();
  for (const { cycleNumber = 0, delta } of entries) sums.set(cycleNumber, (sums.get(cycleNumber) ?? 0n) + delta);
  return sums;
}

const lives: fc.Arbitrary<Given> = fc
  .array(delivery, { minLength: 4, maxLength: 15 })
  .chain((rows) =>
    fc.record({ list: fc.constant(rows.map(asActivity)), arrivedIn: arrivals(rows.length, small.cycles.length) }),
  );

function addsUp(given: Given, keep?: Keeping): SettledLife {
  const { life, entries } = countAll(given, keep);
  expect(sumsOf(entries)).toEqual(life.whole.achieved);
  const running = new Map<number, bigint>();
  for (const { cycleNumber = 0, delta, valueAfter } of entries) {
    running.set(cycleNumber, (running.get(cycleNumber) ?? 0n) + delta);
    expect(valueAfter).toBe(running.get(cycleNumber));
  }
  return life;
}

describe("for any activities in any order, late ones for settled cycles too", () => {
  it("the rows of a cycle add up to its sum, each from where the one before left it", () => {
    expectOfLives(lives, addsUp);
  });

  it("no two rows have one entryId, and no two notifications one eventId", () => {
    expectOfLives(lives, (given) => {
      const { life, entries, notifications } = countAll(given);
      expect(new Set(entries.map(({ entryId }) => entryId)).size).toBe(entries.length);
      expect(new Set(notifications.map(({ eventId }) => eventId)).size).toBe(notifications.length);
      return life;
    });
  });

  it("a sub-target is told once in a cycle, by the activity that reached it", () => {
    expectOfLives(lives, (given) => {
      const { life, notifications } = countAll(given);
      const told = notifications.flatMap(({ type, detail }) =>
        type === "targetMilestoneAchieved" ? [`${detail.cycle.number}/${detail.trigger.id}`] : [],
      );
      const reached = [...life.whole.triggerReachedAt].flatMap(([cycle, marks]) =>
        [...marks.keys()].map((id) => `${cycle}/${id}`),
      );
      expect(told.toSorted()).toEqual(reached.toSorted());
      return life;
    });
  });

  it("a settling that loses a late return is noticed", () => {
    expect(isNoticed(lives, addsUp, loseLateReturns)).toBe(true);
  });
});
