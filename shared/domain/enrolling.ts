import { currentOrNextCycle, cycleStatus } from "./cycles.ts";
import type { Decimal } from "./decimal.ts";
import { clockToleranceMilliseconds, formatInstant, type Instant } from "./instant.ts";
import { type Refusal, refused } from "./refusal.ts";
import { type Cycle, isStreak, type Target, type TargetGroup, targetValue } from "./targetGroup.ts";
import { triggersReachedBy } from "./triggers.ts";

/** What a caller asked for, already checked for its shape. `undefined` means that the caller did not say. */
export type EnrollmentRequest = {
  readonly cycleName: string | undefined;
  readonly openingBalance: Decimal | undefined;
  readonly resetsStreak: boolean;
};

/**
 * What an enrolment writes. It is the same for a new customer and for one who comes back, and does not depend on
 * earlier earnings. So no read is needed before the write.
 */
export type EnrollmentPlan = {
  readonly outcome: "accepted";
  /** The membership starts in this cycle and covers all later ones. */
  readonly fromCycle: number;
  readonly opening: Opening;
  /** The version of the group's definition that decided. */
  readonly definitionVersion: number;
};

/** How the first covered cycle starts. */
export type Opening =
  /** Keep the cycle's value, or start with 0 if it has none. */
  | { readonly kind: "resume" }
  /** Replace both the cycle's value and its reached mark. */
  | {
      readonly kind: "balance";
      readonly value: Decimal;
      readonly isReached: boolean;
      readonly isAnnounced: boolean;
      /** The sub-targets that the balance reaches. They replace those that the cycle had. */
      readonly triggerIds: readonly number[];
    }
  /** Streak: value 0, and every level can be earned again. */
  | { readonly kind: "streakReset"; readonly clearedCycles: readonly number[]; readonly levelIds: readonly number[] };

/**
 * Decides into which cycle a customer is enrolled and how that cycle opens (docs/enrolment.md).
 *
 * Refuses with 310019 outside of the time in which the group can be enrolled in, when the named cycle does not exist or
 * has ended, or when no cycle is named and none is current or upcoming.
 */
export function decideEnrollment(
  group: TargetGroup,
  target: Target,
  request: EnrollmentRequest,
  now: Instant,
): EnrollmentPlan | Refusal {
  if (!isOpen(group, now)) return notOpen(group);
  const streak = isStreak(group);
  const cycle =
    streak || request.cycleName === undefined ? nextCycle(group, now) : namedCycle(group, request.cycleName, now);
  if ("outcome" in cycle) return cycle;
  const opening = streak
    ? streakOpening(group, cycle, request, now)
    : milestoneOpening(target, cycle, request.openingBalance);
  return { outcome: "accepted", fromCycle: cycle.number, opening, definitionVersion: group.version };
}

/** The cycle that a call without a cycle's name would enrol into now; `undefined` when nobody can be enrolled. */
export function canEnrollFrom(group: TargetGroup, target: Target, now: Instant): Cycle | undefined {
  if (!group.isActive || !target.isActive || !isOpen(group, now)) return undefined;
  return currentOrNextCycle(group.cycles, now);
}

function isOpen({ enrollmentOpens: opens, enrollmentCloses: closes }: TargetGroup, now: Instant): boolean {
  return (opens === undefined || opens.at <= now) && (closes === undefined || now < closes.at);
}

function notOpen({ id, enrollmentOpens: opens, enrollmentCloses: closes }: TargetGroup): Refusal {
  const from = opens === undefined ? "" : ` from ${formatInstant(opens.at)}`;
  const before = closes === undefined ? "" : ` until before ${formatInstant(closes.at)}`;
  return refused(310019, `Customers can be enrolled in target group ${id} only${from}${before}.`);
}

function nextCycle(group: TargetGroup, now: Instant): Cycle | Refusal {
  const cycle = currentOrNextCycle(group.cycles, now);
  if (cycle !== undefined) return cycle;
  return refused(
    310019,
    `Every cycle of target group ${group.id} has ended; there is none current or upcoming to enrol into.`,
  );
}

function namedCycle(group: TargetGroup, name: string, now: Instant): Cycle | Refusal {
  const cycle = group.cycles.find(({ refCode }) => refCode === name);
  if (cycle === undefined) {
    return refused(
      310019,
      `Target group ${group.id} has no cycle named ${JSON.stringify(name)}; a cycle's name is its refCode, exactly as it is written.`,
    );
  }
  if (cycleStatus(cycle, now) !== "ENDED") return cycle;
  return refused(
    310019,
    `Cycle ${JSON.stringify(name)} of target group ${group.id} ended at ${formatInstant(cycle.endsAt)}; name the current cycle or a later one.`,
  );
}

function streakOpening(group: TargetGroup, first: Cycle, request: EnrollmentRequest, now: Instant): Opening {
  if (!request.resetsStreak) return { kind: "resume" };
  return {
    kind: "streakReset",
    clearedCycles: [first, ...startingSoon(group, first, now)].map(({ number }) => number),
    levelIds: group.levels.map(({ id }) => id),
  };
}

/**
 * Later cycles that start within the tolerated clock difference. A till whose clock is ahead may have met them already.
 */
function startingSoon({ cycles }: TargetGroup, first: Cycle, now: Instant): Cycle[] {
  return cycles.filter(({ number, startsAt }) => number > first.number && startsAt <= now + clockToleranceMilliseconds);
}

function milestoneOpening(target: Target, cycle: Cycle, openingBalance: Decimal | undefined): Opening {
  if (openingBalance === undefined) return { kind: "resume" };
  const isReached = openingBalance >= targetValue(target, cycle);
  return {
    kind: "balance",
    value: openingBalance,
    isReached,
    isAnnounced: isReached && target.rewardAllocation === "IMMEDIATE",
    triggerIds: triggersReachedBy(target, cycle.number, openingBalance).map(({ id }) => id),
  };
}
