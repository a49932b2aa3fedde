import type { Activity, RecordedType } from "./activity.ts";
import { type Authorship, authorshipOf } from "./authorship.ts";
import type { CycleChange, TargetEffect } from "./counting.ts";
import type { Decimal } from "./decimal.ts";
import { type Enrollment, enrollingActivity, sumOf } from "./enrollment.ts";
import type { Forgiveness } from "./forgiving.ts";
import type { Instant } from "./instant.ts";
import { ServiceError } from "./serviceError.ts";
import type { TargetGroup } from "./targetGroup.ts";

export const ledgerKinds = [
  "ENROL",
  "UNENROL",
  "ADD_TRANSACTION",
  "RETURN_BILL",
  "GENERIC_EVENT",
  "ADJUSTMENT",
  "EXCUSE",
  "UNEXCUSE",
  "FREEZES",
] as const;
type LedgerKind = (typeof ledgerKinds)[number];

/**
 * One row of a customer's history in a target.
 *
 * The deltas of a cycle's rows always add up to the cycle's stored sum (docs/history.md). Each change of a sum has a
 * row with its difference. That includes an opening balance, a reset and the move of an earlier return.
 */
export type LedgerEntry = Authorship & {
  /**
   * Unique within customer and target. It is derived from what is stored, so deriving the row again gives the same id.
   */
  readonly entryId: string;
  readonly kind: LedgerKind;
  readonly groupId: number;
  readonly targetId: number;
  readonly cycleNumber: number | undefined;
  readonly delta: Decimal;
  /** The cycle's exact sum afterwards. Returns can take it below 0. */
  readonly valueAfter: Decimal;
  /** The activity, the adjustment or the grant of freezes. */
  readonly activityId: string | undefined;
  /** Why, where support has changed something. */
  readonly reason: string | undefined;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  /** The version of the group's definition that decided. */
  readonly definitionVersion: number;
};

/** The fields of a recorded activity or adjustment that history and notifications need. */
export type CountedActivity = Pick<Activity, "activityId" | "customerId" | "occurredAt"> &
  Authorship & {
    readonly type: RecordedType;
    /** Why, for an adjustment. */
    readonly reason?: string | undefined;
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
    reason: activity.reason,
    occurredAt: activity.occurredAt,
    recordedAt: activity.recordedAt,
    ...authorshipOf(activity),
    definitionVersion: decidingVersion(effect),
  }));
}

function decidingVersion({ targetId, definitionVersion }: TargetEffect): number {
  if (definitionVersion === undefined)
    throw new ServiceError(`Target ${targetId} changed and no definition decided it`);
  return definitionVersion;
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
    case "ADJUSTMENT":
      return "ADJUSTMENT";
  }
}

/** One row for each cycle that was excused, or is no longer; or the row of a grant. None changes a sum. */
export function forgivenessEntries(forgiveness: Forgiveness): LedgerEntry[] {
  const { kind, groupId, targetId, cycles, grant, reason, recordedAt, revision, definitionVersion } = forgiveness;
  const rows = kind === "FREEZES" ? [[undefined, 0n] as const] : [...cycles];
  return rows.map(([cycleNumber, valueAfter], index) => ({
    entryId: entryId(revision, index),
    kind,
    groupId,
    targetId,
    cycleNumber,
    delta: 0n,
    valueAfter,
    activityId: grant?.grantId,
    reason,
    occurredAt: recordedAt,
    recordedAt,
    ...authorshipOf(forgiveness),
    definitionVersion,
  }));
}

/** An enrolment before and after one write. */
type States = { readonly before: Enrollment | undefined; readonly after: Enrollment };

/**
 * The row of an enrolment, in the first cycle it covers. Its delta is what the enrolment changed in the sum, mostly 0.
 * The row of an enrolment by an activity has revision 0, because the rows of the activity have revision 1.
 */
export function enrolEntries(states: States): LedgerEntry[] {
  const { enrolledAt, fromCycle } = states.after;
  return membershipEntries(states, "ENROL", enrolledAt, fromCycle);
}

/** The row of an un-enrolment, in the first cycle that was left. It names no cycle when all had ended. */
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
    activityId: enrollingActivity(states.before, states.after),
    reason: undefined,
    occurredAt: at,
    recordedAt: at,
    ...authorshipOf(states.after),
    definitionVersion: states.after.definitionVersion,
  }));
}

type SumChange = Pick<LedgerEntry, "cycleNumber" | "delta" | "valueAfter">;

/** Every sum that the write changed. It compares the stored states and does not rely on the intention of the write. */
function sumChanges({ before, after }: States): SumChange[] {
  const cycles = new Set([...(before?.achieved.keys() ?? []), ...after.achieved.keys()]);
  return [...cycles].toSorted(byNumber).flatMap((cycleNumber) => {
    const valueAfter = after.achieved.get(cycleNumber) ?? 0n;
    const delta = valueAfter - (before?.achieved.get(cycleNumber) ?? 0n);
    return delta === 0n ? [] : [{ cycleNumber, delta, valueAfter }];
  });
}

function unchangedSum(after: Enrollment, cycleNumber: number | undefined): SumChange {
  const valueAfter = cycleNumber === undefined ? 0n : sumOf(after, cycleNumber);
  return { cycleNumber, delta: 0n, valueAfter };
}

/**
 * The enrolment's revision after the write, and the row's place among the rows of that write. Rows of one millisecond
 * are read in the order of their ids. That is the order in which they were made.
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
