import type { Enrollment, PendingReturn } from "../domain/enrollment.ts";
import { formatInstant } from "../domain/instant.ts";
import {
  achievedAttribute,
  closedAtAttribute,
  levelReachedAtAttribute,
  pendingReturnAttribute,
  reachedAtAttribute,
} from "./enrollmentItem.ts";
import { Expression } from "./expression.ts";
import { numberOf, type Value } from "./item.ts";
import type { Key } from "./keys.ts";
import type { Update } from "./store.ts";

/** The update that takes an enrolment from the state a decision was based on to the state it resulted in. */
export function buildCountingUpdate(key: Key, before: Enrollment, next: Enrollment): Update {
  const expression = new Expression();
  expression.increment("revision");
  writeDifferences(expression, before.achieved, next.achieved, achievedAttribute, numberOf);
  writeDifferences(expression, before.reachedAt, next.reachedAt, reachedAtAttribute, formatInstant);
  writeDifferences(expression, before.levelReachedAt, next.levelReachedAt, levelReachedAtAttribute, formatInstant);
  writeDifferences(expression, before.closedAt, next.closedAt, closedAtAttribute, formatInstant);
  writeDifferences(expression, before.pendingReturns, next.pendingReturns, pendingReturnAttribute, pendingReturnsValue);
  expression.addToSet("announced", [...next.announced.difference(before.announced)]);
  // Two activities at once, or an activity and an un-enrolment, may be decided on the same state. Without the condition
  // the second write would undo the first.
  const condition = `${expression.name("revision")} = ${expression.value(before.revision)}`;
  return expression.update(key, condition);
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

function pendingReturnsValue(returns: readonly PendingReturn[]): Value {
  return returns.map(({ activityId, amount, cycleNumber, valueSetBy }) => ({
    activityId,
    amount: numberOf(amount),
    cycleNumber,
    valueSetBy,
  }));
}
