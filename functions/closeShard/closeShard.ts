import type { Context } from "aws-lambda";
import { ServiceError } from "../../shared/domain/serviceError.ts";
import { logUnexpected } from "../../shared/observability/log.ts";
import { closeEnrollments, finishShardWork, requireGroup, type ShardTask } from "../../shared/operations/closeCycle.ts";
import { withoutInput } from "../../shared/operations/withoutInput.ts";
import { engineLimits, longestChainMilliseconds, type Table } from "../../shared/table/client.ts";
import { MalformedItem } from "../../shared/table/item.ts";

/** The task as far as it has got. It is handed in again as it is until it is finished. */
type ShardTaskState = ShardTask & { readonly isFinished: boolean };

export type ShardLambda = (
  task: ShardTask,
  context: Pick<Context, "getRemainingTimeInMillis">,
) => Promise<ShardTaskState>;

/** Enough for one more page, or for the end of the shard, whose every request fails on all attempts but the last. */
const reserveMilliseconds = Math.max(
  longestChainMilliseconds(engineLimits.closingPageChain),
  longestChainMilliseconds(engineLimits.closingEndChain),
);

/**
 * Closes one shard of one target for one cycle, as far as the time allows.
 *
 * An enrolment that could not be closed is in the log, and its sweep stays due and is tried again with the next run. When
 * the shard is through, this throws if any could not be read. If others only wrote to some too often, it answers how many:
 * what is thrown takes a new version back, and callers are not to decide about that.
 */
export function closeShard(table: Table): ShardLambda {
  return withoutInput(async (task, context) => {
    const { work, now, resumeAfter } = task;
    const mustStop = () => context.getRemainingTimeInMillis() < reserveMilliseconds;
    const group = await requireGroup(table, work);
    const progress = await closeEnrollments(table, group, work, now, resumeAfter ?? undefined, mustStop);
    for (const { error } of progress.failures) logUnexpected(error, "closing", { org: work.org });
    const closedCount = task.closedCount + progress.closedCount;
    const malformed = progress.failures.filter(({ error }) => error instanceof MalformedItem);
    const failedCount = task.failedCount + malformed.length;
    const busyCount = task.busyCount + progress.failures.length - malformed.length;
    const isThrough = progress.resumeAfter === undefined;
    // Without the time to finish, the next call does: it goes on after the last customer and finds nobody.
    const position = isThrough && mustStop() ? progress.lastCustomerId : progress.resumeAfter;
    const isFinished = position === undefined;
    if (isFinished && failedCount > 0) throw new ServiceError(`${failedCount} enrolments could not be closed`);
    if (isFinished && busyCount === 0) await finishShardWork(table, group, work);
    return { ...task, resumeAfter: position ?? null, closedCount, failedCount, busyCount, isFinished };
  });
}
