import { type Activity, type Content, matchesLines } from "./activity.ts";
import type { Decimal } from "./decimal.ts";
import { type Enrollment, type PendingReturn, valueSetter } from "./enrollment.ts";
import {
  type CountingSubject,
  cycleAt,
  isCounting,
  type OriginalActivity,
  type Placement,
  setterOf,
} from "./placing.ts";
import { ServiceError } from "./serviceError.ts";
import { ruleIn, type Target } from "./targetGroup.ts";

/** An amount to add to a cycle's sum, and the activity that it belongs to. */
export type Posting = { readonly cycleNumber: number; readonly delta: Decimal; readonly activityId: string };

/** The content of returns, by their ids. */
export type ReturnContents = ReadonlyMap<string, Content>;

/** Returns that came before the transaction that they name. */
export type EarlierReturns = {
  /** Those that wait in the enrolment and whose content is needed. */
  readonly waiting: ReturnContents;
  /** Those that came before anything had enrolled the customer, so that the enrolment does not know them. */
  readonly unheard: ReturnContents;
};

export const noReturns: EarlierReturns = { waiting: new Map(), unheard: new Map() };

/**
 * Moves the returns that came before this transaction from the cycle they were provisionally taken off to the right
 * one. Whether the transaction counts decides it for them; what they passed or failed themselves does not matter any more.
 */
export function postingsOfEarlierReturns(
  subject: CountingSubject,
  activity: Activity,
  placement: Placement,
  { waiting, unheard }: EarlierReturns,
): Posting[] {
  const moved = waitingReturns(subject.enrollment, activity).flatMap((pending) => [
    ...givenBack(subject.enrollment, pending),
    ...("reason" in placement ? [] : takenOff(subject.target, pending, placement.cycleNumber, waiting)),
  ]);
  // Only a transaction can be returned.
  if ("reason" in placement || activity.type !== "TRANSACTION") return moved;
  const { cycleNumber } = placement;
  const heard = [...unheard].flatMap(([activityId, content]) =>
    minus(activityId, cycleNumber, amountUnder(subject.target, cycleNumber, content)),
  );
  return [...moved, ...heard];
}

function takenOff(
  target: Target,
  pending: PendingReturn,
  cycleNumber: number,
  contents: ReturnContents,
): readonly Posting[] {
  const { activityId } = pending;
  const amount = isWorthTheSame(target, pending, cycleNumber)
    ? pending.amount
    : amountUnder(target, cycleNumber, contents.get(activityId));
  return minus(activityId, cycleNumber, amount);
}

function minus(activityId: string, cycleNumber: number, amount: Decimal | undefined): readonly Posting[] {
  return amount === undefined ? [] : [{ cycleNumber, delta: -amount, activityId }];
}

/**
 * The lines of a return are selected by the rule of the cycle that its transaction counts in. The amount that was noted
 * is of the rule of the cycle in which the return happened.
 */
function isWorthTheSame(target: Target, pending: PendingReturn, cycleNumber: number): boolean {
  if (!isSelectedByCycle(target)) return true;
  return pending.cycleNumber !== undefined && ruleIn(target, pending.cycleNumber) === ruleIn(target, cycleNumber);
}

/** Whether the amount of an activity depends on the cycle: its lines are selected, and not always by one rule. */
function isSelectedByCycle({ entity, rules: [first, ...others] }: Target): boolean {
  return entity === "LINEITEM" && first !== undefined && (others.length > 0 || first.fromCycle > 1);
}

function amountUnder(target: Target, cycleNumber: number, content: Content | undefined): Decimal | undefined {
  if (content === undefined) throw new ServiceError(`A waiting return of target ${target.id} was not read`);
  return matchesLines(target, ruleIn(target, cycleNumber).filters, content).amount;
}

/**
 * The waiting returns whose content must be read before the transaction is decided. There are none unless lines are
 * selected by another rule in the transaction's cycle than in the return's.
 */
export function returnsToRead({ group, target, enrollment }: CountingSubject, activity: Activity): string[] {
  const cycle = cycleAt(group.cycles, activity.occurredAt);
  if (cycle === undefined) return [];
  return waitingReturns(enrollment, activity)
    .filter((pending) => !isWorthTheSame(target, pending, cycle.number))
    .map(({ activityId }) => activityId);
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
  subject: CountingSubject,
  activity: Activity,
  original: OriginalActivity | undefined,
  placement: Placement,
): Enrollment["pendingReturns"] {
  const { enrollment } = subject;
  const { type, activityId, originalActivityId } = activity;
  const { pendingReturns } = enrollment;
  if (type === "TRANSACTION" && pendingReturns.has(activityId)) {
    return new Map([...pendingReturns].filter(([waitingFor]) => waitingFor !== activityId));
  }
  const isWaiting = type === "RETURN" && originalActivityId !== undefined && original === undefined;
  const amount = amountToNote(subject, activity, placement);
  if (!isWaiting || amount === undefined || !canWait(pendingReturns, originalActivityId)) return pendingReturns;
  const cycleNumber = "reason" in placement ? undefined : placement.cycleNumber;
  const pending = { activityId, amount, cycleNumber, valueSetBy: setterOf(enrollment, cycleNumber) };
  const waiting = [...(pendingReturns.get(originalActivityId) ?? []), pending];
  return new Map([...pendingReturns, [originalActivityId, waiting]]);
}

/**
 * The amount that a waiting return is noted with. A return of which no line is selected may be worth something under the
 * rule of another cycle, so it waits too.
 */
function amountToNote(subject: CountingSubject, activity: Activity, { amount }: Placement): Decimal | undefined {
  if (amount !== undefined) return amount;
  const { target } = subject;
  const mayBeSelected = isCounting(subject) && isSelectedByCycle(target) && activity.lineItems.length > 0;
  return mayBeSelected && matchesLines(target, [], activity).amount !== undefined ? 0n : undefined;
}
