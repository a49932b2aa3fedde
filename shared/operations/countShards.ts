import pMap from "p-map";
import type { Enrollment } from "../domain/enrollment.ts";
import { rowsToRead } from "../domain/past.ts";
import { addCounts, countsOf, noCounts } from "../domain/statistics.ts";
import type { Counting } from "../domain/sweeps.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import type { Table } from "../table/client.ts";
import { noteSwept } from "../table/dueSweeps.ts";
import { parseEnrollment } from "../table/enrollmentItem.ts";
import { type EnrollmentRef, findWherever } from "../table/enrollments.ts";
import type { Org, StatisticsPlace } from "../table/keys.ts";
import { readRows } from "../table/past.ts";
import { type CountedPart, listParts, putPart, removeThrough } from "../table/statistics.ts";
import { targetOf } from "./definition.ts";
import type { ShardTask } from "./listDueShards.ts";
import { shardNumbers } from "./shardNumbers.ts";
import { type SweepProgress, sweepShards } from "./sweepShards.ts";

/**
 * Counts the customers in the task's shards, until all were counted or `mustStop` answers true. Nothing but what was counted
 * is written.
 *
 * What a call has counted in a shard is one part, and each part goes on after the last customer of the part before. A part
 * is written once. So a call that was stopped, repeated or overtaken leaves a chain of parts in which each customer is at
 * most once. A shard with a customer who cannot be read is counted again in the next run.
 *
 * Only the part that is to be gone on with names a customer. A shard that is counted to its end names none, so that an
 * erasure need not look there.
 */
export async function countShards(
  table: Table,
  group: TargetGroup,
  task: ShardTask,
  counting: Counting,
  mustStop: () => boolean,
): Promise<SweepProgress> {
  const failures: SweepProgress["failures"][number][] = [];
  const done: number[] = [];
  let left = task.shards;
  for (let shard = left[0]; shard !== undefined; shard = left[0]) {
    const outcome = await countSome(table, group, { ...task, shards: [shard] }, counting, mustStop);
    failures.push(...outcome.failures);
    if (outcome.state === "done") done.push(shard);
    if (outcome.state !== "unfinished") left = left.slice(1);
    if (mustStop()) break;
  }
  const { org, groupId, targetId } = task;
  const { kind, dueAt } = counting;
  if (done.length > 0) await noteSwept(table, { kind, dueAt, org, groupId }, shardNumbers(group, targetId, done));
  return { closed: {}, failures, left: { shards: left, resumeAfter: null, hasFailures: false } };
}

/**
 * Where a shard stands after a part: counted to its end; to be gone on with; or to be left alone, because a customer could
 * not be read or because a later count has taken this one's place.
 */
type PartOutcome = Pick<SweepProgress, "failures"> & { readonly state: "done" | "unfinished" | "given up" };

/** Counts one part of the task's one shard. */
async function countSome(
  table: Table,
  group: TargetGroup,
  task: ShardTask,
  { dueAt, startedAt, slot }: Counting,
  mustStop: () => boolean,
): Promise<PartOutcome> {
  const { org, groupId, targetId } = task;
  const place = { groupId, targetId, slot, shard: task.shards[0] ?? 0 };
  const stored = await listParts(table, org, place);
  const parts = stored.filter((part) => part.dueAt === dueAt);
  if (stored.some((part) => part.dueAt > dueAt)) {
    // This count may have written a part after the later one had taken the customers out of its parts.
    await removeThroughs(table, org, place, parts);
    return { failures: [], state: "given up" };
  }
  const last = parts.at(-1);
  if (last?.isLast) {
    // The call that has written it may have been killed before it came to this.
    await removeThroughs(table, org, place, stored);
    return { failures: [], state: "done" };
  }
  let counts = noCounts;
  const rest = { ...task, resumeAfter: last?.through ?? null };
  const { failures, left } = await sweepShards(table, rest, mustStop, {
    visit: async (ref) => {
      const enrollment = await readWhole(table, group, ref);
      if (enrollment === undefined) return [];
      counts = addCounts(counts, countsOf(group, targetOf(group, targetId), enrollment, startedAt));
      return [];
    },
    note: async () => undefined,
  });
  if (failures.length > 0) return { failures, state: "given up" };
  const isLast = left.shards.length === 0;
  const part = { dueAt, part: parts.length + 1, through: left.resumeAfter ?? undefined, isLast, counts };
  // Another execution may have written this part, or a part of a later count. The next look at the parts tells.
  if (!(await putPart(table, org, place, part))) return { failures, state: "unfinished" };
  await removeThroughs(table, org, place, stored);
  return { failures, state: isLast ? "done" : "unfinished" };
}

/** How many parts are written to side by side. */
const partsAtOnce = 25;

/**
 * Takes the customers out of parts that are followed by another of their count, or belong to an older count that stopped
 * there. A worker that reads them later can write no part that counts anybody twice, because the next part is there.
 */
async function removeThroughs(
  table: Table,
  org: Org,
  place: StatisticsPlace & { readonly shard: number },
  parts: readonly CountedPart[],
): Promise<void> {
  const naming = parts.filter(({ through }) => through !== undefined);
  await pMap(naming, (part) => removeThrough(table, org, place, part), { concurrency: partsAtOnce });
}

/** The enrolment with all its settled cycles. */
async function readWhole(table: Table, group: TargetGroup, ref: EnrollmentRef): Promise<Enrollment | undefined> {
  const stored = await findWherever(table, ref, parseEnrollment);
  if (stored === undefined) return undefined;
  const cycles = group.cycles.map(({ number }) => number);
  return readRows(table, ref.org, stored, rowsToRead(stored, cycles));
}
