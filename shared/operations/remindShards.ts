import type { Instant } from "../domain/instant.ts";
import { type RemindingSweep, remind } from "../domain/reminding.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import type { Table } from "../table/client.ts";
import { buildCountingUpdate } from "../table/countingUpdate.ts";
import { noteSwept } from "../table/dueSweeps.ts";
import { type EnrollmentRef, findEnrollment, keyOfEnrollment } from "../table/enrollments.ts";
import { inRounds, Overtaken, Patience } from "../table/rounds.ts";
import { update } from "../table/store.ts";
import { targetOf } from "./definition.ts";
import type { ShardTask } from "./listDueShards.ts";
import { shardNumbers } from "./shardNumbers.ts";
import { type SweepProgress, sweepShards } from "./sweepShards.ts";

/**
 * Reminds the customers in the task's shards. See {@link sweepShards}; a customer is told of a reminder once in a cycle.
 */
export function remindShards(
  table: Table,
  group: TargetGroup,
  task: ShardTask,
  sweep: RemindingSweep,
  mustStop: () => boolean,
): Promise<SweepProgress> {
  const { org, groupId, targetId, now } = task;
  return sweepShards(table, task, mustStop, {
    visit: async (ref) => {
      await remindOne(table, group, ref, sweep, now);
      return [];
    },
    note: (shards) => noteSwept(table, { ...sweep, org, groupId }, shardNumbers(group, targetId, shards)),
  });
}

const rounds = { most: 10, longestPauseMilliseconds: 100, overtaken: "The enrolment met other writes in every round" };

/** When another write came in between, it reads and decides again: who has reached the value is not reminded. */
async function remindOne(
  table: Table,
  group: TargetGroup,
  ref: EnrollmentRef,
  sweep: RemindingSweep,
  now: Instant,
): Promise<void> {
  await inRounds<"done">(table, { ...rounds, patience: new Patience(table) }, async () => {
    const enrollment = await findEnrollment(table, ref);
    if (enrollment === undefined) return "done";
    const next = remind({ group, target: targetOf(group, ref.targetId), enrollment }, sweep, now);
    if (next === enrollment) return "done";
    const result = await update(table, buildCountingUpdate(keyOfEnrollment(ref), enrollment, next));
    // A lost attempt needs no care. If it was applied, the next round finds the customer reminded.
    return result.outcome === "applied" ? "done" : new Overtaken(0);
  });
}
