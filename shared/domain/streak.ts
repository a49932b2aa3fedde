import { isToBeClosed } from "./cycleClosing.ts";
import { cycleStatus } from "./cycles.ts";
import type { Enrollment, KeptRun } from "./enrollment.ts";
import type { Instant } from "./instant.ts";
import { isMet } from "./past.ts";
import { isContinuous, type TargetGroup } from "./targetGroup.ts";

/**
 * The streak value: the number of met cycles in the current run, plus what a re-enrolment without reset carried over.
 * While the customer is out, it is the value that leaving has kept. Later changes of the cycles do not change it.
 *
 * In a continuous streak, a cycle that was not met ends the run when it is closed. Before, it does not: the current cycle
 * can still be met, and so can one that has ended, by a late activity. In a streak that is not continuous, every met cycle
 * since the enrolment or reset counts.
 */
export function streakValue(group: TargetGroup, enrollment: Enrollment, now: Instant): number {
  if (enrollment.membership.status === "UNENROLLED") return enrollment.carriedRun + enrollment.metWhenLeft.length;
  return runUpTo(group, enrollment, now, group.cycles.length + 1);
}

/**
 * What an un-enrolment keeps for a later re-enrolment: the streak value of that moment, in two parts.
 *
 * Cycles that have not ended are listed one by one. If the customer comes back within one of them, that cycle counts by
 * its own mark. It would count twice if it were in the kept number too.
 */
export function runToKeep(group: TargetGroup, enrollment: Enrollment, now: Instant, leftInCycle: number): KeptRun {
  const notEnded = group.cycles.map(({ number }) => number).filter((number) => number >= leftInCycle);
  const firstGap = notEnded.findIndex((number) => !isMet(enrollment, number));
  const isBrokenByGap = isContinuous(group) && firstGap !== -1;
  const inRun = isBrokenByGap ? notEnded.slice(0, firstGap) : notEnded;
  return {
    carriedRun: runUpTo(group, enrollment, now, leftInCycle),
    metWhenLeft: inRun.filter((number) => isMet(enrollment, number)),
  };
}

/**
 * The longest run since the enrolment or reset; levels are reached by it. The customer must be enrolled. Only the set
 * of met cycles decides. So a late activity that fills a gap reaches the levels that it would have reached in time.
 */
export function longestRun(group: TargetGroup, enrollment: Enrollment): number {
  let run = carriedOver(enrollment);
  let longest = run;
  for (const { number } of group.cycles) {
    if (number < enrollment.fromCycle) continue;
    if (isMet(enrollment, number)) run += 1;
    else if (isContinuous(group)) run = 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/**
 * The run before a cycle that is closed, to find out whether the cycle broke a run. Cycles close in their order, so none
 * before it is left open.
 *
 * If the customer has left since, `carriedRun` already contains this run. It is left out here, or the run would count
 * twice.
 */
export function runBefore(group: TargetGroup, enrollment: Enrollment, cycleNumber: number): number {
  const { membership, carriedRun } = enrollment;
  const carried = { ...enrollment, carriedRun: membership.status === "ENROLLED" ? carriedRun : 0 };
  return runUpTo(group, carried, Number.POSITIVE_INFINITY, cycleNumber);
}

function runUpTo(group: TargetGroup, enrollment: Enrollment, now: Instant, endCycle: number): number {
  let run = carriedOver(enrollment);
  for (const cycle of group.cycles) {
    if (cycle.number < enrollment.fromCycle || cycle.number >= endCycle) continue;
    if (isMet(enrollment, cycle.number)) run += 1;
    else if (!isContinuous(group)) continue;
    // A till whose clock is ahead can have met the next cycle already. The run stops at the current cycle, which is not
    // met yet.
    else if (cycleStatus(cycle, now) !== "ENDED") break;
    else if (isToBeClosed(group, cycle, now)) run = 0;
  }
  return run;
}

function carriedOver({ carriedRun, metWhenLeft, fromCycle }: Enrollment): number {
  return carriedRun + metWhenLeft.filter((number) => number < fromCycle).length;
}
