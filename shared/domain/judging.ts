import { announce, hasBecomeDue, withLevels } from "./counting.ts";
import type { Decimal } from "./decimal.ts";
import { type Enrollment, sumOf } from "./enrollment.ts";
import type { Instant } from "./instant.ts";
import { isMet } from "./past.ts";
import type { CountingSubject } from "./placing.ts";
import { type ChangedValues, type Cycle, cycleOf, type Target, targetValue } from "./targetGroup.ts";

/**
 * The cycles whose value an edit changes, in runs of neighbours that had the same value. The cycles of an earlier change
 * that not all customers have been judged by yet stay among them, with the value before that change.
 */
export function changedValues(cycles: readonly Cycle[], before: Target, after: Target): ChangedValues[] {
  const isChanged = (cycle: Cycle) => targetValue(before, cycle) !== targetValue(after, cycle);
  if (!cycles.some(isChanged)) return [];
  const unfinished = unfinishedChanges(before);
  return runsOf(cycles, (cycle) => {
    const ofChanged = isChanged(cycle) ? targetValue(before, cycle) : undefined;
    return oldValueOf(unfinished, cycle.number) ?? ofChanged;
  });
}

function unfinishedChanges({ revaluation }: Target): readonly ChangedValues[] {
  return revaluation === undefined || revaluation.finishedAt !== undefined ? [] : revaluation.changes;
}

/** The cycles that have an old value, in runs. */
function runsOf(cycles: readonly Cycle[], oldValueIn: (cycle: Cycle) => Decimal | undefined): ChangedValues[] {
  const runs: ChangedValues[] = [];
  for (const cycle of cycles) {
    const oldValue = oldValueIn(cycle);
    if (oldValue === undefined) continue;
    const last = runs.at(-1);
    const goesOn = last?.throughCycle === cycle.number - 1 && last.oldValue === oldValue;
    if (goesOn) runs.pop();
    const fromCycle = goesOn ? last.fromCycle : cycle.number;
    runs.push({ fromCycle, throughCycle: cycle.number, oldValue });
  }
  return runs;
}

/** The numbers of the cycles in the runs. */
export function changedCycles(group: CountingSubject["group"], changes: readonly ChangedValues[]): number[] {
  return group.cycles.map(({ number }) => number).filter((number) => oldValueOf(changes, number) !== undefined);
}

function oldValueOf(changes: readonly ChangedValues[], cycleNumber: number): Decimal | undefined {
  return changes.find(({ fromCycle, throughCycle }) => fromCycle <= cycleNumber && cycleNumber <= throughCycle)
    ?.oldValue;
}

/**
 * Judges cycles of one enrolment again, after their value was changed: a cycle is reached while its sum is at least the
 * value. Answers the same enrolment when every mark is right already. A cycle that becomes reached is announced unless it
 * was before, and can complete the run of a level. A cycle that is no longer reached loses its mark only: what was
 * announced, and the levels, stay.
 *
 * While the customer is out, marks change and nothing is told.
 */
export function judge(
  subject: CountingSubject,
  cycles: readonly number[],
  changes: readonly ChangedValues[],
  now: Instant,
): Enrollment {
  const { group, target, enrollment } = subject;
  const isReached = (number: number) => sumOf(enrollment, number) >= targetValue(target, cycleOf(group, number));
  const differing = cycles.filter(
    (number) => oldValueOf(changes, number) !== undefined && isReached(number) !== isMet(enrollment, number),
  );
  if (differing.length === 0) return enrollment;
  const reachedAt = new Map(enrollment.reachedAt);
  for (const number of differing) {
    if (isReached(number)) reachedAt.set(number, now);
    else reachedAt.delete(number);
  }
  const marked = { ...enrollment, reachedAt };
  return enrollment.membership.status === "ENROLLED" ? told(subject, marked, differing, changes, now) : marked;
}

/** The enrolment with what its customer is told of. It names the values, because the definition may change once more. */
function told(
  subject: CountingSubject,
  marked: Enrollment,
  differing: readonly number[],
  changes: readonly ChangedValues[],
  now: Instant,
): Enrollment {
  const { group, target, enrollment } = subject;
  const covered = differing.filter((number) => number >= enrollment.fromCycle);
  const { next } = withLevels(group, marked, now);
  const announced = covered.filter((number) => hasBecomeDue(subject, next, number));
  const judged = covered.map((cycleNumber) => {
    const newValue = targetValue(target, cycleOf(group, cycleNumber));
    const oldValue = oldValueOf(changes, cycleNumber) ?? newValue;
    return { cycleNumber, oldValue, newValue, isAnnounced: announced.includes(cycleNumber) };
  });
  return { ...announce(next, announced), judged: { revision: enrollment.revision + 1, at: now, cycles: judged } };
}
