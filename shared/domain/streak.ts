import { cycleStatus } from "./cycles.ts";
import type { Enrollment, KeptRun } from "./enrollment.ts";
import type { Instant } from "./instant.ts";
import { isContinuous, type TargetGroup } from "./targetGroup.ts";

/**
 * The streak value: met cycles in the current run, with what a re-enrolment without reset carried over. While the
 * customer is out, it is the value that was kept, whatever becomes of the cycles meanwhile.
 *
 * In a continuous streak a closed cycle that was not met ends the run; the open cycle never does until
 * it closes. In a non-continuous one every met cycle since the enrolment or reset counts.
 */
export function streakValue(group: TargetGroup, enrollment: Enrollment, now: Instant): number {
  if (enrollment.membership.status === "UNENROLLED") return enrollment.carriedRun + enrollment.metWhenLeft.length;
  return runUpTo(group, enrollment, now, group.cycles.length + 1);
}

/**
 * What an un-enrolment keeps for a later return: the streak value of that moment, in two parts.
 *
 * The cycles that have not ended are named one by one. The customer may come back within one of them, which then counts
 * by its own mark; in the kept value it would count a second time.
 */
export function runToKeep(group: TargetGroup, enrollment: Enrollment, now: Instant, leftInCycle: number): KeptRun {
  const notEnded = group.cycles.map(({ number }) => number).filter((number) => number >= leftInCycle);
  const firstGap = notEnded.findIndex((number) => !enrollment.reachedAt.has(number));
  const isBrokenByGap = isContinuous(group) && firstGap !== -1;
  const inRun = isBrokenByGap ? notEnded.slice(0, firstGap) : notEnded;
  return {
    carriedRun: runUpTo(group, enrollment, now, leftInCycle),
    metWhenLeft: inRun.filter((number) => enrollment.reachedAt.has(number)),
  };
}

/**
 * The longest run since the enrolment or reset of a customer who is in, for levels: it depends on which cycles are met
 * and on nothing else, so a late event that closes a gap reaches the level the run would have reached in time.
 */
export function longestRun(group: TargetGroup, enrollment: Enrollment): number {
  let run = carriedOver(enrollment);
  let longest = run;
  for (const { number } of group.cycles) {
    if (number < enrollment.fromCycle) continue;
    if (enrollment.reachedAt.has(number)) run += 1;
    else if (isContinuous(group)) run = 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/**
 * The run that a cycle found when it ended, for telling whether it broke one. Every earlier cycle has ended by then.
 *
 * Of a customer who has left since, the carried value is that of the leaving, which the run is part of already.
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
    if (enrollment.reachedAt.has(cycle.number)) run += 1;
    else if (!isContinuous(group)) continue;
    // A till's clock that is ahead can have met the cycle after the open one; the run does not reach over the gap.
    else if (cycleStatus(cycle, now) !== "ENDED") break;
    else run = 0;
  }
  return run;
}

function carriedOver({ carriedRun, metWhenLeft, fromCycle }: Enrollment): number {
  return carriedRun + metWhenLeft.filter((number) => number < fromCycle).length;
}
