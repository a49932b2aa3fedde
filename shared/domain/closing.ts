import { announce, withLevels } from "./counting.ts";
import { closesAt, isToBeClosed } from "./cycleClosing.ts";
import { coversEndOf, type Enrollment, isAnnounced, isClosed } from "./enrollment.ts";
import type { Instant } from "./instant.ts";
import { judge } from "./judging.ts";
import { isMet } from "./past.ts";
import type { CountingSubject } from "./placing.ts";
import { bridgedCycles, runEndedBy } from "./streak.ts";
import { type Cycle, cycleOf, type Target, type TargetGroup } from "./targetGroup.ts";

/** What the end of cycles does to one enrolment: the state to store. */
export type ClosingDecision =
  | {
      readonly outcome: "close";
      readonly next: Enrollment;
      /** The cycles that this closes, in order. */
      readonly closedCycles: readonly number[];
      /** Whether more cycles are left for another decision on the resulting state. */
      readonly hasMore: boolean;
    }
  | { readonly outcome: "nothingToDo" };

/**
 * The most cycles that one write closes. Each gives up to three notifications, and the projector publishes all
 * notifications of a write within one record of the stream.
 */
export const mostCyclesInOneClosing = 25;

/**
 * Decides which cycles of one enrolment are closed: every one that is to be closed by now, that it covers and that is not
 * closed yet, the oldest first, at most {@link mostCyclesInOneClosing}. They are marked as closed. A period-end reward is
 * marked as announced where the cycle's value was reached. Sums and reached marks stay as they are, unless a cycle's value
 * was changed and the enrolment not judged by it yet. A level is reached when freezes have bridged cycles and so
 * joined what was met before and behind them, in this closing or since the last write.
 *
 * A second decision on the resulting state leaves these cycles out, so a cycle is closed once, however often it is
 * tried.
 */
export function decideClosing(
  group: TargetGroup,
  target: Target,
  enrollment: Enrollment,
  now: Instant,
): ClosingDecision {
  const due = dueCycles(group, enrollment, now);
  const closedCycles = due.slice(0, mostCyclesInOneClosing);
  if (closedCycles.length === 0) return { outcome: "nothingToDo" };
  const marks = closedCycles.map((cycleNumber) => [cycleNumber, now] as const);
  const judged = judgeChanged({ group, target, enrollment }, closedCycles, now);
  const closed = { ...judged, closedAt: new Map([...judged.closedAt, ...marks]) };
  const rewarded = closedCycles.filter((cycleNumber) => isRewardDue(target, closed, cycleNumber));
  const hasMore = due.length > closedCycles.length;
  const next = withJoinedLevels(group, announce(closed, rewarded), now);
  return { outcome: "close", next, closedCycles, hasMore };
}

/**
 * While the customer is out, no level is reached. A bridged cycle need not be one of those that are closed now: it may have
 * ended before an activity enrolled the customer, or have been closed while the customer was out.
 */
function withJoinedLevels(group: TargetGroup, closed: Enrollment, now: Instant): Enrollment {
  const isIn = closed.membership.status === "ENROLLED";
  return isIn && bridgedCycles(group, closed, now).length > 0 ? withLevels(group, closed, now).next : closed;
}

/** A cycle can end between the change of its value and the judging. Its end is told by the new value. */
function judgeChanged(subject: CountingSubject, cycles: readonly number[], now: Instant): Enrollment {
  const { revaluation } = subject.target;
  return revaluation === undefined ? subject.enrollment : judge(subject, cycles, revaluation.changes, now);
}

function dueCycles(group: TargetGroup, enrollment: Enrollment, now: Instant): number[] {
  const open = group.cycles.filter(({ number }) => number > enrollment.settledThrough);
  const due = open.filter(
    (cycle) => covers(enrollment, cycle) && !isClosed(enrollment, cycle.number) && isToBeClosed(group, cycle, now),
  );
  return due.map(({ number }) => number);
}

/**
 * Whether the customer was a member when the cycle ended. An activity enrols into all cycles, but those that had ended by
 * then are not closed: the activities that come late for them tell what is due. `owedCycles` has the cycles that ended
 * before the customer left and were not closed yet. They stay covered, also after a re-enrolment: leaving takes nothing
 * from earlier cycles.
 */
export function covers(enrollment: Enrollment, cycle: Cycle): boolean {
  const { membership, owedCycles } = enrollment;
  return owedCycles.includes(cycle.number) || (membership.status === "ENROLLED" && coversEndOf(enrollment, cycle));
}

function isRewardDue({ rewardAllocation }: Target, enrollment: Enrollment, cycleNumber: number): boolean {
  const isReached = isMet(enrollment, cycleNumber);
  return rewardAllocation === "PERIOD_END" && isReached && !isAnnounced(enrollment, cycleNumber);
}

/**
 * The length of the run that a closed cycle broke. It is 0 when the cycle was met, excused or bridged, when there was no
 * run, when the streak is not continuous, when the cycle belongs to an earlier membership, whose run ended by leaving, and
 * when the customer left before it was closed. Leaving has kept the run then.
 */
export function brokenRun(group: TargetGroup, enrollment: Enrollment, cycleNumber: number): number {
  return hasLeftBefore(group, enrollment, cycleNumber) ? 0 : runEndedBy(group, enrollment, cycleNumber);
}

function hasLeftBefore(group: TargetGroup, { membership }: Enrollment, cycleNumber: number): boolean {
  if (membership.status === "ENROLLED") return false;
  return membership.leftAt < closesAt(group, cycleOf(group, cycleNumber));
}
