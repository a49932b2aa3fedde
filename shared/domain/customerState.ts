import { currentCycle } from "./cycles.ts";
import { type Enrollment, isClosed } from "./enrollment.ts";
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

/**
 * Whether the membership covers the cycle, or one did when the cycle ended. A streak's covers the cycles that can be met
 * in it. What is known of the cycle must have been read.
 */
export function coversOrDid(enrollment: Enrollment, { number }: Pick<Cycle, "number">): boolean {
  const { membership, fromCycle, owedCycles } = enrollment;
  if (membership.status === "ENROLLED" && number >= fromCycle) return true;
  return owedCycles.includes(number) || isClosed(enrollment, number);
}

/**
 * By which way the customer first came into the target. Leaving by a call and coming back changes nothing, because who has
 * left is enrolled by calls only.
 */
export function firstSource({ enrolledByActivity }: Enrollment): (typeof firstSources)[number] {
  return enrolledByActivity === undefined ? "API" : "AUTOMATIC";
}

export const firstSources = ["API", "AUTOMATIC"] as const;

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
