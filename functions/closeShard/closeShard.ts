import type { Context } from "aws-lambda";
import { type ErasureRecord, isFirstPass, recordName } from "../../shared/domain/erasing.ts";
import { formatInstant } from "../../shared/domain/instant.ts";
import { ServiceError } from "../../shared/domain/serviceError.ts";
import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import { logUnexpected } from "../../shared/observability/log.ts";
import { closeShards } from "../../shared/operations/closeShards.ts";
import { countShards } from "../../shared/operations/countShards.ts";
import { eraseItems } from "../../shared/operations/eraseItems.ts";
import { judgeShards } from "../../shared/operations/judgeShards.ts";
import {
  type ClosingTask,
  type ErasingTask,
  failureSources,
  isErasing,
  requireGroup,
  type ShardTask,
} from "../../shared/operations/listDueShards.ts";
import { remindShards } from "../../shared/operations/remindShards.ts";
import type { ClosedCounts, SweepProgress } from "../../shared/operations/sweepShards.ts";
import { withoutInput } from "../../shared/operations/withoutInput.ts";
import { type Chain, longestChainMilliseconds, type Table } from "../../shared/table/client.ts";
import { EngineBusy } from "../../shared/table/failures.ts";
import { MalformedItem } from "../../shared/table/item.ts";

type ClosingAnswer = {
  /** In how many enrolments this call has closed a cycle. */
  readonly closed: ClosedCounts;
  /** The enrolments of finished shards that stay due because others wrote to them too often. */
  readonly busyCount: number;
  /** What is left of a customer's items; or a task for each shard that is left, so that shards with many customers are closed side by side. */
  readonly left: readonly ClosingTask[];
  /** What the caller has to record outside the table before it goes on with what is left. */
  readonly record?: { readonly name: string; readonly content: ErasureRecord };
};

type RemainingTime = Pick<Context, "getRemainingTimeInMillis">;
export type ShardLambda = (task: ClosingTask, context: RemainingTime) => Promise<ClosingAnswer>;

/**
 * A step of closing: a read, a write of settled cycles and a write of one enrolment, retried while patience lasts, and the
 * note at the end. Enrolments are closed in parallel. A page of the index takes no longer.
 */
export const closingStepChain: Chain = { requests: 4, patientLoops: 1 };

/**
 * A step of counting: the parts of a shard, a page of the index, an enrolment in two places, a row of its settled cycles, the
 * part, what is removed from the part before, and the note at the end. Enrolments are read in parallel.
 */
export const countingStepChain: Chain = { requests: 8, patientLoops: 0 };

/** Enough time for one more enrolment and the note at the end, if every request fails on all attempts but the last. */
function reserveMilliseconds({ sweep: { kind } }: ClosingTask): number {
  return longestChainMilliseconds(kind === "STATISTICS" ? countingStepChain : closingStepChain);
}

/**
 * Closes what has ended in some shards of a target, or does there what another sweep is for, as far as the time allows. Or it
 * goes through the items of a customer who is erased. Answers what is left.
 *
 * An enrolment that failed is logged. Its shard stays due and is tried again in the next run. When nothing
 * is left, this throws if an enrolment could not be read. Enrolments that others wrote to too often are only counted in
 * the answer. A thrown error rolls a new version back, and callers must not be able to cause that.
 */
export function closeShard(table: Table): ShardLambda {
  return withoutInput(async (task, context) => {
    const mustStop = () => context.getRemainingTimeInMillis() < reserveMilliseconds(task);
    return isErasing(task) ? erase(table, task, mustStop) : close(table, task, mustStop);
  });
}

/**
 * Nothing is removed before the request is recorded outside the table: a table that is restored later would bring back what
 * nobody knows to be erased. The state machine records it, so that no function needs a client of the store.
 */
function toBeRecorded({ org, sweep: pass }: ErasingTask): NonNullable<ClosingAnswer["record"]> {
  const { customerId, mode, requestedAt } = pass;
  const content = { org, customerId, mode, requestedAt: formatInstant(requestedAt) };
  return { name: recordName(content), content };
}

/** Contention and throttling leave the pass due, like an enrolment that others write to. */
async function erase(table: Table, task: ErasingTask, mustStop: () => boolean): Promise<ClosingAnswer> {
  if (isFirstPass(task.sweep) && !task.isRecorded)
    return { closed: {}, busyCount: 0, left: [{ ...task, isRecorded: true }], record: toBeRecorded(task) };
  try {
    const resumeAfter = await eraseItems(table, task, mustStop);
    return { closed: {}, busyCount: 0, left: resumeAfter === undefined ? [] : [{ ...task, resumeAfter }] };
  } catch (error) {
    logUnexpected(error, failureSources.ERASING, { org: task.org });
    if (!(error instanceof EngineBusy)) throw error;
    return { closed: {}, busyCount: 1, left: [] };
  }
}

async function close(table: Table, task: ShardTask, mustStop: () => boolean): Promise<ClosingAnswer> {
  const group = await requireGroup(table, task);
  const { closed, failures, left } = await sweep(table, group, task, mustStop);
  for (const { error } of failures) logUnexpected(error, failureSources[task.sweep.kind], { org: task.org });
  const malformed = failures.filter(({ error }) => error instanceof MalformedItem);
  const failedCount = task.failedCount + malformed.length;
  const busyCount = task.busyCount + failures.length - malformed.length;
  const isFinished = left.shards.length === 0;
  if (isFinished && failedCount > 0) throw new ServiceError(`${failedCount} enrolments could not be read`);
  return { closed, busyCount, left: tasksFor({ ...task, ...left, failedCount, busyCount }) };
}

function sweep(table: Table, group: TargetGroup, task: ShardTask, mustStop: () => boolean): Promise<SweepProgress> {
  switch (task.sweep.kind) {
    case "CLOSING":
      return closeShards(table, group, task, mustStop);
    case "JUDGING":
      return judgeShards(table, group, task, task.sweep, mustStop);
    case "REMINDING":
      return remindShards(table, group, task, task.sweep, mustStop);
    case "STATISTICS":
      return countShards(table, group, task, task.sweep, mustStop);
  }
}

/** The first goes on from the position and has the counts; the others begin. */
function tasksFor(task: ShardTask): ShardTask[] {
  const fresh = { resumeAfter: null, hasFailures: false, failedCount: 0, busyCount: 0 };
  return task.shards.map((shard, index) => ({ ...task, ...(index === 0 ? {} : fresh), shards: [shard] }));
}
