import type { Instant } from "../domain/instant.ts";
import type { Table } from "./client.ts";
import { Expression } from "./expression.ts";
import type { ItemReader } from "./item.ts";
import { closedCyclesKey, type Key, type Org } from "./keys.ts";
import { update } from "./store.ts";

const attributePrefix = "c";

/** An expression may have 4 kB, and each cycle takes some 30 bytes of it. */
const cyclesInOneWrite = 100;

/**
 * Notes that the cycles were found closed for all members. It is one write for each 100 of them, however many customers the
 * group has; a group has at most 1000. A cycle that was noted before keeps its time.
 */
export async function noteClosedCycles(
  table: Table,
  { org, groupId }: { readonly org: Org; readonly groupId: number },
  cycleNumbers: readonly number[],
  now: Instant,
): Promise<void> {
  const key = closedCyclesKey(org, groupId);
  const writes = Array.from({ length: Math.ceil(cycleNumbers.length / cyclesInOneWrite) }, (_, part) =>
    noteSome(table, key, cycleNumbers.slice(part * cyclesInOneWrite, (part + 1) * cyclesInOneWrite), now),
  );
  await Promise.all(writes);
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
