import { currentOrNextCycle, cycleStatus } from "./cycles.ts";
import { coversEndOf, type Enrollment, isClosed, type KeptRun, nothingKept } from "./enrollment.ts";
import type { Instant } from "./instant.ts";
import { type Refusal, refused } from "./refusal.ts";
import { runToKeep } from "./streak.ts";
import { isStreak, type TargetGroup } from "./targetGroup.ts";

/** What an un-enrolment writes. Sums, marks and levels are not changed. */
export type UnenrollmentPlan = KeptRun & {
  readonly outcome: "accepted";
  /**
   * The customer leaves this cycle and all later ones. It is never before the membership's first cycle, nor a settled one,
   * and N + 1 when all have ended.
   */
  readonly leftInCycle: number;
  /** Cycles that have ended and are not closed yet. They are still closed after the customer left or came back. */
  readonly owedCycles: readonly number[];
  /** The version of the group's definition that decided. */
  readonly definitionVersion: number;
};

/**
 * Decides what the customer keeps when leaving now (docs/enrolment.md). Refuses with 310126 when the customer is not
 * enrolled.
 */
export function decideUnenrollment(
  group: TargetGroup,
  enrollment: Enrollment | undefined,
  now: Instant,
): UnenrollmentPlan | Refusal {
  if (enrollment?.membership.status !== "ENROLLED") return refused(310126, "Nothing was changed.");
  const notEnded = currentOrNextCycle(group.cycles, now)?.number ?? group.cycles.length + 1;
  // Settled cycles have ended, also when this call is an hour late. What they earned may not be in the enrolment any more.
  const leftInCycle = Math.max(notEnded, enrollment.fromCycle, enrollment.settledThrough + 1);
  const kept = isStreak(group) ? runToKeep(group, enrollment, now, leftInCycle) : nothingKept;
  const owed = owedCycles(group, enrollment, now);
  return { outcome: "accepted", leftInCycle, ...kept, owedCycles: owed, definitionVersion: group.version };
}

/** They are listed one by one, because a re-enrolment replaces `fromCycle`, from which they could be derived now. */
function owedCycles(group: TargetGroup, enrollment: Enrollment, now: Instant): number[] {
  const open = group.cycles.filter(({ number }) => number > enrollment.settledThrough);
  const ended = open.filter((cycle) => cycleStatus(cycle, now) === "ENDED");
  const covered = ended.filter(
    (cycle) => coversEndOf(enrollment, cycle) || enrollment.owedCycles.includes(cycle.number),
  );
  return covered.map(({ number }) => number).filter((number) => !isClosed(enrollment, number));
}
