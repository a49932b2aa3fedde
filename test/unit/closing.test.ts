import {
  type Arbitrary,
  array,
  assert,
  constantFrom,
  dictionary,
  integer,
  nat,
  option,
  property,
  record,
} from "fast-check";
import { describe, expect, test } from "vitest";
import { brokenRun, decideClosing, mostCyclesInOneClosing } from "../../shared/domain/closing.ts";
import { closingConsequences } from "../../shared/domain/closingConsequences.ts";
import { decideCounting } from "../../shared/domain/counting.ts";
import type { Enrollment } from "../../shared/domain/enrollment.ts";
import type { Target, TargetGroup } from "../../shared/domain/targetGroup.ts";
import { decideUnenrollment } from "../../shared/domain/unenrolling.ts";
import {
  buildActivity,
  buildEnrollment,
  buildGroup,
  buildTarget,
  decimal,
  noonOf,
  startOfCycle,
} from "../support/domain.ts";
import { searchLength } from "../support/seeds.ts";

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

describe("whatever happened before", () => {
  const runs = { numRuns: searchLength(1_000) };

  test("closing never changes achieved values, reached marks or levels, and closing twice is closing once", () => {
    assert(
      property(histories(), ({ group, target, enrollment, now }) => {
        const first = decideClosing(group, target, enrollment, now);
        if (first.outcome === "nothingToDo") return;
        const { closedAt: _, announced: __, ...untouched } = enrollment;
        expect(first.next).toMatchObject(untouched);
        expect(decideClosing(group, target, first.next, now)).toEqual({ outcome: "nothingToDo" });
      }),
      runs,
    );
  });

  test("a period-end reward is announced at most once, by the closing or by what comes after it", () => {
    assert(
      property(array(integer({ min: 1, max: 90 }), { maxLength: 8 }), nat(8), (amounts, closeAfter) => {
        expect(announcements(amounts, closeAfter)).toBe(sum(amounts) >= 100 ? 1 : 0);
      }),
      runs,
    );
  });
});

/**
 * The number of times that the reward of cycle 2 is announced when the cycle is closed after so many of the activities.
 */
function announcements(amounts: readonly number[], closeAfter: number): number {
  let enrollment = enrolled();
  let count = 0;
  const close = () => {
    const after = closed(enrollment, periodEnd);
    count += notificationsOf(enrollment, after, periodEnd).filter(({ type }) => type === "targetValueAchieved").length;
    enrollment = after;
  };
  amounts.forEach((amount, index) => {
    if (index === closeAfter) close();
    const activity = buildActivity({ activityId: `a-${index}`, amount: decimal(amount), occurredAt: noonOf(2) });
    const subject = { group: milestone, target: periodEnd, enrollment };
    const { effect, next } = decideCounting(subject, activity, undefined, startOfCycle(3));
    count += effect.announced.length;
    enrollment = next ?? enrollment;
  });
  if (amounts.length <= closeAfter) close();
  return count;
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

function histories(): Arbitrary<History> {
  const cycle = integer({ min: 1, max: 10 });
  return record({
    trackingType: constantFrom("DEFAULT", "STREAKS", "NON_CONTINUOUS_STREAKS"),
    rewardAllocation: constantFrom("IMMEDIATE", "PERIOD_END"),
    fromCycle: cycle,
    leavingCycle: option(cycle, { nil: undefined }),
    sums: dictionary(cycle.map(String), integer({ min: -50, max: 200 })),
    closedCycles: array(cycle),
    nowCycle: cycle,
  }).map(({ trackingType, rewardAllocation, fromCycle, leavingCycle, sums, closedCycles, nowCycle }) => {
    const group = buildGroup({ trackingType });
    const entries = Object.entries(sums).map(([number, value]) => [Number(number), decimal(value)] as const);
    const member = buildEnrollment({
      fromCycle,
      achieved: new Map(entries),
      ...met(...entries.filter(([, value]) => value >= decimal(100)).map(([number]) => number)),
      closedAt: new Map(closedCycles.map((number) => [number, noonOf(number)])),
    });
    const enrollment = leavingCycle === undefined ? member : left(member, leavingCycle, group);
    return { group, target: buildTarget({ rewardAllocation }), enrollment, now: noonOf(nowCycle) };
  });
}

function typesOf(notifications: ReturnType<typeof notificationsOf>): string[] {
  return notifications.map(({ type }) => type);
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
