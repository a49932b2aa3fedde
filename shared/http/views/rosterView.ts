import { coversOrDid, firstSource, resumedStreakValue } from "../../domain/customerState.ts";
import { currentOrNextCycle } from "../../domain/cycles.ts";
import { achievedValue, type Enrollment } from "../../domain/enrollment.ts";
import { formatInstant, type Instant } from "../../domain/instant.ts";
import { streakValue } from "../../domain/streak.ts";
import { type Cycle, cycleOf, isStreak, type Target, type TargetGroup, targetValue } from "../../domain/targetGroup.ts";
import type { RosterRow } from "../../operations/listRoster.ts";
import { wireDecimal } from "./wireDecimal.ts";

/** A customer of a target on the wire, with the values of the cycle if the membership covers it or did when it ended. */
export function presentRosterRow(
  group: TargetGroup,
  target: Target,
  { enrollment, externalId }: RosterRow,
  cycle: Cycle | undefined,
  now: Instant,
) {
  const { membership } = enrollment;
  const { id, refCode } = cycleOf(group, enrollment.fromCycle);
  return {
    customerId: enrollment.customerId,
    externalId: externalId ?? null,
    status: membership.status,
    source: firstSource(enrollment),
    enrolledOn: formatInstant(enrollment.enrolledAt),
    unEnrolledOn: membership.status === "ENROLLED" ? null : formatInstant(membership.leftAt),
    fromPeriod: { id, refCode },
    ...presentCycle(target, enrollment, cycle),
    currentCount: isStreak(group) ? currentCount(group, enrollment, now) : null,
  };
}

function presentCycle(target: Target, enrollment: Enrollment, cycle: Cycle | undefined) {
  if (cycle === undefined || !coversOrDid(enrollment, cycle)) return noCycle;
  const reachedAt = enrollment.reachedAt.get(cycle.number);
  return {
    periodId: cycle.id,
    targetValue: wireDecimal(targetValue(target, cycle)),
    targetAchievedValue: wireDecimal(achievedValue(enrollment, cycle.number)),
    targetAchievedDateTime: reachedAt === undefined ? null : formatInstant(reachedAt),
  };
}

const noCycle = { periodId: null, targetValue: null, targetAchievedValue: null, targetAchievedDateTime: null };

/** The run; of a customer who has left, the one that a return would go on from. */
function currentCount(group: TargetGroup, enrollment: Enrollment, now: Instant): number {
  const next = currentOrNextCycle(group.cycles, now);
  const hasLeft = enrollment.membership.status === "UNENROLLED";
  return hasLeft && next !== undefined
    ? resumedStreakValue(group, enrollment, next.number, now)
    : streakValue(group, enrollment, now);
}
