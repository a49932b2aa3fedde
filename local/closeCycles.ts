import pMap from "p-map";
import { closeShard, type ShardLambda } from "../functions/closeShard/closeShard.ts";
import { type DueCyclesLambda, listDueCycles } from "../functions/listDueCycles/listDueCycles.ts";
import { readStatisticsEveryHours } from "../shared/config/statisticsConfig.ts";
import { formatInstant, type Instant } from "../shared/domain/instant.ts";
import {
  type ClosingTask,
  type DuePosition,
  type DueQuestion,
  type DueShards,
  isErasing,
  type ShardTask,
} from "../shared/operations/listDueShards.ts";
import type { ClosedCounts } from "../shared/operations/sweepShards.ts";
import type { Table } from "../shared/table/client.ts";
import { noErasureList, type RecordErasure } from "./erasureList.ts";
import { buildContext } from "./proxyEvent.ts";

/** The number of enrolments in a target whose cycle was closed. */
export type ClosedCycle = {
  readonly org: string;
  readonly groupId: number;
  readonly targetId: number;
  readonly cycleNumber: number;
  readonly customerCount: number;
};

const maximumRuns = 1_000;
/**
 * Each worker closes 25 enrolments at once, and a client has 50 connections. With more workers, waiting for a
 * connection would count as a failure to connect.
 */
const workersSideBySide = 2;

/**
 * Does the work of the deployed stack's state machines in this process. It lists what is due by `now` and closes it task
 * by task until nothing is due. Answers the cycles in which it closed enrolments. It can be limited to one brand or one
 * target group, because on a laptop each may have a time of its own.
 */
export async function closeCycles(
  table: Table,
  now: Instant,
  org?: string,
  groupId?: number,
  record: RecordErasure = noErasureList,
): Promise<ClosedCycle[]> {
  const [list, close] = [listDueCycles(table, readStatisticsEveryHours()), closeShard(table)];
  const only = { ...(org === undefined ? {} : { org }), ...(groupId === undefined ? {} : { groupId }) };
  const closed = new Map<string, ClosedCycle>();
  for (let run = 1; run <= maximumRuns; run += 1) {
    const tasks = await listAll(list, now, only);
    if (tasks.length === 0) return [...closed.values()];
    await pMap(tasks, (task) => closeWhole(close, task, closed, record), { concurrency: workersSideBySide });
  }
  throw new Error(`Something was still due after ${maximumRuns} runs`);
}

async function listAll(list: DueCyclesLambda, now: Instant, only: DueQuestion): Promise<ClosingTask[]> {
  const tasks: ClosingTask[] = [];
  let resumeAfter: DuePosition | null = null;
  do {
    const page: DueShards = await list({ now: formatInstant(now), resumeAfter, ...only });
    tasks.push(...page.tasks);
    ({ resumeAfter } = page);
  } while (resumeAfter !== null);
  return tasks;
}

async function closeWhole(
  close: ShardLambda,
  task: ClosingTask,
  closed: Map<string, ClosedCycle>,
  record: RecordErasure,
): Promise<void> {
  const waiting = [task];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const answer = await close(next, buildContext("closeShard"));
    if (!isErasing(next)) add(closed, next, answer.closed);
    if (answer.record !== undefined) await record(answer.record);
    waiting.push(...answer.left);
  }
}

function add(sum: Map<string, ClosedCycle>, { org, groupId, targetId }: ShardTask, counts: ClosedCounts): void {
  for (const [number, count] of Object.entries(counts)) {
    const cycle = { org, groupId, targetId, cycleNumber: Number(number) };
    const key = Object.values(cycle).join("#");
    sum.set(key, { ...cycle, customerCount: (sum.get(key)?.customerCount ?? 0) + count });
  }
}
