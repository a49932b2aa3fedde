import type { Group } from "../model.ts";
import { counted, formatNumber } from "../numbers.ts";
import type { WireEvent, WireEventDetail } from "../wire.ts";

/** The names of all events in an operator's words, in the order of a customer's life. The filter offers them. */
export const eventNames = [
  "Enrolled",
  "Purchase counted",
  "Event counted",
  "Return counted",
  "Adjusted",
  "Sub-target reached",
  "Target reached",
  "Target value changed",
  "Level reached",
  "Cycle ended",
  "Freeze used",
  "Streak ended",
  "Streak restored",
  "Un-enrolled",
  "Erasure asked for",
  "Group changed",
  "Cycle started",
  "Reminder",
] as const;

const namesByType: ReadonlyMap<string, (typeof eventNames)[number]> = new Map([
  ["targetCustomerEnrolment", "Enrolled"],
  ["streakCustomerEnrolment", "Enrolled"],
  ["targetCustomerUnEnrolment", "Un-enrolled"],
  ["streakCustomerUnEnrolment", "Un-enrolled"],
  ["targetMilestoneAchieved", "Sub-target reached"],
  ["targetValueAchieved", "Target reached"],
  ["targetValueUpdated", "Target value changed"],
  ["targetPeriodCompleted", "Cycle ended"],
  ["streakLevelAchieved", "Level reached"],
  ["streakFreezeConsumed", "Freeze used"],
  ["streakEnd", "Streak ended"],
  ["streakRestored", "Streak restored"],
  ["targetGroupUpdated", "Group changed"],
  ["targetPeriodStarted", "Cycle started"],
  ["targetPeriodReminder", "Reminder"],
  ["customerErased", "Erasure asked for"],
]);

/**
 * The name of the event. An event of a version that the console does not know keeps the name under which it was sent.
 */
export function nameOf({ "detail-type": type, detail }: WireEvent, groups: readonly Group[]): string {
  return type === "targetAchievedValueUpdated" ? nameOfChange(detail, groups) : (namesByType.get(type) ?? type);
}

/** The name of a change of value. The event has the target and the values, but not the kind of activity. */
function nameOfChange(detail: WireEventDetail, groups: readonly Group[]): string {
  const { targetRuleId, adjustmentId, oldTargetAchievedValue = 0, newTargetAchievedValue = 0 } = detail;
  if (adjustmentId !== undefined) return "Adjusted";
  if (newTargetAchievedValue < oldTargetAchievedValue) return "Return counted";
  const target = groups.flatMap(({ targets }) => targets).find(({ id }) => id === targetRuleId);
  return target?.targetEntity === "EVENT" ? "Event counted" : "Purchase counted";
}

/** Describes in a few words what an event says beyond its name. */
export function describeEvent({ "detail-type": type, detail }: WireEvent): string {
  const content = describeContent.get(type)?.(detail) ?? "";
  return [detail.periodRefCode ?? "", content].filter((part) => part !== "").join(": ");
}

function describeEnrollment({ reEnrolment, source }: WireEventDetail): string {
  if (reEnrolment === true) return "came back";
  return source === "AUTOMATIC" ? "by an activity" : "";
}

const describeValue = ({ targetAchievedValue, targetValue }: WireEventDetail) =>
  `${number(targetAchievedValue)} of ${number(targetValue)}`;

const describeContent: ReadonlyMap<string, (detail: WireEventDetail) => string> = new Map([
  ["targetCustomerEnrolment", describeEnrollment],
  ["streakCustomerEnrolment", describeEnrollment],
  ["targetAchievedValueUpdated", describeChange],
  ["targetMilestoneAchieved", ({ triggerName }: WireEventDetail) => triggerName ?? ""],
  ["targetValueAchieved", describeValue],
  ["targetPeriodCompleted", describeValue],
  ["streakLevelAchieved", ({ streakName }: WireEventDetail) => streakName ?? ""],
  ["customerErased", ({ mode }: WireEventDetail) => (mode === "ERASE" ? "of everything" : "of names and texts")],
  ["targetGroupUpdated", ({ version }: WireEventDetail) => `version ${number(version)}`],
  ["targetPeriodReminder", ({ reminderName }: WireEventDetail) => reminderName ?? ""],
  [
    "targetValueUpdated",
    ({ oldTargetValue, newTargetValue }: WireEventDetail) =>
      `by ${number(newTargetValue)} in place of ${number(oldTargetValue)}`,
  ],
  ["streakFreezeConsumed", ({ freezesLeft }: WireEventDetail) => `${counted(freezesLeft ?? 0, "freeze")} left`],
  [
    "streakRestored",
    ({ currentCount, reason }: WireEventDetail) =>
      `a run of ${counted(currentCount ?? 0, "cycle")}${reason === undefined ? "" : `, ${reason}`}`,
  ],
  ["streakEnd", ({ endedCount }: WireEventDetail) => `a run of ${counted(endedCount ?? 0, "cycle")}`],
]);

function describeChange(detail: WireEventDetail): string {
  const { oldTargetAchievedValue, newTargetAchievedValue, targetValue, reason } = detail;
  const values = `${number(oldTargetAchievedValue)} → ${number(newTargetAchievedValue)} of ${number(targetValue)}`;
  return reason === undefined ? values : `${values}, ${reason}`;
}

function number(value: number | undefined): string {
  return value === undefined ? "?" : formatNumber(value);
}
