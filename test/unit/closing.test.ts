import {
  type Arbitrary,
  array,
  assert,
  constant,
  constantFrom,
  dictionary,
  integer,
  nat,
  noBias,
  option,
  property,
  record,
  tuple,
} from "fast-check";
import { describe, expect, test } from "vitest";
import type { Activity } from "../../shared/domain/activity.ts";
import { brokenRun, decideClosing, mostCyclesInOneClosing } from "../../shared/domain/closing.ts";
import { closingConsequences } from "../../shared/domain/closingConsequences.ts";
import type { Enrollment } from "../../shared/domain/enrollment.ts";
import { keeping, noPast, withoutCycles } from "../../shared/domain/past.ts";
import type { Target, TargetGroup } from "../../shared/domain/targetGroup.ts";
import { decideUnenrollment } from "../../shared/domain/unenrolling.ts";
import { forgetAnnounced, forgetMet, loseLateReturns } from "../support/brokenSettling.ts";
import {
  buildActivity,
  buildEnrollment,
  buildGroup,
  buildLevels,
  buildTarget,
  decimal,
  noonOf,
  startOfCycle,
} from "../support/domain.ts";
import { searchLength } from "../support/seeds.ts";
import { arrivals, expectOfLives, isNoticed, type Keeping, SettledLife } from "../support/settledLife.ts";

const milestone = buildGroup();
const immediate = buildTarget();
const periodEnd = buildTarget({ rewardAllocation: "PERIOD_END" });
const reached = { achieved: new Map([[2, decimal(120)]]), reachedAt: new Map([[2, noonOf(2)]]) };

/** The enrolment after the customer left at noon of the cycle. */
function left(enrollment: Enrollment, cycle: number, group = milestone): Enrollment {
  const plan = decideUnenrollment(group, enrollment, noonOf(cycle));
  if (plan.outcome === "refused") throw new Error(plan.detail);
  const { outcome: _, ...kept } = plan;
  const membership = { status: "UNENROLLED", leftAt: noonOf(cycle) } as const;
  return { ...enrollment, ...kept, membership, operationId: "operation-2" };
}

/** An enrolment from cycle 1 on, whose cycle 1 is closed. */
function enrolled(overrides: Partial<Enrollment> = {}): Enrollment {
  return buildEnrollment({ closedAt: new Map([[1, startOfCycle(2)]]), ...overrides });
}

/** The cycles that are closed at the time, in a group of 10. */
function closedAtStartOf(cycle: number, enrollment: Enrollment): readonly number[] {
  return closedBy(enrollment, startOfCycle(cycle));
}

function closedBy(enrollment: Enrollment, now: number, group = milestone): readonly number[] {
  const decision = decideClosing(group, immediate, enrollment, now);
  return decision.outcome === "close" ? decision.closedCycles : [];
}

/** The state after the closing at the start of cycle 3. Fails when there is nothing to close. */
function closed(enrollment: Enrollment, target = immediate): Enrollment {
  const decision = decideClosing(milestone, target, enrollment, startOfCycle(3));
  if (decision.outcome !== "close") throw new Error(decision.outcome);
  return { ...decision.next, revision: enrollment.revision + 1 };
}

function notificationsOf(before: Enrollment, after: Enrollment, target = immediate, group = milestone) {
  return closingConsequences({ org: "100", customerId: 11, group, target, before, after }).notifications;
}

describe("freezes join runs when a cycle is closed", () => {
  const group = buildGroup({ trackingType: "STREAKS", levels: buildLevels(2), initialFreezes: 1 });
  const metAround = {
    reachedAt: new Map([
      [1, noonOf(1)],
      [3, noonOf(3)],
    ]),
  };

  test("and a level is reached also when the bridged cycle had ended before an activity enrolled the customer", () => {
    const enrollment = buildEnrollment({ ...metAround, enrolledAt: noonOf(3), enrolledByActivity: "a-1" });
    const decision = decideClosing(group, immediate, enrollment, startOfCycle(4));
    expect(decision).toMatchObject({ closedCycles: [3] });
    const next = decision.outcome === "close" ? { ...decision.next, revision: 2 } : enrollment;
    const types = notificationsOf(enrollment, next, immediate, group).map(({ type }) => type);
    expect(types).toEqual(["targetPeriodCompleted", "streakLevelAchieved"]);
  });

  test("and no level is reached by a customer who is out", () => {
    const enrollment = left(buildEnrollment(metAround), 4, group);
    const decision = decideClosing(group, immediate, enrollment, startOfCycle(5));
    expect(decision).toMatchObject({ closedCycles: [1, 2, 3] });
    expect("next" in decision && [...decision.next.levelReachedAt]).toEqual([]);
  });
});

describe("a cycle is closed", () => {
  test("from the first instant after it, and not at its last", () => {
    expect(closedBy(enrolled(), startOfCycle(3) - 1)).toEqual([]);
    expect(closedBy(enrolled(), startOfCycle(3))).toEqual([2]);
  });

  test("for an enrolment from that cycle or an earlier one, and not from a later one", () => {
    expect(closedAtStartOf(3, enrolled({ fromCycle: 1 }))).toEqual([2]);
    expect(closedAtStartOf(3, enrolled({ fromCycle: 2 }))).toEqual([2]);
    expect(closedAtStartOf(3, enrolled({ fromCycle: 3 }))).toEqual([]);
  });

  test("for a customer who left after it, and not for one who left in it or before", () => {
    expect(closedAtStartOf(3, left(enrolled(), 3))).toEqual([2]);
    expect(closedAtStartOf(3, left(enrolled(), 2))).toEqual([]);
    expect(closedAtStartOf(3, left(enrolled(), 1))).toEqual([]);
  });

  test("for a customer who left after it and came back, even twice, before it could be closed", () => {
    const back = { ...left(enrolled(), 3), membership: { status: "ENROLLED" }, fromCycle: 3 } as const;
    expect(closedAtStartOf(3, back)).toEqual([2]);
    const twice = { ...left(back, 4), membership: { status: "ENROLLED" }, fromCycle: 5 } as const;
    expect(closedAtStartOf(5, twice)).toEqual([2, 3]);
  });

  test("for a customer who left in it and came back in it", () => {
    expect(closedAtStartOf(3, enrolled({ fromCycle: 2, leftInCycle: 2 }))).toEqual([2]);
  });

  test("once: the state it gives has nothing more to close", () => {
    expect(closedAtStartOf(3, closed(enrolled()))).toEqual([]);
  });

  test("together with all others that have ended and are not closed, in order", () => {
    expect(closedAtStartOf(6, enrolled({ closedAt: new Map([[3, noonOf(4)]]) }))).toEqual([1, 2, 4, 5]);
    expect(closedAtStartOf(99, enrolled({ fromCycle: 8 }))).toEqual([8, 9, 10]);
  });

  test("by a later write when more have ended than one write closes", () => {
    const group = buildGroup({ cycleCount: mostCyclesInOneClosing + 1 });
    const now = startOfCycle(mostCyclesInOneClosing + 2);
    const first = decideClosing(group, immediate, buildEnrollment(), now);
    expect(first).toMatchObject({ outcome: "close", hasMore: true });
    if (first.outcome !== "close") return;
    expect(first.closedCycles).toHaveLength(mostCyclesInOneClosing);
    const second = decideClosing(group, immediate, first.next, now);
    expect(second).toMatchObject({ closedCycles: [mostCyclesInOneClosing + 1], hasMore: false });
  });
});

describe("a closing marks the cycles and nothing else", () => {
  const enrollment = enrolled(reached);
  const closedAt = new Map([
    [1, startOfCycle(2)],
    [2, startOfCycle(3)],
  ]);

  test("when the reward was immediate", () => {
    expect(closed(enrollment)).toEqual({ ...enrollment, revision: 2, closedAt });
  });

  test("when the value of a period-end reward was not reached", () => {
    expect(closed(enrolled(), periodEnd)).toMatchObject({ announced: new Set(), reachedAt: new Map() });
  });

  test("except for reached period-end rewards, which it announces", () => {
    expect(closed(enrollment, periodEnd)).toEqual({ ...closed(enrollment), announced: new Set([2]) });
    const both = buildEnrollment(met(1, 2));
    expect(closed(both, periodEnd)).toEqual({ ...closed(both), announced: new Set([1, 2]) });
  });
});

describe("a closing announces", () => {
  test("targetPeriodCompleted with the values of the cycle, reached or not", () => {
    const enrollment = enrolled(reached);
    expect(notificationsOf(enrollment, closed(enrollment))).toEqual([
      expect.objectContaining({
        type: "targetPeriodCompleted",
        occurredAt: startOfCycle(3),
        detail: {
          cycle: milestone.cycles[1],
          activityId: undefined,
          targetValue: decimal(100),
          achievedValue: decimal(120),
          isReached: true,
          rewardAllocation: "IMMEDIATE",
        },
      }),
    ]);
    const missed = enrolled();
    const detail = expect.objectContaining({ achievedValue: 0n, isReached: false });
    expect(notificationsOf(missed, closed(missed))).toEqual([
      expect.objectContaining({ type: "targetPeriodCompleted", detail }),
    ]);
  });

  test("targetValueAchieved for a reached period-end reward, also of a customer who has left since", () => {
    for (const enrollment of [enrolled(reached), left(enrolled(reached), 3)]) {
      const after = closed(enrollment, periodEnd);
      expect(typesOf(notificationsOf(enrollment, after, periodEnd))).toEqual([
        "targetPeriodCompleted",
        "targetValueAchieved",
      ]);
    }
  });

  test("no targetValueAchieved for a period-end reward whose value was not reached", () => {
    const missed = enrolled({ achieved: new Map([[2, decimal(99)]]) });
    expect(typesOf(notificationsOf(missed, closed(missed, periodEnd), periodEnd))).toEqual(["targetPeriodCompleted"]);
  });

  test("several cycles in their order, each as when it is closed alone", () => {
    const before = buildEnrollment(reached);
    const told = notificationsOf(before, closed(before, periodEnd), periodEnd);
    expect(told.map(({ type, detail }) => [type, "cycle" in detail && detail.cycle?.number])).toEqual([
      ["targetPeriodCompleted", 1],
      ["targetPeriodCompleted", 2],
      ["targetValueAchieved", 2],
    ]);
  });

  test("each event under an id of its own, which stays the same when it is derived again", () => {
    const enrollment = buildEnrollment(met(1, 2));
    const [first, again] = [0, 1].map(() => notificationsOf(enrollment, closed(enrollment, periodEnd), periodEnd));
    const ids = first?.map(({ eventId }) => eventId);
    expect(new Set(ids).size).toBe(4);
    expect(again?.map(({ eventId }) => eventId)).toEqual(ids);
  });

  test("nothing again when a late activity brings a cycle that had left back into the enrolment", () => {
    const past = { ...noPast, cyclesPerRow: 2, rowCount: 1, writtenRows: new Set([1]) };
    const whole = closed(enrolled(reached), periodEnd);
    const before = withoutCycles({ ...whole, past, settledThrough: 2 }, 2);
    const after = keeping({ ...whole, past, settledThrough: 2 }, [2]);
    expect(before.closedAt.size).toBeLessThan(after.closedAt.size);
    expect(notificationsOf(before, after, periodEnd)).toEqual([]);
  });

  test("nothing when the write was not a closing", () => {
    const enrollment = closed(enrolled());
    expect(notificationsOf(enrollment, { ...left(enrollment, 4), revision: 9 })).toEqual([]);
  });
});

describe("streakEnd", () => {
  const streak = buildGroup({ trackingType: "STREAKS" });

  test("is announced with the run's length when a missed cycle ends a run of one or more", () => {
    const enrollment = enrolled(met(1));
    const after = { ...closed(enrollment), revision: 2 };
    expect(notificationsOf(enrollment, after, immediate, streak)).toEqual([
      expect.objectContaining({ type: "targetPeriodCompleted" }),
      expect.objectContaining({ type: "streakEnd", detail: { cycle: streak.cycles[1], endedRun: 1 } }),
    ]);
  });

  test.each([
    ["the cycle was met", met(1, 2), 2],
    ["there was no run", met(), 2],
    ["the run had been ended by an earlier cycle", met(1), 3],
    ["the cycle is one of an earlier membership", { ...met(1), fromCycle: 4, carriedRun: 2 }, 2],
    ["the run is of cycles before the enrolment", { ...met(1), fromCycle: 2 }, 2],
  ])("is not announced when %s", (_, overrides, cycleNumber) => {
    expect(brokenRun(streak, enrolled(overrides), cycleNumber)).toBe(0);
  });

  test("is not announced for a streak that no missed cycle breaks, nor for a milestone", () => {
    const gaps = buildGroup({ trackingType: "NON_CONTINUOUS_STREAKS" });
    expect(brokenRun(gaps, enrolled(met(1)), 2)).toBe(0);
    expect(brokenRun(milestone, enrolled(met(1)), 2)).toBe(0);
  });

  test("counts what a re-enrolment carried over", () => {
    const carried = enrolled({ fromCycle: 5, leftInCycle: 4, carriedRun: 3 });
    expect(brokenRun(streak, carried, 5)).toBe(3);
  });

  test("does not take the carried run of a customer who has left for a run before the cycle", () => {
    const carriesThird = left(enrolled(met(3)), 4, streak);
    expect(carriesThird.carriedRun).toBe(1);
    expect(brokenRun(streak, carriesThird, 1)).toBe(0);
    expect(brokenRun(streak, left(enrolled(met(1)), 3, streak), 2)).toBe(1);
  });
});

describe("whatever happened before, with settled cycles too", () => {
  test("closing never changes achieved values, reached marks or levels, and closing twice is closing once", () => {
    let [runs, settled] = [0, 0];
    const ended = property(histories(), ({ group, target, enrollment, now }) => {
      runs += 1;
      if (enrollment.past.writtenRows.size > 0) settled += 1;
      const first = decideClosing(group, target, enrollment, now);
      if (first.outcome === "nothingToDo") return;
      const { closedAt: _, announced: __, ...untouched } = enrollment;
      expect(first.next).toMatchObject(untouched);
      expect(decideClosing(group, target, first.next, now)).toEqual({ outcome: "nothingToDo" });
    });
    assert(ended, { numRuns: searchLength(1_000) });
    expect(settled / runs).toBeGreaterThanOrEqual(0.5);
  });

  test("a period-end reward is announced at most once, by the closing or by what comes after it", () => {
    expectOfLives(livesOfOneCycle, isRewardedOnce);
  });

  test("closings and activities tell what they would if every cycle had stayed in the enrolment", () => {
    expectOfLives(livesOfStreaks, tellsTheSame);
  });

  test.each([
    ["forgets which cycles were met", forgetMet],
    ["loses a late return", loseLateReturns],
  ])("a settling that %s is noticed by what later closings and activities tell", (_, keep) => {
    expect(isNoticed(livesOfStreaks, tellsTheSame, keep)).toBe(true);
  });

  test("a settling that forgets which cycles were announced is noticed, because a reward is announced twice", () => {
    expect(isNoticed(livesOfOneCycle, isRewardedOnce, forgetAnnounced)).toBe(true);
  });
});

const atItsEnd = [{ fromCycle: 1, days: 0 }];
const aDayLater = [{ fromCycle: 1, days: 1 }];
const lowered = [
  { fromCycle: 1, days: 2 },
  { fromCycle: 4, days: 0 },
];

/** What one customer sent for which cycle, and the cycle in which each arrives. A return has an amount below 0. */
type Sent = { readonly activities: readonly Activity[]; readonly arrivedIn: readonly number[] };

function sent(forCycle: Arbitrary<number>): Arbitrary<Sent> {
  const rows = array(tuple(forCycle, integer({ min: -90, max: 110 })), { minLength: 5, maxLength: 14 });
  return rows.chain((some) =>
    record({ activities: constant(some.map(asActivity)), arrivedIn: arrivals(some.length, milestone.cycles.length) }),
  );
}

function asActivity([forCycle, amount]: readonly [number, number], index: number): Activity {
  return buildActivity({
    activityId: `a-${index}`,
    type: amount < 0 ? "RETURN" : "TRANSACTION",
    amount: decimal(Math.abs(amount)),
    occurredAt: noonOf(forCycle),
  });
}

/** What is told in the order of time: notifications of closings, and effects of activities. */
function tellAll(life: SettledLife, group: TargetGroup, { activities, arrivedIn }: Sent) {
  const [target = immediate] = group.targets;
  const pass = (to: number) =>
    life.passTo(to).flatMap(({ before, after }) => notificationsOf(before, after, target, group));
  const during = activities.map((activity, index) => ({
    closings: pass(arrivedIn[index] ?? 1),
    effect: life.count(activity, undefined),
  }));
  return { during, afterwards: pass(group.cycles.length + 1) };
}

const rewarding = buildGroup({ targets: [periodEnd] });
const livesOfOneCycle = sent(constant(2));

function isRewardedOnce(given: Sent, keep?: Keeping): SettledLife {
  const life = new SettledLife(rewarding, buildEnrollment(), keep);
  const { during, afterwards } = tellAll(life, rewarding, given);
  const notifications = [...during.flatMap(({ closings }) => closings), ...afterwards];
  const byClosing = notifications.filter(({ type }) => type === "targetValueAchieved").length;
  const byActivity = during.flatMap(({ effect }) => effect.announced).length;
  expect(byClosing + byActivity).toBe(isReachedFromClosingOn(given) ? 1 : 0);
  return life;
}

/** Whether the sum of cycle 2 is reached when it is closed, which is in cycle 3, or at any time after that. */
function isReachedFromClosingOn({ activities, arrivedIn }: Sent): boolean {
  const sums = activities.map((_, index) => sumOf(activities.slice(0, index + 1)));
  const atClosing = sumOf(activities.filter((_, index) => (arrivedIn[index] ?? 1) < 3));
  return [atClosing, ...sums.filter((_, index) => (arrivedIn[index] ?? 1) >= 3)].some((sum) => sum >= decimal(100));
}

function sumOf(activities: readonly Activity[]): bigint {
  return activities.reduce((sum, { type, amount = 0n }) => sum + (type === "RETURN" ? -amount : amount), 0n);
}

const streakGroup = record({
  trackingType: constantFrom("STREAKS", "NON_CONTINUOUS_STREAKS"),
  rewardAllocation: constantFrom("IMMEDIATE", "PERIOD_END"),
  closingOffsets: constantFrom(atItsEnd, atItsEnd, aDayLater, lowered),
}).map(({ trackingType, rewardAllocation, closingOffsets }) =>
  buildGroup({ trackingType, closingOffsets, levels: buildLevels(2, 4), targets: [buildTarget({ rewardAllocation })] }),
);
const livesOfStreaks = record({ group: streakGroup, given: sent(noBias(integer({ min: 1, max: 10 }))) });
type StreakLife = typeof livesOfStreaks extends Arbitrary<infer One> ? One : never;

function tellsTheSame({ group, given }: StreakLife, keep?: Keeping): SettledLife {
  const life = new SettledLife(group, buildEnrollment(), keep);
  const whole = new SettledLife(group, buildEnrollment(), undefined, Number.POSITIVE_INFINITY);
  expect(tellAll(life, group, given)).toEqual(tellAll(whole, group, given));
  return life;
}

function met(...cycles: number[]): Pick<Enrollment, "reachedAt"> {
  return { reachedAt: new Map(cycles.map((cycle) => [cycle, noonOf(cycle)])) };
}

type History = {
  readonly group: TargetGroup;
  readonly target: Target;
  readonly enrollment: Enrollment;
  readonly now: number;
};

/** Enrolments that have lived through cycles, which were closed and settled, and were left after that or not. */
function histories(): Arbitrary<History> {
  const cycle = noBias(integer({ min: 1, max: 10 }));
  return record({
    trackingType: constantFrom("DEFAULT", "STREAKS", "NON_CONTINUOUS_STREAKS"),
    rewardAllocation: constantFrom("IMMEDIATE", "PERIOD_END"),
    fromCycle: constantFrom(1, 1, 1, 2, 5),
    livedThrough: noBias(integer({ min: 4, max: 10 })),
    cyclesToLeaving: option(nat(3), { nil: undefined, freq: 2 }),
    cyclesToClosing: nat(3),
    sums: dictionary(cycle.map(String), integer({ min: -50, max: 200 })),
    closedCycles: array(cycle),
  }).map(({ trackingType, rewardAllocation, fromCycle, sums, closedCycles, ...cycles }) => {
    const target = buildTarget({ rewardAllocation });
    const group = buildGroup({ trackingType, targets: [target] });
    const entries = Object.entries(sums).map(([number, value]) => [Number(number), decimal(value)] as const);
    const member = buildEnrollment({
      fromCycle,
      achieved: new Map(entries),
      ...met(...entries.filter(([, value]) => value >= decimal(100)).map(([number]) => number)),
      closedAt: new Map(closedCycles.map((number) => [number, noonOf(number)])),
    });
    const life = new SettledLife(group, member);
    life.passTo(cycles.livedThrough);
    const lastCycle = cycles.livedThrough + (cycles.cyclesToLeaving ?? 0);
    const enrollment = cycles.cyclesToLeaving === undefined ? life.stored : left(life.stored, lastCycle, group);
    return { group, target, enrollment, now: noonOf(lastCycle + cycles.cyclesToClosing) };
  });
}

function typesOf(notifications: ReturnType<typeof notificationsOf>): string[] {
  return notifications.map(({ type }) => type);
}
