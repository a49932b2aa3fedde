import { formatInstant, type Instant } from "../domain/instant.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import type { Table } from "./client.ts";
import { Expression } from "./expression.ts";
import { ItemReader } from "./item.ts";
import { groupKey, groupPartition, type Key, namePrefix, type Org, orgPartition } from "./keys.ts";
import { queryAll, update } from "./store.ts";
import { parseTargetGroup, retiredAtAttribute, revaluedAtAttribute } from "./targetGroupItem.ts";

/** The whole definition in one query, as it is now; `undefined` when the org has no such group. */
export async function findTargetGroup(table: Table, org: Org, groupId: number): Promise<TargetGroup | undefined> {
  return parseTargetGroup(await queryAll(table, { partition: groupPartition(org, groupId) }));
}

/**
 * Marks the group as one whose enrolments are set aside from now on. Answers whether it is marked; it is not when its
 * definition has changed since it was read.
 */
export async function retireGroup(table: Table, org: Org, group: TargetGroup, now: Instant): Promise<boolean> {
  if (group.retiredAt !== undefined) return true;
  const expression = new Expression();
  expression.set(retiredAtAttribute, formatInstant(now));
  // Without the first clause, a group that gets further cycles at this moment would be marked all the same. The second
  // keeps the mark of another execution.
  const clauses = [
    `${expression.name("version")} = ${expression.value(group.version)}`,
    `attribute_not_exists(${expression.name(retiredAtAttribute)})`,
  ];
  const result = await update(table, expression.update(groupKey(org, group.id), clauses.join(" AND ")));
  if (result.outcome !== "refused") return result.outcome === "applied";
  return result.stored !== undefined && ItemReader.of(result.stored).has(retiredAtAttribute);
}

/**
 * Notes that all enrolments of the target were judged by the values that were changed at the instant. Does nothing when
 * they have been changed again since. Answers whether that is settled: while an edit is under way, it is not.
 */
export async function noteRevalued(
  table: Table,
  key: Key,
  { editedAt, now }: { readonly editedAt: Instant; readonly now: Instant },
): Promise<boolean> {
  const expression = new Expression();
  expression.set(revaluedAtAttribute, formatInstant(now));
  // Without the first clause, the end of one judging would be noted as that of a later edit, which is still to come. The
  // second keeps the time of the first sweep when the second one ends.
  const clauses = [
    `${expression.name("revaluation")}.${expression.name("startedAt")} = ${expression.value(formatInstant(editedAt))}`,
    `attribute_not_exists(${expression.name(revaluedAtAttribute)})`,
  ];
  const { outcome } = await update(table, expression.update(key, clauses.join(" AND ")));
  return outcome !== "conflict";
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

/** The largest ids of the org's groups, which are those created last, at most `most`, the last one first. */
export async function listNewestGroupIds(
  table: Table,
  org: Org,
  most: number,
): Promise<{ readonly ids: readonly number[]; readonly isWhole: boolean }> {
  const names = await queryAll(table, { partition: orgPartition(org), sortKeyPrefix: namePrefix });
  const ids = names.map((item) => ItemReader.of(item).integer("groupId")).toSorted((one, other) => other - one);
  return { ids: ids.slice(0, most), isWhole: ids.length <= most };
}
