import { formatInstant, type Instant } from "../domain/instant.ts";
import { type Sweep, sweepKinds } from "../domain/sweeps.ts";
import type { Table } from "./client.ts";
import { type Item, ItemReader, type StoredItem } from "./item.ts";
import { type Key, type Org, sweepKey, sweepPartition } from "./keys.ts";
import { putUnlessThere, queryPage, remove } from "./store.ts";

/** A sweep of one group. */
export type DueSweep = Sweep & { readonly org: Org; readonly groupId: number };

function keyOf({ org, groupId, kind, dueAt }: DueSweep): Key {
  return sweepKey(org, { groupId, kind, dueAt: formatInstant(dueAt) });
}

/** The item of a sweep. */
export function buildSweepItem(sweep: DueSweep): Item {
  return { ...keyOf(sweep), ...sweep, dueAt: formatInstant(sweep.dueAt) };
}

/** The only reader of sweep items. */
function parseSweep(item: StoredItem): DueSweep {
  const reader = ItemReader.of(item);
  return {
    org: reader.text("org"),
    groupId: reader.integer("groupId"),
    ...parseKind(reader, reader.instant("dueAt")),
  };
}

function parseKind(reader: ItemReader, dueAt: Instant): Sweep {
  const kind = reader.oneOf("kind", sweepKinds);
  switch (kind) {
    case "CLOSING":
      return { kind, dueAt, fromCycle: reader.integer("fromCycle") };
  }
}

export type DueSweepPage = {
  readonly sweeps: readonly DueSweep[];
  /** Whether more sweeps are due after the last of this page. */
  readonly hasMore: boolean;
};

/** Up to `limit` due sweeps after the given one, the longest due first. The read is consistent. */
export async function listDueSweeps(
  table: Table,
  now: Instant,
  after: DueSweep | undefined,
  limit: number,
): Promise<DueSweepPage> {
  const page = await queryPage(table, {
    partition: sweepPartition,
    // "$" comes right after "#" in the sort order, so the bound includes sweeps due at exactly this instant.
    sortKeyBound: `${formatInstant(now)}$`,
    limit,
    ...(after === undefined ? {} : { after: keyOf(after) }),
  });
  return { sweeps: page.items.map(parseSweep), hasMore: page.resumeAfter !== undefined };
}

/**
 * Puts the group's next sweep of the kind on the list, then takes this one off. In this order the group stays on the list even when
 * the second write fails. In a rare race a sweep comes back; it finds every enrolment closed.
 */
export async function completeSweep(table: Table, sweep: DueSweep, next: Sweep | undefined): Promise<void> {
  // Two executions may find the sweep complete at once. Without the condition the second would write, and be charged
  // for, what is there already.
  if (next !== undefined) await putUnlessThere(table, buildSweepItem({ ...sweep, ...next }));
  // The condition tells the second of them that the sweep is already deleted.
  await remove(table, { Key: keyOf(sweep), ConditionExpression: "attribute_exists(pk)" });
}
