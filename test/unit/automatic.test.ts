import { describe, expect, it } from "vitest";
import type { Activity } from "../../shared/domain/activity.ts";
import { enrolls, newEnrollment } from "../../shared/domain/automatic.ts";
import { decideClosing } from "../../shared/domain/closing.ts";
import { enrollmentConsequences } from "../../shared/domain/consequences.ts";
import { decideCounting } from "../../shared/domain/counting.ts";
import type { Enrollment } from "../../shared/domain/enrollment.ts";
import type { OriginalActivity } from "../../shared/domain/placing.ts";
import { decideUnenrollment } from "../../shared/domain/unenrolling.ts";
import {
  buildActivity,
  buildGroup,
  buildLevels,
  buildTarget,
  decimal,
  noonOf,
  startOfCycle,
} from "../support/domain.ts";

const target = buildTarget({ enrollmentMethod: "TRANSACTION" });
const group = buildGroup({ targets: [target] });
const definition = { group, target };

function fresh(now: number, of = definition): Enrollment {
  return newEnrollment(of, { customerId: 11, enrolledByActivity: "a-1", operationId: "operation-1", now });
}

/** The enrolment after the activity that makes it. */
function enrolledBy(activity: Activity, now: number, of = definition) {
  const { effect, next } = decideCounting({ ...of, enrollment: fresh(now, of) }, activity, undefined, now);
  if (next === undefined) throw new Error("The enrolment is not stored");
  return { effect, enrollment: { ...next, revision: 1 } };
}

describe("an activity enrols", () => {
  it("from the first instant of the first cycle to the last one of the last, and not beside", () => {
    const instants = [startOfCycle(1) - 1, startOfCycle(1), startOfCycle(11) - 1, startOfCycle(11)];
    const answers = instants.map((occurredAt) => enrolls(definition, buildActivity({ occurredAt }), startOfCycle(11)));
    expect(answers).toEqual([false, true, true, false]);
  });

  it("until five minutes before the group is over, because its enrolments are set aside from then on", () => {
    const over = startOfCycle(11) + 30 * 24 * 60 * 60 * 1000 - 5 * 60 * 1000;
    const activity = buildActivity({ occurredAt: noonOf(10) });
    expect(enrolls(definition, activity, over - 1)).toBe(true);
    expect(enrolls(definition, activity, over)).toBe(false);
  });

  it("in a target that is active, in a group that is, and that takes customers in so", () => {
    const activity = buildActivity({ occurredAt: noonOf(1) });
    const others = [
      { ...target, isActive: false },
      { ...target, enrollmentMethod: "IMPORT" as const },
    ];
    const inactive = buildGroup({ targets: [target], isActive: false });
    expect(enrolls({ group: inactive, target }, activity, noonOf(1))).toBe(false);
    for (const other of others) {
      const of = { group: buildGroup({ targets: [other] }), target: other };
      expect(enrolls(of, activity, noonOf(1))).toBe(false);
    }
  });

  it("also when it takes nothing off: a return of a transaction that was counted nowhere", () => {
    const original: OriginalActivity = { type: "TRANSACTION", occurredAt: noonOf(1), countedIn: new Map() };
    const back = buildActivity({ type: "RETURN", originalActivityId: "t-1", occurredAt: noonOf(1) });
    const decision = decideCounting({ ...definition, enrollment: fresh(noonOf(1)) }, back, original, noonOf(1));
    expect(decision.effect).toMatchObject({ hasEnrolled: true, notCounted: "ORIGINAL_NOT_COUNTED", changes: [] });
    expect(decision.next).toEqual(fresh(noonOf(1)));
  });
});

describe("the enrolment by an activity", () => {
  const { enrollment } = enrolledBy(buildActivity({ occurredAt: noonOf(3), amount: decimal(40) }), noonOf(3));

  it("is closed in the cycles that had not ended then, and in no earlier one", () => {
    const decision = decideClosing(group, target, enrollment, startOfCycle(5));
    expect(decision).toMatchObject({ outcome: "close", closedCycles: [3, 4] });
  });

  it("owes no end of an earlier cycle when the customer leaves", () => {
    expect(decideUnenrollment(group, enrollment, noonOf(4))).toMatchObject({ owedCycles: [3], leftInCycle: 4 });
  });

  it.each(["IMMEDIATE", "PERIOD_END"] as const)(
    "tells a late activity's earlier cycle as reached and ended at once, with a reward that is %s",
    (rewardAllocation) => {
      const subject = { group, target: { ...target, rewardAllocation }, enrollment };
      const late = buildActivity({ activityId: "a-2", occurredAt: noonOf(1), amount: decimal(100) });
      expect(decideCounting(subject, late, undefined, noonOf(3)).effect).toMatchObject({
        announced: [1],
        reopened: [1],
        hasEnrolled: false,
      });
    },
  );

  it("has a row without a sum, with an id that no row of the activity has, and a notification of value 0", () => {
    const change = { org: "100", customerId: 11, ...definition, before: undefined, after: enrollment };
    const { entries, notifications } = enrollmentConsequences(change);
    expect(entries).toMatchObject([
      { entryId: "0000000000#0000", kind: "ENROL", cycleNumber: 1, delta: 0n, valueAfter: 0n, activityId: "a-1" },
    ]);
    expect(notifications).toMatchObject([
      { type: "targetCustomerEnrolment", source: "AUTOMATIC", detail: { activityId: "a-1", achievedValue: 0n } },
    ]);
  });

  it("reaches a level of a streak by late activities for cycles before it", () => {
    const streak = buildGroup({ trackingType: "STREAKS", levels: buildLevels(2), targets: [target] });
    const of = { group: streak, target };
    const first = enrolledBy(buildActivity({ occurredAt: noonOf(3), amount: decimal(100) }), noonOf(3), of);
    const late = buildActivity({ activityId: "a-2", occurredAt: noonOf(2), amount: decimal(100) });
    const { effect } = decideCounting({ ...of, enrollment: first.enrollment }, late, undefined, noonOf(3));
    expect(effect).toMatchObject({ streakValue: 2, levelsReached: [{ cyclesToMeet: 2 }] });
  });
});
