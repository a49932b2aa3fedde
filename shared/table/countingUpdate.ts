import { type Enrollment, isNew, type PendingReturn } from "../domain/enrollment.ts";
import { lastPastCycle, recordsBetween } from "../domain/past.ts";
import {
  achievedAttribute,
  closedAtAttribute,
  judgedValue,
  levelReachedAtAttribute,
  names,
  pendingReturnAttribute,
  reachedAtAttribute,
  remindedValue,
  statuses,
  triggersAttribute,
  triggersValue,
  valueSetByAttribute,
} from "./enrollmentItem.ts";
import { setFirstMembership, setMembershipChange } from "./enrollmentUpdate.ts";
import { Expression } from "./expression.ts";
import { numberOf, type Value } from "./item.ts";
import type { Key } from "./keys.ts";
import { packCycles, packNumbers } from "./packedCycles.ts";
import { packKept, packPast } from "./pastItem.ts";
import type { Update } from "./store.ts";

/**
 * The update that takes an enrolment from the state a decision was based on to the state it resulted in. What the
 * decision changed in rows of settled cycles is not in it.
 */
export function buildCountingUpdate(key: Key, before: Enrollment, next: Enrollment): Update {
  const expression = new Expression();
  expression.increment(names.revision);
  if (isNew(before)) setNewMembership(expression, next);
  writeOpenCycles(expression, before, next);
  writeDifferences(expression, before.levelReachedAt, next.levelReachedAt, levelReachedAtAttribute, asIs);
  writeDifferences(expression, before.pendingReturns, next.pendingReturns, pendingReturnAttribute, pendingReturnsValue);
  writeSettledCycles(expression, before, next);
  writeForgiven(expression, before, next);
  if (next.judged !== undefined && next.judged !== before.judged)
    expression.set(names.judged, judgedValue(next.judged));
  if (next.reminded !== undefined && next.reminded !== before.reminded)
    expression.set(names.reminded, remindedValue(next.reminded));
  return expression.update(key, isNew(before) ? notThere(expression) : unchanged(expression, before));
}

function unchanged(expression: Expression, { revision }: Enrollment): string {
  // Two activities at once, or an activity and an un-enrolment, may be decided on the same state. Without the condition
  // the second write would undo the first.
  return `${expression.name(names.revision)} = ${expression.value(revision)}`;
}

function notThere(expression: Expression): string {
  // Two first activities, or one and a call that enrols or un-enrols, may find no enrolment at the same time. Without
  // the condition the second write would be laid over the first.
  return `attribute_not_exists(${expression.name("pk")})`;
}

function setNewMembership(expression: Expression, enrollment: Enrollment): void {
  expression.set(names.status, statuses.enrolled);
  setFirstMembership(expression, enrollment);
  setMembershipChange(expression, { plan: enrollment, authorship: enrollment });
  expression.set(names.operationId, enrollment.operationId);
}

/** The cycles that have attributes of their own: those that are not settled. */
function writeOpenCycles(expression: Expression, before: Enrollment, next: Enrollment): void {
  const write = <Content>(
    read: (state: Enrollment) => ReadonlyMap<number, Content>,
    attribute: (cycleNumber: number) => string,
    toValue: (content: Content) => Value,
  ) => writeDifferences(expression, open(before, read(before)), open(next, read(next)), attribute, toValue);
  write(({ achieved }) => achieved, achievedAttribute, numberOf);
  write(({ reachedAt }) => reachedAt, reachedAtAttribute, asIs);
  write(({ closedAt }) => closedAt, closedAtAttribute, asIs);
  write(({ valueSetBy }) => valueSetBy, valueSetByAttribute, asIs);
  write(({ triggerReachedAt }) => triggerReachedAt, triggersAttribute, triggersValue);
  const [earlier, announced] = [before, next].map(openAnnounced);
  if (announced === undefined || earlier?.symmetricDifference(announced).size === 0) return;
  if (announced.size === 0) expression.remove(names.announced);
  else expression.set(names.announced, announced);
}

function open<Content>({ settledThrough }: Enrollment, map: ReadonlyMap<number, Content>): Map<number, Content> {
  return new Map([...map].filter(([cycleNumber]) => cycleNumber > settledThrough));
}

function openAnnounced({ settledThrough, announced }: Enrollment): Set<number> {
  return new Set([...announced].filter((cycleNumber) => cycleNumber > settledThrough));
}

/** The settled cycles: those that are still in the item together in one attribute, and which of the others are met. */
function writeSettledCycles(expression: Expression, before: Enrollment, next: Enrollment): void {
  if (next.settledThrough !== before.settledThrough) expression.set(names.settledThrough, next.settledThrough);
  writeBytes(expression, names.settled, packSettled(before), packSettled(next));
  if (next.past.rowCount === 0) return;
  writeBytes(expression, names.past, packPast(before), packPast(next));
  writeBytes(expression, names.kept, packKept(before), packKept(next));
}

function writeForgiven(expression: Expression, before: Enrollment, next: Enrollment): void {
  writeBytes(expression, names.excused, packNumbers(before.excused), packNumbers(next.excused));
  if (next.freezesGranted !== before.freezesGranted) expression.set(names.freezesGranted, next.freezesGranted);
}

function packSettled(enrollment: Enrollment): Uint8Array {
  const { past, settledThrough } = enrollment;
  return packCycles(recordsBetween(enrollment, lastPastCycle(past), settledThrough));
}

function writeBytes(expression: Expression, attribute: string, before: Uint8Array, next: Uint8Array): void {
  if (Buffer.compare(before, next) === 0) return;
  if (next.length === 0) expression.remove(attribute);
  else expression.set(attribute, next);
}

function writeDifferences<Name, Content>(
  expression: Expression,
  before: ReadonlyMap<Name, Content>,
  next: ReadonlyMap<Name, Content>,
  attribute: (name: Name) => string,
  toValue: (value: Content) => Value,
): void {
  for (const [name, value] of next) {
    if (before.get(name) !== value) expression.set(attribute(name), toValue(value));
  }
  for (const name of before.keys()) {
    if (!next.has(name)) expression.remove(attribute(name));
  }
}

function asIs<Same extends Value>(value: Same): Same {
  return value;
}

function pendingReturnsValue(returns: readonly PendingReturn[]): Value {
  return returns.map(({ activityId, amount, cycleNumber, valueSetBy }) => ({
    activityId,
    amount: numberOf(amount),
    cycleNumber,
    valueSetBy,
  }));
}
