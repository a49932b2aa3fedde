import type { Enrollment } from "../domain/enrollment.ts";
import {
  type CycleRecord,
  cyclesOfRow,
  lastPastCycle,
  metPastCycles,
  noPast,
  type Past,
  recordsBetween,
  recordsOfRow,
} from "../domain/past.ts";
import { Expression } from "./expression.ts";
import { ItemReader, MalformedItem, type StoredItem } from "./item.ts";
import { type Org, pastKey } from "./keys.ts";
import { naturalBytes, numbersBytes, PackedReader, packCycles, unpackCycles } from "./packedCycles.ts";
import type { Update } from "./store.ts";

/** A row of settled cycles as it is stored. */
export type PastRow = {
  readonly groupId: number;
  readonly targetId: number;
  readonly row: number;
  /** The enrolment's revision that the row was written with. */
  readonly revision: number;
  readonly records: readonly CycleRecord[];
};

/** The only reader of rows of settled cycles. */
export function parsePastRow(item: StoredItem): PastRow {
  const reader = ItemReader.of(item);
  const [, groupId, targetId, row] = /^PAST#(\d+)#(\d+)#(\d+)$/.exec(reader.text("sk")) ?? [];
  if (row === undefined) throw new MalformedItem("The key is not that of settled cycles");
  return {
    groupId: Number(groupId),
    targetId: Number(targetId),
    row: Number(row),
    revision: reader.integer("revision"),
    records: unpackCycles(reader.bytes("cycles")),
  };
}

/**
 * Writes a row before the enrolment is written without its cycles. The row counts only once the enrolment says so.
 *
 * A closing that lost its race, or a late retry of it, may come after another closing has written the same row, or after
 * a late activity has changed it. Without the condition it would bring back older cycles.
 */
export function buildSettledRow(
  org: Org,
  enrollment: Enrollment,
  { row, records }: Pick<PastRow, "row" | "records">,
): Update {
  const expression = new Expression();
  expression.set("cycles", packCycles(records));
  expression.set("revision", enrollment.revision);
  const isOlder = `${expression.name("revision")} < ${expression.value(enrollment.revision)}`;
  return expression.update(
    pastKey(org, enrollment, row),
    `attribute_not_exists(${expression.name("pk")}) OR ${isOlder}`,
  );
}

/** The rows, of those that were read, in which a decision has changed something. */
export function changedRows(before: Enrollment, next: Enrollment): number[] {
  const { past } = next;
  const contentOf = (state: Enrollment, row: number) => packCycles(recordsOfRow(state, past, row));
  return [...past.readRows.keys()].filter((row) => Buffer.compare(contentOf(before, row), contentOf(next, row)) !== 0);
}

/** The cycles of those rows that a decision has changed. */
export function changedPastCycles(before: Enrollment, next: Enrollment): number[] {
  return changedRows(before, next)
    .flatMap((row) => cyclesOfRow(next.past, row))
    .filter((cycle) => Buffer.compare(packCycle(before, cycle), packCycle(next, cycle)) !== 0);
}

function packCycle(enrollment: Enrollment, cycle: number): Uint8Array {
  return packCycles(recordsBetween(enrollment, cycle - 1, cycle));
}

/** The rows that a decision has changed. They are written in one transaction with the enrolment. */
export function buildChangedRows(org: Org, before: Enrollment, next: Enrollment): Update[] {
  const { past } = next;
  return changedRows(before, next).map((row) => {
    const expression = new Expression();
    expression.set("cycles", packCycles(recordsOfRow(next, past, row)));
    expression.set("revision", before.revision + 1);
    // The row must be the one that was decided on. The enrolment's own condition refuses every other late activity; this
    // one also refuses to write when the row is gone.
    const condition = `${expression.name("revision")} = ${expression.value(past.readRows.get(row) ?? 0)}`;
    return expression.update(pastKey(org, next, row), condition);
  });
}

/** The cycles of rows that the enrolment holds itself. */
export function packKept(enrollment: Enrollment): Uint8Array {
  const { past } = enrollment;
  const all = recordsBetween(enrollment, 0, lastPastCycle(past));
  return packCycles(all.filter(({ cycleNumber }) => past.kept.has(cycleNumber)));
}

/** What an enrolment stores of its past: the size and number of rows, which are written, and the met cycles. */
export function packPast(enrollment: Enrollment): Uint8Array {
  const { past } = enrollment;
  return Uint8Array.from([
    ...naturalBytes(BigInt(past.cyclesPerRow)),
    ...naturalBytes(BigInt(past.rowCount)),
    ...numbersBytes(past.writtenRows, past.rowCount),
    ...numbersBytes(metPastCycles(enrollment), lastPastCycle(past)),
  ]);
}

export function unpackPast(bytes: Uint8Array | undefined): Past {
  if (bytes === undefined) return noPast;
  const reader = new PackedReader(bytes);
  const [cyclesPerRow, rowCount] = [Number(reader.natural()), Number(reader.natural())];
  return {
    cyclesPerRow,
    rowCount,
    writtenRows: reader.numbers(rowCount),
    metCycles: reader.numbers(cyclesPerRow * rowCount),
    readRows: new Map(),
    kept: new Set(),
  };
}
