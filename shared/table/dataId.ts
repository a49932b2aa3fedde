import { randomUUID } from "node:crypto";
import type { Table } from "./client.ts";
import { ItemReader } from "./item.ts";
import { dataIdKey, type Org, orgPartition } from "./keys.ts";
import { putUnlessThere, queryAll } from "./store.ts";

/**
 * The id of an org's data. It differs between orgs, and between two tables that hold data of the same org. It is made
 * with the org's first credential; `undefined` before that.
 */
export async function findDataId(table: Table, org: Org): Promise<string | undefined> {
  // A query rather than a get: the one function that asks may only query in this partition.
  const [item] = await queryAll(table, { partition: orgPartition(org), sortKeyPrefix: dataIdKey(org).sk });
  return item === undefined ? undefined : ItemReader.of(item).text("dataId");
}

/**
 * Makes the org's data id unless it has one. The id never changes. When two first credentials are created at once, the
 * second does not replace the id that the first made.
 */
export async function ensureDataId(table: Table, org: Org): Promise<void> {
  await putUnlessThere(table, { ...dataIdKey(org), dataId: randomUUID() });
}
