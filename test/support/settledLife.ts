import * as fc from "fast-check";
import { expect } from "vitest";
import type { Activity, RecordedType } from "../../shared/domain/activity.ts";
import { decideAdjustment, whyNotAdjustable } from "../../shared/domain/adjusting.ts";
import { decideClosing } from "../../shared/domain/closing.ts";
import {
  type CountingDecision,
  cyclesToCount,
  decideCounting,
  type TargetEffect,
} from "../../shared/domain/counting.ts";
import type { Decimal } from "../../shared/domain/decimal.ts";
import type { Enrollment } from "../../shared/domain/enrollment.ts";
import { cyclesToChange, decideExcuse, decideGrant, type ForgivingDecision } from "../../shared/domain/forgiving.ts";
import type { Instant } from "../../shared/domain/instant.ts";
import { changedCycles, judge } from "../../shared/domain/judging.ts";
import {
  type CycleRecord,
  keeping,
  lastPastCycle,
  metPastCycles,
  recordsOfRow,
  returnedTo,
  rowsOfKept,
  rowsToRead,
  withoutCycles,
  withRow,
} from "../../shared/domain/past.ts";
import type { OriginalActivity } from "../../shared/domain/placing.ts";
import { type Settlement, settle } from "../../shared/domain/settling.ts";
import { type ChangedValues, cycleOf, type Target, type TargetGroup } from "../../shared/domain/targetGroup.ts";
import { returnsToRead } from "../../shared/domain/waitingReturns.ts";
import { changedPastCycles } from "../../shared/table/pastItem.ts";
import { noonOf } from "./domain.ts";
import { searchLength } from "./seeds.ts";

const delayMilliseconds = 60 * 60 * 1000;

type Writer = "CLOSING" | "FORGIVING" | RecordedType;
/** What is stored of what was to be stored. */
export type Keeping = (wanted: Settlement, writer: Writer) => Settlement;

/** An adjustment of one cycle. */
export type Correction = { readonly adjustmentId: string; readonly cycleNumber: number; readonly amount: Decimal };

/** One write of a closing. */
type Closing = { readonly before: Enrollment; readonly after: Enrollment };

/**
 * An enrolment in the first target of a group, and its rows of settled cycles. They are kept as the table keeps them. Two
 * cycles leave the enrolment together, unless another number is given.
 */
export class SettledLife {
  #group: TargetGroup;
  #target: Target;
  readonly #keep: Keeping;
  readonly #cyclesPerRow: number;
  readonly #rows = new Map<number, readonly CycleRecord[]>();
  readonly #recorded = new Map<string, Activity>();
  #stored: Enrollment;
  #cycle = 1;
  #countsLate = false;
  #keepsNext = false;

  constructor(group: TargetGroup, enrollment: Enrollment, keep: Keeping = (wanted) => wanted, cyclesPerRow = 2) {
    this.#group = group;
    this.#target = firstTarget(group);
    this.#stored = enrollment;
    this.#keep = keep;
    this.#cyclesPerRow = cyclesPerRow;
  }

  /** The enrolment as it is stored, without the cycles that have left it. */
  get stored(): Enrollment {
    return this.#stored;
  }

  /** The enrolment with all of its cycles. */
  get whole(): Enrollment {
    return this.#read([...this.#stored.past.writtenRows]);
  }

  /** Whether an activity was counted in a cycle that had left the enrolment. */
  get countsLate(): boolean {
    return this.#countsLate;
  }

  /** What is counted and closed from now on is decided by this definition. */
  decideBy(group: TargetGroup): void {
    this.#group = group;
    this.#target = firstTarget(group);
  }

  /** Lets time pass to the noon of the cycle. At every noon the ended cycles are closed. */
  passTo(cycle: number): Closing[] {
    const closings: Closing[] = [];
    while (this.#cycle < cycle) {
      this.#cycle += 1;
      closings.push(...this.closeAt(noonOf(this.#cycle)));
    }
    return closings;
  }

  /** Closes what has ended by then. */
  closeAt(now: Instant): Closing[] {
    const before = this.#stored;
    this.#close(now);
    return this.#stored === before ? [] : [{ before, after: this.#stored }];
  }

  #close(now: Instant): void {
    const decision = decideClosing(this.#group, this.#target, this.#stored, now);
    if (decision.outcome === "nothingToDo") return;
    const rules = { delayMilliseconds, cyclesPerRow: this.#cyclesPerRow };
    const { next, rows } = settle(this.#group, this.#stored, decision.next, now, rules);
    const keptRows = rowsOfKept(this.#stored);
    const whole = this.#read(keptRows);
    const returned = keptRows.map((row) => ({ row, records: recordsOfRow(whole, whole.past, row) }));
    const stored = withoutCycles(returnedTo(next, keptRows), lastPastCycle(next.past));
    this.#store({ next: stored, rows: [...rows, ...returned] }, "CLOSING");
  }

  /** `unheard` are returns that came before this life. */
  count(
    activity: Activity,
    original: OriginalActivity | undefined,
    now = noonOf(this.#cycle),
    unheard: readonly Activity[] = [],
  ): TargetEffect {
    const subject = { group: this.#group, target: this.#target, enrollment: this.#stored };
    const enrollment = this.#read(rowsToRead(this.#stored, cyclesToCount(subject, activity, original)));
    const contents = this.#contentsOf(returnsToRead({ ...subject, enrollment }, activity));
    const returns = { waiting: contents, unheard: new Map(unheard.map((one) => [one.activityId, one])) };
    const decision = decideCounting({ ...subject, enrollment }, activity, original, now, returns);
    this.#recorded.set(activity.activityId, activity);
    return this.#take(enrollment, decision, activity.type);
  }

  /** `undefined` when the enrolment does not cover the cycle. */
  adjust(correction: Correction, now = noonOf(this.#cycle)): TargetEffect | undefined {
    const { cycleNumber } = correction;
    const subject = { group: this.#group, target: this.#target, enrollment: this.#stored };
    if (whyNotAdjustable(subject, cycleNumber) !== undefined) return undefined;
    const enrollment = this.#read(rowsToRead(this.#stored, [cycleNumber]));
    return this.#take(
      enrollment,
      decideAdjustment({ ...subject, enrollment }, cycleNumber, correction, now),
      "ADJUSTMENT",
    );
  }

  /** Excuses a cycle, or takes that back. `false` when the enrolment does not cover the cycle. */
  excuse(kind: "EXCUSE" | "UNEXCUSE", cycleNumber: number, now = noonOf(this.#cycle)): boolean {
    const subject = { group: this.#group, target: this.#target, enrollment: this.#stored };
    const numbers = cyclesToChange(subject, kind, [cycleOf(this.#group, cycleNumber)]);
    if ("outcome" in numbers) return false;
    const enrollment = this.#read(rowsToRead(this.#stored, numbers));
    this.#forgive(decideExcuse({ ...subject, enrollment }, kind, numbers, now));
    return true;
  }

  /** Gives freezes. `false` when there would be too many. */
  grant(amount: number, now = noonOf(this.#cycle)): boolean {
    const subject = { group: this.#group, target: this.#target, enrollment: this.#stored };
    return this.#forgive(decideGrant(subject, amount, now));
  }

  #forgive(decision: ForgivingDecision): boolean {
    if (decision.outcome === "forgiven") this.#store(withoutRows(decision.next), "FORGIVING");
    return decision.outcome === "forgiven";
  }

  #take(enrollment: Enrollment, { effect, next }: CountingDecision, writer: RecordedType): TargetEffect {
    const isLate = effect.changes.length > 0 && changesPast(enrollment, effect);
    if (next !== undefined) this.#store(this.#keepsNext ? keptIn(enrollment, next) : withoutRows(next), writer);
    // What an activity in many targets does: the enrolment keeps the change until the next closing.
    if (isLate) this.#keepsNext = !this.#keepsNext;
    if (isLate) this.#countsLate = true;
    return effect;
  }

  #contentsOf(activityIds: readonly string[]): Map<string, Activity> {
    const named = [...this.#recorded].filter(([activityId]) => activityIds.includes(activityId));
    return new Map(named);
  }

  /** Judges the cycles by values that were changed. Answers the cycles that are announced as reached by that. */
  judge(changes: readonly ChangedValues[], now: Instant): number[] {
    const cycles = changedCycles(this.#group, changes);
    const enrollment = this.#read(rowsToRead(this.#stored, cycles));
    const next = judge({ group: this.#group, target: this.#target, enrollment }, cycles, changes, now);
    if (next === enrollment) return [];
    this.#store(keptIn(enrollment, next), "CLOSING");
    return [...next.announced].filter((cycle) => !enrollment.announced.has(cycle));
  }

  #read(rows: readonly number[]): Enrollment {
    return rows.reduce((state, row) => {
      const records = this.#rows.get(row);
      if (records === undefined) throw new Error(`Row ${row} is missing`);
      return withRow(state, row, { revision: 1, records });
    }, this.#stored);
  }

  #store(wanted: Settlement, writer: Writer): void {
    const { next, rows } = this.#keep(wanted, writer);
    for (const { row, records } of rows) this.#rows.set(row, records);
    this.#stored = { ...next, revision: this.#stored.revision + 1 };
  }
}

function firstTarget({ targets: [target] }: TargetGroup): Target {
  if (target === undefined) throw new Error("The group has a target");
  return target;
}

/** Whether the activity changed a cycle that has left the enrolment. */
function changesPast({ past }: Enrollment, { changes }: TargetEffect): boolean {
  return changes.some(({ cycleNumber }) => cycleNumber <= lastPastCycle(past));
}

/** The rows that were read, and the enrolment without their cycles. */
function withoutRows(enrollment: Enrollment): Settlement {
  const { past } = enrollment;
  const rows = [...past.readRows.keys()].map((row) => ({ row, records: recordsOfRow(enrollment, past, row) }));
  return { next: asStored(returnedTo(enrollment, [...past.readRows.keys()])), rows };
}

/** The enrolment with the changed cycles of rows, which stay as they are. */
function keptIn(before: Enrollment, next: Enrollment): Settlement {
  return { next: asStored(keeping(next, changedPastCycles(before, next))), rows: [] };
}

/** The enrolment as it is read again, without the rows. */
function asStored(enrollment: Enrollment): Enrollment {
  const past = { ...enrollment.past, metCycles: metPastCycles(enrollment), readRows: new Map() };
  return withoutCycles({ ...enrollment, past }, lastPastCycle(past));
}

/**
 * For each of so many activities, the cycle at whose noon it arrives. None arrives before the one that precedes it. The
 * last may arrive after all cycles.
 */
export function arrivals(count: number, cycleCount: number): fc.Arbitrary<readonly number[]> {
  const cycle = fc.noBias(fc.integer({ min: 1, max: cycleCount + 2 }));
  return fc
    .array(cycle, { minLength: count, maxLength: count })
    .map((cycles) => cycles.toSorted((one, other) => one - other));
}

/**
 * The activities, and deliveries of them in another order, some repeated, each with the cycle in which it arrives. Many are
 * late for a settled cycle.
 */
export function delivered<One>(activities: fc.Arbitrary<One[]>, cycleCount: number) {
  return activities.chain((list) =>
    fc
      .tuple(fc.shuffledSubarray(list, { minLength: list.length }), fc.subarray(list))
      .chain(([all, repeats]) => {
        const count = all.length + repeats.length;
        return fc.tuple(fc.shuffledSubarray([...all, ...repeats], { minLength: count }), arrivals(count, cycleCount));
      })
      .map(([inOrder, arrivedIn]) => ({ list, deliveries: { activities: inOrder, arrivedIn } })),
  );
}

/** A check of one life, which it answers. */
export type LifeCheck<Given> = (given: Given, keep?: Keeping) => SettledLife;

/** Checks lives. In at least half of them an activity must be counted in a cycle that has left the enrolment. */
export function expectOfLives<Given>(given: fc.Arbitrary<Given>, check: LifeCheck<Given>): void {
  let [lives, late] = [0, 0];
  const property = fc.property(given, (one) => {
    lives += 1;
    if (check(one).countsLate) late += 1;
  });
  fc.assert(property, { numRuns: searchLength(1_000) });
  expect(late / lives).toBeGreaterThanOrEqual(0.5);
}

/** Whether the check fails for one of 1000 lives that are kept in this way. */
export function isNoticed<Given>(given: fc.Arbitrary<Given>, check: LifeCheck<Given>, keep: Keeping): boolean {
  const property = fc.property(given, (one) => void check(one, keep));
  return fc.check(property, { numRuns: 1_000, endOnFailure: true }).failed;
}
