import { inspect } from "node:util";
import { ScanCommand, type ScanCommandOutput } from "@aws-sdk/lib-dynamodb";
import type { Table } from "../../shared/table/client.ts";

type StoredItem = Readonly<Record<string, unknown>>;

/** All items of the table. */
export async function scanAll({ client, name: TableName }: Pick<Table, "client" | "name">): Promise<StoredItem[]> {
  const items: StoredItem[] = [];
  let ExclusiveStartKey: StoredItem | undefined;
  do {
    const page: ScanCommandOutput = await client.send(
      new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey }),
    );
    items.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return items;
}

/** The items of the whole table in which one of the texts stands, in whichever attribute. */
export async function itemsWith(table: Table, texts: readonly string[]): Promise<StoredItem[]> {
  const options = { depth: Number.POSITIVE_INFINITY, maxStringLength: null, maxArrayLength: null };
  const all = await scanAll(table);
  return all.filter((item) => texts.some((text) => inspect(item, options).includes(text)));
}

/** The keys of all items that are about the customer, by their keys. */
export async function keysAbout(table: Table, org: string, customerId: number): Promise<string[]> {
  const keys = (await scanAll(table)).map(({ pk, sk }) => [pk, sk].join(" "));
  const named = new RegExp(`#${org}#.*(?:CUSTOMER#|#)${customerId}(?: |#|$)`);
  // The row of the index has the id with zeros before it.
  const indexed = new RegExp(`^ENROLLED#${org}#.* CUSTOMER#0*${customerId}$`);
  return keys.filter((key) => named.test(key) || indexed.test(key)).toSorted();
}
