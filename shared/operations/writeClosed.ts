import type { Enrollment } from "../domain/enrollment.ts";
import type { Instant } from "../domain/instant.ts";
import { recordsOfRow, returnedTo, rowsOfKept } from "../domain/past.ts";
import { type SettledRow, settle } from "../domain/settling.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import type { Table } from "../table/client.ts";
import { buildCountingUpdate } from "../table/countingUpdate.ts";
import { keyOfEnrollment } from "../table/enrollments.ts";
import type { Org } from "../table/keys.ts";
import { readRows, writeSettledRows } from "../table/past.ts";
import { update } from "../table/store.ts";

/**
 * Writes an enrolment in which cycles were closed, and settles earlier cycles with the same write. A row of settled
 * cycles is written before it. If the second write then fails, the row does not count, and the next closing writes it
 * anew. Answers false when the enrolment is no longer the stored one.
 */
export async function writeClosed(
  table: Table,
  org: Org,
  group: TargetGroup,
  stored: Enrollment,
  closed: Enrollment,
  now: Instant,
): Promise<boolean> {
  const { next, rows } = settle(group, stored, closed, now, table.settling);
  const returned = await returnKept(table, org, closed);
  if (!(await writeSettledRows(table, org, stored, [...rows, ...returned]))) return false;
  const result = await update(
    table,
    buildCountingUpdate(keyOfEnrollment({ org, ...stored }), stored, withoutKept(next)),
  );
  return result.outcome === "applied";
}

/** The rows as they are with the cycles of them that the enrolment keeps itself. */
async function returnKept(table: Table, org: Org, enrollment: Enrollment): Promise<SettledRow[]> {
  const rows = rowsOfKept(enrollment);
  const whole = await readRows(table, org, enrollment, rows);
  return rows.map((row) => ({ row, records: recordsOfRow(whole, whole.past, row) }));
}

function withoutKept(enrollment: Enrollment): Enrollment {
  return returnedTo(enrollment, rowsOfKept(enrollment));
}
