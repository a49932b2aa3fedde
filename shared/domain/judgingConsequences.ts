import { byItself } from "./authorship.ts";
import { type Consequences, type EnrollmentChange, noConsequences } from "./change.ts";
import { achievedValue, type Judged, type JudgedCycle } from "./enrollment.ts";
import { newLevels } from "./newLevels.ts";
import { enrollmentNotification, type NotificationContent } from "./notifications.ts";
import { isMet, lastPastCycle } from "./past.ts";
import { cycleOf } from "./targetGroup.ts";

/**
 * What follows when cycles were judged by a changed target value: for each in order the changed value, that it is
 * reached, and its end once more when that was told before; then the levels that the run has reached by it.
 */
export function judgingConsequences(change: EnrollmentChange): Consequences {
  const { judged } = change.after;
  if (judged?.revision !== change.after.revision) return noConsequences;
  const ofCycles = judged.cycles.flatMap((cycle) =>
    cycleContents(change, cycle).map((content) => notification(change, judged, cycle.cycleNumber, content)),
  );
  const ofLevels = newLevels(change, judged.at).map((content, index) => notification(change, judged, index, content));
  return { entries: [], notifications: [...ofCycles, ...ofLevels] };
}

function notification(
  { org, customerId, group, target, after }: EnrollmentChange,
  { at }: Judged,
  index: number,
  content: NotificationContent,
) {
  return enrollmentNotification(
    { org, customerId, group, target },
    { ...byItself, revision: after.revision, at, index },
    content,
  );
}

function cycleContents(change: EnrollmentChange, judged: JudgedCycle): NotificationContent[] {
  const { group, target, after } = change;
  const { cycleNumber, oldValue, newValue, isAnnounced } = judged;
  const cycle = cycleOf(group, cycleNumber);
  const [achieved, isReached] = [achievedValue(after, cycleNumber), isMet(after, cycleNumber)];
  const { rewardAllocation } = target;
  const reward = { cycle, activityId: undefined, targetValue: newValue, achievedValue: achieved, rewardAllocation };
  const updated = { cycle, oldValue, newValue, achievedValue: achieved, isReached };
  // The write that closes a cycle tells of its end, and of its reward, by the rule for closing.
  const isClosedNow = isClosedBy(change, cycleNumber);
  const wasClosed = after.closedAt.has(cycleNumber) && !isClosedNow;
  return [
    { type: "targetValueUpdated", detail: updated },
    ...(isAnnounced && !isClosedNow ? [{ type: "targetValueAchieved", detail: reward } as const] : []),
    ...(wasClosed ? [{ type: "targetPeriodCompleted", detail: { ...reward, isReached } } as const] : []),
  ];
}

/** A cycle whose row has left was closed by an earlier write. */
function isClosedBy({ before, after }: EnrollmentChange, cycleNumber: number): boolean {
  if (before === undefined || cycleNumber <= lastPastCycle(after.past)) return false;
  return after.closedAt.has(cycleNumber) && !before.closedAt.has(cycleNumber);
}
