import type { Enrollment } from "../domain/enrollment.ts";
import type { Table } from "../table/client.ts";
import type { FailedWrite } from "../table/enrollments.ts";

/**
 * What a failed condition says about our write, given that operation ids only grow on an item:
 * - `ours`: the stored state is the one we wrote; an earlier attempt succeeded and its reply was lost.
 * - `notApplied`: the state is older than our write, or newer but we tried only once: no attempt of ours has taken so far.
 * - `unknown`: newer, and we tried more than once: an earlier attempt may have been applied and replaced.
 */
export function judgeFailedWrite(
  { stored, attempts }: FailedWrite,
  operationId: string,
): "ours" | "notApplied" | "unknown" {
  if (stored === undefined || stored.operationId < operationId) return "notApplied";
  if (stored.operationId === operationId) return "ours";
  return attempts === 1 ? "notApplied" : "unknown";
}

/** An id that is newer than whatever wrote the stored state. */
export function nextOperationId(table: Table, stored: Enrollment | undefined): string {
  return stored === undefined ? table.operationIds.next() : table.operationIds.nextAfter(stored.operationId);
}
