import type { Instant } from "../../shared/domain/instant.ts";
import { listDueShards, type ShardTask } from "../../shared/operations/closeCycle.ts";
import { withoutInput } from "../../shared/operations/withoutInput.ts";
import type { Table } from "../../shared/table/client.ts";
import type { SweepRef } from "../../shared/table/dueSweeps.ts";

/** The input from the state machine: the start of its execution, and the end of the page before. */
type DueCyclesRequest = {
  readonly now: string;
  readonly resumeAfter: SweepRef | null;
  /** Limits the list to one brand. The state machine asks for all brands. */
  readonly org?: string;
};

export type DueCycles = {
  readonly tasks: readonly ShardTask[];
  readonly hasMore: boolean;
  readonly resumeAfter: SweepRef | null;
};

export type DueCyclesLambda = (request: DueCyclesRequest) => Promise<DueCycles>;

/** Lists one page of the shards that are due, each as a task for {@link closeShard}. */
export function listDueCycles(table: Table): DueCyclesLambda {
  return withoutInput(async ({ now, resumeAfter, org }) => {
    const at: Instant = Date.parse(now);
    const due = await listDueShards(table, at, resumeAfter ?? undefined, org);
    return {
      tasks: due.shards.map((work) => ({
        work,
        now: at,
        resumeAfter: null,
        closed: {},
        failedCount: 0,
        busyCount: 0,
      })),
      hasMore: due.resumeAfter !== undefined,
      resumeAfter: due.resumeAfter ?? null,
    };
  });
}
