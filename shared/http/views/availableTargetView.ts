import { canEnrollFrom } from "../../domain/enrolling.ts";
import type { Enrollment } from "../../domain/enrollment.ts";
import type { Instant } from "../../domain/instant.ts";
import type { TargetGroup } from "../../domain/targetGroup.ts";

/** The targets of a group that a customer is not in and can be enrolled in now, each with the cycle that this would start in. */
export function presentAvailableTargets(group: TargetGroup, enrolled: readonly Enrollment[], now: Instant) {
  const open = group.targets.filter(({ id }) => !enrolled.some(({ targetId }) => targetId === id));
  return open.flatMap((target) => {
    const cycle = canEnrollFrom(group, target, now);
    if (cycle === undefined) return [];
    return [
      {
        targetGroupId: group.id,
        targetGroupName: group.name,
        trackingType: group.trackingType,
        targetRuleId: target.id,
        targetName: target.name,
        canEnrolFrom: { id: cycle.id, refCode: cycle.refCode },
      },
    ];
  });
}
