import type { Decimal } from "./decimal.ts";
import type { Enrollment } from "./enrollment.ts";
import type { Instant } from "./instant.ts";
import { ServiceError } from "./serviceError.ts";

/**
 * The settled cycles that an enrolment keeps in rows of their own. Each row holds the same number of cycles, the first
 * one those from cycle 1 on. The enrolment itself keeps of them only which were met.
 */
export type Past = {
  readonly cyclesPerRow: number;
  /** The rows 1…n hold all cycles up to n × `cyclesPerRow`. */
  readonly rowCount: number;
  /** The rows that exist. A row of cycles that were never touched, before the membership began, is not written. */
  readonly writtenRows: ReadonlySet<number>;
  /** The cycles of all rows that were met when their row was last written. */
  readonly metCycles: ReadonlySet<number>;
  /** The rows whose cycles are in this enrolment now, with the revision that each row was read at. */
  readonly readRows: ReadonlyMap<number, number>;
  /**
   * Cycles of rows that the enrolment holds itself until the next closing, because an activity changed too many targets
   * at once to write their rows as well. What the enrolment has of them is later than what their row has.
   */
  readonly kept: ReadonlySet<number>;
};

export const noPast: Past = {
  cyclesPerRow: 0,
  rowCount: 0,
  writtenRows: new Set(),
  metCycles: new Set(),
  readRows: new Map(),
  kept: new Set(),
};

/** Everything that is known of one cycle of an enrolment. */
export type CycleRecord = {
  readonly cycleNumber: number;
  readonly achieved: Decimal | undefined;
  readonly reachedAt: Instant | undefined;
  readonly closedAt: Instant | undefined;
  readonly isAnnounced: boolean;
  readonly valueSetBy: string | undefined;
  readonly triggerReachedAt: ReadonlyMap<number, Instant> | undefined;
};

/** A decision asked for a cycle whose row was not read. Without this error it would see a cycle without earnings. */
class CycleNotRead extends ServiceError {
  override readonly name = "CycleNotRead";
}

/** The last cycle that is kept in a row; 0 when there is none. */
export function lastPastCycle({ cyclesPerRow, rowCount }: Past): number {
  return cyclesPerRow * rowCount;
}

/** The cycles of a row. */
export function cyclesOfRow({ cyclesPerRow }: Pick<Past, "cyclesPerRow">, row: number): number[] {
  return Array.from({ length: cyclesPerRow }, (_, index) => (row - 1) * cyclesPerRow + index + 1);
}

function rowOf({ cyclesPerRow }: Past, cycleNumber: number): number {
  return Math.ceil(cycleNumber / cyclesPerRow);
}

/** Whether the cycle is only in a row that was not read. */
function isElsewhere(past: Past, cycleNumber: number): boolean {
  if (cycleNumber > lastPastCycle(past) || past.kept.has(cycleNumber)) return false;
  const row = rowOf(past, cycleNumber);
  return past.writtenRows.has(row) && !past.readRows.has(row);
}

/** The rows that have to be read before something can be decided about the cycles, in order. */
export function rowsToRead({ past }: Pick<Enrollment, "past">, cycles: readonly number[]): number[] {
  const rows = cycles.filter((number) => isElsewhere(past, number)).map((number) => rowOf(past, number));
  return [...new Set(rows)].toSorted((one, other) => one - other);
}

/** Throws when the cycle is kept in a row that was not read. */
export function requireRead(enrollment: Enrollment, cycleNumber: number): void {
  if (!isElsewhere(enrollment.past, cycleNumber)) return;
  throw new CycleNotRead(`Cycle ${cycleNumber} of target ${enrollment.targetId} is in a row that was not read`);
}

/**
 * Throws when a change of the cycle would be lost: its row was not read, or it has none. A row is missing where no cycle
 * was ever covered, so nothing can count there.
 */
export function requireKept(enrollment: Enrollment, cycleNumber: number): void {
  const { past } = enrollment;
  requireRead(enrollment, cycleNumber);
  if (cycleNumber > lastPastCycle(past) || past.kept.has(cycleNumber)) return;
  if (past.readRows.has(rowOf(past, cycleNumber))) return;
  throw new CycleNotRead(`Cycle ${cycleNumber} of target ${enrollment.targetId} is in a row that was never written`);
}

/** Whether the cycle is met. Every cycle can be asked for, also one whose row was not read. */
export function isMet(enrollment: Enrollment, cycleNumber: number): boolean {
  const { past, reachedAt } = enrollment;
  return (isElsewhere(past, cycleNumber) ? past.metCycles : reachedAt).has(cycleNumber);
}

/** The met cycles of all rows, as they are after what was decided. */
export function metPastCycles(enrollment: Enrollment): ReadonlySet<number> {
  const { past, reachedAt } = enrollment;
  const here = new Set([...[...past.readRows.keys()].flatMap((row) => cyclesOfRow(past, row)), ...past.kept]);
  const met = past.metCycles.difference(here);
  return met.union(new Set([...here].filter((number) => reachedAt.has(number))));
}

/** What is known of the touched cycles after `after` and up to `through`, in order. */
export function recordsBetween(enrollment: Enrollment, after: number, through: number): CycleRecord[] {
  const { achieved, reachedAt, closedAt, announced, valueSetBy, triggerReachedAt } = enrollment;
  const all = [achieved, reachedAt, closedAt, announced, valueSetBy, triggerReachedAt];
  const touched = all.flatMap((numbers) => [...numbers.keys()]);
  return [...new Set(touched)]
    .filter((cycleNumber) => cycleNumber > after && cycleNumber <= through)
    .toSorted((one, other) => one - other)
    .map((cycleNumber) => ({
      cycleNumber,
      achieved: achieved.get(cycleNumber),
      reachedAt: reachedAt.get(cycleNumber),
      closedAt: closedAt.get(cycleNumber),
      isAnnounced: announced.has(cycleNumber),
      valueSetBy: valueSetBy.get(cycleNumber),
      triggerReachedAt: triggerReachedAt.get(cycleNumber),
    }));
}

/** What is known of the cycles of a row, which must have been read or not be written yet. */
export function recordsOfRow(enrollment: Enrollment, { cyclesPerRow }: Past, row: number): CycleRecord[] {
  return recordsBetween(enrollment, (row - 1) * cyclesPerRow, row * cyclesPerRow);
}

type CycleMaps = Pick<
  Enrollment,
  "achieved" | "reachedAt" | "closedAt" | "announced" | "valueSetBy" | "triggerReachedAt"
>;

/** The cycles of the enrolment together with these, which it must not have. */
export function withRecords<Maps extends CycleMaps>(enrollment: Maps, records: readonly CycleRecord[]): Maps {
  const added = <Content>(map: ReadonlyMap<number, Content>, read: (record: CycleRecord) => Content | undefined) => {
    const entries = records.flatMap((record): [number, Content][] => {
      const content = read(record);
      return content === undefined ? [] : [[record.cycleNumber, content]];
    });
    return new Map([...map, ...entries]);
  };
  const announced = records.filter(({ isAnnounced }) => isAnnounced).map(({ cycleNumber }) => cycleNumber);
  return {
    ...enrollment,
    achieved: added(enrollment.achieved, ({ achieved }) => achieved),
    reachedAt: added(enrollment.reachedAt, ({ reachedAt }) => reachedAt),
    closedAt: added(enrollment.closedAt, ({ closedAt }) => closedAt),
    announced: new Set([...enrollment.announced, ...announced]),
    valueSetBy: added(enrollment.valueSetBy, ({ valueSetBy }) => valueSetBy),
    triggerReachedAt: added(enrollment.triggerReachedAt, ({ triggerReachedAt }) => triggerReachedAt),
  };
}

/** The enrolment with the cycles of a row that was read. */
export function withRow(
  enrollment: Enrollment,
  row: number,
  { revision, records }: { readonly revision: number; readonly records: readonly CycleRecord[] },
): Enrollment {
  const { past } = enrollment;
  const whole = withRecords(
    enrollment,
    records.filter(({ cycleNumber }) => !past.kept.has(cycleNumber)),
  );
  return { ...whole, past: { ...past, readRows: new Map([...past.readRows, [row, revision]]) } };
}

/** The enrolment without what it knows of the cycles up to `through`, but for those it keeps itself. */
export function withoutCycles(enrollment: Enrollment, through: number): Enrollment {
  const stays = (cycleNumber: number) => cycleNumber > through || enrollment.past.kept.has(cycleNumber);
  const staying = <Content>(map: ReadonlyMap<number, Content>) =>
    new Map([...map].filter(([cycleNumber]) => stays(cycleNumber)));
  return {
    ...enrollment,
    achieved: staying(enrollment.achieved),
    reachedAt: staying(enrollment.reachedAt),
    closedAt: staying(enrollment.closedAt),
    announced: new Set([...enrollment.announced].filter(stays)),
    valueSetBy: staying(enrollment.valueSetBy),
    triggerReachedAt: staying(enrollment.triggerReachedAt),
  };
}

/** The rows in which the enrolment's own cycles belong. */
export function rowsOfKept({ past }: Pick<Enrollment, "past">): number[] {
  return [...new Set([...past.kept].map((cycleNumber) => rowOf(past, cycleNumber)))];
}

/** The enrolment keeps these cycles itself, with those that it keeps already. */
export function keeping(enrollment: Enrollment, cycles: readonly number[]): Enrollment {
  const { past } = enrollment;
  return { ...enrollment, past: { ...past, kept: past.kept.union(new Set(cycles)) } };
}

/** The enrolment when these rows are written with the cycles of them that it kept: it keeps those no longer. */
export function returnedTo(enrollment: Enrollment, rows: readonly number[]): Enrollment {
  const { past } = enrollment;
  const kept = new Set([...past.kept].filter((cycleNumber) => !rows.includes(rowOf(past, cycleNumber))));
  return { ...enrollment, past: { ...past, metCycles: metPastCycles(enrollment), kept } };
}
