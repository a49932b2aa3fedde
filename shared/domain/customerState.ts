import { currentCycle } from "./cycles.ts";
import type { Enrollment } from "./enrollment.ts";
import type { Instant } from "./instant.ts";
import { streakValue } from "./streak.ts";
import { type Cycle, isStreak, type TargetGroup } from "./targetGroup.ts";

/**
 * The cycles an enrolment covers. A milestone's enrolment covers its first cycle and all later ones, a streak's covers
 * all.
 */
function coveredCycles(group: TargetGroup, enrollment: Enrollment): Cycle[] {
  return group.cycles.filter(({ number }) => isStreak(group) || number >= enrollment.fromCycle);
}

/** The covered cycles to show: the current one, if it is covered, or all. */
export function shownCycles(group: TargetGroup, enrollment: Enrollment, now: Instant, all: boolean): Cycle[] {
  const covered = coveredCycles(group, enrollment);
  if (all) return covered;
  const current = currentCycle(covered, now);
  return current === undefined ? [] : [current];
}

/** The streak value that a return into the cycle, without a reset, would go on from. */
export function resumedStreakValue(group: TargetGroup, left: Enrollment, fromCycle: number, now: Instant): number {
  return streakValue(group, { ...left, membership: { status: "ENROLLED" }, fromCycle }, now);
}
