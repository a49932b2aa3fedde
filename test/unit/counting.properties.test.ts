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
  forgetAnnounced,
  forgetMet,
  forgetTriggers,
  loseLateAdjustments,
  loseLateReturns,
} from "../support/brokenSettling.ts";
import { type Earned, earnedBy } from "../support/changedReference.ts";
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
import { searchedOrders, searchedOrdersOf } from "../support/orders.ts";
import {
  type Correction,
  delivered,
  expectOfLives,
  isNoticed,
  type Keeping,
  SettledLife,
} from "../support/settledLife.ts";

const cycleCount = 8;
const now = noonOf(cycleCount);

/** Half of 50 and a third of it, 16.6667. */
const triggers = buildTriggers(33.3333, 50);
const triggerValues = [166_667n, 250_000n];

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
      targets: [buildTarget({ ...fields, values: [decimal(50)], rules: [{ fromCycle: 1, filters: [], triggers }] })],
    });
  });

const enrollment = fc
  .record({ fromCycle: fc.integer({ min: 1, max: 4 }), carriedRun: fc.integer({ min: 0, max: 3 }) })
  .map(({ fromCycle, carriedRun }) => buildEnrollment({ fromCycle, carriedRun, enrolledAt: noonOf(fromCycle) }));

const transaction = fc.record({
  cycle: fc.noBias(fc.integer({ min: 0, max: cycleCount + 1 })),
  cents: fc.integer({ min: 0, max: 9_999 }),
});

const sales = fc
  .array(transaction, { minLength: 6, maxLength: 14 })
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

type Sent = Activity | Correction;

/** Activities and adjustments in the order of their delivery, and the cycle in which each arrives. */
type Deliveries = { readonly activities: readonly Sent[]; readonly arrivedIn: readonly number[] };
type Outcome = { readonly life: SettledLife; readonly effects: ReadonlyMap<string, TargetEffect> };

/**
 * Counts deliveries as the store does, and closes and settles cycles meanwhile. Each id counts once, and a return knows
 * the transactions before it.
 */
function live(of: TargetGroup, start: Enrollment, { activities, arrivedIn }: Deliveries, keep?: Keeping): Outcome {
  const life = new SettledLife(of, start, keep);
  const effects = new Map<string, TargetEffect>();
  for (const [index, sent] of activities.entries()) {
    life.passTo(arrivedIn[index] ?? 1);
    const id = "adjustmentId" in sent ? sent.adjustmentId : sent.activityId;
    if (effects.has(id)) continue;
    const effect = "adjustmentId" in sent ? life.adjust(sent) : life.count(sent, originalOf(sent, effects));
    if (effect !== undefined) effects.set(id, effect);
  }
  return { life, effects };
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

/** No cycle ends while the activities arrive, so none is settled. */
function liveAtOnce(of: TargetGroup, start: Enrollment, activities: readonly Sent[]): Outcome {
  return live(of, start, { activities, arrivedIn: [] });
}

function standing(of: TargetGroup, { life: { stored, whole } }: Outcome) {
  const cycles = of.cycles.map(({ number }) => number);
  return {
    achieved: cycles.map((cycle) => achievedValue(whole, cycle)),
    sums: cycles.map((cycle) => whole.achieved.get(cycle) ?? 0n),
    met: cycles.filter((cycle) => whole.reachedAt.has(cycle)),
    streak: streakValue(of, stored, now),
  };
}

const corrections = (leastCents: number) =>
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: cycleCount }), fc.integer({ min: leastCents, max: 9_999 })), {
      minLength: 2,
      maxLength: 6,
    })
    .map((rows) =>
      rows.map(([cycleNumber, cents], index): Correction => {
        return { adjustmentId: `c${index}`, cycleNumber, amount: BigInt(cents === 0 ? 1 : cents) * 100n };
      }),
    );

const withAdjustments = (activities: fc.Arbitrary<Activity[]>, leastCents: number): fc.Arbitrary<Sent[]> =>
  fc.tuple(activities, corrections(leastCents)).map(([all, adjustments]) => [...all, ...adjustments]);

const livesOfSales = fc.record({ of: group, start: enrollment, sent: delivered(sales, cycleCount) });
const lives = fc.record({ of: group, start: enrollment, sent: delivered(salesAndReturns, cycleCount) });
const adjustedLives = fc.record({
  of: group,
  start: enrollment,
  sent: delivered(withAdjustments(salesAndReturns, -9_999), cycleCount),
});
const raisedLives = fc.record({ of: group, start: enrollment, sent: delivered(withAdjustments(sales, 0), cycleCount) });
type Given = typeof adjustedLives extends fc.Arbitrary<infer One> ? One : never;

function levelsOf({ life }: Outcome): number[] {
  return [...life.stored.levelReachedAt.keys()].toSorted();
}

function givesTheSame({ of, start, sent }: Given, keep?: Keeping): SettledLife {
  const outcome = live(of, start, sent.deliveries, keep);
  expect(standing(of, outcome)).toEqual(standing(of, liveAtOnce(of, start, sent.list)));
  return outcome.life;
}

describe("any order and any repetition of the same activities, late ones for settled cycles too", () => {
  it("gives the same achieved values, met cycles and streak value, returns included", () => {
    expectOfLives(lives, givesTheSame);
  });

  it("gives the same levels where there are no returns", () => {
    expectOfLives(livesOfSales, ({ of, start, sent }) => {
      const outcome = live(of, start, sent.deliveries);
      expect(levelsOf(outcome)).toEqual(levelsOf(liveAtOnce(of, start, sent.list)));
      return outcome.life;
    });
  });
});

/** What the final definition says of the whole set. An adjustment is like a transaction at noon of its cycle. */
function referenceOf({ of, start, sent }: Given): Earned {
  const [target] = of.targets;
  const arrived = sent.list.map((one) => ({
    activity: "adjustmentId" in one ? asTransaction(one) : one,
    isActive: true,
  }));
  const definition = {
    isContinuous: of.trackingType === "STREAKS",
    fromCycle: start.fromCycle,
    countsFrom: target?.tracksFromEnrollmentDate === true ? start.enrolledAt : undefined,
    cycles: of.cycles.map(({ startsAt, endsAt }) => ({ start: startsAt, end: endsAt, value: decimal(50) })),
  };
  return earnedBy(definition, arrived, now);
}

function asTransaction({ adjustmentId, cycleNumber, amount }: Correction): Activity {
  return buildActivity({ activityId: adjustmentId, occurredAt: noonOf(cycleNumber), amount });
}

/** A carried run belongs to no cycle, so the reference does not know it. */
function withoutCarried(given: Given): Given {
  return { ...given, start: { ...given.start, carriedRun: 0 } };
}

function equalsTheReference(drawn: Given, keep?: Keeping): SettledLife {
  const given = withoutCarried(drawn);
  const outcome = live(given.of, given.start, given.sent.deliveries, keep);
  const { sums, met, streakValue: value } = referenceOf(given);
  const metCycles = given.of.cycles.map(({ number }) => number).filter((number) => met[number - 1]);
  const { sums: stored, met: marked, streak } = standing(given.of, outcome);
  expect({ sums: stored, met: marked, streak }).toEqual({ sums, met: metCycles, streak: value });
  return outcome.life;
}

/** The levels of the longest run of met cycles. */
function levelsByReference(given: Given): number[] {
  const { met } = referenceOf(given);
  const isContinuous = given.of.trackingType === "STREAKS";
  let [run, longest] = [0, 0];
  for (const isMet of met) {
    if (isMet) run += 1;
    else if (isContinuous) run = 0;
    longest = Math.max(longest, run);
  }
  return given.of.levels.filter(({ cyclesToMeet }) => cyclesToMeet <= longest).map(({ id }) => id);
}

describe("any order of activities, adjustments and closings", () => {
  it("gives the sums, the met cycles and the streak value that the set says", () => {
    expectOfLives(adjustedLives, equalsTheReference);
  });

  it("gives the levels that the set says, where nothing is taken off", () => {
    expectOfLives(raisedLives, (drawn) => {
      const given = withoutCarried(drawn);
      const outcome = live(given.of, given.start, given.sent.deliveries);
      expect(levelsOf(outcome)).toEqual(levelsByReference(given));
      return outcome.life;
    });
  });

  it("has effects that add up, and tells a level, a reached cycle and a sub-target once", () => {
    expectOfLives(adjustedLives, (given) => {
      addsUp(given);
      announcesOnce(given);
      return reachesSubTargetsOnce(given);
    });
  });

  it.each([
    ["forgets which cycles were met", forgetMet, equalsTheReference],
    ["forgets which cycles were announced", forgetAnnounced, announcesOnce],
    ["loses a late adjustment and so gives another result", loseLateAdjustments, equalsTheReference],
    ["loses a late adjustment and so does not add up", loseLateAdjustments, addsUp],
  ])("a settling that %s is noticed", (_, keep, check) => {
    expect(isNoticed(adjustedLives, check, keep)).toBe(true);
  });
});

function sale(activityId: string, cycle: number, amount: number): Activity {
  return buildActivity({ activityId, occurredAt: noonOf(cycle), amount: decimal(amount) });
}

function adjustment(adjustmentId: string, cycleNumber: number, amount: Correction["amount"]): Correction {
  return { adjustmentId, cycleNumber, amount };
}

describe.each(["STREAKS", "NON_CONTINUOUS_STREAKS"] as const)("in a group of %s, all orders of 8", (trackingType) => {
  const target = buildTarget({ values: [decimal(50)] });
  const of = buildGroup({ cycleCount, trackingType, levels: buildLevels(2, 3, 5), targets: [target] });
  const list: readonly Sent[] = [
    sale("t1", 1, 50),
    sale("t2", 2, 40),
    sale("t3", 3, 70),
    sale("t4", 4, 60),
    { ...sale("r1", 5, 15), type: "RETURN", originalActivityId: "t4" },
    adjustment("c1", 2, decimal(10)),
    adjustment("c2", 3, -decimal(30)),
    adjustment("c3", 3, decimal(10)),
  ];
  const start = buildEnrollment({ enrolledAt: noonOf(1) });
  const given = { of, start, sent: { list: [...list], deliveries: { activities: [], arrivedIn: [] } } };
  const wanted = referenceOf(given);

  it("activities, a return and adjustments, between closings, give what the set says, and at least its levels", () => {
    const levels = levelsByReference(given);
    let orders = 0;
    const wrong: unknown[] = [];
    for (const activities of searchedOrdersOf(list)) {
      orders += 1;
      const outcome = live(of, start, { activities, arrivedIn: [1, 2, 3, 4, 5, 6, 7, 8] });
      const { sums, met, streak } = standing(of, outcome);
      const isRight =
        sums.every((sum, index) => sum === wanted.sums[index]) &&
        wanted.met.every((isMet, index) => isMet === met.includes(index + 1)) &&
        streak === wanted.streakValue &&
        levels.every((id) => levelsOf(outcome).includes(id));
      if (!isRight) wrong.push(activities);
    }
    expect({ orders, wrong }).toEqual({ orders: searchedOrders(40_320), wrong: [] });
    expect({ streak: wanted.streakValue, levels }).toEqual(
      trackingType === "STREAKS" ? { streak: 0, levels: [1, 2] } : { streak: 3, levels: [1, 2] },
    );
  });
});

function addsUp({ of, start, sent }: Given, keep?: Keeping): SettledLife {
  const { life, effects } = live(of, start, sent.deliveries, keep);
  const changes = [...effects.values()].flatMap((effect) => effect.changes);
  const { achieved } = life.whole;
  for (const { number } of of.cycles) {
    const ofCycle = changes.filter(({ cycleNumber }) => cycleNumber === number);
    const total = ofCycle.reduce((sum, { before, after }) => sum + after - before, 0n);
    expect(total).toBe(achieved.get(number) ?? 0n);
  }
  return life;
}

function announcesOnce({ of, start, sent }: Given, keep?: Keeping): SettledLife {
  const { life, effects } = live(of, start, sent.deliveries, keep);
  const levels = [...effects.values()].flatMap(({ levelsReached }) => levelsReached.map(({ id }) => id));
  const cycles = [...effects.values()].flatMap(({ announced }) => announced);
  expect([new Set(levels).size, new Set(cycles).size]).toEqual([levels.length, cycles.length]);
  return life;
}

/** The sub-targets of every cycle that its sum has reached after some activity, by the activities in their order. */
function reachedBy({ of, start }: Given, effects: ReadonlyMap<string, TargetEffect>): Map<number, number[]> {
  const all = of.cycles.map(({ number }): [number, number[]] => {
    const ofCycle = [...effects.values()].map(({ changes }) =>
      changes.findLast(({ cycleNumber }) => cycleNumber === number),
    );
    const sums = ofCycle.flatMap((change) => (change === undefined ? [] : [change.after]));
    const ids = triggerValues.flatMap((value, index) => (sums.some((sum) => sum >= value) ? [index + 1] : []));
    return [number, number < start.fromCycle ? [] : ids];
  });
  return new Map(all.filter(([, ids]) => ids.length > 0));
}

function idsByCycle(life: SettledLife): Map<number, number[]> {
  const all = [...life.whole.triggerReachedAt].map(([cycle, marks]): [number, number[]] => [cycle, [...marks.keys()]]);
  return new Map(all.toSorted(([one], [other]) => one - other));
}

function reachesSubTargetsOnce(given: Given, keep?: Keeping): SettledLife {
  const { life, effects } = live(given.of, given.start, given.sent.deliveries, keep);
  const told = [...effects.values()].flatMap(({ triggersReached }) => triggersReached);
  const expected = reachedBy(given, effects);
  const pairs = [...expected].flatMap(([cycleNumber, ids]) => ids.map((triggerId) => ({ cycleNumber, triggerId })));
  const inOrder = told.toSorted((one, other) => one.cycleNumber - other.cycleNumber || one.triggerId - other.triggerId);
  expect([inOrder, idsByCycle(life)]).toEqual([pairs, expected]);
  return life;
}

describe("over any history, with settled cycles too", () => {
  it("the effects add up to the sum of each cycle", () => {
    expectOfLives(lives, addsUp);
  });

  it("no level is reached twice and no cycle is announced as reached twice", () => {
    expectOfLives(lives, announcesOnce);
  });

  it("a sub-target is reached once in a cycle, exactly where a sum was at least its value, and keeps its mark", () => {
    expectOfLives(lives, reachesSubTargetsOnce);
  });

  it("a streak value never exceeds the carried value plus the cycles since enrolment or reset", () => {
    expectOfLives(lives, ({ of, start, sent }) => {
      const outcome = live(of, start, sent.deliveries);
      const cyclesSince = cycleCount - start.fromCycle + 1;
      expect(standing(of, outcome).streak).toBeLessThanOrEqual(start.carriedRun + cyclesSince);
      return outcome.life;
    });
  });

  it("the achieved value shown is never below 0", () => {
    expectOfLives(lives, ({ of, start, sent }) => {
      const outcome = live(of, start, sent.deliveries);
      expect(standing(of, outcome).achieved.every((value) => value >= 0n)).toBe(true);
      return outcome.life;
    });
  });

  it.each([
    ["forgets which cycles were met", forgetMet, givesTheSame],
    ["forgets which cycles were announced", forgetAnnounced, announcesOnce],
    ["forgets which sub-targets were reached", forgetTriggers, reachesSubTargetsOnce],
    ["loses a late return and so gives another result", loseLateReturns, givesTheSame],
    ["loses a late return and so does not add up", loseLateReturns, addsUp],
  ])("a settling that %s is noticed", (_, keep, check) => {
    expect(isNoticed(lives, check, keep)).toBe(true);
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
