import { type Activity, matches, matchesLines, type RecordedType } from "./activity.ts";
import type { Decimal } from "./decimal.ts";
import { type Enrollment, valueSetter } from "./enrollment.ts";
import type { FailedFilter } from "./filters.ts";
import type { Instant } from "./instant.ts";
import { type Cycle, ruleIn, type Target, type TargetGroup } from "./targetGroup.ts";

/** Why an activity did not count for a target. */
export const notCountedReasons = [
  "NOT_ENROLLED",
  "TARGET_INACTIVE",
  "RULE_DOES_NOT_MATCH",
  "OUTSIDE_ANY_CYCLE",
  "BEFORE_ENROLMENT",
  "ORIGINAL_NOT_COUNTED",
] as const;
export type NotCountedReason = (typeof notCountedReasons)[number];

/** A target the customer is or was enrolled in, with what defines it. */
export type CountingSubject = {
  readonly group: TargetGroup;
  readonly target: Target;
  readonly enrollment: Enrollment;
};

/** What is known of what a return names. */
export type OriginalActivity = { readonly occurredAt: Instant } & (
  | {
      readonly type: "TRANSACTION";
      /** For each target id: the cycle it counted in, and the operation that had last set that cycle's value. */
      readonly countedIn: ReadonlyMap<number, CountedIn>;
    }
  /** Only a transaction can be returned. */
  | { readonly type: Exclude<RecordedType, "TRANSACTION"> }
);

export type CountedIn = { readonly cycleNumber: number; readonly valueSetBy: string | undefined };

/** Where an activity counts, or why it does not. */
export type Placement =
  | { readonly cycleNumber: number; readonly amount: Decimal }
  | {
      readonly reason: NotCountedReason;
      /** What a return that waits for its transaction may take off later. */
      readonly amount: Decimal | undefined;
      /** RULE_DOES_NOT_MATCH: the first filter that failed; `undefined` when there was nothing to count. */
      readonly failed: FailedFilter | undefined;
    };

/** The cycle that {@link place} may answer; it looks into no other. It may be named for an activity that does not count. */
export function cycleToCount(
  subject: CountingSubject,
  activity: Activity,
  original: OriginalActivity | undefined,
): number | undefined {
  const { group, target, enrollment } = subject;
  if (!isCounting(subject)) return undefined;
  if (activity.type === "RETURN" && original?.type === "TRANSACTION") {
    const number = original.countedIn.get(target.id)?.cycleNumber;
    const rule = ruleIn(target, number ?? 1);
    return matchesLines(target, rule.filters, activity).amount === undefined ? undefined : number;
  }
  const number = cycleAt(group.cycles, activity.occurredAt)?.number;
  if (number === undefined || number < enrollment.fromCycle) return undefined;
  return matches(target, ruleIn(target, number).filters, activity).amount === undefined ? undefined : number;
}

/** The cycle that the activity counts in, and its amount; or the reason why it does not count. */
export function place(subject: CountingSubject, activity: Activity, original: OriginalActivity | undefined): Placement {
  const outside = whyOutside(subject);
  if (outside !== undefined) return notPlaced(outside);
  if (activity.type === "RETURN" && original?.type === "TRANSACTION") {
    return placeReturn(subject, activity, original.countedIn.get(subject.target.id));
  }
  return placeByTime(subject, activity);
}

/** The cycle that holds its moment, if all filters of that cycle hold. */
function placeByTime({ group, target, enrollment }: CountingSubject, activity: Activity): Placement {
  const cycle = cycleAt(group.cycles, activity.occurredAt);
  const { amount, failed } = matches(target, ruleIn(target, cycle?.number ?? 1).filters, activity);
  if (amount === undefined) return notPlaced("RULE_DOES_NOT_MATCH", amount, failed);
  if (cycle === undefined) return notPlaced("OUTSIDE_ANY_CYCLE", amount);
  if (failed !== undefined) return notPlaced("RULE_DOES_NOT_MATCH", amount, failed);
  const isTooEarly = target.tracksFromEnrollmentDate && activity.occurredAt < enrollment.enrolledAt;
  if (cycle.number < enrollment.fromCycle || isTooEarly) return notPlaced("BEFORE_ENROLMENT", amount);
  return { cycleNumber: cycle.number, amount };
}

function notPlaced(reason: NotCountedReason, amount?: Decimal, failed?: FailedFilter): Placement {
  return { reason, amount, failed };
}

/** Why no activity can count: the customer has left, or the brand has switched the group or the target off. */
function whyOutside({ group, target, enrollment }: CountingSubject): OutsideReason | undefined {
  if (enrollment.membership.status !== "ENROLLED") return "NOT_ENROLLED";
  return group.isActive && target.isActive ? undefined : "TARGET_INACTIVE";
}

export function isCounting(subject: CountingSubject): boolean {
  return whyOutside(subject) === undefined;
}

type OutsideReason = Extract<NotCountedReason, "NOT_ENROLLED" | "TARGET_INACTIVE">;

/**
 * A return goes to the cycle that its transaction counted in, under the rule of that cycle. A balance or a reset may have
 * replaced the value since. The new value never held the transaction, so the return takes nothing off it.
 */
function placeReturn(
  { target, enrollment }: CountingSubject,
  activity: Activity,
  countedIn: CountedIn | undefined,
): Placement {
  const { amount, failed } = matchesLines(target, ruleIn(target, countedIn?.cycleNumber ?? 1).filters, activity);
  if (amount === undefined) return notPlaced("RULE_DOES_NOT_MATCH", amount, failed);
  const isHeld = countedIn !== undefined && valueSetter(enrollment, countedIn.cycleNumber) === countedIn.valueSetBy;
  return isHeld ? { cycleNumber: countedIn.cycleNumber, amount } : notPlaced("ORIGINAL_NOT_COUNTED", amount);
}

export function cycleAt(cycles: readonly Cycle[], instant: Instant): Cycle | undefined {
  return cycles.find(({ startsAt, endsAt }) => startsAt <= instant && instant < endsAt);
}

/** The operation that last set the value of the cycle that something counts in. */
export function setterOf(enrollment: Enrollment, cycleNumber: number | undefined): string | undefined {
  return cycleNumber === undefined ? undefined : valueSetter(enrollment, cycleNumber);
}
