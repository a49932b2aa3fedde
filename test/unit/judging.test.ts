import { describe, expect, test } from "vitest";
import { decideClosing } from "../../shared/domain/closing.ts";
import { enrollmentConsequences } from "../../shared/domain/consequences.ts";
import type { Enrollment } from "../../shared/domain/enrollment.ts";
import { changedValues, judge } from "../../shared/domain/judging.ts";
import type { ChangedValues } from "../../shared/domain/targetGroup.ts";
import { buildEnrollment, buildGroup, buildTarget, decimal, noonOf, startOfCycle } from "../support/domain.ts";

const values = (...all: number[]) => buildTarget({ values: all.map(decimal) });
const { cycles } = buildGroup({ cycleCount: 5 });

describe("the changed values of an edit", () => {
  test("are runs of neighbouring cycles that had the same value", () => {
    expect(changedValues(cycles, values(1, 1, 2, 2, 2), values(1, 3, 3, 4, 4))).toEqual([
      { fromCycle: 2, throughCycle: 2, oldValue: decimal(1) },
      { fromCycle: 3, throughCycle: 5, oldValue: decimal(2) },
    ]);
  });

  test("leave out the cycles between them, and a value that is the same", () => {
    expect(changedValues(cycles, values(1), values(2, 1, 2, 1))).toEqual([
      { fromCycle: 1, throughCycle: 1, oldValue: decimal(1) },
      { fromCycle: 3, throughCycle: 3, oldValue: decimal(1) },
    ]);
    expect(changedValues(cycles, values(1), values(1, 1))).toEqual([]);
  });

  test("keep those of an earlier edit that is not judged yet, also when a value is taken back", () => {
    const unfinished = { changes: [{ fromCycle: 1, throughCycle: 2, oldValue: decimal(1) }], startedAt: 0 };
    const before = { ...values(5, 5, 1), revaluation: { ...unfinished, finishedAt: undefined } };
    expect(changedValues(cycles, before, values(5, 1, 7, 1))).toEqual([
      { fromCycle: 1, throughCycle: 3, oldValue: decimal(1) },
    ]);
    expect(changedValues(cycles, before, { ...before, name: "Other" })).toEqual([]);
    const finished = { ...before, revaluation: { ...unfinished, finishedAt: 1 } };
    expect(changedValues(cycles, finished, values(5, 5, 7, 1))).toEqual([
      { fromCycle: 3, throughCycle: 3, oldValue: decimal(1) },
    ]);
  });
});

/** The value of cycle 1 was 100 and is 50. */
const changes: readonly ChangedValues[] = [{ fromCycle: 1, throughCycle: 1, oldValue: decimal(100) }];
const revaluation = { changes, startedAt: noonOf(1), finishedAt: undefined };
const target = buildTarget({ values: [decimal(50)], revaluation });
const group = buildGroup({ cycleCount: 5, targets: [target] });
const now = startOfCycle(2);

function judged(enrollment: Enrollment): Enrollment {
  return judge({ group, target, enrollment }, [1], changes, now);
}

function notified(before: Enrollment, next: Enrollment) {
  const after = { ...next, revision: before.revision + 1 };
  const { notifications } = enrollmentConsequences({ org: "100", customerId: 11, group, target, before, after });
  return notifications.map(({ type, eventId }) => ({ type, eventId }));
}

function typesOf(before: Enrollment, next: Enrollment): string[] {
  return notified(before, next).map(({ type }) => type);
}

const sixty = { achieved: new Map([[1, decimal(60)]]) };

describe("an enrolment that is judged by a changed value", () => {
  test("stays as it is where its mark is right, and in cycles whose value was not changed", () => {
    const reached = buildEnrollment({ ...sixty, reachedAt: new Map([[1, noonOf(1)]]) });
    expect(judged(reached)).toBe(reached);
    const other = buildEnrollment({ achieved: new Map([[2, decimal(60)]]) });
    expect(judge({ group, target, enrollment: other }, [1, 2], changes, now)).toBe(other);
  });

  test("tells the end of a cycle that was closed before once more, with other ids than the closing", () => {
    const closed = buildEnrollment({ ...sixty, closedAt: new Map([[1, now]]) });
    const told = notified(closed, judged(closed));
    expect(told.map(({ type }) => type)).toEqual([
      "targetValueUpdated",
      "targetValueAchieved",
      "targetPeriodCompleted",
    ]);
    expect(new Set(told.map(({ eventId }) => eventId)).size).toBe(3);
  });

  test("is announced once when the closing judges it, as an immediate and as a period-end reward", () => {
    for (const rewardAllocation of ["IMMEDIATE", "PERIOD_END"] as const) {
      const before = buildEnrollment(sixty);
      const decision = decideClosing(group, { ...target, rewardAllocation }, before, now);
      if (decision.outcome !== "close") throw new Error("The cycle is due");
      expect(typesOf(before, decision.next)).toEqual([
        "targetPeriodCompleted",
        "targetValueAchieved",
        "targetValueUpdated",
      ]);
    }
  });

  test("tells nothing with the writes that come after", () => {
    const before = judged(buildEnrollment(sixty));
    const stored = { ...before, revision: 2 };
    expect(typesOf(stored, { ...stored, achieved: new Map([[1, decimal(70)]]) })).toEqual([]);
  });

  test("is not announced in a cycle of an earlier membership, and keeps its announcements", () => {
    const earlier = judged(buildEnrollment({ ...sixty, fromCycle: 2 }));
    expect([earlier.reachedAt.get(1), earlier.announced.size, earlier.judged?.cycles]).toEqual([now, 0, []]);
    const below = { achieved: new Map([[1, decimal(49)]]), reachedAt: new Map([[1, now]]), announced: new Set([1]) };
    const lost = judged(buildEnrollment(below));
    expect([lost.reachedAt.size, [...lost.announced]]).toEqual([0, [1]]);
  });
});
