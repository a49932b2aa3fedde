import { cycleNamed, whyNotAdjustable, whyOut } from "./adjusting.ts";
import type { Authorship } from "./authorship.ts";
import { withLevels } from "./counting.ts";
import { cycleDates } from "./cycleDates.ts";
import type { Decimal } from "./decimal.ts";
import { type Enrollment, sumOf } from "./enrollment.ts";
import type { Instant } from "./instant.ts";
import type { CountingSubject } from "./placing.ts";
import { type Refusal, refused } from "./refusal.ts";
import { freezesOf, streakValue } from "./streak.ts";
import { type Cycle, type Level, mostFreezes, type TargetGroup } from "./targetGroup.ts";

/** Which cycles to excuse: one by its name, or all that overlap these days of the group's zone, both included. */
export type Span = { readonly cycleName: string } | { readonly firstDay: string; readonly lastDay: string };

/** What support asks for. */
export type Forgiving = Authorship & { readonly reason: string } & (
    | { readonly kind: "EXCUSE" | "UNEXCUSE"; readonly span: Span }
    | { readonly kind: "FREEZES"; readonly grant: GrantContent }
  );

/** How a customer's streak stands. */
export type StreakStanding = {
  readonly streakValue: number;
  readonly freezesTotal: number;
  readonly freezesLeft: number;
};

/**
 * What was forgiven in one target, by whom and why, and what it did. It never changes, but for the reason, which an
 * anonymisation empties.
 */
export type Forgiveness = Authorship &
  StreakStanding & {
    readonly customerId: number;
    readonly groupId: number;
    readonly targetId: number;
    readonly kind: Forgiving["kind"];
    readonly reason: string;
    /** The cycles that were changed, with their sums. None for a grant. */
    readonly cycles: ReadonlyMap<number, Decimal>;
    readonly grant: GrantContent | undefined;
    readonly recordedAt: Instant;
    /** The enrolment's revision afterwards, and the version of the definition that decided. */
    readonly revision: number;
    readonly definitionVersion: number;
    /** Whether the streak value has grown by it. */
    readonly isRestored: boolean;
    readonly levelsReached: readonly Level[];
  };

export type GrantContent = {
  /** Names it for ever among the customer's grants. */
  readonly grantId: string;
  /** How many freezes it gives. */
  readonly amount: number;
  /** Digest of everything the caller sent, the target included. */
  readonly contentDigest: string;
};

export type ForgivingDecision =
  | Refusal
  /** The customer would have this many freezes, which is more than {@link mostFreezes}. */
  | { readonly outcome: "tooManyFreezes"; readonly total: number }
  | ({ readonly outcome: "unchanged" } & StreakStanding)
  | ({
      readonly outcome: "forgiven";
      readonly next: Enrollment;
    } & Pick<Forgiveness, "cycles" | "isRestored" | "levelsReached" | keyof StreakStanding>);

/** The cycles of the span. Refuses with 310019 when there is none. */
export function cyclesOf(group: TargetGroup, span: Span): readonly Cycle[] | Refusal {
  if ("cycleName" in span) {
    const cycle = cycleNamed(group, span.cycleName);
    return "outcome" in cycle ? cycle : [cycle];
  }
  const overlapping = group.cycles.filter((cycle) => {
    const { first, last } = cycleDates(group, cycle);
    return first <= span.lastDay && span.firstDay <= last;
  });
  if (overlapping.length > 0) return overlapping;
  return refused(310019, `Target group ${group.id} has no cycle from ${span.firstDay} to ${span.lastDay}.`);
}

/**
 * The cycles that an excuse changes, or why there are none. Their rows must be read before {@link decideExcuse}. Refuses with
 * 310126 when the customer has left, and with 310019 when all cycles are before the membership.
 */
export function cyclesToChange(
  subject: CountingSubject,
  kind: "EXCUSE" | "UNEXCUSE",
  cycles: readonly Cycle[],
): readonly number[] | Refusal {
  const { fromCycle, excused } = subject.enrollment;
  const last = cycles.at(-1)?.number ?? 0;
  const refusal = whyNotAdjustable(subject, last);
  if (refusal !== undefined) return refusal;
  const numbers = cycles.map(({ number }) => number).filter((number) => number >= fromCycle);
  return numbers.filter((number) => excused.has(number) !== (kind === "EXCUSE"));
}

/**
 * Decides what excusing these cycles does, or taking that back, as {@link cyclesToChange} answered them. Levels that the
 * run has by an excuse are reached; taking it back leaves all levels.
 */
export function decideExcuse(
  { group, enrollment }: CountingSubject,
  kind: "EXCUSE" | "UNEXCUSE",
  numbers: readonly number[],
  now: Instant,
): ForgivingDecision {
  if (numbers.length === 0) return { outcome: "unchanged", ...standingOf(group, enrollment, now) };
  const cycles = new Map(numbers.map((number) => [number, sumOf(enrollment, number)]));
  const changed = new Set(numbers);
  if (kind === "EXCUSE")
    return forgiven(group, enrollment, { excused: enrollment.excused.union(changed) }, cycles, now);
  const next = { ...enrollment, excused: enrollment.excused.difference(changed) };
  const standing = standingOf(group, next, now);
  return { outcome: "forgiven", next, cycles, ...standing, isRestored: false, levelsReached: [] };
}

/**
 * Decides what a grant of freezes does. Refuses with 310126 when the customer has left, and tells when there would be more
 * than {@link mostFreezes}.
 */
export function decideGrant(subject: CountingSubject, amount: number, now: Instant): ForgivingDecision {
  const { group, enrollment } = subject;
  const refusal = whyOut(subject);
  if (refusal !== undefined) return refusal;
  const freezesGranted = enrollment.freezesGranted + amount;
  const total = group.initialFreezes + freezesGranted;
  if (total > mostFreezes) return { outcome: "tooManyFreezes", total };
  return forgiven(group, enrollment, { freezesGranted }, new Map(), now);
}

function forgiven(
  group: TargetGroup,
  before: Enrollment,
  change: Partial<Pick<Enrollment, "excused" | "freezesGranted">>,
  cycles: ReadonlyMap<number, Decimal>,
  now: Instant,
): ForgivingDecision {
  const { next, levelsReached } = withLevels(group, { ...before, ...change }, now);
  const standing = standingOf(group, next, now);
  const isRestored = standing.streakValue > streakValue(group, before, now);
  return { outcome: "forgiven", next, cycles, ...standing, isRestored, levelsReached };
}

function standingOf(group: TargetGroup, enrollment: Enrollment, now: Instant): StreakStanding {
  const { total, left } = freezesOf(group, enrollment, now);
  return { streakValue: streakValue(group, enrollment, now), freezesTotal: total, freezesLeft: left };
}
