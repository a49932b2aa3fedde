import type { Instant } from "./instant.ts";
import type { Cycle } from "./targetGroup.ts";

export type CycleStatus = "NOT_STARTED" | "RUNNING" | "ENDED";

export function cycleStatus(cycle: Cycle, now: Instant): CycleStatus {
  if (now < cycle.startsAt) return "NOT_STARTED";
  return now < cycle.endsAt ? "RUNNING" : "ENDED";
}

/** The cycle that holds `now`, if any: between two cycles there is none. */
export function currentCycle(cycles: readonly Cycle[], now: Instant): Cycle | undefined {
  return cycles.find((cycle) => cycleStatus(cycle, now) === "RUNNING");
}

/** The current cycle, else the nearest upcoming one, else `undefined`. */
export function currentOrNextCycle(cycles: readonly Cycle[], now: Instant): Cycle | undefined {
  return cycles.find((cycle) => cycleStatus(cycle, now) !== "ENDED");
}

/** Whether the last of the cycles has ended. */
export function hasEnded(cycles: readonly Cycle[], now: Instant): boolean {
  return currentOrNextCycle(cycles, now) === undefined;
}
