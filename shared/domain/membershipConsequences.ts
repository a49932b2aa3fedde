import { authorshipOf } from "./authorship.ts";
import { type Consequences, type EnrollmentChange, noConsequences } from "./change.ts";
import {
  achievedValue,
  type Enrollment,
  enrollingActivity,
  isAnnounced,
  valueSetter,
  withoutEarnings,
} from "./enrollment.ts";
import type { Instant } from "./instant.ts";
import { enrolEntries, unenrolEntries } from "./ledger.ts";
import { enrollmentNotification, type Notification } from "./notifications.ts";
import { streakValue } from "./streak.ts";
import { cycleOf, isStreak, type TargetGroup, targetValue } from "./targetGroup.ts";
import { triggerOf } from "./triggers.ts";

/** The consequences of an enrolment, a re-enrolment or an un-enrolment. Other writes to an enrolment have none here. */
export function membershipConsequences(change: EnrollmentChange): Consequences {
  const { before, after, group } = change;
  if (before?.membership.status === after.membership.status) return noConsequences;
  if (after.membership.status === "ENROLLED") {
    const joined = isByActivity(change) ? beforeItCounted(change) : change;
    return {
      entries: enrolEntries(joined),
      notifications: [enrolled(joined), ...triggersOpened(joined), ...openedAsReached(joined)],
    };
  }
  const { leftAt } = after.membership;
  return { entries: unenrolEntries(change, group, leftAt), notifications: [unenrolled(change, leftAt)] };
}

/** Whether this is the write of an activity that has enrolled the customer. It can only be the first one. */
function isByActivity({ before, after }: EnrollmentChange): boolean {
  return enrollingActivity(before, after) !== undefined;
}

/** What the activity has counted has rows and notifications of its own, which come from the activity's record. */
function beforeItCounted(change: EnrollmentChange): EnrollmentChange {
  return { ...change, after: { ...change.after, ...withoutEarnings, revision: 0 } };
}

function enrolled(change: EnrollmentChange): Notification {
  const { before, after, group, target } = change;
  const cycle = cycleOf(group, after.fromCycle);
  return enrollmentNotification(subjectOf(change), origin(after, after.enrolledAt), {
    type: isStreak(group) ? "streakCustomerEnrolment" : "targetCustomerEnrolment",
    detail: {
      cycle,
      activityId: enrollingActivity(before, after),
      targetValue: targetValue(target, cycle),
      achievedValue: achievedValue(after, cycle.number),
      streakValue: currentStreak(group, after, after.enrolledAt),
      isReEnrollment: before !== undefined,
    },
  });
}

/** The sub-targets that the opening balance has reached at once. */
function triggersOpened(change: EnrollmentChange): Notification[] {
  const { after, group, target } = change;
  const cycle = cycleOf(group, after.fromCycle);
  const isOpenedByThis = valueSetter(after, cycle.number) === after.operationId;
  const reached = isOpenedByThis ? [...(after.triggerReachedAt.get(cycle.number) ?? [])] : [];
  return reached.flatMap(([triggerId, achievedAt], index) => {
    const trigger = triggerOf(target, cycle.number, triggerId);
    if (trigger === undefined) return [];
    const [goal, achieved] = [targetValue(target, cycle), achievedValue(after, cycle.number)];
    const detail = { cycle, trigger, activityId: undefined, targetValue: goal, achievedValue: achieved, achievedAt };
    const of = { ...origin(after, after.enrolledAt), index };
    return [enrollmentNotification(subjectOf(change), of, { type: "targetMilestoneAchieved", detail })];
  });
}

/** An opening balance at or above the target value has reached the cycle at once, and the enrolment announces that. */
function openedAsReached(change: EnrollmentChange): Notification[] {
  const { after, group, target } = change;
  const cycle = cycleOf(group, after.fromCycle);
  const isOpenedByThis = valueSetter(after, cycle.number) === after.operationId;
  if (!isOpenedByThis || !isAnnounced(after, cycle.number)) return [];
  return [
    enrollmentNotification(subjectOf(change), origin(after, after.enrolledAt), {
      type: "targetValueAchieved",
      detail: {
        cycle,
        activityId: undefined,
        targetValue: targetValue(target, cycle),
        achievedValue: achievedValue(after, cycle.number),
        rewardAllocation: target.rewardAllocation,
      },
    }),
  ];
}

function unenrolled(change: EnrollmentChange, leftAt: Instant): Notification {
  const { before, after, group } = change;
  return enrollmentNotification(subjectOf(change), origin(after, leftAt), {
    type: isStreak(group) ? "streakCustomerUnEnrolment" : "targetCustomerUnEnrolment",
    detail: {
      cycle: group.cycles.find(({ number }) => number === after.leftInCycle),
      // The streak value comes from the state before. In the state after, the run is also in `carriedRun` and would
      // count twice.
      streakValue: before === undefined ? undefined : currentStreak(group, before, leftAt),
    },
  });
}

function currentStreak(group: TargetGroup, enrollment: Enrollment, now: Instant): number | undefined {
  return isStreak(group) ? streakValue(group, enrollment, now) : undefined;
}

function origin(after: Enrollment, at: Instant) {
  return { ...authorshipOf(after), revision: after.revision, at, index: 0 };
}

function subjectOf({ org, customerId, group, target }: EnrollmentChange) {
  return { org, customerId, group, target };
}
