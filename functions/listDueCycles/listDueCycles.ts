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
type DueCyclesRequest = DueQuestion & { readonly now: string; readonly resumeAfter: DuePosition | null };

export type DueCyclesLambda = (request: DueCyclesRequest) => Promise<DueShards>;

/** Lists one page of what is due, as tasks for {@link closeShard}. */
export function listDueCycles(table: Table): DueCyclesLambda {
  return withoutInput(async ({ now, resumeAfter, ...question }) =>
    listDueShards(table, Date.parse(now), resumeAfter, question),
  );
}
