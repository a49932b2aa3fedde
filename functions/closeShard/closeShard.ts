import type { Context } from "aws-lambda";
import { ServiceError } from "../../shared/domain/serviceError.ts";
import { logUnexpected } from "../../shared/observability/log.ts";
import {
  addClosed,
  closeEnrollments,
  finishShardWork,
  requireGroup,
  type ShardTask,
} from "../../shared/operations/closeCycle.ts";
import { withoutInput } from "../../shared/operations/withoutInput.ts";
import { engineLimits, longestChainMilliseconds, type Table } from "../../shared/table/client.ts";
import { MalformedItem } from "../../shared/table/item.ts";

/** The task with its progress. The state machine passes it in again until it is finished. */
type ShardTaskState = ShardTask & { readonly isFinished: boolean };

export type ShardLambda = (
  task: ShardTask,
  context: Pick<Context, "getRemainingTimeInMillis">,
) => Promise<ShardTaskState>;

/** Enough time for one more page, or for the end of the shard, if every request fails on all attempts but the last. */
const reserveMilliseconds = Math.max(
  longestChainMilliseconds(engineLimits.closingPageChain),
  longestChainMilliseconds(engineLimits.closingEndChain),
);

/**
 * Closes one shard of one target for one cycle, as far as the time allows.
 *
 * An enrolment that could not be closed is logged. Its sweep stays due and is tried again in the next run. When the
 * shard is finished, this throws if an enrolment could not be read. Enrolments that others wrote to too often are only
 * counted in the answer. A thrown error rolls a new version back, and callers must not be able to cause that.
 */
export function closeShard(table: Table): ShardLambda {
  return withoutInput(async (task, context) => {
    const { work, now, resumeAfter } = task;
    const mustStop = () => context.getRemainingTimeInMillis() < reserveMilliseconds;
    const group = await requireGroup(table, work);
    const progress = await closeEnrollments(table, group, work, now, resumeAfter ?? undefined, mustStop);
    for (const { error } of progress.failures) logUnexpected(error, "closing", { org: work.org });
    const closed = addClosed(task.closed, progress.closed);
    const malformed = progress.failures.filter(({ error }) => error instanceof MalformedItem);
    const failedCount = task.failedCount + malformed.length;
    const busyCount = task.busyCount + progress.failures.length - malformed.length;
    const isThrough = progress.resumeAfter === undefined;
    // When there is no time left to finish, the next call does it. It continues after the last customer and finds
    // nobody.
    const position = isThrough && mustStop() ? progress.lastCustomerId : progress.resumeAfter;
    const isFinished = position === undefined;
    if (isFinished && failedCount > 0) throw new ServiceError(`${failedCount} enrolments could not be closed`);
    if (isFinished && busyCount === 0) await finishShardWork(table, group, work);
    return { ...task, resumeAfter: position ?? null, closed, failedCount, busyCount, isFinished };
  });
}
