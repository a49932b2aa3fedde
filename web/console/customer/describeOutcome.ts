import { describeFilter, filterNouns } from "../groups/describeFilter.ts";
import type { Group } from "../model.ts";
import { counted, formatNumber } from "../numbers.ts";
import type { Answer } from "../session/api.ts";
import type {
  WireActivityEffect,
  WireActivityOutcome,
  WireAdjustmentOutcome,
  WireForgivenessOutcome,
  WireNotCounted,
} from "../wire.ts";
import type { ActionName } from "./actionFields.ts";
import { nameOfTarget } from "./targetSelect.tsx";

/**
 * The result of a success in words. An activity and an adjustment have effects, while an enrolment and its end answer only
 * the customer.
 */
export function describeOutcome({ data }: Answer, groups: readonly Group[]): readonly string[] {
  if (isAdjustmentOutcome(data)) return describeAdjustment(data);
  return isActivityOutcome(data) ? describeActivity(data, groups) : ["Done."];
}

/** What the call would have done, had it not only been tried. */
export function describeTrial(
  action: ActionName,
  { data, simulation }: Answer,
  groups: readonly Group[],
): readonly string[] {
  if (isActivityOutcome(data)) return describeActivity(data, groups);
  if (simulation === undefined) return [action === "unenroll" ? wouldLeave : "It would be accepted."];
  const { periodName, coveredPeriods, targetAchievedValueAfter, reached } = simulation;
  const value = `${formatNumber(targetAchievedValueAfter)} in ${periodName}`;
  return [
    `The customer would be enrolled in ${counted(coveredPeriods, "cycle")} from ${periodName} on, and have ${value}, ${reached ? "which reaches the target" : "which does not reach the target yet"}.`,
  ];
}

const wouldLeave = "The customer would leave the current cycle and all later ones.";

function describeActivity({ targets, notCounted }: WireActivityOutcome, groups: readonly Group[]): readonly string[] {
  return [
    ...describeEnrolled(targets),
    ...(targets.length === 0 ? ["Counted for no target."] : targets.flatMap(describeEffect)),
    ...notCounted.flatMap((one) => describeNotCounted(one, groups)),
  ];
}

/** Each row of a target says so. There are several when the activity moves returns. */
function describeEnrolled(targets: readonly WireActivityEffect[]): readonly string[] {
  const names = targets.filter(({ enrolled }) => enrolled === true).map(({ targetName }) => targetName);
  return [...new Set(names)].map(enrolledByThis);
}

function enrolledByThis(targetName: string): string {
  return `${targetName}: enrolled by this activity.`;
}

function describeAdjustment(outcome: WireAdjustmentOutcome): readonly string[] {
  const { reached, streakValue, levelsReached } = outcome;
  return [
    ...describeEffect(outcome),
    reached ? "The target value is reached." : "The target value is not reached.",
    ...(streakValue === null ? [] : [`The run is ${counted(streakValue, "cycle")} long.`]),
    ...levelsReached.map(describeLevel),
  ];
}

/** How a streak stands after it was forgiven something. */
export function describeForgiveness({ data }: Answer): readonly string[] {
  if (!isForgivenessOutcome(data)) return ["Done."];
  const { streakValue, freezesLeft, freezesTotal, levelsReached } = data;
  const freezes = freezesTotal === 0 ? [] : [`${freezesLeft} of ${counted(freezesTotal, "freeze")} are left.`];
  return [`The run is ${counted(streakValue, "cycle")} long.`, ...freezes, ...levelsReached.map(describeLevel)];
}

function describeLevel({ streakName }: WireForgivenessOutcome["levelsReached"][number]): string {
  return `Level ${streakName} reached.`;
}

/** What an activity and an adjustment have in common. */
type Effect = Pick<WireActivityEffect, keyof WireActivityEffect & keyof WireAdjustmentOutcome>;

function describeEffect(effect: Effect): readonly string[] {
  const { targetName, periodRefCode, oldAchievedValue, newAchievedValue, targetValue } = effect;
  const { milestonesReached } = effect;
  return [
    `${targetName}, ${periodRefCode}: ${formatNumber(oldAchievedValue)} → ${formatNumber(newAchievedValue)} of ${formatNumber(targetValue)}`,
    ...milestonesReached.map(
      ({ triggerName }) => `${targetName}, ${periodRefCode}: sub-target ${triggerName} reached.`,
    ),
  ];
}

function describeNotCounted(one: WireNotCounted, groups: readonly Group[]): readonly string[] {
  const { targetGroupId: groupId, targetRuleId: targetId, reason, enrolled } = one;
  if (groupId === null || targetId === null) return ["The customer is enrolled in no target."];
  const name = nameOfTarget({ groupId, targetId }, groups);
  const why = reason === "RULE_DOES_NOT_MATCH" ? whyNoMatch(one, groups) : reasons[reason];
  return [...(enrolled === true ? [enrolledByThis(name)] : []), `Did not count for ${name}: ${why}.`];
}

const reasons = {
  NOT_ENROLLED: "the customer is not enrolled in it",
  TARGET_INACTIVE: "the group or the target is stopped",
  OUTSIDE_ANY_CYCLE: "it happened in none of the cycles",
  BEFORE_ENROLMENT: "it happened before what the enrolment covers",
  ORIGINAL_NOT_COUNTED: "the purchase that is brought back did not count",
} as const satisfies Record<Exclude<WireNotCounted["reason"], "RULE_DOES_NOT_MATCH">, string>;

/**
 * Names the first filter that failed. Its words are known only while the target has had the same filters in all cycles,
 * because the answer does not say in which cycle the activity was judged.
 */
function whyNoMatch({ targetRuleId, filter: failed }: WireNotCounted, groups: readonly Group[]): string {
  if (failed === undefined) return "the target counts something else";
  const target = groups.flatMap(({ targets }) => targets).find(({ id }) => id === targetRuleId);
  const filter = target?.rules === null ? target.filters?.[failed.index] : undefined;
  const place = `filter ${failed.index + 1}`;
  return filter?.entityType === failed.entityType
    ? `${place} wants ${describeFilter(filter)}`
    : `${place}, which looks at the ${filterNouns[failed.entityType]}, does not let it through`;
}

function isActivityOutcome(data: unknown): data is WireActivityOutcome {
  return typeof data === "object" && data !== null && "targets" in data;
}

function isAdjustmentOutcome(data: unknown): data is WireAdjustmentOutcome {
  return typeof data === "object" && data !== null && "adjustmentId" in data;
}

function isForgivenessOutcome(data: unknown): data is WireForgivenessOutcome {
  return typeof data === "object" && data !== null && "freezesTotal" in data;
}
