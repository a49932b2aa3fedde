import type { Instant } from "../domain/instant.ts";
import type { Table } from "./client.ts";
import { Expression } from "./expression.ts";
import type { ItemReader } from "./item.ts";
import { closedCyclesKey, type Key, type Org } from "./keys.ts";
import { update } from "./store.ts";

const attributePrefix = "c";

/** An expression may have 4 kB, and each cycle takes some 35 bytes of it. */
const cyclesInOneWrite = 50;

/**
 * Notes that the cycles were found closed for all members. It is one write for each 50 of them, however many customers the
 * group has. A cycle that was noted before keeps its time.
 */
export async function noteClosedCycles(
  table: Table,
  { org, groupId }: { readonly org: Org; readonly groupId: number },
  cycleNumbers: readonly number[],
  now: Instant,
): Promise<void> {
  const key = closedCyclesKey(org, groupId);
  for (let first = 0; first < cycleNumbers.length; first += cyclesInOneWrite)
    await noteSome(table, key, cycleNumbers.slice(first, first + cyclesInOneWrite), now);
}

async function noteSome(table: Table, key: Key, cycleNumbers: readonly number[], now: Instant): Promise<void> {
  const expression = new Expression();
  const names = cycleNumbers.map((number) => `${attributePrefix}${number}`);
  for (const name of names) expression.setIfAbsent(name, now);
  // Two looks may find the cycles closed at once. The condition refuses the second of them when it has nothing to add.
  const condition = names.map((name) => `attribute_not_exists(${expression.name(name)})`).join(" OR ");
  await update(table, expression.update(key, condition));
}

/** The only reader of the note; without one, no cycle is closed. */
export function parseClosedCycles(reader: ItemReader | undefined): Map<number, Instant> {
  const names = reader?.names().filter((name) => /^c\d+$/.test(name)) ?? [];
  return new Map(names.map((name) => [Number(name.slice(attributePrefix.length)), reader?.integer(name) ?? 0]));
}
