import { at } from "../../infra/support/synthesize.ts";
import { type Asked, NotJudged } from "./policy.ts";

/** The partition, region and account in the ARNs of resources. */
export type Place = { readonly partition: string; readonly region: string; readonly accountId: string };

/** The partition attribute of a table, and those of its indexes by the index's name. */
export type TableKeys = {
  readonly partitionKey: string;
  readonly indexPartitionKeys: ReadonlyMap<string, string>;
};

export type Surroundings = { readonly place: Place; readonly tables: ReadonlyMap<string, TableKeys> };

export type AwsRequest = {
  /** The service's name in the signature. */
  readonly service: string;
  readonly operation: string;
  readonly body: unknown;
};

export function arnOf({ partition, region, accountId }: Place, service: string, resource: string): string {
  return `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}

/**
 * The questions that the request puts to IAM. For each item they name the action, the resource and the condition keys.
 *
 * A transaction is asked for item by item. Each of its actions is also asked for once with the keys of all its items.
 * AWS does not publish which of the two IAM does, so both have to be allowed.
 */
export function askedBy({ service, operation, body }: AwsRequest, surroundings: Surroundings): Asked[] {
  switch (service) {
    case "events":
      return askedOfBus(operation, body, surroundings);
    case "dynamodb":
      return askedOfTable(operation, body, surroundings);
    default:
      return [{ action: `${service}:${operation}`, resource: "*", context: {} }];
  }
}

function askedOfBus(operation: string, body: unknown, { place }: Surroundings): Asked[] {
  return listAt(body, "Entries").map((entry) => {
    const resource = arnOf(place, "events", `event-bus/${textAt(entry, "EventBusName")}`);
    return { action: `events:${operation}`, resource, context: {} };
  });
}

type Asking = (operation: string, body: unknown, surroundings: Surroundings) => Asked[];

function askedOfTable(operation: string, body: unknown, surroundings: Surroundings): Asked[] {
  const asking = tableOperations.get(operation);
  if (asking !== undefined) return asking(operation, body, surroundings);
  return [{ action: `dynamodb:${operation}`, resource: "*", context: {} }];
}

const ofKey: Asking = (operation, body, surroundings) => [askedOfItem(operation, body, at(body, "Key"), surroundings)];
const ofItem: Asking = (operation, body, surroundings) => [
  askedOfItem(operation, body, at(body, "Item"), surroundings),
];
const ofStream: Asking = (operation, body) => [
  { action: `dynamodb:${operation}`, resource: textAt(body, "StreamArn"), context: {} },
];
const ofIterator: Asking = (operation, body) => [
  { action: `dynamodb:${operation}`, resource: streamOf(textAt(body, "ShardIterator")), context: {} },
];

const tableOperations: ReadonlyMap<string, Asking> = new Map([
  ["GetItem", ofKey],
  ["DeleteItem", ofKey],
  ["UpdateItem", ofKey],
  ["PutItem", ofItem],
  ["Query", askedOfQuery],
  ["TransactWriteItems", askedOfTransaction],
  ["TransactGetItems", askedOfTransaction],
  ["BatchGetItem", askedOfBatch],
  ["BatchWriteItem", askedOfBatch],
  ["DescribeStream", ofStream],
  ["GetShardIterator", ofStream],
  ["GetRecords", ofIterator],
]);

function askedOfItem(operation: string, request: unknown, key: unknown, { place, tables }: Surroundings): Asked {
  const tableName = textAt(request, "TableName");
  return {
    action: `dynamodb:${operation}`,
    resource: arnOf(place, "dynamodb", `table/${tableName}`),
    context: leading([key], tables.get(tableName)),
  };
}

const leadingKeys = "dynamodb:LeadingKeys";

/**
 * The condition key with the partitions. A table that was not deployed has none, because its partition attribute is not
 * known.
 */
function leading(keys: readonly unknown[], table: TableKeys | undefined): Asked["context"] {
  if (table === undefined) return {};
  return { [leadingKeys]: keys.map((key) => textAt(at(key, table.partitionKey), "S")) };
}

/** The question of a query. An index is a resource of its own, and partitioned by its own attribute. */
function askedOfQuery(operation: string, body: unknown, { place, tables }: Surroundings): Asked[] {
  const tableName = textAt(body, "TableName");
  const table = tables.get(tableName);
  const index = at(body, "IndexName");
  const attribute = typeof index === "string" ? table?.indexPartitionKeys.get(index) : table?.partitionKey;
  const path = typeof index === "string" ? `table/${tableName}/index/${index}` : `table/${tableName}`;
  const context = attribute === undefined ? {} : { [leadingKeys]: [queriedPartition(body, attribute)] };
  return [{ action: `dynamodb:${operation}`, resource: arnOf(place, "dynamodb", path), context }];
}

function queriedPartition(body: unknown, attribute: string): string {
  const equalities = textAt(body, "KeyConditionExpression").matchAll(/(#?\w+)\s*=\s*(:\w+)/g);
  for (const [, name = "", value = ""] of equalities) {
    const named = at(body, "ExpressionAttributeNames", name) ?? name;
    if (named === attribute) return textAt(at(body, "ExpressionAttributeValues", value), "S");
  }
  throw new NotJudged("A query names no partition");
}

const transactedActions: ReadonlyMap<string, string> = new Map([
  ["Put", "PutItem"],
  ["Update", "UpdateItem"],
  ["Delete", "DeleteItem"],
  ["ConditionCheck", "ConditionCheckItem"],
  ["Get", "GetItem"],
]);

function askedOfTransaction(_: string, body: unknown, surroundings: Surroundings): Asked[] {
  const items = listAt(body, "TransactItems").flatMap((item) =>
    Object.entries(Object(item)).map(([kind, request]) => {
      const key = at(request, kind === "Put" ? "Item" : "Key");
      return askedOfItem(transactedActions.get(kind) ?? kind, request, key, surroundings);
    }),
  );
  const whole = Map.groupBy(items, ({ resource }) => resource);
  return [...whole.values()].flatMap((ofTable) => {
    const context = { [leadingKeys]: ofTable.flatMap((item) => item.context[leadingKeys] ?? []) };
    const actions = new Map(ofTable.map((item) => [item.action, { ...item, context }]));
    return [...ofTable, ...actions.values()];
  });
}

function askedOfBatch(operation: string, body: unknown, { place, tables }: Surroundings): Asked[] {
  return Object.entries(at(body, "RequestItems") ?? {}).map(([tableName, requests]) => {
    const writes = Array.isArray(requests) ? requests : [];
    const written = writes.map((write) => at(write, "PutRequest", "Item") ?? at(write, "DeleteRequest", "Key"));
    const keys = operation === "BatchGetItem" ? listAt(requests, "Keys") : written;
    return {
      action: `dynamodb:${operation}`,
      resource: arnOf(place, "dynamodb", `table/${tableName}`),
      context: leading(keys, tables.get(tableName)),
    };
  });
}

/** The stream of an iterator. The engine writes the stream's ARN into the iterators that it makes. */
function streamOf(iterator: string): string {
  const [, stream] = /(arn:[^|]+\/stream\/[^|]+)/.exec(iterator) ?? [];
  if (stream === undefined) throw new NotJudged("The iterator names no stream");
  return stream;
}

function textAt(value: unknown, name: string): string {
  const text = at(value, name);
  if (typeof text !== "string") throw new NotJudged(`${name} is no text`);
  return text;
}

function listAt(value: unknown, name: string): unknown[] {
  const list = at(value, name);
  if (!Array.isArray(list)) throw new NotJudged(`${name} is no list`);
  return list;
}
