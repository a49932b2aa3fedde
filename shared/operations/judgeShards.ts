import type { Instant } from "../domain/instant.ts";
import { changedCycles, judge } from "../domain/judging.ts";
import { keeping, rowsToRead } from "../domain/past.ts";
import type { JudgingSweep } from "../domain/sweeps.ts";
import type { ChangedValues, TargetGroup } from "../domain/targetGroup.ts";
import type { Table } from "../table/client.ts";
import { buildCountingUpdate } from "../table/countingUpdate.ts";
import { findJudging, noteSwept } from "../table/dueSweeps.ts";
import { parseEnrollment } from "../table/enrollmentItem.ts";
import { type EnrollmentRef, findWherever, keyOfEnrollment } from "../table/enrollments.ts";
import { readRows } from "../table/past.ts";
import { changedPastCycles } from "../table/pastItem.ts";
import { inRounds, Overtaken, Patience } from "../table/rounds.ts";
import { update } from "../table/store.ts";
import { targetOf } from "./definition.ts";
import type { ShardTask } from "./listDueShards.ts";
import { type SweepProgress, sweepShards } from "./sweepShards.ts";

/**
 * Judges the enrolments of the task's shards by the values that an edit has changed. See {@link sweepShards}; an
 * enrolment is written only where a mark is wrong.
 */
export async function judgeShards(
  table: Table,
  group: TargetGroup,
  task: ShardTask,
  sweep: JudgingSweep,
  mustStop: () => boolean,
): Promise<SweepProgress> {
  const due = { ...sweep, org: task.org, groupId: task.groupId };
  const judging = await findJudging(table, due);
  // Another execution has completed the sweep.
  if (judging === undefined) return nothingLeft;
  const { changes } = judging;
  const cycles = changedCycles(group, changes);
  return sweepShards(table, task, mustStop, {
    visit: async (ref) => {
      await judgeEnrollment(table, group, ref, { cycles, changes }, task.now);
      return [];
    },
    note: (shards) => noteSwept(table, due, shards),
  });
}

const nothingLeft: SweepProgress = {
  closed: {},
  failures: [],
  left: { shards: [], resumeAfter: null, hasFailures: false },
};

const rounds = { most: 10, longestPauseMilliseconds: 100, overtaken: "The enrolment met other writes in every round" };

/**
 * Judges one enrolment, with one read, and one write where a mark is wrong. When another write came in between, it reads
 * and decides again. Throws {@link TooMuchContention} when every round met other writes.
 */
export async function judgeEnrollment(
  table: Table,
  group: TargetGroup,
  ref: EnrollmentRef,
  edit: Changed,
  now: Instant,
): Promise<void> {
  await inRounds(table, { ...rounds, patience: new Patience(table) }, () => judgeOnce(table, group, ref, edit, now));
}

/** The cycles whose values were changed, and what they were. */
type Changed = { readonly cycles: readonly number[]; readonly changes: readonly ChangedValues[] };

async function judgeOnce(
  table: Table,
  group: TargetGroup,
  ref: EnrollmentRef,
  { cycles, changes }: Changed,
  now: Instant,
): Promise<"done" | Overtaken> {
  const stored = await findWherever(table, ref, parseEnrollment);
  if (stored === undefined) return "done";
  const enrollment = await readRows(table, ref.org, stored, rowsToRead(stored, cycles));
  const next = judge({ group, target: targetOf(group, ref.targetId), enrollment }, cycles, changes, now);
  if (next === enrollment) return "done";
  // Settled cycles in rows of their own stay in the enrolment until the next closing, so that one write is enough.
  const kept = keeping(next, changedPastCycles(enrollment, next));
  const result = await update(table, buildCountingUpdate(keyOfEnrollment({ ...enrollment, ...ref }), enrollment, kept));
  // A lost attempt needs no care. If it was applied, the next round finds the marks right.
  return result.outcome === "applied" ? "done" : new Overtaken(0);
}
