import { type ClosingDecision, decideClosing } from "../domain/closing.ts";
import type { Enrollment } from "../domain/enrollment.ts";
import type { Instant } from "../domain/instant.ts";
import { isOver } from "../domain/over.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import type { Table } from "../table/client.ts";
import { type EnrollmentRef, findEnrollmentItem } from "../table/enrollments.ts";
import { inRounds, Overtaken, Patience } from "../table/rounds.ts";
import { setAside } from "../table/settingAside.ts";
import { noteClosed } from "../table/targetShards.ts";
import { targetOf } from "./definition.ts";
import type { ShardTask } from "./listDueShards.ts";
import { type SweepProgress, sweepShards } from "./sweepShards.ts";
import { writeClosed } from "./writeClosed.ts";

/**
 * Closes all ended cycles in the enrolments of the task's shards. See {@link sweepShards}; each cycle of an enrolment is
 * closed once.
 */
export function closeShards(
  table: Table,
  group: TargetGroup,
  task: ShardTask,
  mustStop: () => boolean,
): Promise<SweepProgress> {
  return sweepShards(table, task, mustStop, {
    visit: (ref) => closeEnrollment(table, group, ref, task.now),
    note: (shards) => noteClosed(table, task, shards, task.now),
  });
}

const rounds = { most: 10, longestPauseMilliseconds: 100, overtaken: "The enrolment met other writes in every round" };

/**
 * Closes the ended cycles of one enrolment, and answers them. In a group that was retired it then sets the enrolment
 * aside. Closing takes one read and one write for every {@link
 * mostCyclesInOneClosing} cycles; the write's condition is the state that was read. When another write came in between,
 * it reads and decides again. Throws {@link TooMuchContention} when every round met other writes.
 */
export async function closeEnrollment(
  table: Table,
  group: TargetGroup,
  ref: EnrollmentRef,
  now: Instant,
): Promise<number[]> {
  const closedCycles: number[] = [];
  const patience = new Patience(table);
  let hasMore = true;
  while (hasMore) {
    const decision = await inRounds(table, { ...rounds, patience }, () => closeSome(table, group, ref, now));
    if (decision.outcome === "nothingToDo") break;
    closedCycles.push(...decision.closedCycles);
    hasMore = decision.hasMore || isRetired(group, now);
  }
  return closedCycles;
}

async function closeSome(
  table: Table,
  group: TargetGroup,
  ref: EnrollmentRef,
  now: Instant,
): Promise<ClosingDecision | Overtaken> {
  const stored = await findEnrollmentItem(table, ref);
  if (stored === undefined) return nothingToDo;
  const decision = decide(group, stored.enrollment, now);
  if (decision.outcome === "nothingToDo") {
    const isDone = !isRetired(group, now) || (await setAside(table, ref, stored));
    // A lost attempt that was applied is no failure: the next round finds nothing any more.
    return isDone ? decision : new Overtaken(0);
  }
  const isWritten = await writeClosed(table, ref.org, group, stored.enrollment, decision.next, now);
  // A lost attempt needs no care. If it was applied, the next round finds the cycles closed.
  return isWritten ? decision : new Overtaken(0);
}

/** Both are asked: a group is marked once, and a laptop may close at an earlier time than the one it was marked at. */
function isRetired(group: TargetGroup, now: Instant): boolean {
  return group.retiredAt !== undefined && isOver(group, now);
}

const nothingToDo = { outcome: "nothingToDo" } as const satisfies ClosingDecision;

function decide(group: TargetGroup, stored: Enrollment, now: Instant): ClosingDecision {
  return decideClosing(group, targetOf(group, stored.targetId), stored, now);
}
