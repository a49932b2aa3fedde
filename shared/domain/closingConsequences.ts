import { byItself } from "./authorship.ts";
import { type Consequences, type EnrollmentChange, noConsequences } from "./change.ts";
import { brokenRun } from "./closing.ts";
import { achievedValue, isAnnounced } from "./enrollment.ts";
import type { Instant } from "./instant.ts";
import { newLevels } from "./newLevels.ts";
import { enrollmentNotification, type Notification, type NotificationContent } from "./notifications.ts";
import { isMet, lastPastCycle } from "./past.ts";
import { freezesLeftAfter } from "./streak.ts";
import { type Cycle, cycleOf, targetValue } from "./targetGroup.ts";

/**
 * What the closing of cycles announces, for each in order: the end of the cycle, a reward that waited for it, and the end
 * of a run or the freeze that keeps it. Then the levels of runs that freezes have joined.
 */
export function closingConsequences(change: EnrollmentChange): Consequences {
  const { before, after, group } = change;
  if (before === undefined) return noConsequences;
  // A cycle whose row has left was closed by an earlier write. It comes back into the enrolment when a late activity is kept.
  const closed = [...after.closedAt].filter(
    ([number]) => number > lastPastCycle(after.past) && !before.closedAt.has(number),
  );
  const inOrder = closed.toSorted(([one], [other]) => one - other);
  const notifications = inOrder.flatMap(([number, at]) => closingNotifications(change, cycleOf(group, number), at));
  return { entries: [], notifications: [...notifications, ...joinedLevels(change, inOrder)] };
}

/** A write that also judges cycles tells all levels by the rule for that. */
function joinedLevels(change: EnrollmentChange, closed: readonly (readonly [number, Instant])[]): Notification[] {
  const { org, customerId, group, target, after } = change;
  const [, at] = closed[0] ?? [];
  if (at === undefined || after.judged?.revision === after.revision) return [];
  return newLevels(change, at).map((content, index) => {
    const origin = { ...byItself, revision: after.revision, at, index };
    return enrollmentNotification({ org, customerId, group, target }, origin, content);
  });
}

function closingNotifications(change: EnrollmentChange, cycle: Cycle, at: Instant): Notification[] {
  const { org, customerId, group, target, after } = change;
  const contents = [completed(change, cycle), ...rewarded(change, cycle), ...runEnded(change, cycle)];
  // One write can close several cycles, so the cycle's number is part of each event's id.
  const origin = { ...byItself, revision: after.revision, at, index: cycle.number };
  return contents.map((content) => enrollmentNotification({ org, customerId, group, target }, origin, content));
}

function completed({ target, after }: EnrollmentChange, cycle: Cycle): NotificationContent {
  const isReached = isMet(after, cycle.number);
  const detail = { ...values({ target, after }, cycle), isReached, rewardAllocation: target.rewardAllocation };
  return { type: "targetPeriodCompleted", detail };
}

/**
 * The closing has decided whether the reward is due, and has recorded it in `announced`. It is not decided again here.
 */
function rewarded({ target, before, after }: EnrollmentChange, cycle: Cycle): NotificationContent[] {
  const wasAnnounced = before !== undefined && isAnnounced(before, cycle.number);
  if (wasAnnounced || !isAnnounced(after, cycle.number)) return [];
  const detail = { ...values({ target, after }, cycle), rewardAllocation: target.rewardAllocation };
  return [{ type: "targetValueAchieved", detail }];
}

function runEnded({ group, after }: EnrollmentChange, cycle: Cycle): NotificationContent[] {
  const endedRun = brokenRun(group, after, cycle.number);
  if (endedRun > 0) return [{ type: "streakEnd", detail: { cycle, endedRun } }];
  const freezesLeft = freezesLeftAfter(group, after, cycle.number);
  return freezesLeft === undefined ? [] : [{ type: "streakFreezeConsumed", detail: { cycle, freezesLeft } }];
}

function values({ target, after }: Pick<EnrollmentChange, "target" | "after">, cycle: Cycle) {
  return {
    cycle,
    activityId: undefined,
    targetValue: targetValue(target, cycle),
    achievedValue: achievedValue(after, cycle.number),
  };
}
