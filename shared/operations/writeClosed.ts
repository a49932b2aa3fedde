import type { Enrollment } from "../domain/enrollment.ts";
import type { Instant } from "../domain/instant.ts";
import { settle } from "../domain/settling.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import type { Table } from "../table/client.ts";
import { buildCountingUpdate } from "../table/countingUpdate.ts";
import { keyOfEnrollment } from "../table/enrollments.ts";
import type { Org } from "../table/keys.ts";
import { writeSettledRows } from "../table/past.ts";
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
  if (!(await writeSettledRows(table, org, stored, rows))) return false;
  const result = await update(table, buildCountingUpdate(keyOfEnrollment({ org, ...stored }), stored, next));
  return result.outcome === "applied";
}
