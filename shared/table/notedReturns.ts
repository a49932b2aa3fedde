import { mostWaitingForOne } from "../domain/waitingReturns.ts";
import { Expression } from "./expression.ts";
import { ItemReader, type StoredItem } from "./item.ts";
import type { Key } from "./keys.ts";
import type { Conditional, TransactionPart } from "./store.ts";

/**
 * What stands at the key of an activity that has not arrived: the returns that name it
 * (docs/decisions/0033-automatic-enrolment.md). The activity's record takes its place.
 */
export type NotedReturns = { readonly activityIds: readonly string[] };

const count = "returnCount";
const returns = "returns";

/** The returns, if the item at the key of an activity is not its record. */
export function parseNotedReturns(item: StoredItem): NotedReturns | undefined {
  const reader = ItemReader.of(item);
  return reader.has(count) ? { activityIds: reader.textSet(returns) } : undefined;
}

/**
 * The part of a return's transaction that holds while the activity it names has not arrived, which has this key. Both may
 * come at once, and none of them may miss the other: no revision of an enrolment shows it if the activity changes none.
 * `activityId` is the return's, and `others` are those that are noted there.
 */
export function buildWhileNotArrived(key: Key, activityId: string, others: NotedReturns | undefined): TransactionPart {
  const isFull = (others?.activityIds.length ?? 0) >= mostWaitingForOne;
  if (isFull) {
    // Only a record says when it was made.
    return { ConditionCheck: { Key: key, ConditionExpression: "attribute_not_exists(recordedAt)" } };
  }
  const expression = new Expression();
  expression.increment(count);
  expression.addTextsToSet(returns, [activityId]);
  // A record has no count. Returns that come at once could exceed what the record of their activity can hold.
  const isBelow = `${expression.name(count)} < ${expression.value(mostWaitingForOne)}`;
  return { Update: expression.update(key, `attribute_not_exists(pk) OR ${isBelow}`) };
}

/**
 * The condition of an activity's record. Two deliveries may come at once, and without it both would count. A return that
 * is noted after its activity was decided would be lost, so there may be no more than were known: those that were read
 * there, or before that those that wait in enrolments. Each of these is noted there too.
 */
export function whenFirst(read: NotedReturns | undefined, waiting: ReadonlySet<string>): Conditional {
  const known = read?.activityIds.length ?? waiting.size;
  if (known === 0) return { ConditionExpression: "attribute_not_exists(pk)" };
  return {
    ConditionExpression: `${count} = :count`,
    ExpressionAttributeValues: { ":count": known },
  };
}
