import { closesAt, isToBeClosed } from "./cycleClosing.ts";
import { currentCycle, cycleStatus } from "./cycles.ts";
import type { Enrollment, KeptRun } from "./enrollment.ts";
import type { Instant } from "./instant.ts";
import { isMet } from "./past.ts";
import { type Cycle, isContinuous, type TargetGroup } from "./targetGroup.ts";

/**
 * What became of a cycle in the run:
 * - MET: it counts;
 * - SKIPPED: not met, and the run goes on, because the cycle is excused or the streak is not continuous;
 * - BRIDGED: not met and closed, and a freeze keeps the run going;
 * - BROKEN: not met and closed, so there is no run any more;
 * - WAITING: not met and ended, but not closed yet; a late activity can still meet it;
 * - OPEN: not met and not ended.
 */
type Fate = "MET" | "SKIPPED" | "BRIDGED" | "BROKEN" | "WAITING" | "OPEN";

type Step = { readonly number: number; readonly fate: Fate };

/**
 * What became of the covered cycles, in order (docs/decisions/0039-forgiveness.md). Everything that is said of a run is
 * read off this walk. Freezes go to the first closed cycles that would break a run. Cycles close in their order, so
 * nothing is bridged or broken behind a cycle that waits or is open.
 */
function walk(group: TargetGroup, enrollment: Enrollment, now: Instant): Step[] {
  let isRunning = carriedOver(enrollment) > 0;
  let freezes = freezesTotal(group, enrollment) - enrollment.bridgedWhenLeft.length;
  const covered = group.cycles.filter(({ number }) => number >= enrollment.fromCycle);
  return covered.map((cycle) => {
    const fate = fateOf(group, enrollment, cycle, now) ?? (isRunning && freezes > 0 ? "BRIDGED" : "BROKEN");
    if (fate === "MET") isRunning = true;
    if (fate === "BROKEN") isRunning = false;
    if (fate === "BRIDGED") freezes -= 1;
    return { number: cycle.number, fate };
  });
}

/** `undefined` when the cycle breaks the run, unless a freeze bridges it. */
function fateOf(group: TargetGroup, enrollment: Enrollment, cycle: Cycle, now: Instant): Fate | undefined {
  if (isMet(enrollment, cycle.number)) return "MET";
  if (!isContinuous(group) || enrollment.excused.has(cycle.number)) return "SKIPPED";
  if (cycleStatus(cycle, now) !== "ENDED") return "OPEN";
  return isToBeClosed(group, cycle, now) ? undefined : "WAITING";
}

/** The streak value that an un-enrolment has kept. After the customer has come back: the part of it that was taken over. */
export function keptRun(enrollment: Enrollment): number {
  const { membership, carriedRun, metWhenLeft } = enrollment;
  return membership.status === "UNENROLLED" ? carriedRun + metWhenLeft.length : carriedOver(enrollment);
}

/**
 * The run after these steps. A till whose clock is ahead can have met the next cycle already. So the run stops at the
 * current cycle while that is not met.
 */
function runAfter(carried: number, steps: readonly Step[]): number {
  const end = steps.findIndex(({ fate }) => fate === "OPEN");
  const counted = end === -1 ? steps : steps.slice(0, end);
  return counted.reduce((run, { fate }) => (fate === "MET" ? run + 1 : fate === "BROKEN" ? 0 : run), carried);
}

/**
 * The streak value: the number of met cycles in the current run, plus what a re-enrolment without reset carried over.
 * While the customer is out, it is the value that leaving has kept. Later changes of the cycles do not change it.
 *
 * In a continuous streak, a cycle that was not met ends the run when it is closed, unless it is excused or a freeze bridges
 * it. Before, it does not: the current cycle can still be met, and so can one that has ended, by a late activity. In a
 * streak that is not continuous, every met cycle since the enrolment or reset counts.
 */
export function streakValue(group: TargetGroup, enrollment: Enrollment, now: Instant): number {
  if (enrollment.membership.status === "UNENROLLED") return keptRun(enrollment);
  return runAfter(carriedOver(enrollment), walk(group, enrollment, now));
}

/**
 * What an un-enrolment keeps for a later re-enrolment: the streak value of that moment, in two parts, and the cycles that
 * are bridged, whose freezes stay taken.
 *
 * Cycles that have not ended are listed one by one. If the customer comes back within one of them, that cycle counts by
 * its own mark. It would count twice if it were in the kept number too.
 */
export function runToKeep(group: TargetGroup, enrollment: Enrollment, now: Instant, leftInCycle: number): KeptRun {
  const steps = walk(group, enrollment, now);
  const [ended, notEnded] = [
    steps.filter(({ number }) => number < leftInCycle),
    steps.filter(({ number }) => number >= leftInCycle),
  ];
  const gap = notEnded.findIndex(({ fate }) => fate === "OPEN");
  const inRun = gap === -1 ? notEnded : notEnded.slice(0, gap);
  return {
    carriedRun: runAfter(carriedOver(enrollment), ended),
    metWhenLeft: numbersOf(inRun, "MET"),
    bridgedWhenLeft: [...enrollment.bridgedWhenLeft, ...numbersOf(ended, "BRIDGED")],
  };
}

/**
 * The longest run since the enrolment or reset; levels are reached by it. The customer must be enrolled. Only what is met
 * and forgiven decides. So a late activity that fills a gap reaches the levels that it would have reached in time. A gap
 * that waits for one ends the run here, because it may have to be told that the run has ended there.
 */
export function longestRun(group: TargetGroup, enrollment: Enrollment, now: Instant): number {
  let run = carriedOver(enrollment);
  let longest = run;
  for (const { fate } of walk(group, enrollment, now)) {
    if (fate === "MET") run += 1;
    else if (fate !== "SKIPPED" && fate !== "BRIDGED") run = 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/**
 * The run that a closed cycle ended; 0 when it ended none. Cycles close in their order, so none before it is left open.
 *
 * If the customer has left since, `carriedRun` already contains this run, and `bridgedWhenLeft` what was bridged in it. So
 * the run is left out, or it would count twice.
 */
export function runEndedBy(group: TargetGroup, enrollment: Enrollment, cycleNumber: number): number {
  const before = enrollment.membership.status === "ENROLLED" ? enrollment : asBeforeLeaving(enrollment);
  const steps = walk(group, before, Number.POSITIVE_INFINITY);
  const place = steps.findIndex(({ number }) => number === cycleNumber);
  return steps[place]?.fate === "BROKEN" ? runAfter(carriedOver(before), steps.slice(0, place)) : 0;
}

function asBeforeLeaving(enrollment: Enrollment): Enrollment {
  const { excused, bridgedWhenLeft } = enrollment;
  return { ...enrollment, carriedRun: 0, excused: excused.union(new Set(bridgedWhenLeft)) };
}

/**
 * When the current cycle is closed, and the run ends with it unless a freeze keeps it. `undefined` when the cycle is met or
 * excused, when there is none that the membership covers, and when the streak is not continuous.
 */
export function runExpiresAt(group: TargetGroup, enrollment: Enrollment, now: Instant): Instant | undefined {
  const cycle = currentCycle(group.cycles, now);
  if (cycle === undefined || cycle.number < enrollment.fromCycle) return undefined;
  return fateOf(group, enrollment, cycle, now) === "OPEN" ? closesAt(group, cycle) : undefined;
}

/** The freezes of a customer: all, those that bridge no cycle, and the bridged cycles in order. */
export type Freezes = { readonly total: number; readonly left: number; readonly bridged: readonly number[] };

export function freezesOf(group: TargetGroup, enrollment: Enrollment, now: Instant): Freezes {
  const [total, bridged] = [freezesTotal(group, enrollment), bridgedCycles(group, enrollment, now)];
  return { total, left: total - bridged.length, bridged };
}

/** The freezes of the group and of all grants. */
function freezesTotal({ initialFreezes }: TargetGroup, { freezesGranted }: Enrollment): number {
  return initialFreezes + freezesGranted;
}

/**
 * The cycles that freezes bridge, in order. While the customer is out, they are those that leaving has kept; after a
 * return without reset, those are among them.
 */
export function bridgedCycles(group: TargetGroup, enrollment: Enrollment, now: Instant): readonly number[] {
  const { membership, bridgedWhenLeft } = enrollment;
  if (membership.status === "UNENROLLED" || freezesTotal(group, enrollment) === 0) return bridgedWhenLeft;
  return [...bridgedWhenLeft, ...numbersOf(walk(group, enrollment, now), "BRIDGED")];
}

/** The freezes that were left when the closed cycle was bridged; `undefined` when it is not bridged. */
export function freezesLeftAfter(group: TargetGroup, enrollment: Enrollment, cycleNumber: number): number | undefined {
  const place = bridgedCycles(group, enrollment, Number.POSITIVE_INFINITY).indexOf(cycleNumber);
  return place === -1 ? undefined : freezesTotal(group, enrollment) - place - 1;
}

function numbersOf(steps: readonly Step[], wanted: Fate): number[] {
  return steps.filter(({ fate }) => fate === wanted).map(({ number }) => number);
}

function carriedOver({ carriedRun, metWhenLeft, fromCycle }: Enrollment): number {
  return carriedRun + metWhenLeft.filter((number) => number < fromCycle).length;
}
