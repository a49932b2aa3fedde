import { counted, formatNumber } from "../numbers.ts";
import type { Answer } from "../session/api.ts";
import type { WireActivityOutcome } from "../wire.ts";
import type { ActionName } from "./actionFields.ts";

/**
 * The result of a success in words. An activity has effects, while an enrolment and its end answer only the customer.
 */
export function describeOutcome({ data }: Answer): readonly string[] {
  return isActivityOutcome(data) ? describeActivity(data) : ["Done."];
}

/** What the call would have done, had it not only been tried. */
export function describeTrial(action: ActionName, { data, simulation }: Answer): readonly string[] {
  if (isActivityOutcome(data)) return describeActivity(data);
  if (simulation === undefined) return [action === "unenroll" ? wouldLeave : "It would be accepted."];
  const { periodName, coveredPeriods, targetAchievedValueAfter, reached } = simulation;
  const value = `${formatNumber(targetAchievedValueAfter)} in ${periodName}`;
  return [
    `The customer would be enrolled in ${counted(coveredPeriods, "cycle")} from ${periodName} on, and have ${value}, ${reached ? "which reaches the target" : "which does not reach the target yet"}.`,
  ];
}

const wouldLeave = "The customer would leave the current cycle and all later ones.";

function describeActivity({ targets }: WireActivityOutcome): readonly string[] {
  if (targets.length === 0) return ["Counted for no target."];
  return targets.map(
    ({ targetName, periodRefCode, oldAchievedValue, newAchievedValue, targetValue }) =>
      `${targetName}, ${periodRefCode}: ${formatNumber(oldAchievedValue)} → ${formatNumber(newAchievedValue)} of ${formatNumber(targetValue)}`,
  );
}

function isActivityOutcome(data: unknown): data is WireActivityOutcome {
  return typeof data === "object" && data !== null && "targets" in data;
}
