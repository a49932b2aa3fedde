import { resumedStreakValue } from "../../domain/customerState.ts";
import { currentOrNextCycle } from "../../domain/cycles.ts";
import { achievedValue, type Enrollment } from "../../domain/enrollment.ts";
import { formatInstant, type Instant } from "../../domain/instant.ts";
import { type Cycle, isStreak, type TargetGroup, targetValue } from "../../domain/targetGroup.ts";
import { presentAuthorship } from "./authorshipView.ts";
import { wireDecimal } from "./wireDecimal.ts";

/**
 * A target that a customer left, and the state from which a return at this time would go on, without balance and reset.
 * There is none when the customer is enrolled, or when the target is gone.
 */
export function presentLeftTarget(group: TargetGroup, enrollment: Enrollment, now: Instant) {
  const { membership } = enrollment;
  const target = group.targets.find(({ id }) => id === enrollment.targetId);
  if (target === undefined || membership.status === "ENROLLED") return [];
  const next = currentOrNextCycle(group.cycles, now);
  return [
    {
      targetGroupId: group.id,
      targetGroupName: group.name,
      trackingType: group.trackingType,
      targetRuleId: target.id,
      targetName: target.name,
      leftOn: formatInstant(membership.leftAt),
      ...presentAuthorship(enrollment),
      periodRefCode: next?.refCode ?? null,
      targetValue: next === undefined ? null : wireDecimal(targetValue(target, next)),
      targetAchievedValue: next === undefined ? null : wireDecimal(achievedValue(enrollment, next.number)),
      streakValue: resumedRun(group, enrollment, next, now),
      levelsReached: group.levels.filter(({ id }) => enrollment.levelReachedAt.has(id)).map(({ name }) => name),
    },
  ];
}

function resumedRun(group: TargetGroup, enrollment: Enrollment, next: Cycle | undefined, now: Instant): number | null {
  return next === undefined || !isStreak(group) ? null : resumedStreakValue(group, enrollment, next.number, now);
}
