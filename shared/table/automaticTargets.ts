import { mostAutomaticTargets } from "../domain/automatic.ts";
import type { Table } from "./client.ts";
import { Expression } from "./expression.ts";
import { ItemReader, MalformedItem } from "./item.ts";
import { automaticTargetsKey, type Org } from "./keys.ts";
import { get, type Update } from "./store.ts";

/** Names a target that activities enrol in. */
export type AutomaticTarget = { readonly groupId: number; readonly targetId: number };

/** The set has one text for each target. It is absent while there is none. */
const targetsAttribute = "targets";

/** The targets of the org that activities enrol in, by one small read. It may be some milliseconds old. */
export async function listAutomaticTargets(table: Table, org: Org): Promise<AutomaticTarget[]> {
  const item = await get(table, automaticTargetsKey(org), { isConsistent: false });
  const reader = ItemReader.of(item ?? {});
  return reader.has(targetsAttribute) ? reader.textSet(targetsAttribute).map(parseTarget) : [];
}

/**
 * Puts targets of a group on the list, as a part of the transaction that makes them active. At least one must be named.
 */
export function buildListing(org: Org, groupId: number, targetIds: readonly number[]): Update {
  const expression = new Expression();
  expression.addToSet(targetsAttribute, textsOf(groupId, targetIds));
  const name = expression.name(targetsAttribute);
  const room = expression.value(mostAutomaticTargets - targetIds.length);
  // Two edits at once may each find room for their targets. Without the condition there would be too many after both.
  return expression.update(automaticTargetsKey(org), `attribute_not_exists(${name}) OR size(${name}) <= ${room}`);
}

/** Takes targets of a group off the list, as a part of the transaction that deactivates them. */
export function buildDelisting(org: Org, groupId: number, targetIds: readonly number[]): Update {
  const expression = new Expression();
  expression.deleteFromSet(targetsAttribute, textsOf(groupId, targetIds));
  // The version of the group guards its targets. The list is there since the first one was put on it.
  return expression.update(automaticTargetsKey(org), `attribute_exists(${expression.name("pk")})`);
}

function textsOf(groupId: number, targetIds: readonly number[]): string[] {
  return targetIds.map((targetId) => `${groupId}/${targetId}`);
}

function parseTarget(text: string): AutomaticTarget {
  const [, groupId, targetId] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (groupId === undefined || targetId === undefined) throw new MalformedItem("An automatic target is not one");
  return { groupId: Number(groupId), targetId: Number(targetId) };
}
