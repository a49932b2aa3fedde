import { coversOrDid, firstSource } from "./customerState.ts";
import type { Decimal } from "./decimal.ts";
import { achievedValue, type Enrollment } from "./enrollment.ts";
import type { Instant } from "./instant.ts";
import { isMet } from "./past.ts";
import { streakValue } from "./streak.ts";
import { type Cycle, isStreak, type Target, type TargetGroup, targetValue } from "./targetGroup.ts";

/** The bands of progress in percent of the target value. A band has its lower bound, but for the second, which begins above 0. */
export const progressBands = [
  { from: 0, to: 0 },
  { from: 0, to: 25 },
  { from: 25, to: 50 },
  { from: 50, to: 75 },
  { from: 75, to: 100 },
  { from: 100, to: undefined },
] as const;

/** What was counted of one cycle. */
export type CycleCounts = {
  /** Customers whose membership covers the cycle, or did when it ended. */
  readonly covered: number;
  /** Those of them whose sum is above 0. */
  readonly started: number;
  readonly reached: number;
  /** The sum of their achieved values. */
  readonly achievedTotal: Decimal;
  /** How many of them are in each of the {@link progressBands}. */
  readonly progress: readonly number[];
};

/** What was counted of a target's customers, or of some of them. Nobody is named. */
export type TargetCounts = {
  readonly enrolled: number;
  readonly unenrolled: number;
  /** How many of both came in with their first activity. The others did by a call. */
  readonly automatic: number;
  /** By cycle number, for cycles that somebody is a member of. */
  readonly cycles: ReadonlyMap<number, CycleCounts>;
  /** How many hold a level, by level id. */
  readonly levels: ReadonlyMap<number, number>;
  /** How many enrolled customers have a run of that length. Empty for a milestone. */
  readonly runs: ReadonlyMap<number, number>;
};

export const noCounts: TargetCounts = {
  enrolled: 0,
  unenrolled: 0,
  automatic: 0,
  cycles: new Map(),
  levels: new Map(),
  runs: new Map(),
};

export const noCycleCounts: CycleCounts = {
  covered: 0,
  started: 0,
  reached: 0,
  achievedTotal: 0n,
  progress: progressBands.map(() => 0),
};

/** What one customer adds. All settled cycles must have been read. */
export function countsOf(group: TargetGroup, target: Target, enrollment: Enrollment, now: Instant): TargetCounts {
  const isIn = enrollment.membership.status === "ENROLLED";
  const covered = group.cycles.filter((cycle) => coversOrDid(enrollment, cycle));
  const held = group.levels.filter(({ id }) => enrollment.levelReachedAt.has(id));
  return {
    enrolled: isIn ? 1 : 0,
    unenrolled: isIn ? 0 : 1,
    automatic: firstSource(enrollment) === "AUTOMATIC" ? 1 : 0,
    cycles: new Map(covered.map((cycle) => [cycle.number, cycleCountsOf(target, enrollment, cycle)])),
    levels: new Map(held.map(({ id }) => [id, 1])),
    runs: new Map(isIn && isStreak(group) ? [[streakValue(group, enrollment, now), 1]] : []),
  };
}

function cycleCountsOf(target: Target, enrollment: Enrollment, cycle: Cycle): CycleCounts {
  const achieved = achievedValue(enrollment, cycle.number);
  const band = bandOf(achieved, targetValue(target, cycle));
  return {
    covered: 1,
    started: achieved > 0n ? 1 : 0,
    reached: isMet(enrollment, cycle.number) ? 1 : 0,
    achievedTotal: achieved,
    progress: progressBands.map((_, index) => (index === band ? 1 : 0)),
  };
}

/** The place of the band. Whole numbers are compared, so a value at a bound is in one band for certain. */
function bandOf(achieved: Decimal, value: Decimal): number {
  if (achieved === 0n) return 0;
  const above = progressBands.findLastIndex(({ from }) => achieved * 100n >= value * BigInt(from));
  return Math.max(above, 1);
}

/** What both have together. They must be of different customers. */
export function addCounts(one: TargetCounts, other: TargetCounts): TargetCounts {
  return {
    enrolled: one.enrolled + other.enrolled,
    unenrolled: one.unenrolled + other.unenrolled,
    automatic: one.automatic + other.automatic,
    cycles: merged(one.cycles, other.cycles, addCycle),
    levels: merged(one.levels, other.levels, addNumbers),
    runs: merged(one.runs, other.runs, addNumbers),
  };
}

function addNumbers(one: number, other: number): number {
  return one + other;
}

function addCycle(one: CycleCounts, other: CycleCounts): CycleCounts {
  return {
    covered: one.covered + other.covered,
    started: one.started + other.started,
    reached: one.reached + other.reached,
    achievedTotal: one.achievedTotal + other.achievedTotal,
    progress: one.progress.map((customers, band) => customers + (other.progress[band] ?? 0)),
  };
}

function merged<Content>(
  one: ReadonlyMap<number, Content>,
  other: ReadonlyMap<number, Content>,
  add: (one: Content, other: Content) => Content,
): Map<number, Content> {
  const sum = new Map(one);
  for (const [key, content] of other) {
    const known = sum.get(key);
    sum.set(key, known === undefined ? content : add(known, content));
  }
  return sum;
}
