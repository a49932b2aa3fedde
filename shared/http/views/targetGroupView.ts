import { cycleStatus } from "../../domain/cycles.ts";
import type { Instant } from "../../domain/instant.ts";
import type { Cycle, Level, Target, TargetGroup } from "../../domain/targetGroup.ts";
import { wireDecimal } from "./wireDecimal.ts";

/** A target group on the wire: as it was sent, with its ids. If asked for, it has its cycles and their status now. */
export function presentTargetGroup(group: TargetGroup, now: Instant, options: { readonly includePeriods: boolean }) {
  return {
    id: group.id,
    version: group.version,
    name: group.name,
    description: group.description ?? null,
    active: group.isActive,
    trackingType: group.trackingType,
    targetEvaluationType: "FIXED_CALENDAR_WINDOW",
    timeZoneName: group.timeZone,
    ...(options.includePeriods ? { periods: group.cycles.map((cycle) => presentCycle(cycle, now)) } : {}),
    targets: group.targets.map(presentTarget),
    streaks: group.levels.map(presentLevel),
  };
}

function presentCycle(cycle: Cycle, now: Instant) {
  const { id, refCode, description, startDate, endDate } = cycle;
  return { id, refCode, description: description ?? null, startDate, endDate, periodStatus: cycleStatus(cycle, now) };
}

export function presentTarget(target: Target) {
  return {
    id: target.id,
    name: target.name,
    active: target.isActive,
    targetEntity: target.entity,
    eventName: target.eventName ?? null,
    targetType: target.type,
    attributeName: target.attributeName ?? null,
    trackFromEnrollmentDate: target.tracksFromEnrollmentDate,
    rewardAllocation: target.rewardAllocation,
    filters: target.filters ?? null,
    defaultValues: target.values.map((value) => ({ defaultValue: wireDecimal(value) })),
  };
}

export function presentLevel({ id, name, cyclesToMeet }: Level) {
  return { id, name, targetCountOfSequence: cyclesToMeet };
}
