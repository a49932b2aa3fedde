import {
  type DuePosition,
  type DueQuestion,
  type DueShards,
  listDueShards,
} from "../../shared/operations/listDueShards.ts";
import { withoutInput } from "../../shared/operations/withoutInput.ts";
import type { Table } from "../../shared/table/client.ts";

/**
 * The input from the state machines: the start of the look, and the end of the page before. They ask for all brands; a
 * laptop may ask for one.
 */
type DueCyclesRequest = Omit<DueQuestion, "statisticsEveryHours"> & {
  readonly now: string;
  readonly resumeAfter: DuePosition | null;
};

export type DueCyclesLambda = (request: DueCyclesRequest) => Promise<DueShards>;

/**
 * Lists one page of what is due, as tasks for {@link closeShard}. The customers of each target are counted every so many
 * hours, with 0 never.
 */
export function listDueCycles(table: Table, statisticsEveryHours = 0): DueCyclesLambda {
  return withoutInput(async ({ now, resumeAfter, ...question }) =>
    listDueShards(table, Date.parse(now), resumeAfter, { ...question, statisticsEveryHours }),
  );
}
