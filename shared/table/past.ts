import type { Enrollment } from "../domain/enrollment.ts";
import { withRow } from "../domain/past.ts";
import type { SettledRow } from "../domain/settling.ts";
import type { Table } from "./client.ts";
import { MalformedItem } from "./item.ts";
import { customerPartition, type Org, pastKey, pastPrefix } from "./keys.ts";
import { buildSettledRow, type PastRow, parsePastRow } from "./pastItem.ts";
import type { Patience } from "./rounds.ts";
import { get, queryAll, update } from "./store.ts";

/**
 * Writes rows of settled cycles, before the enrolment is written without them. A row that is there already was written
 * by this call's own lost attempt or from a later state; the write of the enrolment decides which of them counts.
 * Answers whether that write may follow: another transaction can hold a row.
 */
export async function writeSettledRows(
  table: Table,
  org: Org,
  stored: Enrollment,
  rows: readonly SettledRow[],
): Promise<boolean> {
  const results = await Promise.all(rows.map((row) => update(table, buildSettledRow(org, stored, row))));
  return results.every(({ outcome }) => outcome !== "conflict");
}

/** The enrolment with the cycles of these rows, read consistently. Throws when a row is missing. */
export async function readRows(
  table: Table,
  org: Org,
  enrollment: Enrollment,
  rows: readonly number[],
): Promise<Enrollment> {
  const found = await Promise.all(rows.map((row) => readRow(table, org, enrollment, row)));
  return found.reduce((state, row) => withRow(state, row.row, row), enrollment);
}

async function readRow(table: Table, org: Org, enrollment: Enrollment, row: number): Promise<PastRow> {
  const item = await get(table, pastKey(org, enrollment, row), { isConsistent: true });
  if (item === undefined) throw new MalformedItem(`The row ${row} of settled cycles is missing`);
  return parsePastRow(item);
}

/** All rows of settled cycles of a customer, or of one target. */
export async function listPastRows(
  table: Table,
  org: Org,
  customerId: number,
  ref?: { readonly groupId: number; readonly targetId: number },
  patience?: Patience,
): Promise<PastRow[]> {
  const query = { partition: customerPartition(org, customerId), sortKeyPrefix: pastPrefix(ref) };
  return (await queryAll(table, query, patience)).map(parsePastRow);
}
