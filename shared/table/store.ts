import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  TransactionCanceledException,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";
import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { ServiceError } from "../domain/serviceError.ts";
import type { Table } from "./client.ts";
import { EngineBusy, EngineUnavailable } from "./failures.ts";
import { type Item, plainItem, type StoredItem } from "./item.ts";
import type { Key } from "./keys.ts";
import { Patience } from "./rounds.ts";

/** The condition of a write, with the placeholders of all its expressions. */
export type Conditional = {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Item;
};

/** A write of one item, alone or as a part of a transaction. The store adds the table's name. */
export type Put = Conditional & { readonly Item: Item };
export type Update = Conditional & { readonly Key: Key; readonly UpdateExpression: string };
export type Delete = Conditional & { readonly Key: Key };
type Check = Conditional & { readonly Key: Key };
export type TransactionPart =
  | { readonly Put: Put }
  | { readonly Update: Update }
  | { readonly Delete: Delete }
  | { readonly ConditionCheck: Check };

/** The condition did not hold for the stored item. `attempts` counts all attempts; all but the last were lost. */
export type Refused = {
  readonly outcome: "refused";
  readonly stored: StoredItem | undefined;
  readonly attempts: number;
};

/** A transaction held the item at that moment. `attempts` counts all attempts; all but the last were lost. */
export type Conflict = { readonly outcome: "conflict"; readonly attempts: number };

type Applied = { readonly outcome: "applied" };

/** For each part of a transaction, in order: the stored item that fails its condition, or `undefined` where it holds. */
export type Refusals = readonly (Pick<Refused, "stored"> | undefined)[];

type Updated = Applied & { readonly item: StoredItem };

/** Answers writes that do not take place as if they did. */
export type Rehearsal = {
  readonly holds: (part: TransactionPart) => Promise<boolean>;
  readonly update: (input: Update) => Promise<Updated | Refused>;
  readonly transact: (parts: readonly TransactionPart[]) => Promise<Applied | Cancelled>;
};

/** The item, or only its `attributes` when they are named; `undefined` when there is no item. */
export async function get(
  table: Table,
  key: Key,
  { isConsistent, attributes }: { readonly isConsistent: boolean; readonly attributes?: readonly string[] },
): Promise<StoredItem | undefined> {
  const command = new GetCommand({
    TableName: table.name,
    Key: key,
    // A rehearsal has no write that would notice an item that is behind.
    ...(isConsistent || table.rehearsal !== undefined ? { ConsistentRead: true } : {}),
    ...(attributes === undefined ? {} : { ProjectionExpression: attributes.join(", ") }),
  });
  return (await send(table.client.send(command))).Item;
}

/** Writes the item unless its key is taken. Answers whether it was written. */
export async function putUnlessThere(table: Table, item: Item): Promise<boolean> {
  return put(table, { Item: item, ConditionExpression: "attribute_not_exists(pk)" });
}

/** Whether the condition held and the item was written. */
export async function put(table: Table, input: Put): Promise<boolean> {
  if (table.rehearsal) return table.rehearsal.holds({ Put: input });
  return isApplied(table.client.send(new PutCommand({ TableName: table.name, ...input })));
}

/** Whether the condition held and the item was deleted. */
export async function remove(table: Table, input: Delete): Promise<boolean> {
  if (table.rehearsal) return table.rehearsal.holds({ Delete: input });
  return isApplied(table.client.send(new DeleteCommand({ TableName: table.name, ...input })));
}

async function isApplied(request: Promise<unknown>): Promise<boolean> {
  try {
    await send(request);
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/**
 * Updates one item under a condition. A failed condition answers the stored item, so that no read is needed. `returns`
 * says which attributes of the updated item to answer.
 */
export async function update(
  table: Table,
  input: Update,
  returns: "NONE" | "ALL_NEW" | "UPDATED_NEW" = "NONE",
): Promise<Updated | Refused | Conflict> {
  if (table.rehearsal) return table.rehearsal.update(input);
  const command = new UpdateCommand({
    TableName: table.name,
    ...input,
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    ...(returns === "NONE" ? {} : { ReturnValues: returns }),
  });
  try {
    const { Attributes = {} } = await send(table.client.send(command));
    return { outcome: "applied", item: Attributes };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      const stored = error.Item === undefined ? undefined : plainItem(error.Item);
      return { outcome: "refused", stored, attempts: attemptsOf(error) };
    }
    if (error instanceof TransactionConflictException) return { outcome: "conflict", attempts: attemptsOf(error) };
    throw error;
  }
}

/** A transaction that did not take place because conditions did not hold. */
export type Cancelled = {
  readonly outcome: "refused";
  readonly refusals: Refusals;
  readonly attempts: number;
};

/** Carries out all parts or none. A condition of a `Put` or an `Update` that fails answers the stored item. */
export async function transact(
  table: Table,
  parts: readonly TransactionPart[],
): Promise<Applied | Cancelled | Conflict> {
  if (table.rehearsal) return table.rehearsal.transact(parts);
  const TransactItems = parts.map((part) => addressed(table.name, part));
  try {
    await send(table.client.send(new TransactWriteCommand({ TransactItems })));
    return { outcome: "applied" };
  } catch (error) {
    if (error instanceof TransactionCanceledException) return describeCancellation(error);
    throw error;
  }
}

function addressed(TableName: string, part: TransactionPart) {
  const returning = { TableName, ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const };
  if ("Put" in part) return { Put: { ...part.Put, ...returning } };
  if ("Update" in part) return { Update: { ...part.Update, ...returning } };
  if ("Delete" in part) return { Delete: { ...part.Delete, TableName } };
  return { ConditionCheck: { ...part.ConditionCheck, TableName } };
}

function describeCancellation(error: TransactionCanceledException): Cancelled | Conflict {
  const reasons = error.CancellationReasons ?? [];
  const attempts = attemptsOf(error);
  if (reasons.some(({ Code }) => Code === "ConditionalCheckFailed")) {
    const refusals = reasons.map(({ Code, Item: stored }) =>
      Code === "ConditionalCheckFailed" ? { stored: stored === undefined ? undefined : plainItem(stored) } : undefined,
    );
    return { outcome: "refused", refusals, attempts };
  }
  if (reasons.some(({ Code }) => Code === "TransactionConflict")) return { outcome: "conflict", attempts };
  throw error;
}

export type Query = {
  readonly partition: string;
  /** Only items whose sort key begins with the prefix, or comes before the bound. */
  readonly sortKeyPrefix?: string;
  readonly sortKeyBound?: string;
  /** At most this many items. */
  readonly limit?: number;
  /** Only items after the one with this key. */
  readonly after?: Key;
};

export type QueryPage = {
  readonly items: readonly StoredItem[];
  /** The key to continue after; `undefined` on the last page. */
  readonly resumeAfter: StoredItem | undefined;
};

/** One page of a partition's items in key order: at most `limit` items and 1 MB. The read is consistent. */
export async function queryPage(table: Table, query: Query): Promise<QueryPage> {
  return nextPage(table, query, query.after);
}

async function nextPage(table: Table, query: Query, after: StoredItem | Key | undefined): Promise<QueryPage> {
  const command = new QueryCommand({
    TableName: table.name,
    ...buildQuery(query),
    ...(after === undefined ? {} : { ExclusiveStartKey: after }),
  });
  const { Items = [], LastEvaluatedKey } = await send(table.client.send(command));
  return { items: Items, resumeAfter: LastEvaluatedKey };
}

/** Reading took so long that the caller might not be answered in time. */
export class ReadTooLong extends ServiceError {
  override readonly name = "ReadTooLong";
}

/** Throws {@link EngineBusy} when patience is over, so that a call begins no further read. */
export function requirePatience(patience: Patience): void {
  if (patience.isOver) throw new EngineBusy(new ReadTooLong());
}

/**
 * The partition's items in key order. Reading is consistent and stops when it has `limit` items. Further pages are read
 * while there is patience; after that it throws {@link EngineBusy}.
 */
export async function queryAll(table: Table, query: Query, patience = new Patience(table)): Promise<StoredItem[]> {
  const items: StoredItem[] = [];
  let page: QueryPage | undefined;
  do {
    if (page !== undefined) requirePatience(patience);
    page = await nextPage(table, query, page?.resumeAfter ?? query.after);
    items.push(...page.items);
  } while (page.resumeAfter !== undefined && items.length < (query.limit ?? Number.POSITIVE_INFINITY));
  return items;
}

function buildQuery({ partition, sortKeyPrefix, sortKeyBound, limit }: Query) {
  const clauses = [
    "pk = :pk",
    ...(sortKeyPrefix === undefined ? [] : ["begins_with(sk, :prefix)"]),
    ...(sortKeyBound === undefined ? [] : ["sk < :bound"]),
  ];
  return {
    KeyConditionExpression: clauses.join(" AND "),
    ExpressionAttributeValues: {
      ":pk": partition,
      ...(sortKeyPrefix === undefined ? {} : { ":prefix": sortKeyPrefix }),
      ...(sortKeyBound === undefined ? {} : { ":bound": sortKeyBound }),
    },
    ConsistentRead: true,
    ...(limit === undefined ? {} : { Limit: limit }),
  };
}

/** Awaits a request. A failure of the engine, not of the request, becomes {@link EngineUnavailable} or {@link EngineBusy}. */
async function send<Output>(request: Promise<Output>): Promise<Output> {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (isThrottled(error)) throw new EngineBusy(error);
    throw isUnavailability(error) ? new EngineUnavailable(error) : error;
  }
}

/** How many times a request was sent until the engine refused it. */
function attemptsOf({ $metadata }: DynamoDBServiceException): number {
  return $metadata.attempts ?? 1;
}

const throttles = new Set([
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "ThrottlingException",
  "TransactionInProgressException",
]);

const connectionFailures = new Set<unknown>([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);

function isUnavailability(error: Error): boolean {
  if (error instanceof DynamoDBServiceException) return error.$fault === "server";
  return error.name === "TimeoutError" || ("code" in error && connectionFailures.has(error.code));
}

function isThrottled(error: Error): boolean {
  if (!(error instanceof TransactionCanceledException)) return throttles.has(error.name);
  const { CancellationReasons = [] } = error;
  return CancellationReasons.some(({ Code }) => Code === "ThrottlingError" || Code === "ProvisionedThroughputExceeded");
}
