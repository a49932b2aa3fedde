import type { Activity } from "./activity.ts";
import type { Decimal } from "./decimal.ts";
import { type Enrollment, type PendingReturn, valueSetter } from "./enrollment.ts";
import { type CountingSubject, type OriginalActivity, type Placement, setterOf } from "./placing.ts";

/** An amount to add to a cycle's sum, and the activity that it belongs to. */
export type Posting = { readonly cycleNumber: number; readonly delta: Decimal; readonly activityId: string };

/**
 * Moves the returns that came before this transaction from the cycle they were provisionally taken off to the right
 * one.
 */
export function postingsOfWaitingReturns(
  subject: CountingSubject,
  activity: Activity,
  placement: Placement,
): Posting[] {
  return waitingReturns(subject.enrollment, activity).flatMap((pending) => [
    ...givenBack(subject.enrollment, pending),
    ...("reason" in placement
      ? []
      : [{ cycleNumber: placement.cycleNumber, delta: -pending.amount, activityId: pending.activityId }]),
  ]);
}

/**
 * Gives back what was provisionally taken off. Nothing is given back to a value that a balance or a reset has set
 * since.
 */
function givenBack(
  enrollment: Enrollment,
  { activityId, amount, cycleNumber, valueSetBy }: PendingReturn,
): readonly Posting[] {
  if (cycleNumber === undefined || valueSetter(enrollment, cycleNumber) !== valueSetBy) return [];
  return [{ cycleNumber, delta: amount, activityId }];
}

/** The returns that wait for this activity. */
export function waitingReturns(
  { pendingReturns }: Enrollment,
  { type, activityId }: Activity,
): readonly PendingReturn[] {
  return type === "TRANSACTION" ? (pendingReturns.get(activityId) ?? []) : [];
}

/** Whether a return that waits has taken an amount off a cycle. The transaction may have to give it back. */
export function holdsWaitingAmount({ pendingReturns }: Pick<Enrollment, "pendingReturns">): boolean {
  return pendingReturns.values().some((waiting) => waiting.some(({ cycleNumber }) => cycleNumber !== undefined));
}

/**
 * The most returns that wait in one enrolment. Each takes about 100 bytes of an item's 400 000. Further returns stay
 * taken off the cycle they occurred in.
 */
export const mostWaitingReturns = 500;
/**
 * The most returns that wait for one transaction. Its record holds two changes for each, in up to 98 targets. That is
 * less than the 400 kB of an item.
 */
export const mostWaitingForOne = 20;

function canWait(pendingReturns: Enrollment["pendingReturns"], originalActivityId: string): boolean {
  const total = pendingReturns.values().reduce((count, waiting) => count + waiting.length, 0);
  const forThis = pendingReturns.get(originalActivityId)?.length ?? 0;
  return total < mostWaitingReturns && forThis < mostWaitingForOne;
}

/** The returns that wait after this activity; the same map when nothing changes. */
export function nextPendingReturns(
  { enrollment }: CountingSubject,
  { type, activityId, originalActivityId }: Activity,
  original: OriginalActivity | undefined,
  placement: Placement,
): Enrollment["pendingReturns"] {
  const { pendingReturns } = enrollment;
  if (type === "TRANSACTION" && pendingReturns.has(activityId)) {
    return new Map([...pendingReturns].filter(([waitingFor]) => waitingFor !== activityId));
  }
  const isWaiting = type === "RETURN" && originalActivityId !== undefined && original === undefined;
  const { amount } = placement;
  if (!isWaiting || amount === undefined || !canWait(pendingReturns, originalActivityId)) return pendingReturns;
  const cycleNumber = "reason" in placement ? undefined : placement.cycleNumber;
  const pending = { activityId, amount, cycleNumber, valueSetBy: setterOf(enrollment, cycleNumber) };
  const waiting = [...(pendingReturns.get(originalActivityId) ?? []), pending];
  return new Map([...pendingReturns, [originalActivityId, waiting]]);
}
