import { type Instant, lastInstant } from "./instant.ts";
import type { Cycle } from "./targetGroup.ts";

export const frequencyTypes = ["DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "HALF_YEARLY", "YEARLY"] as const;
type FrequencyType = (typeof frequencyTypes)[number];

/** How long a cycle is and how many there are, as it was asked for. */
export type CyclePattern = {
  readonly frequencyType: FrequencyType;
  /** A cycle has this many days, weeks, months and so on. */
  readonly frequency: number;
  readonly count: number;
  /** The first day of the first cycle, `YYYY-MM-DD`. */
  readonly firstDay: string;
};

/**
 * From a bound on, how far the day's start in the group's zone is from the day's start in UTC. Bound n is the start of
 * cycle n, and the last bound is the end of the last cycle.
 */
type ZoneOffset = { readonly fromBound: number; readonly milliseconds: number };

/**
 * A pattern with the zone's offsets as they were known when the cycles were made. They are kept, so that later rules of
 * the zone move no cycle, and no two processes disagree.
 */
export type CycleRule = CyclePattern & { readonly offsets: readonly ZoneOffset[] };

/** What a day is called that a rule makes: the start of its cycle in UTC terms, without the zone. */
type CivilDay = number;

const dayMilliseconds = 86_400_000;

/** The day on which cycle n starts, counted from the first one: the 31st of a month is the last day of a shorter one. */
function dayOfBound({ frequencyType, frequency, firstDay }: Omit<CyclePattern, "count">, bound: number): CivilDay {
  return civilDayOf(frequencyType, Date.parse(firstDay), (bound - 1) * frequency);
}

function civilDayOf(frequencyType: FrequencyType, first: CivilDay, units: number): CivilDay {
  switch (frequencyType) {
    case "DAILY":
      return first + units * dayMilliseconds;
    case "WEEKLY":
      return first + 7 * units * dayMilliseconds;
    case "MONTHLY":
      return addMonths(first, units);
    case "QUARTERLY":
      return addMonths(first, 3 * units);
    case "HALF_YEARLY":
      return addMonths(first, 6 * units);
    case "YEARLY":
      return addMonths(first, 12 * units);
  }
}

function addMonths(first: CivilDay, count: number): CivilDay {
  const date = new Date(first);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + count];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay));
}

function formatDay(day: CivilDay): string {
  return new Date(day).toISOString().slice(0, 10);
}

/**
 * The rule of a pattern. `startOfDay` answers the start of a day in the group's zone. Bounds that `known` has stay where
 * they are.
 */
export function ruleOf(
  pattern: CyclePattern,
  startOfDay: (day: string) => Instant | undefined,
  known: Pick<CycleRule, "count" | "offsets"> = { count: -1, offsets: [] },
): CycleRule | undefined {
  const offsets = [...known.offsets];
  for (let bound = known.count + 2; bound <= pattern.count + 1; bound += 1) {
    const day = dayOfBound(pattern, bound);
    // The comparison is false for a day that no date can hold.
    const start = day <= lastInstant ? startOfDay(formatDay(day)) : undefined;
    if (start === undefined) return undefined;
    const milliseconds = day - start;
    if (offsets.at(-1)?.milliseconds !== milliseconds) offsets.push({ fromBound: bound, milliseconds });
  }
  return { ...pattern, offsets };
}

/** A cycle that a rule makes. */
export type GeneratedCycle = Omit<Cycle, "id" | "description">;

/** The cycles of a rule, in order. Each ends where the next one begins, and is named after its first day. */
export function cyclesOfRule(rule: CycleRule): GeneratedCycle[] {
  return Array.from({ length: rule.count }, (_, index) => {
    const number = index + 1;
    const [day, nextDay] = [dayOfBound(rule, number), dayOfBound(rule, number + 1)];
    return {
      number,
      refCode: formatDay(day),
      startsAt: boundAt(rule, number, day),
      endsAt: boundAt(rule, number + 1, nextDay),
      startDate: formatDay(day),
      endDate: formatDay(nextDay - dayMilliseconds),
    };
  });
}

function boundAt({ offsets }: CycleRule, bound: number, day: CivilDay): Instant {
  const offset = offsets.findLast(({ fromBound }) => fromBound <= bound);
  return day - (offset?.milliseconds ?? 0);
}
