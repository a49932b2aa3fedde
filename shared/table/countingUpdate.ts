import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { formatDecimal } from "../domain/decimal.ts";
import type { Enrollment, PendingReturn } from "../domain/enrollment.ts";
import { formatInstant, type Instant } from "../domain/instant.ts";
import {
  achievedAttribute,
  closedAtAttribute,
  levelReachedAtAttribute,
  pendingReturnAttribute,
  reachedAtAttribute,
} from "./enrollmentItem.ts";
import { Expression, type Update } from "./expression.ts";
import type { Key } from "./keys.ts";

/** Takes an enrolment from the state that was decided on to the one the decision gave. */
export function buildCountingUpdate(key: Key, before: Enrollment, next: Enrollment): Update {
  const expression = new Expression();
  expression.increment("revision");
  writeDifferences(expression, before.achieved, next.achieved, achievedAttribute, (sum) => ({ N: formatDecimal(sum) }));
  writeDifferences(expression, before.reachedAt, next.reachedAt, reachedAtAttribute, instantValue);
  writeDifferences(expression, before.levelReachedAt, next.levelReachedAt, levelReachedAtAttribute, instantValue);
  writeDifferences(expression, before.closedAt, next.closedAt, closedAtAttribute, instantValue);
  writeDifferences(expression, before.pendingReturns, next.pendingReturns, pendingReturnAttribute, pendingReturnsValue);
  expression.addToSet("announced", [...next.announced.difference(before.announced)]);
  // Two activities at once, or one and an un-enrolment: decided on the same state, the second would undo the first.
  const condition = `${expression.name("revision")} = ${expression.value({ N: before.revision.toString() })}`;
  return expression.update(key, condition);
}

function writeDifferences<Name, Value>(
  expression: Expression,
  before: ReadonlyMap<Name, Value>,
  next: ReadonlyMap<Name, Value>,
  attribute: (name: Name) => string,
  attributeValue: (value: Value) => AttributeValue,
): void {
  for (const [name, value] of next) {
    if (before.get(name) !== value) expression.set(attribute(name), attributeValue(value));
  }
  for (const name of before.keys()) {
    if (!next.has(name)) expression.remove(attribute(name));
  }
}

function instantValue(instant: Instant): AttributeValue {
  return { S: formatInstant(instant) };
}

function pendingReturnsValue(returns: readonly PendingReturn[]): AttributeValue {
  return {
    L: returns.map(({ activityId, amount, cycleNumber, replacedBy }) => ({
      M: {
        activityId: { S: activityId },
        amount: { N: formatDecimal(amount) },
        ...(cycleNumber === undefined ? {} : { cycleNumber: { N: cycleNumber.toString() } }),
        ...(replacedBy === undefined ? {} : { replacedBy: { S: replacedBy } }),
      },
    })),
  };
}
