import { covers } from "./closing.ts";
import type { Enrollment } from "./enrollment.ts";
import type { Instant } from "./instant.ts";
import { type CycleRecord, cyclesOfRow, isMet, lastPastCycle, recordsOfRow, withoutCycles } from "./past.ts";
import type { Cycle, TargetGroup } from "./targetGroup.ts";

/** When cycles are settled, and how many of them a row holds. */
export type SettlingRules = {
  /**
   * How long a cycle must have ended. An enrolment writes to the current cycle without reading. So this must be longer
   * than clocks of tills and processes differ.
   */
  readonly delayMilliseconds: number;
  readonly cyclesPerRow: number;
};

/**
 * A closing writes one unit, and every 24th writes a row besides. With fewer cycles in a row, that would be more than a
 * twentieth of the cost; with more, an enrolment with three idempotency keys would grow beyond one kB.
 */
export const settlingRules: SettlingRules = { delayMilliseconds: 60 * 60 * 1000, cyclesPerRow: 24 };

/** A row to write before the enrolment is written without its cycles. */
export type SettledRow = { readonly row: number; readonly records: readonly CycleRecord[] };

export type Settlement = { readonly next: Enrollment; readonly rows: readonly SettledRow[] };

/**
 * Settles cycles with the write that takes an enrolment from `stored` to `closed`. Only a write that has read the
 * enrolment changes a settled cycle, so settled cycles are kept together, apart from the cycles that an enrolment
 * writes to. Whole rows of them leave the enrolment.
 *
 * A cycle that this write closes stays in the enrolment until the next one. What its closing announces is read from the
 * enrolment as it is after the write.
 */
export function settle(
  group: TargetGroup,
  stored: Enrollment,
  closed: Enrollment,
  now: Instant,
  rules: SettlingRules,
): Settlement {
  const settledThrough = lastSettled(group, closed, now - rules.delayMilliseconds);
  const cyclesPerRow = stored.past.rowCount === 0 ? rules.cyclesPerRow : stored.past.cyclesPerRow;
  const closedNow = [...closed.closedAt.keys()].filter((number) => !stored.closedAt.has(number));
  const removable = Math.min(settledThrough, ...closedNow.map((number) => number - 1));
  const rowCount = Math.max(stored.past.rowCount, Math.floor(removable / cyclesPerRow));
  return moveRows({ ...closed, settledThrough }, { cyclesPerRow, rowCount });
}

/** The last cycle up to which all have ended by the instant and have nothing left to be closed. */
function lastSettled({ cycles }: TargetGroup, enrollment: Enrollment, endedBy: Instant): number {
  const isOpen = (cycle: Cycle) =>
    cycle.endsAt > endedBy || (covers(enrollment, cycle) && !enrollment.closedAt.has(cycle.number));
  const first = cycles.find((cycle) => cycle.number > enrollment.settledThrough && isOpen(cycle));
  return first === undefined ? cycles.length : first.number - 1;
}

/**
 * Whether the membership covers the cycle. A row that ends with such a cycle is written also where nothing is in it: an
 * activity may have enrolled the customer after these cycles had ended, and late ones count there.
 */
function isCovered({ fromCycle }: Enrollment, cycleNumber: number): boolean {
  return fromCycle <= cycleNumber;
}

function moveRows(
  enrollment: Enrollment,
  { cyclesPerRow, rowCount }: { readonly cyclesPerRow: number; readonly rowCount: number },
): Settlement {
  const { past } = enrollment;
  if (rowCount === past.rowCount) return { next: enrollment, rows: [] };
  const grown = { ...past, cyclesPerRow, rowCount };
  const moved = Array.from({ length: rowCount - past.rowCount }, (_, index) => past.rowCount + index + 1);
  const rows = moved
    .map((row) => ({ row, records: recordsOfRow(enrollment, grown, row) }))
    .filter(({ row, records }) => records.length > 0 || isCovered(enrollment, row * cyclesPerRow));
  const met = moved.flatMap((row) => cyclesOfRow(grown, row)).filter((number) => isMet(enrollment, number));
  return {
    next: {
      ...withoutCycles(enrollment, lastPastCycle(grown)),
      past: {
        ...grown,
        writtenRows: new Set([...past.writtenRows, ...rows.map(({ row }) => row)]),
        metCycles: new Set([...past.metCycles, ...met]),
        readRows: new Map(),
      },
    },
    rows,
  };
}
