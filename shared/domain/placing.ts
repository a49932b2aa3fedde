import { type Activity, contribution } from "./activity.ts";
import type { Decimal } from "./decimal.ts";
import { type Enrollment, valueSetter } from "./enrollment.ts";
import type { Instant } from "./instant.ts";
import type { Cycle, Target, TargetGroup } from "./targetGroup.ts";

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

/** What is known of the activity a return names. */
export type OriginalActivity = { readonly occurredAt: Instant } & (
  | {
      readonly type: "TRANSACTION";
      /** For each target id: the cycle it counted in, and the operation that had last set that cycle's value. */
      readonly countedIn: ReadonlyMap<number, CountedIn>;
    }
  /** Only a transaction can be returned. */
  | { readonly type: "RETURN" | "EVENT" }
);

export type CountedIn = { readonly cycleNumber: number; readonly valueSetBy: string | undefined };

/** Where an activity counts, or why it does not. */
export type Placement =
  | { readonly cycleNumber: number; readonly amount: Decimal }
  | { readonly reason: NotCountedReason; readonly amount: Decimal | undefined };

/** The cycle that {@link place} may answer; it looks into no other. It may be named for an activity that does not count. */
export function cycleToCount(
  subject: CountingSubject,
  activity: Activity,
  original: OriginalActivity | undefined,
): number | undefined {
  const { group, target, enrollment } = subject;
  if (!isCounting(subject)) return undefined;
  if (contribution(target, activity) === undefined) return undefined;
  if (activity.type === "RETURN" && original?.type === "TRANSACTION") {
    return original.countedIn.get(target.id)?.cycleNumber;
  }
  const number = cycleAt(group.cycles, activity.occurredAt)?.number;
  return number === undefined || number < enrollment.fromCycle ? undefined : number;
}

/** The cycle that the activity counts in, and its amount; or the reason why it does not count. */
export function place(subject: CountingSubject, activity: Activity, original: OriginalActivity | undefined): Placement {
  const { group, target, enrollment } = subject;
  const outside = whyOutside(subject);
  if (outside !== undefined) return { reason: outside, amount: undefined };
  const amount = contribution(target, activity);
  if (amount === undefined) return { reason: "RULE_DOES_NOT_MATCH", amount };
  if (activity.type === "RETURN" && original?.type === "TRANSACTION") {
    return placeReturn(enrollment, original.countedIn.get(target.id), amount);
  }
  const cycle = cycleAt(group.cycles, activity.occurredAt);
  if (cycle === undefined) return { reason: "OUTSIDE_ANY_CYCLE", amount };
  const isTooEarly = target.tracksFromEnrollmentDate && activity.occurredAt < enrollment.enrolledAt;
  if (cycle.number < enrollment.fromCycle || isTooEarly) return { reason: "BEFORE_ENROLMENT", amount };
  return { cycleNumber: cycle.number, amount };
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
 * A balance or a reset may have replaced the value since the transaction was counted. The new value never held the
 * transaction, so the return takes nothing off it.
 */
function placeReturn(enrollment: Enrollment, countedIn: CountedIn | undefined, amount: Decimal): Placement {
  const isHeld = countedIn !== undefined && valueSetter(enrollment, countedIn.cycleNumber) === countedIn.valueSetBy;
  return isHeld ? { cycleNumber: countedIn.cycleNumber, amount } : { reason: "ORIGINAL_NOT_COUNTED", amount };
}

function cycleAt(cycles: readonly Cycle[], instant: Instant): Cycle | undefined {
  return cycles.find(({ startsAt, endsAt }) => startsAt <= instant && instant < endsAt);
}

/** The operation that last set the value of the cycle that something counts in. */
export function setterOf(enrollment: Enrollment, cycleNumber: number | undefined): string | undefined {
  return cycleNumber === undefined ? undefined : valueSetter(enrollment, cycleNumber);
}
