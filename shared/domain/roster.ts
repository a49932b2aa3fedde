import { coversOrDid } from "./customerState.ts";
import type { Enrollment } from "./enrollment.ts";
import { isMet } from "./past.ts";
import type { Cycle } from "./targetGroup.ts";

export const rosterStatuses = ["ENROLLED", "UNENROLLED", "ALL"] as const;

/** Which customers of a target are asked for. */
export type RosterFilter = {
  readonly status: (typeof rosterStatuses)[number];
  /** The cycle whose values are shown; `undefined` when there is none. */
  readonly cycle: Cycle | undefined;
  /** Whether only customers are asked for whose membership covers the cycle, or did when it ended. */
  readonly isOfCycle: boolean;
  /** Whether the cycle was reached; `undefined` when it does not matter. */
  readonly isAchieved: boolean | undefined;
};

/**
 * Whether the customer is asked for. What is known of the cycle must have been read ({@link Enrollment}).
 */
export function isAskedFor(enrollment: Enrollment, { status, cycle, isOfCycle, isAchieved }: RosterFilter): boolean {
  if (!hasStatus(enrollment, status)) return false;
  if (!isOfCycle) return true;
  if (cycle === undefined || !coversOrDid(enrollment, cycle)) return false;
  return isAchieved === undefined || isMet(enrollment, cycle.number) === isAchieved;
}

/** Whether the customer has the status that is asked for. It needs no cycle. */
export function hasStatus({ membership }: Enrollment, status: RosterFilter["status"]): boolean {
  return status === "ALL" || membership.status === status;
}
