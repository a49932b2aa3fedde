import { formatNumber } from "../numbers.ts";
import type { Answer } from "../session/api.ts";
import type { WireActivityOutcome } from "../wire.ts";

/**
 * The result of a success in words. An activity has effects, while an enrolment and its end answer only the customer.
 */
export function describeOutcome({ data }: Answer): readonly string[] {
  if (!isActivityOutcome(data)) return ["Done."];
  if (data.targets.length === 0) return ["Counted for no target."];
  return data.targets.map(
    ({ targetName, periodRefCode, oldAchievedValue, newAchievedValue, targetValue }) =>
      `${targetName}, ${periodRefCode}: ${formatNumber(oldAchievedValue)} → ${formatNumber(newAchievedValue)} of ${formatNumber(targetValue)}`,
  );
}

function isActivityOutcome(data: unknown): data is WireActivityOutcome {
  return typeof data === "object" && data !== null && "targets" in data;
}
