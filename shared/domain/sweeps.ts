import type { Instant } from "./instant.ts";
import { ServiceError } from "./serviceError.ts";
import type { TargetGroup } from "./targetGroup.ts";

/** A pass over all enrolments of a group. It closes one ended cycle in each enrolment where it is not closed yet. */
export type Sweep = { readonly cycleNumber: number; readonly dueAt: Instant };

/**
 * How long after a cycle's end its second sweep is due. The index of enrolments is written from the table's stream,
 * which keeps a record for 24 hours. When the stream is behind, the first sweep misses enrolments; the second sweep
 * finds them.
 */
const secondSweepMilliseconds = 25 * 60 * 60 * 1000;

/** The group's sweeps in the order they are due: two for each cycle, at its end and about a day later. */
function sweepsOf({ cycles }: TargetGroup): Sweep[] {
  const sweeps = cycles.flatMap(({ number, endsAt }) => [
    { cycleNumber: number, dueAt: endsAt },
    { cycleNumber: number, dueAt: endsAt + secondSweepMilliseconds },
  ]);
  return sweeps.toSorted(inOrder);
}

/** The first sweep of a new group. Throws when the group has no cycle; every group has at least one. */
export function firstSweep(group: TargetGroup): Sweep {
  const [first] = sweepsOf(group);
  if (first === undefined) throw new ServiceError(`Target group ${group.id} has no cycle`);
  return first;
}

/** The sweep after the given one; `undefined` after the second sweep of the last cycle. */
export function nextSweep(group: TargetGroup, after: Sweep): Sweep | undefined {
  return sweepsOf(group).find((sweep) => inOrder(sweep, after) > 0);
}

function inOrder(one: Sweep, other: Sweep): number {
  return one.dueAt - other.dueAt || one.cycleNumber - other.cycleNumber;
}
