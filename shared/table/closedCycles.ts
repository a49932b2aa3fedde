import type { Instant } from "../domain/instant.ts";
import type { Table } from "./client.ts";
import { Expression } from "./expression.ts";
import type { ItemReader } from "./item.ts";
import { closedCyclesKey, type Org } from "./keys.ts";
import { update } from "./store.ts";

const attributePrefix = "c";

/**
 * Notes that the cycles were found closed for all members. It is one write for each group, however many customers it has.
 * Does nothing when there are no cycles. A cycle that was noted before keeps its time.
 */
export async function noteClosedCycles(
  table: Table,
  { org, groupId }: { readonly org: Org; readonly groupId: number },
  cycleNumbers: readonly number[],
  now: Instant,
): Promise<void> {
  if (cycleNumbers.length === 0) return;
  const expression = new Expression();
  const names = cycleNumbers.map((number) => `${attributePrefix}${number}`);
  for (const name of names) expression.setIfAbsent(name, now);
  // Two looks may find the cycles closed at once. The condition refuses the second of them when it has nothing to add.
  const condition = names.map((name) => `attribute_not_exists(${expression.name(name)})`).join(" OR ");
  await update(table, expression.update(closedCyclesKey(org, groupId), condition));
}

/** The only reader of the note; without one, no cycle is closed. */
export function parseClosedCycles(reader: ItemReader | undefined): Map<number, Instant> {
  const names = reader?.names().filter((name) => /^c\d+$/.test(name)) ?? [];
  return new Map(names.map((name) => [Number(name.slice(attributePrefix.length)), reader?.integer(name) ?? 0]));
}
