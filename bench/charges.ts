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

/** An item's size before the request, and after the answer or after waiting for it was given up; 0 for no item. */
export type SizesBytes = { readonly before: number; readonly after: number };

/** The result of one attempt at the engine: its answer, or the error. */
export type Outcome = { readonly output?: ServiceOutputTypes | undefined; readonly error?: unknown };

const nothing: Units = { readUnits: 0, writeUnits: 0 };

/**
 * What AWS charges for one attempt. The engine's figure is used where it is the same. Elsewhere AWS's published rules
 * are applied, with the higher price where they are open:
 *
 * - a read that finds nothing costs the minimum of a read;
 * - a failed condition costs a write of the stored item; a cancelled transaction costs two writes of each stored item;
 * - an attempt without an answer may have been carried out and costs as if it was;
 * - a request that the engine throttles or fails to serve costs nothing.
 *
 * `sizes` belong to the items named by {@link itemsWrittenBy}. Throws for a command whose price is not known here.
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

/** The items that a request writes, or checks in a transaction; none for a read. */
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
