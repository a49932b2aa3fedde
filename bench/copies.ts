import { BatchWriteCommand, GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Table } from "../shared/table/client.ts";
import { customerPartition, type Key } from "../shared/table/keys.ts";

const batchSize = 25;
const batchesAtOnce = 4;

/**
 * Gives the customers what one customer has under each of these sort keys. The copies are made in batches, because
 * thousands of enrolments one by one would take longer than what is measured.
 */
export async function copyItems(
  table: Table,
  org: string,
  from: number,
  sortKeys: readonly string[],
  to: readonly number[],
): Promise<void> {
  const originals = await Promise.all(sortKeys.map((sk) => read(table, { pk: customerPartition(org, from), sk })));
  const copies = to.flatMap((id) => originals.map((item) => ({ ...item, pk: customerPartition(org, id) })));
  await putAll(table, copies);
}

/** Writes the items, in batches and without a condition. */
export async function putAll(table: Table, items: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(items.length / batchSize) }, (_, index) =>
    items.slice(index * batchSize, (index + 1) * batchSize),
  ).values();
  const work = async () => {
    for (const batch of batches) await putBatch(table, batch);
  };
  await Promise.all(Array.from({ length: batchesAtOnce }, work));
}

async function read(table: Table, key: Key): Promise<Readonly<Record<string, unknown>>> {
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: key, ConsistentRead: true }));
  if (Item === undefined) throw new Error(`There is no ${key.sk}`);
  return Item;
}

async function putBatch(table: Table, items: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  const requests = items.map((Item) => ({ PutRequest: { Item } }));
  const { UnprocessedItems = {} } = await table.client.send(
    new BatchWriteCommand({ RequestItems: { [table.name]: requests } }),
  );
  if (Object.keys(UnprocessedItems).length > 0) throw new Error("The engine left items of a batch unwritten");
}
