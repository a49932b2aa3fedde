import type { Activity } from "./activity.ts";
import type { CycleChange, TargetEffect } from "./counting.ts";
import type { Decimal } from "./decimal.ts";
import type { Enrollment } from "./enrollment.ts";
import type { Instant } from "./instant.ts";
import type { TargetGroup } from "./targetGroup.ts";

export const ledgerKinds = ["ENROL", "UNENROL", "ADD_TRANSACTION", "RETURN_BILL", "GENERIC_EVENT"] as const;
type LedgerKind = (typeof ledgerKinds)[number];

/**
 * One row of what happened to a customer in a target.
 *
 * The deltas of a cycle's rows add up to the cycle's stored sum, always (docs/history.md): whatever writes a sum, be
 * it an opening balance, a reset or the move of an earlier return, has a row with the difference it made.
 */
export type LedgerEntry = {
  /** Unique within customer and target, and the same however often the row is derived. */
  readonly entryId: string;
  readonly kind: LedgerKind;
  readonly groupId: number;
  readonly targetId: number;
  readonly cycleNumber: number | undefined;
  readonly delta: Decimal;
  /** The cycle's exact sum afterwards, which returns can take below 0. */
  readonly valueAfter: Decimal;
  readonly activityId: string | undefined;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
};

/** A recorded activity as far as history and notifications need it. */
export type CountedActivity = Pick<Activity, "activityId" | "customerId" | "type" | "occurredAt"> & {
  readonly recordedAt: Instant;
};

/** One row for each sum the activity changed; the move of an earlier return is a RETURN_BILL row of its own. */
export function activityEntries(activity: CountedActivity, effect: TargetEffect): LedgerEntry[] {
  return effect.changes.map((change, index) => ({
    entryId: entryId(effect.revision ?? 0, index),
    kind: kindOf(activity, change),
    groupId: effect.groupId,
    targetId: effect.targetId,
    cycleNumber: change.cycleNumber,
    delta: change.after - change.before,
    valueAfter: change.after,
    activityId: change.activityId,
    occurredAt: activity.occurredAt,
    recordedAt: activity.recordedAt,
  }));
}

function kindOf({ activityId, type }: CountedActivity, change: CycleChange): LedgerKind {
  if (change.activityId !== activityId) return "RETURN_BILL";
  switch (type) {
    case "TRANSACTION":
      return "ADD_TRANSACTION";
    case "RETURN":
      return "RETURN_BILL";
    case "EVENT":
      return "GENERIC_EVENT";
  }
}

/** An enrolment before and after one write. */
type States = { readonly before: Enrollment | undefined; readonly after: Enrollment };

/** The row of an enrolment, in the cycle it opened: what that did to the cycle's sum, mostly nothing. */
export function enrolEntries(states: States): LedgerEntry[] {
  const { enrolledAt, fromCycle } = states.after;
  return membershipEntries(states, "ENROL", enrolledAt, fromCycle);
}

/** The row of an un-enrolment, in the first cycle that was left; none when every cycle had ended. */
export function unenrolEntries(states: States, group: TargetGroup, leftAt: Instant): LedgerEntry[] {
  const left = group.cycles.find(({ number }) => number === states.after.leftInCycle);
  return membershipEntries(states, "UNENROL", leftAt, left?.number);
}

function membershipEntries(
  states: States,
  kind: "ENROL" | "UNENROL",
  at: Instant,
  cycleNumber: number | undefined,
): LedgerEntry[] {
  const { groupId, targetId, revision } = states.after;
  const changes = sumChanges(states);
  const rows = changes.length > 0 ? changes : [unchangedSum(states.after, cycleNumber)];
  return rows.map((row, index) => ({
    entryId: entryId(revision, index),
    kind,
    groupId,
    targetId,
    ...row,
    activityId: undefined,
    occurredAt: at,
    recordedAt: at,
  }));
}

type SumChange = Pick<LedgerEntry, "cycleNumber" | "delta" | "valueAfter">;

/** Every sum the write changed, read off the two states rather than off what the write meant to do. */
function sumChanges({ before, after }: States): SumChange[] {
  const cycles = new Set([...(before?.achieved.keys() ?? []), ...after.achieved.keys()]);
  return [...cycles].toSorted(byNumber).flatMap((cycleNumber) => {
    const valueAfter = after.achieved.get(cycleNumber) ?? 0n;
    const delta = valueAfter - (before?.achieved.get(cycleNumber) ?? 0n);
    return delta === 0n ? [] : [{ cycleNumber, delta, valueAfter }];
  });
}

function unchangedSum(after: Enrollment, cycleNumber: number | undefined): SumChange {
  const valueAfter = cycleNumber === undefined ? 0n : (after.achieved.get(cycleNumber) ?? 0n);
  return { cycleNumber, delta: 0n, valueAfter };
}

/**
 * The revision that the write gave the enrolment, and the place among its rows: rows of one millisecond are read in the
 * order of their ids, which is the order in which they came about.
 */
function entryId(revision: number, index: number): string {
  return `${padded(revision, 10)}#${padded(index, 4)}`;
}

function padded(value: number, digits: number): string {
  return value.toString().padStart(digits, "0");
}

function byNumber(one: number, other: number): number {
  return one - other;
}
