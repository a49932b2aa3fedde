import { announce } from "./counting.ts";
import { cycleStatus } from "./cycles.ts";
import type { Enrollment } from "./enrollment.ts";
import type { Instant } from "./instant.ts";
import { runBefore } from "./streak.ts";
import { isContinuous, type Target, type TargetGroup } from "./targetGroup.ts";

/** What the end of a cycle does to one enrolment: the state to store, or why there is nothing to do. */
export type ClosingDecision =
  | { readonly outcome: "close"; readonly next: Enrollment }
  | { readonly outcome: "nothingToDo"; readonly reason: "notEnded" | "notCovered" | "closedAlready" };

/**
 * Decides how an ended cycle is closed for one enrolment. The cycle is marked as closed. A period-end reward is marked
 * as announced if the cycle's value was reached. Sums, reached marks and levels stay as they are.
 *
 * The resulting state answers `closedAlready` to a second decision, so a cycle is closed once, however often it is
 * tried.
 */
export function decideClosing(
  group: TargetGroup,
  target: Target,
  enrollment: Enrollment,
  cycleNumber: number,
  now: Instant,
): ClosingDecision {
  const cycle = group.cycles[cycleNumber - 1];
  if (cycle === undefined || cycleStatus(cycle, now) !== "ENDED") return { outcome: "nothingToDo", reason: "notEnded" };
  if (!covers(enrollment, cycleNumber)) return { outcome: "nothingToDo", reason: "notCovered" };
  if (enrollment.closedAt.has(cycleNumber)) return { outcome: "nothingToDo", reason: "closedAlready" };
  const closed = { ...enrollment, closedAt: new Map([...enrollment.closedAt, [cycleNumber, now] as const]) };
  return {
    outcome: "close",
    next: isRewardDue(target, closed, cycleNumber) ? announce(closed, [cycleNumber]) : closed,
  };
}

/**
 * Whether the customer was a member when the cycle ended. `owedCycles` has the cycles that ended before the customer
 * left and were not closed yet. They stay covered, also after a re-enrolment: leaving takes nothing from earlier
 * cycles.
 */
function covers({ fromCycle, membership, owedCycles }: Enrollment, cycleNumber: number): boolean {
  return owedCycles.includes(cycleNumber) || (membership.status === "ENROLLED" && cycleNumber >= fromCycle);
}

function isRewardDue({ rewardAllocation }: Target, enrollment: Enrollment, cycleNumber: number): boolean {
  const isReached = enrollment.reachedAt.has(cycleNumber);
  return rewardAllocation === "PERIOD_END" && isReached && !enrollment.announced.has(cycleNumber);
}

/**
 * The length of the run that an ended cycle broke. It is 0 when the cycle was met, when there was no run, when the
 * streak is not continuous, and when the cycle belongs to an earlier membership, whose run ended by leaving.
 */
export function brokenRun(group: TargetGroup, enrollment: Enrollment, cycleNumber: number): number {
  const isBroken = isContinuous(group) && !enrollment.reachedAt.has(cycleNumber);
  if (!isBroken || cycleNumber < enrollment.fromCycle) return 0;
  return runBefore(group, enrollment, cycleNumber);
}
