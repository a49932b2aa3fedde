import type { Activity } from "../../shared/domain/activity.ts";
import type { Instant } from "../../shared/domain/instant.ts";

/** An activity that arrived, the first time, and whether group and target were active for it. */
export type Arrival = {
  readonly activity: Pick<Activity, "activityId" | "type" | "occurredAt" | "amount" | "originalActivityId">;
  readonly isActive: boolean;
};

/** The final definition, as far as it decides what one customer has earned. */
export type FinalDefinition = {
  readonly isContinuous: boolean;
  /** The number of the first cycle in which the customer is a member. */
  readonly fromCycle: number;
  /** Nothing that happened before it counts, if it is there. */
  readonly countsFrom: Instant | undefined;
  readonly cycles: readonly { readonly start: Instant; readonly end: Instant; readonly value: bigint }[];
};

/** What a customer has earned, each list by the cycles of the final definition. */
export type Earned = {
  readonly sums: readonly bigint[];
  readonly met: readonly boolean[];
  readonly streakValue: number;
};

/**
 * What activities have earned by the final definition alone. It knows no earlier definition, no order and no closing. Of
 * the brake it knows only whether it was on when an activity arrived.
 */
export function earnedBy(definition: FinalDefinition, arrivals: readonly Arrival[], now: Instant): Earned {
  const sums = definition.cycles.map(() => 0n);
  for (const arrival of arrivals) {
    const cycle = cycleOf(definition, arrivals, arrival);
    const { type, amount = 0n } = arrival.activity;
    if (cycle !== undefined) sums[cycle] = (sums[cycle] ?? 0n) + (type === "RETURN" ? -amount : amount);
  }
  const met = definition.cycles.map(({ value }, cycle) => (sums[cycle] ?? 0n) >= value);
  return { sums, met, streakValue: runOf(definition, met, now) };
}

/** The place of the cycle that an activity counts in, if it counts. A return counts where its transaction does. */
function cycleOf(definition: FinalDefinition, arrivals: readonly Arrival[], one: Arrival): number | undefined {
  if (!one.isActive) return undefined;
  const { type, originalActivityId, occurredAt } = one.activity;
  const named = arrivals.find(
    ({ activity }) => activity.type === "TRANSACTION" && activity.activityId === originalActivityId,
  );
  if (type === "RETURN" && named !== undefined) return cycleOf(definition, arrivals, named);
  if (occurredAt < (definition.countsFrom ?? occurredAt)) return undefined;
  const cycle = definition.cycles.findIndex(({ start, end }) => start <= occurredAt && occurredAt < end);
  return cycle + 1 < definition.fromCycle ? undefined : cycle;
}

/** All met cycles, or those after the last one that was missed and before the first one that is open and not met. */
function runOf({ isContinuous, fromCycle, cycles }: FinalDefinition, met: readonly boolean[], now: Instant): number {
  const covered = [...cycles.keys()].filter((cycle) => cycle + 1 >= fromCycle);
  const isOver = (cycle: number) => (cycles[cycle]?.end ?? now) <= now;
  const unmet = covered.filter((cycle) => met[cycle] === false);
  const missed = unmet.findLast(isOver) ?? -1;
  const open = unmet.find((cycle) => !isOver(cycle)) ?? cycles.length;
  const inRun = isContinuous ? covered.filter((cycle) => cycle > missed && cycle < open) : covered;
  return inRun.filter((cycle) => met[cycle]).length;
}
