import { describe, expect, it } from "vitest";
import type { Activity } from "../../shared/domain/activity.ts";
import { decideCounting } from "../../shared/domain/counting.ts";
import type { Enrollment } from "../../shared/domain/enrollment.ts";
import { type CountedIn, type OriginalActivity } from "../../shared/domain/placing.ts";
import { streakValue } from "../../shared/domain/streak.ts";
import type { Target, TargetGroup } from "../../shared/domain/targetGroup.ts";
import { mostWaitingForOne, mostWaitingReturns } from "../../shared/domain/waitingReturns.ts";
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

type Given = {
  readonly group?: TargetGroup;
  readonly target?: Target;
  readonly enrollment?: Enrollment;
  readonly original?: OriginalActivity;
  readonly now?: number;
};

function count(activity: Partial<Activity>, given: Given = {}) {
  const { target = buildTarget(), enrollment = buildEnrollment(), original, now = noonOf(1) } = given;
  const group = given.group ?? buildGroup({ targets: [target] });
  const { effect, next = enrollment } = decideCounting(
    { group, target, enrollment },
    buildActivity(activity),
    original,
    now,
  );
  return { effect, next };
}

function transaction(...countedIn: readonly (readonly [number, CountedIn])[]): OriginalActivity {
  return { type: "TRANSACTION", occurredAt: noonOf(1), countedIn: new Map(countedIn) };
}

describe("what a target counts", () => {
  it.each([
    ["SALES", { amount: decimal(12.5) }, 12.5],
    ["GROSS_SALES", { amount: decimal(12.5) }, 12.5],
    ["QUANTITY", { quantity: decimal(3), amount: decimal(12.5) }, 3],
    ["COUNT", {}, 1],
    ["VISIT", { amount: undefined }, 1],
  ] as const)("is by %s", (type, activity, expected) => {
    const { next } = count(activity, { target: buildTarget({ type }) });
    expect(next.achieved).toEqual(new Map([[1, decimal(expected)]]));
  });

  it("is a named attribute of a named event", () => {
    const target = buildTarget({
      entity: "EVENT",
      eventName: "survey",
      type: "EVENT_ATTRIBUTE",
      attributeName: "stars",
    });
    const attributes = new Map([["stars", decimal(4)]]);
    expect(count({ type: "EVENT", name: "survey", attributes }, { target }).next.achieved).toEqual(
      new Map([[1, decimal(4)]]),
    );
    expect(count({ type: "EVENT", name: "other", attributes }, { target }).effect.notCounted).toBe(
      "RULE_DOES_NOT_MATCH",
    );
    expect(count({ type: "EVENT", name: "survey" }, { target }).effect.notCounted).toBe("RULE_DOES_NOT_MATCH");
    expect(count({ attributes }, { target }).effect.notCounted).toBe("RULE_DOES_NOT_MATCH");
  });

  it.each([
    ["a sale without an amount", { amount: undefined }, "SALES"],
    ["a sale without a quantity", {}, "QUANTITY"],
    ["a return, for visits", { type: "RETURN" }, "VISIT"],
    ["an event, for sales", { type: "EVENT", name: "survey" }, "SALES"],
  ] as const)("does not match %s", (_, activity, type) => {
    const { effect, next } = count(activity, { target: buildTarget({ type }) });
    expect(effect).toMatchObject({ notCounted: "RULE_DOES_NOT_MATCH", changes: [] });
    expect(next).toEqual(buildEnrollment());
  });
});

describe("the cycle", () => {
  it.each([
    [startOfCycle(2) - 1, 1],
    [startOfCycle(2), 2],
  ])("is the one that holds occurredAt: %d is in cycle %d", (occurredAt, cycle) => {
    expect(count({ occurredAt }).effect.cycleNumber).toBe(cycle);
  });

  it.each([startOfCycle(1) - 1, startOfCycle(11)])("is none for a moment outside all cycles: %d", (occurredAt) => {
    expect(count({ occurredAt }).effect.notCounted).toBe("OUTSIDE_ANY_CYCLE");
  });

  it("must be covered by the enrolment", () => {
    const enrollment = buildEnrollment({ fromCycle: 3, enrolledAt: noonOf(3) });
    expect(count({ occurredAt: startOfCycle(3) - 1 }, { enrollment }).effect.notCounted).toBe("BEFORE_ENROLMENT");
    expect(count({ occurredAt: startOfCycle(3) }, { enrollment }).effect.cycleNumber).toBe(3);
  });

  it("counts from the moment of enrolment on when trackFromEnrollmentDate is true", () => {
    const given = {
      target: buildTarget({ tracksFromEnrollmentDate: true }),
      enrollment: buildEnrollment({ enrolledAt: noonOf(1) }),
    };
    expect(count({ occurredAt: noonOf(1) - 1 }, given).effect.notCounted).toBe("BEFORE_ENROLMENT");
    expect(count({ occurredAt: noonOf(1) }, given).effect.cycleNumber).toBe(1);
  });
});

describe("reaching the target value", () => {
  it.each([
    [99.9999, undefined],
    [100, noonOf(1)],
    [100.0001, noonOf(1)],
  ])("happens at a sum of 100 and not below: %d", (amount, mark) => {
    expect(count({ amount: decimal(amount) }).next.reachedAt.get(1)).toBe(mark);
  });

  it("keeps the moment it happened when more is added", () => {
    const enrollment = buildEnrollment({ achieved: new Map([[1, decimal(100)]]), reachedAt: new Map([[1, 5]]) });
    expect(count({}, { enrollment }).next.reachedAt.get(1)).toBe(5);
  });

  it("is undone by a return below it and happens anew, later, but is announced once in an enrolment", () => {
    const first = count({ amount: decimal(100) });
    const returned = count({ activityId: "r", type: "RETURN", amount: decimal(0.0001) }, { enrollment: first.next });
    const again = count({ activityId: "b", amount: decimal(0.0001) }, { enrollment: returned.next, now: noonOf(2) });
    expect([first.effect.announced, returned.effect.announced, again.effect.announced]).toEqual([[1], [], []]);
    expect([returned.next.reachedAt.get(1), again.next.reachedAt.get(1)]).toEqual([undefined, noonOf(2)]);
  });

  it("is not announced by an activity that keeps the cycle reached, whichever enrolment made it so", () => {
    const marks = { achieved: new Map([[1, decimal(150)]]), reachedAt: new Map([[1, 5]]) };
    const kept = { enrollment: buildEnrollment({ ...marks, operationId: "operation-2" }) };
    const activities = [
      { type: "RETURN", amount: decimal(10) },
      { type: "TRANSACTION", amount: decimal(10) },
    ] as const;
    for (const activity of activities) {
      const { effect, next } = count(activity, kept);
      expect([effect.announced, effect.changes.length, next.announced.size]).toEqual([[], 1, 0]);
    }
  });

  it("is not announced for a cycle before the enrolment, where a return is given back", () => {
    const enrollment = buildEnrollment({
      fromCycle: 2,
      achieved: new Map([[1, decimal(60)]]),
      pendingReturns: new Map([
        ["a-1", [{ activityId: "r", amount: decimal(50), cycleNumber: 1, valueSetBy: undefined }]],
      ]),
    });
    const { effect, next } = count({ activityId: "a-1", occurredAt: noonOf(1) }, { enrollment });
    expect(effect).toMatchObject({ notCounted: "BEFORE_ENROLMENT", announced: [] });
    expect(next.reachedAt.has(1)).toBe(true);
  });

  it("is not announced before the close when the reward is due at the period's end", () => {
    const target = buildTarget({ rewardAllocation: "PERIOD_END" });
    expect(count({ amount: decimal(100) }, { target }).effect.announced).toEqual([]);
    const enrollment = buildEnrollment({ closedAt: new Map([[1, startOfCycle(2)]]) });
    const late = count({ amount: decimal(100) }, { target, enrollment });
    expect(late.effect).toMatchObject({ announced: [1], reopened: [1] });
  });
});

const left = { membership: { status: "UNENROLLED", leftAt: noonOf(3) } } as const;

describe("a return", () => {
  const achieved = new Map([
    [1, decimal(50)],
    [2, decimal(20)],
  ]);

  it("is taken off the cycle of the transaction it names", () => {
    const original = transaction([7, { cycleNumber: 1, valueSetBy: undefined }]);
    const activity = { type: "RETURN", occurredAt: noonOf(2), originalActivityId: "a-0" } as const;
    const { next } = count(activity, { enrollment: buildEnrollment({ achieved }), original });
    expect(next.achieved).toEqual(
      new Map([
        [1, decimal(40)],
        [2, decimal(20)],
      ]),
    );
  });

  it("is taken off the cycle it occurred in when it names none", () => {
    const { next } = count({ type: "RETURN", occurredAt: noonOf(2) }, { enrollment: buildEnrollment({ achieved }) });
    expect(next.achieved.get(2)).toBe(decimal(10));
  });

  it("may take the sum below 0, which is kept", () => {
    const { next } = count(
      { type: "RETURN", occurredAt: noonOf(2), amount: decimal(30) },
      { enrollment: buildEnrollment({ achieved }) },
    );
    expect(next.achieved.get(2)).toBe(decimal(-10));
  });

  it("does not count when the transaction it names did not", () => {
    const { effect } = count({ type: "RETURN", originalActivityId: "a-0" }, { original: transaction() });
    expect(effect).toMatchObject({ notCounted: "ORIGINAL_NOT_COUNTED", changes: [] });
  });

  it("does not count when a balance or a reset has replaced the value that holds the transaction", () => {
    const original = transaction([7, { cycleNumber: 1, valueSetBy: undefined }]);
    const replaced = buildEnrollment({ achieved, valueSetBy: new Map([[1, "operation-2"]]) });
    const back = { type: "RETURN", occurredAt: noonOf(2), originalActivityId: "a-0" } as const;
    const { effect, next } = count(back, { enrollment: replaced, original });
    expect(effect).toMatchObject({ notCounted: "ORIGINAL_NOT_COUNTED", changes: [] });
    expect(next.achieved).toEqual(achieved);
    const since = transaction([7, { cycleNumber: 1, valueSetBy: "operation-2" }]);
    expect(count(back, { enrollment: replaced, original: since }).next.achieved.get(1)).toBe(decimal(40));
  });

  it("that names an activity of another type is taken off its own cycle, and waits for nothing", () => {
    const back = { type: "RETURN", occurredAt: noonOf(2), originalActivityId: "a-0" } as const;
    for (const type of ["RETURN", "EVENT"] as const) {
      const { next } = count(back, {
        enrollment: buildEnrollment({ achieved }),
        original: { type, occurredAt: noonOf(1) },
      });
      expect([next.achieved.get(2), next.pendingReturns.size]).toEqual([decimal(10), 0]);
    }
  });

  it.each([
    ["the customer has left", "NOT_ENROLLED", left, {}],
    ["the target is switched off", "TARGET_INACTIVE", {}, { isActive: false }],
    ["the customer has left and the target is switched off", "NOT_ENROLLED", left, { isActive: false }],
  ])("that came first is given back when the transaction arrives after %s: %s", (_, reason, change, targetChange) => {
    const early = count({ activityId: "r", type: "RETURN", occurredAt: noonOf(3), originalActivityId: "a-1" });
    const given = { enrollment: { ...early.next, ...change }, target: buildTarget(targetChange) };
    const { effect, next } = count({ activityId: "a-1", amount: decimal(25) }, given);
    expect(effect).toMatchObject({ notCounted: reason, cycleNumber: undefined, announced: [] });
    expect([next.achieved, next.pendingReturns.size]).toEqual([new Map([[3, 0n]]), 0]);
  });

  it(`waits for one transaction with ${mostWaitingForOne - 1} others`, () => {
    const pending = { amount: decimal(1), cycleNumber: 3, valueSetBy: undefined };
    const waiting = Array.from({ length: mostWaitingForOne }, (_, index) => ({ ...pending, activityId: `r${index}` }));
    const enrollment = buildEnrollment({ pendingReturns: new Map([["a-1", waiting]]) });
    const back = { activityId: "r", type: "RETURN", occurredAt: noonOf(3) } as const;
    expect(count({ ...back, originalActivityId: "a-1" }, { enrollment }).next.pendingReturns).toEqual(
      enrollment.pendingReturns,
    );
    expect(count({ ...back, originalActivityId: "a-2" }, { enrollment }).next.pendingReturns.size).toBe(2);
  });

  it("that came before the transaction it names moves to that one's cycle when it arrives", () => {
    const early = count({ activityId: "r", type: "RETURN", occurredAt: noonOf(3), originalActivityId: "a-1" });
    expect(early.next.achieved).toEqual(new Map([[3, decimal(-10)]]));
    const { next, effect } = count({ activityId: "a-1", amount: decimal(25) }, { enrollment: early.next });
    expect(next.achieved).toEqual(
      new Map([
        [1, decimal(15)],
        [3, 0n],
      ]),
    );
    expect(next.pendingReturns.size).toBe(0);
    expect(effect.changes.map(({ cycleNumber, activityId }) => [cycleNumber, activityId])).toEqual([
      [1, "a-1"],
      [3, "r"],
      [1, "r"],
    ]);
  });

  it("that came first and whose transaction then does not count is undone", () => {
    const target = buildTarget({ tracksFromEnrollmentDate: true });
    const enrollment = buildEnrollment({ enrolledAt: noonOf(2) });
    const early = count(
      { activityId: "r", type: "RETURN", occurredAt: noonOf(3), originalActivityId: "a-1" },
      { target, enrollment },
    );
    const { next, effect } = count({ activityId: "a-1", occurredAt: noonOf(1) }, { target, enrollment: early.next });
    expect(next.achieved.get(3)).toBe(0n);
    expect(effect.notCounted).toBe("BEFORE_ENROLMENT");
  });

  it("that came first is not given back to a value that a balance or a reset has replaced since", () => {
    const activity = { activityId: "r", type: "RETURN", occurredAt: noonOf(3), originalActivityId: "a-1" } as const;
    const early = count({ ...activity, amount: decimal(60) });
    expect(early.next.achieved.get(3)).toBe(decimal(-60));
    const replaced = {
      ...early.next,
      achieved: new Map([[3, decimal(20)]]),
      valueSetBy: new Map([[3, "operation-2"]]),
    };
    const { next } = count({ activityId: "a-1", amount: decimal(60) }, { enrollment: replaced });
    expect(next.achieved).toEqual(
      new Map([
        [3, decimal(20)],
        [1, 0n],
      ]),
    );
    expect(next.pendingReturns.size).toBe(0);
  });

  it("that came after the replacement of the value is given back to it", () => {
    const replaced = buildEnrollment({
      achieved: new Map([[3, decimal(20)]]),
      valueSetBy: new Map([[3, "operation-2"]]),
    });
    const activity = { activityId: "r", type: "RETURN", occurredAt: noonOf(3), originalActivityId: "a-1" } as const;
    const early = count({ ...activity, amount: decimal(60) }, { enrollment: replaced });
    const { next } = count({ activityId: "a-1", amount: decimal(60) }, { enrollment: early.next });
    expect(next.achieved.get(3)).toBe(decimal(20));
  });

  it(`waits for its transaction like ${mostWaitingReturns - 1} others; one more stays where it was taken off`, () => {
    const waiting = Array.from({ length: mostWaitingReturns - 1 }, (_, index) => {
      const pending = { activityId: `r${index}`, amount: decimal(1), cycleNumber: 3, valueSetBy: undefined };
      return [`t${index}`, [pending]] as const;
    });
    const enrollment = buildEnrollment({ pendingReturns: new Map(waiting) });
    const activity = { activityId: "r", type: "RETURN", occurredAt: noonOf(3), originalActivityId: "a-1" } as const;
    const last = count(activity, { enrollment });
    expect(last.next.pendingReturns.size).toBe(mostWaitingReturns);
    const tooMany = count({ ...activity, originalActivityId: "a-2" }, { enrollment: last.next });
    expect(tooMany.next.pendingReturns).toBe(last.next.pendingReturns);
    expect(tooMany.next.achieved.get(3)).toBe(decimal(-20));
  });

  it("that falls into no cycle waits for its transaction without counting", () => {
    const early = count({
      activityId: "r",
      type: "RETURN",
      occurredAt: startOfCycle(1) - 1,
      originalActivityId: "a-1",
    });
    expect(early.effect).toMatchObject({ notCounted: "OUTSIDE_ANY_CYCLE", changes: [] });
    expect(count({ activityId: "a-1", amount: decimal(25) }, { enrollment: early.next }).next.achieved.get(1)).toBe(
      decimal(15),
    );
  });
});

function met(...cycles: readonly number[]): Map<number, number> {
  return new Map(cycles.map((cycle) => [cycle, noonOf(cycle)]));
}

describe("a streak's value", () => {
  it.each([
    ["STREAKS", 1],
    ["NON_CONTINUOUS_STREAKS", 2],
  ] as const)("in %s with the open cycle not met and the one after it met by a clock ahead is %d", (kind, value) => {
    const enrollment = buildEnrollment({ reachedAt: met(1, 3) });
    expect(streakValue(buildGroup({ trackingType: kind }), enrollment, noonOf(2))).toBe(value);
  });
});

describe("a streak's levels", () => {
  const target = buildTarget({ type: "VISIT", values: [decimal(1)] });
  const group = buildGroup({ trackingType: "STREAKS", levels: buildLevels(2, 3), targets: [target] });

  it.each([
    ["are reached when the run has their length", met(1), 2, [1]],
    ["are reached together when a late event joins two runs", met(1, 3), 2, [1, 2]],
    ["are not reached across a gap", met(1), 3, []],
  ])("%s", (_, reachedAt, cycle, levels) => {
    const { effect } = count(
      { occurredAt: noonOf(cycle) },
      { group, target, enrollment: buildEnrollment({ reachedAt }), now: noonOf(4) },
    );
    expect(effect.levelsReached.map(({ id }) => id)).toEqual(levels);
  });

  it("are reached across a gap when the streak is non-continuous", () => {
    const given = { group: { ...group, trackingType: "NON_CONTINUOUS_STREAKS" as const }, target };
    const { effect } = count(
      { occurredAt: noonOf(3) },
      { ...given, enrollment: buildEnrollment({ reachedAt: met(1) }), now: noonOf(3) },
    );
    expect(effect).toMatchObject({ streakValue: 2, levelsReached: [{ id: 1 }] });
  });

  it("are reached once", () => {
    const enrollment = buildEnrollment({ reachedAt: met(1, 2), levelReachedAt: new Map([[1, noonOf(2)]]) });
    expect(
      count({ occurredAt: noonOf(3) }, { group, target, enrollment, now: noonOf(3) }).effect.levelsReached.map(
        ({ id }) => id,
      ),
    ).toEqual([2]);
  });

  it("count a carried run as long as the run that starts with the re-enrolment is unbroken", () => {
    const enrollment = buildEnrollment({ carriedRun: 1, leftInCycle: 3, fromCycle: 5 });
    const first = count({ occurredAt: noonOf(5) }, { group, target, enrollment, now: noonOf(5) });
    expect(first.effect).toMatchObject({ streakValue: 2, levelsReached: [{ id: 1 }] });
    const late = count({ occurredAt: noonOf(6) }, { group, target, enrollment, now: noonOf(6) });
    expect(late.effect).toMatchObject({ streakValue: 1, levelsReached: [] });
  });
});
