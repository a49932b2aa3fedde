import type { Enrollment } from "../../domain/enrollment.ts";
import { formatInstant } from "../../domain/instant.ts";
import { cycleOf, type Target, type TargetGroup } from "../../domain/targetGroup.ts";
import { presentAuthorship } from "./authorshipView.ts";
import { presentLevel, presentTarget } from "./targetGroupView.ts";

/**
 * The definition of a target in which a customer is enrolled, with its group's name and levels, and the first cycle of
 * the enrolment.
 */
export function presentEnrolledTarget(group: TargetGroup, target: Target, enrollment: Enrollment) {
  const { id, refCode } = cycleOf(group, enrollment.fromCycle);
  return {
    ...presentTarget(target, group),
    targetGroupId: group.id,
    targetGroupName: group.name,
    targetGroupActive: group.isActive,
    trackingType: group.trackingType,
    streaks: group.levels.map(presentLevel),
    fromPeriod: { id, refCode },
    enrolledOn: formatInstant(enrollment.enrolledAt),
    ...presentAuthorship(enrollment),
    definitionVersion: enrollment.definitionVersion,
  };
}
