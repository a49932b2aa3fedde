import { closeShard, type ShardLambda } from "../functions/closeShard/closeShard.ts";
import { type DueCycles, type DueCyclesLambda, listDueCycles } from "../functions/listDueCycles/listDueCycles.ts";
import { formatInstant, type Instant } from "../shared/domain/instant.ts";
import type { ShardTask } from "../shared/operations/closeCycle.ts";
import type { Table } from "../shared/table/client.ts";
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
 * Does the work of the deployed stack's state machine in this process. It lists what is due by `now` and closes it
 * shard by shard until nothing is due. Answers the cycles in which it closed enrolments. It can be limited to one brand
 * or one target group, because on a laptop each may have a time of its own.
 */
export async function closeCycles(table: Table, now: Instant, org?: string, groupId?: number): Promise<ClosedCycle[]> {
  const [list, close] = [listDueCycles(table), closeShard(table)];
  const closed = new Map<string, ClosedCycle>();
  for (let run = 1; run <= maximumRuns; run += 1) {
    const finished = await runOnce(list, close, now, org, groupId);
    if (finished.length === 0) return [...closed.values()];
    for (const task of finished) add(closed, task);
  }
  throw new Error(`Something was still due after ${maximumRuns} runs`);
}

async function runOnce(
  list: DueCyclesLambda,
  close: ShardLambda,
  now: Instant,
  org?: string,
  groupId?: number,
): Promise<ShardTask[]> {
  const finished: ShardTask[] = [];
  const only = org === undefined ? {} : { org };
  let page: DueCycles | undefined;
  do {
    page = await list({ now: formatInstant(now), resumeAfter: page?.resumeAfter ?? null, ...only });
    const waiting = page.tasks.filter(({ work }) => groupId === undefined || work.groupId === groupId);
    const work = async () => {
      for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
        finished.push(await closeWhole(close, task));
      }
    };
    await Promise.all(Array.from({ length: workersSideBySide }, work));
  } while (page.hasMore);
  return finished;
}

async function closeWhole(close: ShardLambda, task: ShardTask): Promise<ShardTask> {
  let state = await close(task, buildContext("closeShard"));
  while (!state.isFinished) state = await close(state, buildContext("closeShard"));
  return state;
}

function add(sum: Map<string, ClosedCycle>, { work: { org, groupId, targetId }, closed }: ShardTask): void {
  for (const [number, count] of Object.entries(closed)) {
    const cycle = { org, groupId, targetId, cycleNumber: Number(number) };
    const key = Object.values(cycle).join("#");
    sum.set(key, { ...cycle, customerCount: (sum.get(key)?.customerCount ?? 0) + count });
  }
}
