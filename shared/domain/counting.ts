import { type Activity, contribution } from "./activity.ts";
import type { Decimal } from "./decimal.ts";
import { type Enrollment, isAnnounced, isClosed, type PendingReturn, sumOf, valueSetter } from "./enrollment.ts";
import type { Instant } from "./instant.ts";
import { isMet, requireRead } from "./past.ts";
import { longestRun, streakValue } from "./streak.ts";
import { type Cycle, isStreak, type Level, type Target, type TargetGroup, targetValue } from "./targetGroup.ts";

/** Why an activity did not count for a target. */
export const notCountedReasons = [
  "NOT_ENROLLED",
  "TARGET_INACTIVE",
  "RULE_DOES_NOT_MATCH",
  "OUTSIDE_ANY_CYCLE",
  "BEFORE_ENROLMENT",
  "ORIGINAL_NOT_COUNTED",
] as const;
type NotCountedReason = (typeof notCountedReasons)[number];

/** A target the customer is or was enrolled in, with what defines it. */
export type CountingSubject = {
  readonly group: TargetGroup;
  readonly target: Target;
  readonly enrollment: Enrollment;
};

/** A cycle's sum before and after; not yet cut off at 0. */
export type CycleChange = {
  readonly cycleNumber: number;
  readonly before: Decimal;
  readonly after: Decimal;
  /**
   * The activity that the amount belongs to: the counted one, or an earlier return of it that moves to the right cycle
   * now.
   */
  readonly activityId: string;
};

/** What an activity did to one target. */
export type TargetEffect = {
  readonly groupId: number;
  readonly targetId: number;
  /** The cycle it counts in; `undefined` when it does not count. */
  readonly cycleNumber: number | undefined;
  readonly notCounted: NotCountedReason | undefined;
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
  /** Cycles that this activity made reached and that are announced as reached now, for the first time. */
  readonly announced: readonly number[];
  /** Changed cycles whose end was announced before and is announced again now. None while the customer is out. */
  readonly reopened: readonly number[];
};

/** The effect, and the enrolment to store; `next` is `undefined` when the enrolment stays as it is. */
export type CountingDecision = { readonly effect: TargetEffect; readonly next: Enrollment | undefined };

/** What is known of the activity a return names. */
export type OriginalActivity =
  /** For each target id: the cycle it counted in, and the operation that had last set that cycle's value. */
  | { readonly type: "TRANSACTION"; readonly countedIn: ReadonlyMap<number, CountedIn> }
  /** Only a transaction can be returned. */
  | { readonly type: "RETURN" | "EVENT" };

export type CountedIn = { readonly cycleNumber: number; readonly valueSetBy: string | undefined };

/**
 * Decides what an activity does to one target the customer is or was enrolled in.
 *
 * Values, reached cycles and streaks depend on the set of activities, not on their order. A return that arrives before
 * its transaction is taken off the cycle it occurred in. It moves to the transaction's cycle when that arrives.
 */
export function decideCounting(
  subject: CountingSubject,
  activity: Activity,
  original: OriginalActivity | undefined,
  now: Instant,
): CountingDecision {
  const placement = place(subject, activity, original);
  const postings = [...ownPosting(placement, activity), ...postingsOfWaitingReturns(subject, activity, placement)];
  const { changes, achieved } = post(subject.enrollment, postings);
  const pendingReturns = nextPendingReturns(subject, activity, original, placement);
  if (changes.length === 0) {
    const isUnchanged = pendingReturns === subject.enrollment.pendingReturns;
    const effect = describeEffect(subject, placement, changes, subject.enrollment, [], now);
    return { effect, next: isUnchanged ? undefined : { ...subject.enrollment, pendingReturns } };
  }
  const marked = withReachedMarks(subject, { ...subject.enrollment, achieved, pendingReturns }, changes, now);
  const { next, levelsReached } = withLevels(subject, marked, now);
  const announced = changedCycles(changes).filter((cycle) => isToBeAnnounced(subject, next, cycle));
  return {
    effect: describeEffect(subject, placement, changes, next, levelsReached, now, announced),
    next: announce(next, announced),
  };
}

type Placement =
  | { readonly cycleNumber: number; readonly amount: Decimal }
  | { readonly reason: NotCountedReason; readonly amount: Decimal | undefined };

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
  const own = isCounting(subject) ? cycleToCount(subject, activity, original) : undefined;
  return [...waiting, own].filter((cycleNumber) => cycleNumber !== undefined);
}

function cycleToCount(
  { group, target, enrollment }: CountingSubject,
  activity: Activity,
  original: OriginalActivity | undefined,
): number | undefined {
  if (contribution(target, activity) === undefined) return undefined;
  if (activity.type === "RETURN" && original?.type === "TRANSACTION") {
    return original.countedIn.get(target.id)?.cycleNumber;
  }
  const number = cycleAt(group.cycles, activity.occurredAt)?.number;
  return number === undefined || number < enrollment.fromCycle ? undefined : number;
}

/** The cycle that the activity counts in, and its amount; or the reason why it does not count. */
function place(subject: CountingSubject, activity: Activity, original: OriginalActivity | undefined): Placement {
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

function isCounting(subject: CountingSubject): boolean {
  return whyOutside(subject) === undefined;
}

type OutsideReason = Extract<NotCountedReason, "NOT_ENROLLED" | "TARGET_INACTIVE">;

/** Whether nothing is announced, because the customer or the target does not take part at present. */
export function isOutside({ notCounted }: TargetEffect): boolean {
  return notCounted === "NOT_ENROLLED" || notCounted === "TARGET_INACTIVE";
}

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

type Posting = { readonly cycleNumber: number; readonly delta: Decimal; readonly activityId: string };

function ownPosting(placement: Placement, { type, activityId }: Activity): Posting[] {
  if ("reason" in placement) return [];
  const delta = type === "RETURN" ? -placement.amount : placement.amount;
  return [{ cycleNumber: placement.cycleNumber, delta, activityId }];
}

/**
 * Moves the returns that came before this transaction from the cycle they were provisionally taken off to the right
 * one.
 */
function postingsOfWaitingReturns(subject: CountingSubject, activity: Activity, placement: Placement): Posting[] {
  return waitingReturns(subject.enrollment, activity).flatMap((pending) => [
    ...givenBack(subject.enrollment, pending),
    ...("reason" in placement
      ? []
      : [{ cycleNumber: placement.cycleNumber, delta: -pending.amount, activityId: pending.activityId }]),
  ]);
}

/**
 * Gives back what was provisionally taken off. Nothing is given back to a value that a balance or a reset has set
 * since.
 */
function givenBack(
  enrollment: Enrollment,
  { activityId, amount, cycleNumber, valueSetBy }: PendingReturn,
): readonly Posting[] {
  if (cycleNumber === undefined || valueSetter(enrollment, cycleNumber) !== valueSetBy) return [];
  return [{ cycleNumber, delta: amount, activityId }];
}

function waitingReturns({ pendingReturns }: Enrollment, { type, activityId }: Activity): readonly PendingReturn[] {
  return type === "TRANSACTION" ? (pendingReturns.get(activityId) ?? []) : [];
}

/**
 * The most returns that wait in one enrolment. Each takes about 100 bytes of an item's 400 000. Further returns stay
 * taken off the cycle they occurred in.
 */
export const mostWaitingReturns = 500;
/**
 * The most returns that wait for one transaction. Its record holds two changes for each, in up to 98 targets: 330 000
 * bytes.
 */
export const mostWaitingForOne = 20;

function canWait(pendingReturns: Enrollment["pendingReturns"], originalActivityId: string): boolean {
  const total = pendingReturns.values().reduce((count, waiting) => count + waiting.length, 0);
  const forThis = pendingReturns.get(originalActivityId)?.length ?? 0;
  return total < mostWaitingReturns && forThis < mostWaitingForOne;
}

/** The returns that wait after this activity; the same map when nothing changes. */
function nextPendingReturns(
  { enrollment }: CountingSubject,
  { type, activityId, originalActivityId }: Activity,
  original: OriginalActivity | undefined,
  placement: Placement,
): Enrollment["pendingReturns"] {
  const { pendingReturns } = enrollment;
  if (type === "TRANSACTION" && pendingReturns.has(activityId)) {
    return new Map([...pendingReturns].filter(([waitingFor]) => waitingFor !== activityId));
  }
  const isWaiting = type === "RETURN" && originalActivityId !== undefined && original === undefined;
  const { amount } = placement;
  if (!isWaiting || amount === undefined || !canWait(pendingReturns, originalActivityId)) return pendingReturns;
  const cycleNumber = "reason" in placement ? undefined : placement.cycleNumber;
  const pending = { activityId, amount, cycleNumber, valueSetBy: setterOf(enrollment, cycleNumber) };
  const waiting = [...(pendingReturns.get(originalActivityId) ?? []), pending];
  return new Map([...pendingReturns, [originalActivityId, waiting]]);
}

/** The operation that last set the value of the cycle that something counts in. */
function setterOf(enrollment: Enrollment, cycleNumber: number | undefined): string | undefined {
  return cycleNumber === undefined ? undefined : valueSetter(enrollment, cycleNumber);
}

function post(enrollment: Enrollment, postings: readonly Posting[]) {
  const achieved = new Map(enrollment.achieved);
  const changes = postings.map(({ cycleNumber, delta, activityId }): CycleChange => {
    requireRead(enrollment, cycleNumber);
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
 * A level is reached when any run since the enrolment or reset has its length. It stays reached until a reset. No level
 * is reached while the customer is out, also when a waiting return is settled.
 */
function withLevels(subject: CountingSubject, enrollment: Enrollment, now: Instant) {
  const { group } = subject;
  const run = isStreak(group) && isCounting(subject) ? longestRun(group, enrollment) : 0;
  const levelsReached = group.levels.filter(
    ({ id, cyclesToMeet }) => cyclesToMeet <= run && !enrollment.levelReachedAt.has(id),
  );
  const levelReachedAt = new Map([...enrollment.levelReachedAt, ...levelsReached.map(({ id }) => [id, now] as const)]);
  return { next: { ...enrollment, levelReachedAt }, levelsReached };
}

/**
 * Whether a changed cycle is announced as reached now: it has become reached, the customer is a member of it, it was not
 * announced before, and its reward is due. A period-end reward is due as soon as the cycle has been closed.
 */
function isToBeAnnounced(subject: CountingSubject, next: Enrollment, cycle: number): boolean {
  if (!isCounting(subject)) return false;
  const { target, enrollment } = subject;
  const hasBecomeReached = isMet(next, cycle) && !isMet(enrollment, cycle);
  const isDue = target.rewardAllocation === "IMMEDIATE" || isClosed(enrollment, cycle);
  return hasBecomeReached && isDue && cycle >= enrollment.fromCycle && !isAnnounced(enrollment, cycle);
}

/** Marks cycles as announced. Answers the same enrolment when there is no cycle to mark. */
export function announce(enrollment: Enrollment, cycles: readonly number[]): Enrollment {
  if (cycles.length === 0) return enrollment;
  return { ...enrollment, announced: new Set([...enrollment.announced, ...cycles]) };
}

function describeEffect(
  subject: CountingSubject,
  placement: Placement,
  changes: readonly CycleChange[],
  enrollment: Enrollment,
  levelsReached: readonly Level[],
  now: Instant,
  announced: readonly number[] = [],
): TargetEffect {
  const { group, target } = subject;
  const cycleNumber = "reason" in placement ? undefined : placement.cycleNumber;
  return {
    groupId: group.id,
    targetId: target.id,
    cycleNumber,
    valueSetBy: setterOf(enrollment, cycleNumber),
    notCounted: "reason" in placement ? placement.reason : undefined,
    definitionVersion: changes.length === 0 ? undefined : group.version,
    revision: changes.length === 0 ? undefined : enrollment.revision + 1,
    changes,
    streakValue: isStreak(group) && changes.length > 0 ? streakValue(group, enrollment, now) : undefined,
    levelsReached,
    announced,
    reopened: isCounting(subject) ? changedCycles(changes).filter((cycle) => isClosed(enrollment, cycle)) : [],
  };
}

function changedCycles(changes: readonly CycleChange[]): number[] {
  return [...new Set(changes.map(({ cycleNumber }) => cycleNumber))];
}
