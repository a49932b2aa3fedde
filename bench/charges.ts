import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  type ServiceInputTypes,
  type ServiceOutputTypes,
  TransactionCanceledException,
  TransactionConflictException,
  type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import { transactionUnits, writeUnits } from "./capacity.ts";

export type Units = { readonly readUnits: number; readonly writeUnits: number };

export type ItemRef = { readonly TableName: string; readonly Key: Record<string, AttributeValue> };

/** An item's size when the engine was asked, and when it had answered or the answer was given up; 0 where none is. */
export type SizesBytes = { readonly before: number; readonly after: number };

/** What became of one attempt at the engine: its answer, or what was thrown instead. */
export type Outcome = { readonly output?: ServiceOutputTypes | undefined; readonly error?: unknown };

const nothing: Units = { readUnits: 0, writeUnits: 0 };

/**
 * What AWS charges for one attempt. The engine's own word is taken where it gives the same; elsewhere it is reckoned by
 * AWS's published rules, on the dear side where they leave it open:
 *
 * - a read that finds nothing costs the least that a read can;
 * - a failed condition costs a write of the stored item, and a transaction that is cancelled what is stored of each of
 *   its items, twice;
 * - an attempt without an answer may have been carried out, and costs as if it had been;
 * - what the engine refuses for its own sake, throttled or broken, costs nothing.
 *
 * `sizes` are those of the items named by {@link itemsWrittenBy}. Throws for a command of which it knows no price.
 */
export function unitsOf(
  command: string,
  input: ServiceInputTypes,
  sizes: readonly SizesBytes[],
  { output, error }: Outcome,
): Units {
  const isFree = isRefusedFreely(error);
  const reported = reportedUnits(output);
  switch (command) {
    case "GetItem":
    case "Query":
      return isFree ? nothing : { ...nothing, readUnits: Math.max(reported, leastReadUnits(input)) };
    case "PutItem":
    case "UpdateItem":
    case "DeleteItem":
      return isFree ? nothing : { ...nothing, writeUnits: reported === 0 ? reckoned(sizes, plainUnits) : reported };
    case "TransactWriteItems":
      return isFree ? nothing : { ...nothing, writeUnits: reckoned(sizes, inTransactionUnits) };
    default:
      throw new Error(`The meter does not know what a ${command} costs`);
  }
}

function isRefusedFreely(error: unknown): boolean {
  const isCharged =
    error instanceof ConditionalCheckFailedException ||
    error instanceof TransactionCanceledException ||
    error instanceof TransactionConflictException;
  return error instanceof DynamoDBServiceException && !isCharged;
}

function leastReadUnits(input: ServiceInputTypes): number {
  return "ConsistentRead" in input && input.ConsistentRead === true ? 1 : 0.5;
}

function reckoned(sizes: readonly SizesBytes[], unitsOfItem: (sizes: SizesBytes) => number): number {
  return sizes.reduce((sum, each) => sum + unitsOfItem(each), 0);
}

function plainUnits({ before, after }: SizesBytes): number {
  return writeUnits(Math.max(before, after));
}

function inTransactionUnits({ before, after }: SizesBytes): number {
  return transactionUnits(before, after);
}

function reportedUnits(output: ServiceOutputTypes | undefined): number {
  if (output === undefined || !("ConsumedCapacity" in output)) return 0;
  const charges = [output.ConsumedCapacity ?? []].flat();
  return charges.reduce((sum, charge) => sum + ("CapacityUnits" in charge ? (charge.CapacityUnits ?? 0) : 0), 0);
}

/** The items that a request writes, or checks in a transaction; none of a read. */
export function itemsWrittenBy(command: string, input: ServiceInputTypes): ItemRef[] {
  if ("TransactItems" in input) return (input.TransactItems ?? []).map(itemOfAction);
  if (command === "PutItem") return [itemRef("TableName" in input ? input : {})];
  return command === "UpdateItem" || command === "DeleteItem" ? [itemRef("Key" in input ? input : {})] : [];
}

function itemOfAction(action: TransactWriteItem): ItemRef {
  return itemRef(action.Put ?? action.Update ?? action.Delete ?? action.ConditionCheck ?? {});
}

type Addressed = {
  readonly TableName?: string | undefined;
  readonly Key?: Record<string, AttributeValue> | undefined;
  readonly Item?: Record<string, AttributeValue> | undefined;
};

function itemRef({ TableName, Key, Item }: Addressed): ItemRef {
  const { pk, sk } = Key ?? Item ?? {};
  if (TableName === undefined || pk === undefined || sk === undefined) throw new Error("A write has no key");
  return { TableName, Key: { pk, sk } };
}
