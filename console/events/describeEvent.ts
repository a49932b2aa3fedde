import { counted, formatNumber } from "../numbers.ts";
import type { WireEvent, WireEventDetail } from "../wire.ts";

/** What an event says beyond its name, in a few words. */
export function describeEvent({ "detail-type": type, detail }: WireEvent): string {
  const content = describeContent.get(type)?.(detail) ?? "";
  return [detail.periodRefCode ?? "", content].filter((part) => part !== "").join(": ");
}

const describeEnrollment = ({ reEnrolment }: WireEventDetail) => (reEnrolment === true ? "re-enrolled" : "enrolled");
const describeValue = ({ targetAchievedValue, targetValue }: WireEventDetail) =>
  `${number(targetAchievedValue)} of ${number(targetValue)}`;

const describeContent: ReadonlyMap<string, (detail: WireEventDetail) => string> = new Map([
  ["targetCustomerEnrolment", describeEnrollment],
  ["streakCustomerEnrolment", describeEnrollment],
  ["targetAchievedValueUpdated", describeChange],
  ["targetValueAchieved", describeValue],
  ["targetPeriodCompleted", describeValue],
  ["streakLevelAchieved", ({ streakName }: WireEventDetail) => streakName ?? ""],
  ["streakEnd", ({ endedCount }: WireEventDetail) => `a run of ${counted(endedCount ?? 0, "cycle")}`],
]);

function describeChange({ oldTargetAchievedValue, newTargetAchievedValue, targetValue }: WireEventDetail): string {
  return `${number(oldTargetAchievedValue)} → ${number(newTargetAchievedValue)} of ${number(targetValue)}`;
}

function number(value: number | undefined): string {
  return value === undefined ? "?" : formatNumber(value);
}
