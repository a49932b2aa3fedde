import type { Activity } from "./activity.ts";
import type { Decimal } from "./decimal.ts";
import { type Enrollment, endedBeforeEnrolling, isAnnounced, isClosed, isNew, sumOf } from "./enrollment.ts";
import type { FailedFilter } from "./filters.ts";
import type { Instant } from "./instant.ts";
import { isMet, requireKept } from "./past.ts";
import {
  type CountingSubject,
  cycleToCount,
  isCounting,
  type NotCountedReason,
  type OriginalActivity,
  type Placement,
  place,
  setterOf,
} from "./placing.ts";
import { longestRun, streakValue } from "./streak.ts";
import { cycleOf, isStreak, type Level, type TargetGroup, targetValue } from "./targetGroup.ts";
import { type ReachedTrigger, withTriggers } from "./triggers.ts";
import {
  type EarlierReturns,
  nextPendingReturns,
  noReturns,
  type Posting,
  postingsOfEarlierReturns,
  waitingReturns,
} from "./waitingReturns.ts";

/** A cycle's sum before and after; not yet cut off at 0. */
export type CycleChange = {
  readonly cycleNumber: number;
  readonly before: Decimal;
  readonly after: Decimal;
  /**
   * The activity or adjustment that the amount belongs to: the counted one, or an earlier return of it that moves to the
   * right cycle now.
   */
  readonly activityId: string;
};

/** What an activity did to one target. */
export type TargetEffect = {
  readonly groupId: number;
  readonly targetId: number;
  /** Whether the activity has enrolled the customer, for the first time. */
  readonly hasEnrolled: boolean;
  /** The cycle it counts in; `undefined` when it does not count. */
  readonly cycleNumber: number | undefined;
  readonly notCounted: NotCountedReason | undefined;
  /** RULE_DOES_NOT_MATCH: the first filter that failed. */
  readonly failedFilter: FailedFilter | undefined;
  /** The version of the group's definition that decided; `undefined` when no sum changed. */
  readonly definitionVersion: number | undefined;
  /** The operation that had last set that cycle's value when the activity counted. */
  readonly valueSetBy: string | undefined;
  /** The enrolment's revision after the count; `undefined` when no sum changed. */
  readonly revision: number | undefined;
  readonly changes: readonly CycleChange[];
  /** The streak value after the count; `undefined` for a milestone, and when no sum changed. */
  readonly streakValue: number | undefined;
  readonly levelsReached: readonly Level[];
  /** Sub-targets that were reached for the first time in their cycle. None while the customer is out. */
  readonly triggersReached: readonly ReachedTrigger[];
  /** Cycles that this activity made reached and that are announced as reached now, for the first time. */
  readonly announced: readonly number[];
  /**
   * Changed cycles whose end is announced now, because no closing will: it was announced before, or the cycle had ended
   * when an activity enrolled the customer. None while the customer is out.
   */
  readonly reopened: readonly number[];
};

/** The effect, and the enrolment to store; `next` is `undefined` when the enrolment stays as it is. */
export type CountingDecision = { readonly effect: TargetEffect; readonly next: Enrollment | undefined };

/**
 * Decides what an activity does to one target the customer is or was enrolled in.
 *
 * Values, reached cycles and streaks depend on the set of activities, not on their order. A return that arrives before
 * its transaction is taken off the cycle it occurred in. It moves to the transaction's cycle when that arrives. In `returns`
 * are those that {@link returnsToRead} names; the decision throws when one is missing.
 *
 * An enrolment that is not stored yet is stored in any case: the caller has found that the activity enrols the customer.
 */
export function decideCounting(
  subject: CountingSubject,
  activity: Activity,
  original: OriginalActivity | undefined,
  now: Instant,
  returns: EarlierReturns = noReturns,
): CountingDecision {
  const placement = place(subject, activity, original);
  const postings = [
    ...ownPosting(placement, activity),
    ...postingsOfEarlierReturns(subject, activity, placement, returns),
  ];
  const pendingReturns = nextPendingReturns(subject, activity, original, placement);
  return decidePostings(subject, { placement, postings, pendingReturns, isTold: isCounting(subject) }, now);
}

/** What is to be counted in one target. */
export type Posted = {
  /** Where the activity or adjustment itself counts. */
  readonly placement: Placement;
  readonly postings: readonly Posting[];
  /** The returns that wait afterwards. */
  readonly pendingReturns: Enrollment["pendingReturns"];
  /** Whether levels and sub-targets can be reached, and anything is announced. */
  readonly isTold: boolean;
};

/** Adds the postings to their cycles and decides what follows: marks, levels, sub-targets and announcements. */
export function decidePostings(subject: CountingSubject, posted: Posted, now: Instant): CountingDecision {
  const { pendingReturns, isTold } = posted;
  const { changes, achieved } = post(subject.enrollment, posted.postings);
  if (changes.length === 0) {
    const isUnchanged = pendingReturns === subject.enrollment.pendingReturns && !isNew(subject.enrollment);
    const effect = describeEffect(subject, posted, changes, subject.enrollment, now, nothingReached);
    return { effect, next: isUnchanged ? undefined : { ...subject.enrollment, pendingReturns } };
  }
  const marked = withReachedMarks(subject, { ...subject.enrollment, achieved, pendingReturns }, changes, now);
  const { next, ...reached } = isTold
    ? withReached(subject, marked, changedCycles(changes), now)
    : { next: marked, ...nothingReached };
  const announced = isTold ? changedCycles(changes).filter((cycle) => hasBecomeDue(subject, next, cycle)) : [];
  return {
    effect: describeEffect(subject, posted, changes, next, now, { ...reached, announced }),
    next: announce(next, announced),
  };
}

/**
 * The cycles that {@link decideCounting} looks into. The rows of those that are past must be read before. It may name a
 * cycle too many, and none too few: the decision throws for a cycle that was not read.
 */
export function cyclesToCount(
  subject: CountingSubject,
  activity: Activity,
  original: OriginalActivity | undefined,
): number[] {
  const waiting = waitingReturns(subject.enrollment, activity).map(({ cycleNumber }) => cycleNumber);
  const own = cycleToCount(subject, activity, original);
  return [...waiting, own].filter((cycleNumber) => cycleNumber !== undefined);
}

type Reached = Pick<TargetEffect, "levelsReached" | "triggersReached" | "announced">;

const nothingReached: Reached = { levelsReached: [], triggersReached: [], announced: [] };

/** The levels and sub-targets that are reached now. Cycles before the membership have no sub-target to reach. */
function withReached({ group, target }: CountingSubject, marked: Enrollment, cycles: readonly number[], now: Instant) {
  const covered = cycles.filter((number) => number >= marked.fromCycle);
  const { next: withLevel, levelsReached } = withLevels(group, marked, now);
  const { next, triggersReached } = withTriggers(target, withLevel, covered, now);
  return { next, levelsReached, triggersReached };
}

/** Whether nothing is announced, because the customer or the target does not take part at present. */
export function isOutside({ notCounted }: TargetEffect): boolean {
  return notCounted === "NOT_ENROLLED" || notCounted === "TARGET_INACTIVE";
}

function ownPosting(placement: Placement, { type, activityId }: Activity): Posting[] {
  if ("reason" in placement) return [];
  const delta = type === "RETURN" ? -placement.amount : placement.amount;
  return [{ cycleNumber: placement.cycleNumber, delta, activityId }];
}

function post(enrollment: Enrollment, postings: readonly Posting[]) {
  const achieved = new Map(enrollment.achieved);
  const changes = postings.map(({ cycleNumber, delta, activityId }): CycleChange => {
    requireKept(enrollment, cycleNumber);
    const before = achieved.get(cycleNumber) ?? 0n;
    achieved.set(cycleNumber, before + delta);
    return { cycleNumber, before, after: before + delta, activityId };
  });
  return { achieved, changes };
}

/**
 * Marks each changed cycle that has become reached, and removes the mark where the sum has fallen below the target
 * value.
 */
function withReachedMarks(
  { group, target }: CountingSubject,
  enrollment: Enrollment,
  changes: readonly CycleChange[],
  now: Instant,
): Enrollment {
  const reachedAt = new Map(enrollment.reachedAt);
  for (const { cycleNumber } of changes) {
    const cycle = group.cycles[cycleNumber - 1];
    const isReached = cycle !== undefined && sumOf(enrollment, cycleNumber) >= targetValue(target, cycle);
    if (!isReached) reachedAt.delete(cycleNumber);
    else if (!reachedAt.has(cycleNumber)) reachedAt.set(cycleNumber, now);
  }
  return { ...enrollment, reachedAt };
}

/**
 * A level is reached when any run since the enrolment or reset has its length. It stays reached until a reset. The
 * customer must be enrolled: no level is reached while out, also when a waiting return is settled.
 */
export function withLevels(group: TargetGroup, enrollment: Enrollment, now: Instant) {
  const run = isStreak(group) ? longestRun(group, enrollment, now) : 0;
  const levelsReached = group.levels.filter(
    ({ id, cyclesToMeet }) => cyclesToMeet <= run && !enrollment.levelReachedAt.has(id),
  );
  const levelReachedAt = new Map([...enrollment.levelReachedAt, ...levelsReached.map(({ id }) => [id, now] as const)]);
  return { next: { ...enrollment, levelReachedAt }, levelsReached };
}

/**
 * Whether a changed cycle is announced as reached now, to a customer who is told anything: it has become reached, the
 * customer is a member of it, it was not announced before, and its reward is due. A period-end reward is due as soon as
 * the cycle has been closed.
 */
export function hasBecomeDue(subject: CountingSubject, next: Enrollment, cycle: number): boolean {
  const { target, enrollment } = subject;
  const hasBecomeReached = isMet(next, cycle) && !isMet(enrollment, cycle);
  const isDue = target.rewardAllocation === "IMMEDIATE" || isPastClosing(subject, cycle);
  return hasBecomeReached && isDue && cycle >= enrollment.fromCycle && !isAnnounced(enrollment, cycle);
}

/** Whether no closing will tell the end of the cycle: one has, or the cycle had ended before the customer was in. */
function isPastClosing({ group, enrollment }: CountingSubject, cycle: number): boolean {
  return isClosed(enrollment, cycle) || endedBeforeEnrolling(enrollment, cycleOf(group, cycle));
}

/** Marks cycles as announced. Answers the same enrolment when there is no cycle to mark. */
export function announce(enrollment: Enrollment, cycles: readonly number[]): Enrollment {
  if (cycles.length === 0) return enrollment;
  return { ...enrollment, announced: new Set([...enrollment.announced, ...cycles]) };
}

function describeEffect(
  subject: CountingSubject,
  { placement, isTold }: Posted,
  changes: readonly CycleChange[],
  enrollment: Enrollment,
  now: Instant,
  reached: Reached,
): TargetEffect {
  const { group, target } = subject;
  const cycleNumber = "reason" in placement ? undefined : placement.cycleNumber;
  return {
    groupId: group.id,
    targetId: target.id,
    hasEnrolled: isNew(subject.enrollment),
    cycleNumber,
    valueSetBy: setterOf(enrollment, cycleNumber),
    notCounted: "reason" in placement ? placement.reason : undefined,
    failedFilter: "reason" in placement ? placement.failed : undefined,
    definitionVersion: changes.length === 0 ? undefined : group.version,
    revision: changes.length === 0 ? undefined : enrollment.revision + 1,
    changes,
    streakValue: isStreak(group) && changes.length > 0 ? streakValue(group, enrollment, now) : undefined,
    ...reached,
    reopened: isTold ? changedCycles(changes).filter((cycle) => isPastClosing(subject, cycle)) : [],
  };
}

function changedCycles(changes: readonly CycleChange[]): number[] {
  return [...new Set(changes.map(({ cycleNumber }) => cycleNumber))];
}
