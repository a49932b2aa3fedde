import pMap from "p-map";
import type { LedgerEntry } from "../domain/ledger.ts";
import type { Table } from "./client.ts";
import { customerPartition, ledgerTargetPrefix, type Org } from "./keys.ts";
import { buildLedgerItem, parseLedgerEntry } from "./ledgerItem.ts";
import { putUnlessThere, queryAll } from "./store.ts";

/** An excuse of a year makes a row for each day. All at once, they would wait for the client's connections too long. */
const rowsAtOnce = 25;

/**
 * Adds the rows that do not exist yet. A row never changes, but for its reason, which an anonymisation empties. So an
 * existing one is the same row, or must stay without its reason. Without that condition,
 * a second delivery of a stream record would be charged and streamed as a change although it is none.
 */
export async function addLedgerEntries(
  table: Table,
  org: Org,
  customerId: number,
  entries: readonly LedgerEntry[],
): Promise<void> {
  const add = (entry: LedgerEntry) => putUnlessThere(table, buildLedgerItem(org, customerId, entry));
  await pMap(entries, add, { concurrency: rowsAtOnce });
}

export type LedgerPage = {
  /** Only rows of this cycle. */
  readonly cycleNumber: number | undefined;
  readonly offset: number;
  readonly limit: number;
};

export type LedgerRows = {
  readonly rows: readonly LedgerEntry[];
  /** The number of all rows, those of other pages included; `undefined` when the page ends before they do. */
  readonly total: number | undefined;
};

/** A customer's rows for a target, oldest first: `limit` of them after the first `offset`. */
export async function listLedger(
  table: Table,
  ref: { readonly org: Org; readonly customerId: number; readonly targetId: number },
  { cycleNumber, offset, limit }: LedgerPage,
): Promise<LedgerRows> {
  const end = offset + limit;
  const items = await queryAll(table, {
    partition: customerPartition(ref.org, ref.customerId),
    sortKeyPrefix: ledgerTargetPrefix(ref.targetId),
    // Rows of other cycles lie between those of this one, so the number to read is not known in advance.
    ...(cycleNumber === undefined ? { limit: end } : {}),
  });
  const rows = items
    .map(parseLedgerEntry)
    .filter((row) => cycleNumber === undefined || row.cycleNumber === cycleNumber);
  const isWhole = cycleNumber !== undefined || items.length < end;
  return { rows: rows.slice(offset, end), total: isWhole ? rows.length : undefined };
}
