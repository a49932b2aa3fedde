import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Activity } from "../../shared/domain/activity.ts";
import { decideCounting, type TargetEffect } from "../../shared/domain/counting.ts";
import { achievedValue, type Enrollment } from "../../shared/domain/enrollment.ts";
import { type OriginalActivity } from "../../shared/domain/placing.ts";
import { streakValue } from "../../shared/domain/streak.ts";
import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import { asOriginal } from "../../shared/table/activityItem.ts";
import {
  buildActivity,
  buildEnrollment,
  buildGroup,
  buildLevels,
  buildTarget,
  decimal,
  noonOf,
} from "../support/domain.ts";
import { searchLength } from "../support/seeds.ts";

const runs = { numRuns: searchLength(1_000) };
const cycleCount = 8;
const now = noonOf(cycleCount);

const group = fc
  .record({
    trackingType: fc.constantFrom("DEFAULT", "STREAKS", "NON_CONTINUOUS_STREAKS"),
    tracksFromEnrollmentDate: fc.boolean(),
    rewardAllocation: fc.constantFrom("IMMEDIATE", "PERIOD_END"),
  })
  .map(({ trackingType, ...fields }): TargetGroup => {
    const levels = trackingType === "DEFAULT" ? [] : buildLevels(2, 3, 5);
    return buildGroup({
      cycleCount,
      trackingType,
      levels,
      targets: [buildTarget({ ...fields, values: [decimal(50)] })],
    });
  });

const enrollment = fc
  .record({ fromCycle: fc.integer({ min: 1, max: 4 }), carriedRun: fc.integer({ min: 0, max: 3 }) })
  .map(({ fromCycle, carriedRun }) => buildEnrollment({ fromCycle, carriedRun, enrolledAt: noonOf(fromCycle) }));

const transaction = fc.record({
  cycle: fc.integer({ min: 0, max: cycleCount + 1 }),
  cents: fc.integer({ min: 0, max: 9_999 }),
});

const sales = fc
  .array(transaction, { maxLength: 12 })
  .map((rows) =>
    rows.map(({ cycle, cents }, index) =>
      buildActivity({ activityId: `t${index}`, occurredAt: noonOf(cycle), amount: BigInt(cents) * 100n }),
    ),
  );

/** Sales, and returns. A return names a sale, or something that never arrives, or nothing. */
const salesAndReturns = fc
  .tuple(sales, fc.array(fc.tuple(transaction, fc.option(fc.nat({ max: 14 }), { nil: undefined })), { maxLength: 6 }))
  .map(([transactions, rows]) => [
    ...transactions,
    ...rows.map(([{ cycle, cents }, named], index) =>
      buildActivity({
        activityId: `r${index}`,
        type: "RETURN",
        occurredAt: noonOf(cycle),
        amount: BigInt(cents) * 100n,
        originalActivityId: named === undefined ? undefined : `t${named}`,
      }),
    ),
  ]);

type Outcome = { readonly enrollment: Enrollment; readonly effects: ReadonlyMap<string, TargetEffect> };

/** Counts deliveries as the store does. Each id counts once, and a return knows the transactions before it. */
function countAll(of: TargetGroup, start: Enrollment, deliveries: readonly Activity[]): Outcome {
  const [target] = of.targets;
  if (target === undefined) throw new Error("The group has a target");
  const effects = new Map<string, TargetEffect>();
  let current = start;
  for (const activity of deliveries) {
    if (effects.has(activity.activityId)) continue;
    const original = originalOf(activity, effects);
    const { effect, next = current } = decideCounting(
      { group: of, target, enrollment: current },
      activity,
      original,
      now,
    );
    effects.set(activity.activityId, effect);
    current = next;
  }
  return { enrollment: current, effects };
}

function originalOf(
  { originalActivityId = "" }: Activity,
  effects: ReadonlyMap<string, TargetEffect>,
): OriginalActivity | undefined {
  const effect = effects.get(originalActivityId);
  if (effect === undefined) return undefined;
  // A return here names only transactions, or what never arrives.
  return asOriginal({ type: "TRANSACTION", occurredAt: noonOf(1), effects: [effect] });
}

function standing(of: TargetGroup, { enrollment: state }: Outcome) {
  const cycles = of.cycles.map(({ number }) => number);
  return {
    achieved: cycles.map((cycle) => achievedValue(state, cycle)),
    sums: cycles.map((cycle) => state.achieved.get(cycle) ?? 0n),
    met: cycles.filter((cycle) => state.reachedAt.has(cycle)),
    streak: streakValue(of, state, now),
  };
}

function shuffledWithRepeats(activities: fc.Arbitrary<Activity[]>) {
  return activities.chain((list) =>
    fc.tuple(
      fc.constant(list),
      fc
        .tuple(fc.shuffledSubarray(list, { minLength: list.length }), fc.subarray(list))
        .chain(([all, repeats]) =>
          fc.shuffledSubarray([...all, ...repeats], { minLength: all.length + repeats.length }),
        ),
    ),
  );
}

describe("any order and any repetition of the same activities", () => {
  it("gives the same achieved values, met cycles and streak value, returns included", () => {
    fc.assert(
      fc.property(group, enrollment, shuffledWithRepeats(salesAndReturns), (of, start, [ordered, delivered]) => {
        expect(standing(of, countAll(of, start, delivered))).toEqual(standing(of, countAll(of, start, ordered)));
      }),
      runs,
    );
  });

  it("gives the same levels where there are no returns", () => {
    fc.assert(
      fc.property(group, enrollment, shuffledWithRepeats(sales), (of, start, [ordered, delivered]) => {
        const levels = (activities: readonly Activity[]) =>
          [...countAll(of, start, activities).enrollment.levelReachedAt.keys()].toSorted();
        expect(levels(delivered)).toEqual(levels(ordered));
      }),
      runs,
    );
  });
});

describe("over any history", () => {
  it("the effects add up to the sum of each cycle", () => {
    fc.assert(
      fc.property(group, enrollment, salesAndReturns, (of, start, activities) => {
        const outcome = countAll(of, start, activities);
        const changes = [...outcome.effects.values()].flatMap((effect) => effect.changes);
        for (const { number } of of.cycles) {
          const ofCycle = changes.filter(({ cycleNumber }) => cycleNumber === number);
          const total = ofCycle.reduce((sum, { before, after }) => sum + after - before, 0n);
          expect(total).toBe(outcome.enrollment.achieved.get(number) ?? 0n);
        }
      }),
      runs,
    );
  });

  it("no level is reached twice and no cycle is announced as reached twice", () => {
    fc.assert(
      fc.property(group, enrollment, shuffledWithRepeats(salesAndReturns), (of, start, [, delivered]) => {
        const effects = [...countAll(of, start, delivered).effects.values()];
        const levels = effects.flatMap(({ levelsReached }) => levelsReached.map(({ id }) => id));
        const cycles = effects.flatMap(({ announced }) => announced);
        expect([new Set(levels).size, new Set(cycles).size]).toEqual([levels.length, cycles.length]);
      }),
      runs,
    );
  });

  it("a streak value never exceeds the carried value plus the cycles since enrolment or reset", () => {
    fc.assert(
      fc.property(group, enrollment, salesAndReturns, (of, start, activities) => {
        const outcome = countAll(of, start, activities);
        const cyclesSince = cycleCount - start.fromCycle + 1;
        expect(standing(of, outcome).streak).toBeLessThanOrEqual(start.carriedRun + cyclesSince);
      }),
      runs,
    );
  });

  it("the achieved value shown is never below 0", () => {
    fc.assert(
      fc.property(group, enrollment, shuffledWithRepeats(salesAndReturns), (of, start, [, delivered]) => {
        const { achieved } = standing(of, countAll(of, start, delivered));
        expect(achieved.every((value) => value >= 0n)).toBe(true);
      }),
      runs,
    );
  });
});

it("0.1 + 0.2 is 0.3 over 10 000 additions", () => {
  const [target] = buildGroup().targets;
  if (target === undefined) throw new Error("The group has a target");
  const start = buildEnrollment();
  let current = start;
  for (let index = 0; index < 10_000; index += 1) {
    const amount = decimal(index % 2 === 0 ? 0.1 : 0.2);
    const activity = buildActivity({ activityId: `t${index}`, amount });
    current =
      decideCounting({ group: buildGroup(), target, enrollment: current }, activity, undefined, now).next ?? current;
  }
  expect(current.achieved.get(1)).toBe(15_000_000n);
});
