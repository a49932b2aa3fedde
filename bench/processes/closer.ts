import { closeShard } from "../../functions/closeShard/closeShard.ts";
import { listDueCycles } from "../../functions/listDueCycles/listDueCycles.ts";
import { buildContext } from "../../local/proxyEvent.ts";
import type { ClosedCounts } from "../../shared/operations/sweepShards.ts";
import { openTable, patientLimits } from "../../shared/table/client.ts";
import type { BenchEngine } from "../engine.ts";

/** The brand whose due cycles are closed, at this time. */
export type ClosingQuestion = BenchEngine["access"] & {
  readonly tableName: string;
  readonly org: string;
  readonly now: string;
};

export type ClosingAnswer = {
  readonly milliseconds: number;
  readonly cpuMicroseconds: number;
  /** In how many enrolments each cycle was closed, for each task. */
  readonly closed: readonly ClosedCounts[];
};

let table: ReturnType<typeof openTable> | undefined;

process.on("message", (question: ClosingQuestion) => {
  table ??= openTable(question, patientLimits);
  void close(table, question).then((result) => process.send?.(result));
});

async function close(opened: ReturnType<typeof openTable>, { org, now }: ClosingQuestion): Promise<ClosingAnswer> {
  const usedBefore = process.cpuUsage();
  const startedAt = performance.now();
  const { tasks } = await listDueCycles(opened)({ now, resumeAfter: null, org });
  const closed: ClosedCounts[] = [];
  for (const task of tasks) closed.push((await closeShard(opened)(task, buildContext("closeShard"))).closed);
  const milliseconds = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(usedBefore);
  return { milliseconds, cpuMicroseconds: user + system, closed };
}
