import { type ClosingTimes, closesAt } from "./cycleClosing.ts";
import { clockToleranceMilliseconds, type Instant } from "./instant.ts";
import { overAt } from "./over.ts";
import type { RemindingSweep } from "./reminding.ts";
import type { ChangedValues, TargetGroup } from "./targetGroup.ts";

/** When a group has to be looked at next, and what for. A sweep of each kind is an item of its own on the list. */
export type Sweep = ClosingSweep | JudgingSweep | RemindingSweep | StartSweep | StatisticsSweep;

/** The kinds of sweeps, as they are stored. */
export const sweepKinds = [
  "CLOSING",
  "JUDGING",
  "REMINDING",
  "START",
  "STATISTICS",
] as const satisfies readonly Sweep["kind"][];

/** It closes all cycles that are to be closed by then in all enrolments of the group. */
export type ClosingSweep = {
  readonly kind: "CLOSING";
  readonly dueAt: Instant;
  /** The first cycle that sweeps are made for. Earlier ones had ended when the group was created. */
  readonly fromCycle: number;
};

/** It tells which cycles have started by then, one event for each. */
export type StartSweep = {
  readonly kind: "START";
  readonly dueAt: Instant;
  /** The first cycle whose start was not told. */
  readonly fromCycle: number;
};

/** It counts the customers of all targets of a group. */
export type StatisticsSweep = { readonly kind: "STATISTICS"; readonly dueAt: Instant };

/** A count under way. */
export type Counting = StatisticsSweep & {
  /**
   * The time of the first look at the sweep. What was written before is counted, but for who joined while the index lagged
   * behind; what is written while the count runs may be counted.
   */
  readonly startedAt: Instant;
  /** The place in which its parts are kept. It stays the same when another count is complete meanwhile. */
  readonly slot: number;
};

/**
 * How many starts a look tells of one group, side by side. A look takes five groups at once, and a client has 50
 * connections. After a pause more can be left, which the next look tells.
 */
const mostStartsAtOnce = 10;

/** It judges the enrolments of one target again, after an edit has changed values of cycles. */
export type JudgingSweep = {
  readonly kind: "JUDGING";
  readonly dueAt: Instant;
  readonly targetId: number;
  readonly editedAt: Instant;
  /** The version of the group that the edit has made. */
  readonly version: number;
};

/**
 * How long after an edit of values its first sweep is due. Processes use a definition for up to 30 s, and a call of a
 * function that began in that time takes up to 25 s.
 */
const judgingDelayMilliseconds = 60 * 1000;

/** The targets whose values the edit has changed, each with its first sweep and with what was changed. */
export function judgingsOfEdit(
  before: Pick<TargetGroup, "targets">,
  after: Pick<TargetGroup, "targets" | "version">,
): { readonly sweep: JudgingSweep; readonly changes: readonly ChangedValues[] }[] {
  return after.targets.flatMap(({ id, revaluation }) => {
    const known = before.targets.find((target) => target.id === id);
    if (revaluation === undefined || known === undefined || revaluation === known.revaluation) return [];
    const { startedAt: editedAt, changes } = revaluation;
    const dueAt = editedAt + judgingDelayMilliseconds;
    return [{ sweep: { kind: "JUDGING", dueAt, targetId: id, editedAt, version: after.version }, changes }];
  });
}

/** The second sweep finds the enrolments that the index did not have at the first one; none follows it. */
export function judgingAfter(sweep: JudgingSweep): JudgingSweep | undefined {
  const isSecond = sweep.dueAt > sweep.editedAt + judgingDelayMilliseconds;
  return isSecond ? undefined : { ...sweep, dueAt: sweep.dueAt + secondSweepMilliseconds };
}

/**
 * How long after a cycle's closing its second sweep is due. The index of enrolments is written from the table's stream,
 * which keeps a record for 24 hours. When the stream is behind, the first sweep misses enrolments; the second sweep
 * finds them.
 */
const secondSweepMilliseconds = 25 * 60 * 60 * 1000;

/**
 * How long after a group is over its enrolments are set aside. Clocks differ by minutes. Without the delay, a function
 * whose clock is behind would not look for an enrolment where it is.
 */
const retiringDelayMilliseconds = 60 * 60 * 1000;

/** When the group's last sweep is due, which sets its enrolments aside. */
export function retiresAt(group: ClosingTimes): Instant {
  return overAt(group) + retiringDelayMilliseconds;
}

/**
 * The first sweep of a group that is created now; `undefined` when all its cycles have ended. No call enrols into an ended
 * cycle, and what an activity makes of an ended cycle is told at once, so none needs a sweep for it. A cycle that ended
 * within the tolerated clock difference has one, because an enrolment may be served by a machine whose clock is behind.
 */
export function firstSweep(group: ClosingTimes, now: Instant): ClosingSweep | undefined {
  const first = group.cycles.find(({ endsAt }) => endsAt > now - clockToleranceMilliseconds);
  return first && { kind: "CLOSING", fromCycle: first.number, dueAt: closesAt(group, first) };
}

/**
 * The sweep that an edit makes necessary; `undefined` when the group's next sweep on the list comes early enough. It does
 * unless the first closing that lies ahead was moved to earlier, or all cycles had been closed before and the list may not
 * have the group any more. A sweep that comes too early finds nothing to close and goes on to the next one. A closing
 * within the tolerated clock difference may have been found by a machine whose clock is ahead, and its sweep may be gone.
 */
export function sweepOfEdit(before: ClosingTimes, after: ClosingTimes, now: Instant): ClosingSweep | undefined {
  const [was, is] = [before, after].map((group) => nextClosing(group, now + clockToleranceMilliseconds));
  const isEarlier = is !== undefined && is < (was ?? Number.POSITIVE_INFINITY);
  return isEarlier ? { kind: "CLOSING", dueAt: is, fromCycle: 1 } : undefined;
}

function nextClosing(group: ClosingTimes, time: Instant): Instant | undefined {
  return group.cycles.map((cycle) => closesAt(group, cycle)).find((closing) => closing > time);
}

/**
 * The first start to tell of a group that is created now; `undefined` when all its cycles have ended. Of a running cycle
 * it is told at once.
 */
export function firstStart({ cycles }: Cycles, now: Instant): StartSweep | undefined {
  const first = cycles.find(({ endsAt }) => endsAt > now);
  return first && { kind: "START", fromCycle: first.number, dueAt: Math.max(first.startsAt, now) };
}

/**
 * The sweep that an edit makes necessary, as {@link sweepOfEdit}. A start within the tolerated clock difference may have
 * been told by a machine whose clock is ahead, and its sweep may be gone.
 */
export function startOfEdit(before: Cycles, after: Cycles, now: Instant): StartSweep | undefined {
  const [was, is] = [before, after].map((group) => startAfter(group, 1, now + clockToleranceMilliseconds));
  return is !== undefined && is.dueAt < (was?.dueAt ?? Number.POSITIVE_INFINITY) ? is : undefined;
}

/** What a look tells of a group: the numbers of the cycles that have started, and the sweep for the others. */
export function startsBy(
  group: Cycles,
  fromCycle: number,
  now: Instant,
): { readonly started: readonly number[]; readonly next: StartSweep | undefined } {
  const started = group.cycles.filter(({ number, startsAt }) => number >= fromCycle && startsAt <= now);
  const told = started.slice(0, mostStartsAtOnce).map(({ number }) => number);
  const left = started[mostStartsAtOnce];
  if (left === undefined) return { started: told, next: startAfter(group, fromCycle, now) };
  return { started: told, next: { kind: "START", fromCycle: left.number, dueAt: left.startsAt } };
}

type Cycles = Pick<ClosingTimes, "cycles">;

function startAfter({ cycles }: Cycles, fromCycle: number, time: Instant): StartSweep | undefined {
  const next = cycles.find(({ number, startsAt }) => number >= fromCycle && startsAt > time);
  return next && { kind: "START", fromCycle: next.number, dueAt: next.startsAt };
}

/** The last time until now at which the group had to be swept; `undefined` when there was none. */
export function lastDueAt(group: ClosingTimes, fromCycle: number, now: Instant): Instant | undefined {
  return dueTimes(group, fromCycle).findLast((dueAt) => dueAt <= now);
}

/** The sweep after the given time; `undefined` after the one that sets the enrolments aside. */
export function sweepAfter(group: ClosingTimes, fromCycle: number, time: Instant): ClosingSweep | undefined {
  const dueAt = dueTimes(group, fromCycle).find((each) => each > time);
  return dueAt === undefined ? undefined : { kind: "CLOSING", dueAt, fromCycle };
}

const hourMilliseconds = 60 * 60 * 1000;

/** How long after a group's creation its customers are counted first. */
const firstStatisticsMilliseconds = hourMilliseconds;

/** From when on the customers are counted for the last time: at the second sweep after the last closing. */
function statisticsFinalAt(group: ClosingTimes): Instant {
  return Math.max(...statisticsClosings(group));
}

/** The second sweep of each cycle. Everybody who was in when the cycle ended is in the index then. */
function statisticsClosings(group: ClosingTimes): Instant[] {
  return group.cycles.map((cycle) => closesAt(group, cycle) + secondSweepMilliseconds);
}

/** The first count of a group that is created now; `undefined` when its last count would be over. */
export function firstStatistics(group: ClosingTimes, now: Instant): StatisticsSweep | undefined {
  if (statisticsFinalAt(group) <= now) return undefined;
  return { kind: "STATISTICS", dueAt: now + firstStatisticsMilliseconds };
}

/** The count that an edit makes necessary; `undefined` while the group's last one is still ahead. */
export function statisticsOfEdit(before: ClosingTimes, after: ClosingTimes, now: Instant): StatisticsSweep | undefined {
  const isOver = statisticsFinalAt(before) <= now + clockToleranceMilliseconds;
  return isOver ? firstStatistics(after, now) : undefined;
}

/**
 * The count after the one that was started at the time; `undefined` after the last one. One count makes up for all that were
 * missed before it.
 */
export function statisticsAfter(
  group: CountedGroup,
  startedAt: Instant,
  everyHours: number,
): StatisticsSweep | undefined {
  return isFinalCount(group, startedAt) ? undefined : nextStatistics(group, startedAt, everyHours);
}

/**
 * The first time after the given one at which the customers are to be counted, also when the group is over. That is every so
 * many hours since the group's creation, and at the second sweep of each cycle.
 */
export function nextStatistics(group: CountedGroup, time: Instant, everyHours: number): StatisticsSweep {
  const { createdAt } = group.attribution;
  const every = everyHours * hourMilliseconds;
  const regular = createdAt + (Math.floor((time - createdAt) / every) + 1) * every;
  const closings = statisticsClosings(group).filter((at) => at > time);
  return { kind: "STATISTICS", dueAt: Math.min(regular, ...closings) };
}

type CountedGroup = ClosingTimes & Pick<TargetGroup, "attribution">;

/** Whether no count follows the one that was started at the time. */
export function isFinalCount(group: ClosingTimes, startedAt: Instant): boolean {
  return startedAt >= statisticsFinalAt(group);
}

/** In order: two times for each cycle, at its closing and about a day later, and one when the group is over. */
function dueTimes(group: ClosingTimes, fromCycle: number): Instant[] {
  const swept = group.cycles.filter(({ number }) => number >= fromCycle);
  const closings = swept.map((cycle) => closesAt(group, cycle));
  const times = closings.flatMap((closing) => [closing, closing + secondSweepMilliseconds]);
  return [...times, retiresAt(group)].toSorted((one, other) => one - other);
}
