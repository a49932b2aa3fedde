import type { Enrollment } from "../domain/enrollment.ts";
import type { Table } from "../table/client.ts";
import type { FailedWrite } from "../table/enrollments.ts";

/** A stored state, by the operation that wrote it. */
type Written = Pick<Enrollment, "operationId">;

/**
 * What a failed condition says about our write. Operation ids on an item only grow.
 * - `ours`: the stored state is our own. An earlier attempt succeeded and its reply was lost.
 * - `notApplied`: the stored state is older than our write, or it is newer and we tried only once. None of our attempts
 *   was applied.
 * - `unknown`: the stored state is newer and we tried more than once. An earlier attempt may have been applied and then
 *   replaced.
 */
export function judgeFailedWrite(
  { stored, attempts }: FailedWrite<Written>,
  operationId: string,
): "ours" | "notApplied" | "unknown" {
  if (stored === undefined || stored.operationId < operationId) return "notApplied";
  if (stored.operationId === operationId) return "ours";
  return attempts === 1 ? "notApplied" : "unknown";
}

/** An operation id newer than that of the stored state. */
export function nextOperationId(table: Table, stored: Written | undefined): string {
  return stored === undefined ? table.operationIds.next() : table.operationIds.nextAfter(stored.operationId);
}
