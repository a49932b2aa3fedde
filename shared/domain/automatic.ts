import { type Activity, matches } from "./activity.ts";
import { byItself } from "./authorship.ts";
import { type Enrollment, withoutEarnings } from "./enrollment.ts";
import { clockToleranceMilliseconds, type Instant } from "./instant.ts";
import { isOver } from "./over.ts";
import { cycleAt } from "./placing.ts";
import { ruleIn, type Target, type TargetGroup } from "./targetGroup.ts";

/**
 * The most active targets of an org that enrol with an activity. One activity may enrol in all of them, and its
 * transaction has room for 98 enrolments.
 */
export const mostAutomaticTargets = 90;

/** The active targets of an active group that a matching activity enrols in. */
export function automaticTargets({ isActive, targets }: Pick<TargetGroup, "isActive" | "targets">): Target[] {
  return isActive ? targets.filter((target) => target.isActive && isAutomatic(target)) : [];
}

export function isAutomatic({ enrollmentMethod }: Pick<Target, "enrollmentMethod">): boolean {
  return enrollmentMethod === "TRANSACTION";
}

/**
 * Whether the activity enrols a customer who never was in the target. It must happen in a cycle and pass all filters of
 * that cycle. A return is asked like a transaction, also where it takes nothing off: what it returns may come after it.
 */
export function enrolls(
  { group, target }: { readonly group: TargetGroup; readonly target: Target },
  activity: Activity,
  now: Instant,
): boolean {
  if (!automaticTargets(group).includes(target) || !takesCustomersIn(group, now)) return false;
  const cycle = cycleAt(group.cycles, activity.occurredAt);
  if (cycle === undefined) return false;
  const { amount, failed } = matches(target, ruleIn(target, cycle.number).filters, activity);
  return amount !== undefined && failed === undefined;
}

/**
 * Nobody is enrolled in a group that is over, or about to be. Its enrolments are set aside then, maybe by a process whose
 * clock is ahead, and one that is not found may be one of these.
 */
export function takesCustomersIn(group: TargetGroup, now: Instant): boolean {
  return !isOver(group, now + clockToleranceMilliseconds);
}

/**
 * The enrolment in all cycles of a customer who never was in the target, before anything was counted. It is not stored
 * yet.
 */
export function newEnrollment(
  { group, target }: { readonly group: TargetGroup; readonly target: Target },
  {
    customerId,
    now,
    ...origin
  }: Pick<Enrollment, "customerId" | "enrolledByActivity" | "operationId"> & { readonly now: Instant },
): Enrollment {
  return {
    ...origin,
    ...byItself,
    customerId,
    groupId: group.id,
    targetId: target.id,
    definitionVersion: group.version,
    membership: { status: "ENROLLED" },
    fromCycle: 1,
    enrolledAt: now,
    revision: 0,
    ...withoutEarnings,
  };
}
