import { type Instant, lastInstant } from "./instant.ts";
import type { ClosingOffset, Cycle, TargetGroup } from "./targetGroup.ts";

/** What says when the cycles of a group are closed. */
export type ClosingTimes = Pick<TargetGroup, "cycles" | "closingOffsets">;

const dayMilliseconds = 24 * 60 * 60 * 1000;

/**
 * When the end of the cycle is told: so many days of 24 hours after it as the group leaves for late activities. Cycles
 * close in their order. So where the days were lowered, a cycle waits for those before it.
 */
export function closesAt({ cycles, closingOffsets }: ClosingTimes, { number, endsAt }: Cycle): Instant {
  const times = closingOffsets.flatMap(({ fromCycle, days }, place) => {
    if (fromCycle > number) return [];
    // The last cycle with these days, up to the asked one, is the latest of them.
    const upTo = Math.min(number, (closingOffsets[place + 1]?.fromCycle ?? number + 1) - 1);
    const end = upTo === number ? endsAt : (cycles[upTo - 1]?.endsAt ?? endsAt);
    return [end + days * dayMilliseconds];
  });
  return Math.min(Math.max(endsAt, ...times), lastInstant);
}

/** Whether the cycle's end is told by now, or about to be. */
export function isToBeClosed(group: ClosingTimes, cycle: Cycle, now: Instant): boolean {
  return closesAt(group, cycle) <= now;
}

/** The days of the cycles to come. */
export function offsetDaysOf({ closingOffsets }: Pick<TargetGroup, "closingOffsets">): number {
  return closingOffsets.at(-1)?.days ?? 0;
}

/**
 * The offsets with other days for all cycles that end at the given time or later. Earlier cycles keep theirs, so no
 * cycle that has ended is closed at another time.
 */
export function withOffsetFrom({ cycles, closingOffsets }: ClosingTimes, time: Instant, days: number): ClosingOffset[] {
  const fromCycle = cycles.find(({ endsAt }) => endsAt >= time)?.number ?? cycles.length + 1;
  const kept = closingOffsets.filter((offset) => offset.fromCycle < fromCycle);
  return kept.at(-1)?.days === days ? kept : [...kept, { fromCycle, days }];
}
