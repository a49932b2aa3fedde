import type { LineItem } from "../../domain/activity.ts";
import type { TargetEffect } from "../../domain/counting.ts";
import type { Decimal } from "../../domain/decimal.ts";
import type { Enrollment } from "../../domain/enrollment.ts";
import type { Forgiveness } from "../../domain/forgiving.ts";
import { formatInstant, type Instant } from "../../domain/instant.ts";
import type { LedgerEntry } from "../../domain/ledger.ts";
import { keptRun } from "../../domain/streak.ts";
import type { RecordedActivity } from "../../table/activityItem.ts";
import type { PastRow } from "../../table/pastItem.ts";
import type { StoredOfCustomer } from "../../table/storedOfCustomer.ts";
import { presentAuthorship } from "./authorshipView.ts";
import { wireDecimal } from "./wireDecimal.ts";

/**
 * What is stored of a customer, as a row of an export. Cycles are given by their number in the group, targets and levels by
 * their ids, because the definitions are the brand's and not the customer's.
 */
export function presentStored(stored: StoredOfCustomer): { readonly type: string } {
  switch (stored.kind) {
    case "activity":
      return presentActivity(stored.activity);
    case "enrollment":
      return presentEnrollment(stored.enrollment);
    case "forgiveness":
      return presentForgiveness(stored.forgiveness);
    case "ledger":
      return presentLedger(stored.entry);
    case "past":
      return presentPast(stored.row);
  }
}

function presentActivity(activity: RecordedActivity) {
  return {
    type: "activity",
    activityId: activity.activityId,
    activityType: activity.type,
    name: activity.name,
    occurredAt: formatInstant(activity.occurredAt),
    recordedOn: formatInstant(activity.recordedAt),
    amount: decimal(activity.amount),
    quantity: decimal(activity.quantity),
    originalActivityId: activity.originalActivityId,
    reason: activity.reason,
    attributes: activity.attributesJson === undefined ? undefined : exactly(activity.attributesJson),
    storeId: activity.storeId,
    channel: activity.channel,
    zoneIds: unlessEmpty(activity.zoneIds),
    conceptIds: unlessEmpty(activity.conceptIds),
    tenders: unlessEmpty(activity.tenders),
    lineItems: unlessEmpty(activity.lineItems.map(presentLine)),
    ...presentAuthorship(activity),
    targets: activity.effects.map(presentEffect),
  };
}

function presentLine({ amount, quantity, ...line }: LineItem) {
  return { ...line, amount: decimal(amount), quantity: decimal(quantity) };
}

function presentEffect({ groupId, targetId, notCounted, changes, hasEnrolled }: TargetEffect) {
  return {
    targetGroupId: groupId,
    targetRuleId: targetId,
    notCounted,
    enrolled: hasEnrolled ? true : undefined,
    changes: changes.map(({ cycleNumber, before, after, activityId }) => ({
      period: cycleNumber,
      oldValue: wireDecimal(before),
      newValue: wireDecimal(after),
      activityId,
    })),
  };
}

function presentEnrollment(enrollment: Enrollment) {
  const { membership } = enrollment;
  return {
    type: "enrolment",
    targetGroupId: enrollment.groupId,
    targetRuleId: enrollment.targetId,
    status: membership.status,
    enrolledOn: formatInstant(enrollment.enrolledAt),
    leftOn: membership.status === "UNENROLLED" ? formatInstant(membership.leftAt) : undefined,
    enrolledByActivity: enrollment.enrolledByActivity,
    fromPeriod: enrollment.fromCycle,
    streakValueKept: keptRun(enrollment),
    excusedPeriods: unlessEmpty([...enrollment.excused]),
    freezesGranted: enrollment.freezesGranted === 0 ? undefined : enrollment.freezesGranted,
    bridgedPeriodsKept: unlessEmpty(enrollment.bridgedWhenLeft),
    periods: periodsOf(enrollment),
    levels: [...enrollment.levelReachedAt].map(([streakId, at]) => ({ streakId, achievedOn: formatInstant(at) })),
    pendingReturns: unlessEmpty([...enrollment.pendingReturns.keys()]),
    ...presentAuthorship(enrollment),
    definitionVersion: enrollment.definitionVersion,
  };
}

type Touched = Pick<Enrollment, "achieved" | "reachedAt" | "closedAt" | "triggerReachedAt">;

function periodsOf({ achieved, reachedAt, closedAt, triggerReachedAt }: Touched) {
  const numbers = [achieved, reachedAt, closedAt, triggerReachedAt].flatMap((marks) => [...marks.keys()]);
  return [...new Set(numbers)]
    .toSorted((one, other) => one - other)
    .map((number) =>
      presentPeriod(number, {
        achieved: achieved.get(number),
        reachedAt: reachedAt.get(number),
        closedAt: closedAt.get(number),
        triggerReachedAt: triggerReachedAt.get(number),
      }),
    );
}

type Marks = {
  readonly achieved: Decimal | undefined;
  readonly reachedAt: Instant | undefined;
  readonly closedAt: Instant | undefined;
  readonly triggerReachedAt: ReadonlyMap<number, Instant> | undefined;
};

function presentPeriod(number: number, { achieved, reachedAt, closedAt, triggerReachedAt }: Marks) {
  return {
    period: number,
    value: decimal(achieved),
    achievedOn: instant(reachedAt),
    closedOn: instant(closedAt),
    milestones: unlessEmpty(
      [...(triggerReachedAt ?? [])].map(([triggerId, at]) => ({ triggerId, achievedOn: formatInstant(at) })),
    ),
  };
}

function presentPast({ groupId, targetId, records }: PastRow) {
  const periods = records.map((record) => presentPeriod(record.cycleNumber, record));
  return { type: "settledPeriods", targetGroupId: groupId, targetRuleId: targetId, periods };
}

function presentForgiveness(forgiveness: Forgiveness) {
  const { kind, groupId, targetId, cycles, grant, reason, recordedAt, levelsReached } = forgiveness;
  return {
    type: "forgiveness",
    eventName: kind,
    targetGroupId: groupId,
    targetRuleId: targetId,
    periods: unlessEmpty([...cycles.keys()]),
    grantId: grant?.grantId,
    amount: grant?.amount,
    reason,
    levels: unlessEmpty(levelsReached.map(({ id }) => id)),
    recordedOn: formatInstant(recordedAt),
    ...presentAuthorship(forgiveness),
    definitionVersion: forgiveness.definitionVersion,
  };
}

function presentLedger(entry: LedgerEntry) {
  return {
    type: "history",
    eventName: entry.kind,
    targetGroupId: entry.groupId,
    targetRuleId: entry.targetId,
    period: entry.cycleNumber,
    value: wireDecimal(entry.delta),
    valueAfter: wireDecimal(entry.valueAfter),
    activityId: entry.activityId,
    reason: entry.reason,
    occurredAt: formatInstant(entry.occurredAt),
    recordedOn: formatInstant(entry.recordedAt),
    ...presentAuthorship(entry),
    definitionVersion: entry.definitionVersion,
  };
}

function decimal(value: Decimal | undefined) {
  return value === undefined ? undefined : wireDecimal(value);
}

function instant(value: Instant | undefined) {
  return value === undefined ? undefined : formatInstant(value);
}

function unlessEmpty<Member>(list: readonly Member[]): readonly Member[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** The value of a JSON text, whose numbers are written with exactly their digits again. */
function exactly(json: string): unknown {
  return JSON.parse(json, (_, value: unknown, { source }: { readonly source?: string } = {}) =>
    typeof value === "number" && source !== undefined ? JSON.rawJSON(source) : value,
  );
}
