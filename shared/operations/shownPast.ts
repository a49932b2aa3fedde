import { shownCycles } from "../domain/customerState.ts";
import type { Enrollment } from "../domain/enrollment.ts";
import type { Instant } from "../domain/instant.ts";
import { rowsToRead, withRow } from "../domain/past.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import type { Table } from "../table/client.ts";
import { MalformedItem } from "../table/item.ts";
import type { Org } from "../table/keys.ts";
import { listPastRows } from "../table/past.ts";
import type { PastRow } from "../table/pastItem.ts";

type Shown = { readonly now: Instant; readonly includeInactive: boolean };

/**
 * The enrolments with all cycles that are to be shown. Settled cycles that are kept in rows of their own are read with
 * one query, and only if one of them is to be shown.
 */
export async function withShownPast(
  table: Table,
  org: Org,
  groups: readonly TargetGroup[],
  enrollments: readonly Enrollment[],
  shown: Shown,
): Promise<readonly Enrollment[]> {
  const wanted = enrollments.map((enrollment) => ({ enrollment, rows: rowsToShow(groups, enrollment, shown) }));
  const [first, ...others] = wanted.filter(({ rows }) => rows.length > 0).map(({ enrollment }) => enrollment);
  if (first === undefined) return enrollments;
  const found = await listPastRows(table, org, first.customerId, others.length === 0 ? first : undefined);
  return wanted.map(({ enrollment, rows }) =>
    rows.reduce((state, row) => withRow(state, row, rowOf(found, enrollment, row)), enrollment),
  );
}

function rowsToShow(groups: readonly TargetGroup[], enrollment: Enrollment, { now, includeInactive }: Shown): number[] {
  const group = groups.find(({ id }) => id === enrollment.groupId);
  if (group === undefined) return [];
  const cycles = shownCycles(group, enrollment, now, includeInactive).map(({ number }) => number);
  return rowsToRead(enrollment, cycles);
}

function rowOf(found: readonly PastRow[], { groupId, targetId }: Enrollment, row: number): PastRow {
  const match = found.find((one) => one.row === row && one.targetId === targetId && one.groupId === groupId);
  if (match === undefined) throw new MalformedItem(`The row ${row} of settled cycles is missing`);
  return match;
}
