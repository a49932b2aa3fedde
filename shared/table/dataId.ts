import { createHash, randomUUID } from "node:crypto";
import type { Table } from "./client.ts";
import { ItemReader } from "./item.ts";
import { dataIdKey, type Org, orgPartition } from "./keys.ts";
import { putUnlessThere, queryAll } from "./store.ts";

/**
 * The id of an org's data in this table. It differs between orgs, and between two tables that hold data of the same org,
 * also when one is a restored copy of the other. It exists from the org's first credential on; `undefined` before that.
 */
export async function findDataId(table: Table, org: Org): Promise<string | undefined> {
  // A query rather than a get: the one function that asks may only query in this partition.
  const [item] = await queryAll(table, { partition: orgPartition(org), sortKeyPrefix: dataIdKey(org).sk });
  if (item === undefined) return undefined;
  // A restored copy holds the text too. It has another name than the table that it is a copy of.
  const random = ItemReader.of(item).text("dataId");
  return createHash("sha256").update(`${table.name} ${random}`).digest("base64url");
}

/**
 * Stores the random text of which the org's data id is made, unless it is there. The text never changes. When two first
 * credentials are created at once, the second does not replace the text that the first made.
 */
export async function ensureDataId(table: Table, org: Org): Promise<void> {
  await putUnlessThere(table, { ...dataIdKey(org), dataId: randomUUID() });
}
