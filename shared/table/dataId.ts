import { randomUUID } from "node:crypto";
import type { Table } from "./client.ts";
import { ItemReader } from "./item.ts";
import { dataIdKey, type Org, orgPartition } from "./keys.ts";
import { putUnlessThere, queryAll } from "./store.ts";

/**
 * Tells an org's data from any other, even from what another table held for the same org. `undefined` for an org that
 * never had a credential: the id is made with the first one.
 */
export async function findDataId(table: Table, org: Org): Promise<string | undefined> {
  // By Query, because that is all that the one function which asks may do in this partition.
  const [item] = await queryAll(table, { partition: orgPartition(org), sortKeyPrefix: dataIdKey(org).sk });
  return item === undefined ? undefined : ItemReader.of(item).text("dataId");
}

/**
 * Makes the org's data id unless it has one. It never changes: of two first credentials of an org at once, the id that one
 * of them made is not replaced by the other's.
 */
export async function ensureDataId(table: Table, org: Org): Promise<void> {
  await putUnlessThere(table, { ...dataIdKey(org), dataId: randomUUID() });
}
