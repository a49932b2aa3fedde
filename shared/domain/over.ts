import type { Activity } from "./activity.ts";
import { type ClosingTimes, closesAt } from "./cycleClosing.ts";
import type { Instant } from "./instant.ts";
import type { CountingSubject, OriginalActivity } from "./placing.ts";
import type { TargetGroup } from "./targetGroup.ts";
import { waitingReturns } from "./waitingReturns.ts";

/** How long after the closing of its last cycle a group is over. */
const overAfterMilliseconds = 30 * 24 * 60 * 60 * 1000;

/** When the group is over. */
export function overAt(group: ClosingTimes): Instant {
  return Math.max(...group.cycles.slice(-1).map((cycle) => closesAt(group, cycle))) + overAfterMilliseconds;
}

/** Until when cycles can be appended: 30 days after the last end. A group is never over before. */
export function extensibleUntil({ cycles }: Pick<TargetGroup, "cycles">): Instant {
  return Math.max(...cycles.slice(-1).map(({ endsAt }) => endsAt)) + overAfterMilliseconds;
}

export function isOver(group: ClosingTimes, now: Instant): boolean {
  return now >= overAt(group);
}

/**
 * Whether an activity may count in a group that is over: it happened that long ago, or it is a return of something that
 * did. A return may also name a transaction that has not arrived and may have happened at any time.
 */
export function reachesBack(activity: Activity, original: OriginalActivity | undefined, now: Instant): boolean {
  return Math.min(activity.occurredAt, namedInstant(activity, original)) < now - overAfterMilliseconds;
}

function namedInstant(
  { type, occurredAt, originalActivityId }: Activity,
  original: OriginalActivity | undefined,
): Instant {
  if (type !== "RETURN" || originalActivityId === undefined) return occurredAt;
  return original?.occurredAt ?? Number.NEGATIVE_INFINITY;
}

/**
 * Whether the activity is decided in this target, and so named in its answer. A target of a group that is over is left
 * out where no sum can change. So an answer does not depend on whether the enrolment was set aside already.
 */
export function isConcerned(
  { group, enrollment }: Pick<CountingSubject, "group" | "enrollment">,
  activity: Activity,
  original: OriginalActivity | undefined,
  now: Instant,
): boolean {
  if (!isOver(group, now) || reachesBack(activity, original, now)) return true;
  return waitingReturns(enrollment, activity).some(({ cycleNumber }) => cycleNumber !== undefined);
}
