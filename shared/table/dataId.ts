import { randomUUID } from "node:crypto";
import { ConditionalCheckFailedException, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { Table } from "./client.ts";
import { ItemReader } from "./item.ts";
import { dataIdKey, keyAttributes, type Org, orgPartition } from "./keys.ts";
import { queryAll } from "./query.ts";
import { engine } from "./send.ts";

/**
 * Tells an org's data from any other, even from what another table held for the same org. `undefined` for an org that
 * never had a credential: the id is made with the first one.
 */
export async function findDataId(table: Table, org: Org): Promise<string | undefined> {
  // By Query, because that is all that the one function which asks may do in this partition.
  const [item] = await queryAll(table, { partition: orgPartition(org), sortKeyPrefix: dataIdKey(org).sk });
  return item === undefined ? undefined : ItemReader.of(item).text("dataId");
}

/** Makes the org's data id unless it has one. It never changes. */
export async function ensureDataId(table: Table, org: Org): Promise<void> {
  const Item = { ...keyAttributes(dataIdKey(org)), dataId: { S: randomUUID() } };
  // Two first credentials of an org at once: the id that one of them made must not be replaced by the other's.
  const unlessThere = { TableName: table.name, ConditionExpression: "attribute_not_exists(pk)" };
  try {
    await engine(table.client.send(new PutItemCommand({ ...unlessThere, Item })));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
