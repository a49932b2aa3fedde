import type { TargetGroup } from "../domain/targetGroup.ts";
import type { Table } from "./client.ts";
import { ItemReader } from "./item.ts";
import { groupPartition, namePrefix, type Org, orgPartition } from "./keys.ts";
import { queryAll } from "./store.ts";
import { parseTargetGroup } from "./targetGroupItem.ts";

/** The whole definition in one query, as it is now; `undefined` when the org has no such group. */
export async function findTargetGroup(table: Table, org: Org, groupId: number): Promise<TargetGroup | undefined> {
  return parseTargetGroup(await queryAll(table, { partition: groupPartition(org, groupId) }));
}

/** Ids of the org's groups in order of their names, `limit` of them after the first `offset`. */
export async function listTargetGroupIds(table: Table, org: Org, limit: number, offset: number): Promise<number[]> {
  const names = await queryAll(table, {
    partition: orgPartition(org),
    sortKeyPrefix: namePrefix,
    limit: offset + limit,
  });
  return names.slice(offset, offset + limit).map((item) => ItemReader.of(item).integer("groupId"));
}
