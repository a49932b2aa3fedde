import { formatInstant, type Instant } from "../domain/instant.ts";
import { type JudgingSweep, type Sweep, sweepKinds } from "../domain/sweeps.ts";
import type { ChangedValues } from "../domain/targetGroup.ts";
import type { Table } from "./client.ts";
import { Expression } from "./expression.ts";
import { type Item, ItemReader, type StoredItem } from "./item.ts";
import { type Key, type Org, sweepKey, sweepPartition } from "./keys.ts";
import { get, putUnlessThere, queryPage, remove, update } from "./store.ts";
import { buildChanges, parseChanges } from "./targetGroupItem.ts";

/** A sweep of one group. */
export type DueSweep = Sweep & { readonly org: Org; readonly groupId: number };

function keyOf(sweep: DueSweep): Key {
  const { org, groupId, kind, dueAt } = sweep;
  return sweepKey(org, { groupId, kind, dueAt: formatInstant(dueAt) }, partOf(sweep));
}

/** What tells a sweep from others of its kind that are due for the group at the same moment. */
function partOf(sweep: DueSweep): string | undefined {
  switch (sweep.kind) {
    case "CLOSING":
    case "START":
    case "REMINDING":
      return undefined;
    case "JUDGING":
      return `${sweep.targetId}#${sweep.version}`;
  }
}

/** The item of a sweep. Instants are texts. */
export function buildSweepItem(sweep: DueSweep): Item {
  return { ...keyOf(sweep), ...sweep, ...instantsOf(sweep) };
}

function instantsOf(sweep: DueSweep): Item {
  const dueAt = formatInstant(sweep.dueAt);
  switch (sweep.kind) {
    case "CLOSING":
    case "START":
    case "REMINDING":
      return { dueAt };
    case "JUDGING":
      return { dueAt, editedAt: formatInstant(sweep.editedAt) };
  }
}

/** The item of a sweep that judges by changed values. */
export function buildJudgingItem(sweep: DueSweep & JudgingSweep, changes: readonly ChangedValues[]): Item {
  return { ...buildSweepItem(sweep), changes: buildChanges(changes) };
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
    case "START":
      return { kind, dueAt, fromCycle: reader.integer("fromCycle") };
    case "REMINDING":
      return { kind, dueAt };
    case "JUDGING":
      return {
        kind,
        dueAt,
        targetId: reader.integer("targetId"),
        editedAt: reader.instant("editedAt"),
        version: reader.integer("version"),
      };
  }
}

const sweptAttribute = "swept";

/** The shards that the sweep has gone through; `undefined` when it is not on the list any more. */
export async function findSwept(table: Table, sweep: DueSweep): Promise<ReadonlySet<number> | undefined> {
  const item = await get(table, keyOf(sweep), { isConsistent: true });
  return item && sweptOf(ItemReader.of(item));
}

function sweptOf(reader: ItemReader): ReadonlySet<number> {
  return new Set(reader.has(sweptAttribute) ? reader.integerSet(sweptAttribute) : []);
}

/**
 * What the sweep judges by, and the shards that it has gone through; `undefined` when it is not on the list any more.
 */
export async function findJudging(
  table: Table,
  sweep: DueSweep & JudgingSweep,
): Promise<{ readonly changes: readonly ChangedValues[]; readonly swept: ReadonlySet<number> } | undefined> {
  const item = await get(table, keyOf(sweep), { isConsistent: true });
  if (item === undefined) return undefined;
  const reader = ItemReader.of(item);
  return { changes: parseChanges(reader), swept: sweptOf(reader) };
}

/** Notes in one write that the sweep has gone through the shards. */
export async function noteSwept(table: Table, sweep: DueSweep, shards: readonly number[]): Promise<void> {
  const expression = new Expression();
  expression.addToSet(sweptAttribute, shards);
  // Another execution may complete the sweep at the same time. Without the condition the note would put it on the list
  // again, without what it is for.
  await update(table, expression.update(keyOf(sweep), `attribute_exists(${expression.name("pk")})`));
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
 * Puts the next sweep of the kind on the list, then takes this one off. In this order the group stays on the list even
 * when the second write fails. In a rare race a sweep comes back; it finds nothing left to do.
 */
export async function completeSweep(table: Table, sweep: DueSweep, next: Item | undefined): Promise<void> {
  // Two executions may find the sweep complete at once. Without the condition the second would write, and be charged
  // for, what is there already.
  if (next !== undefined) await putUnlessThere(table, next);
  // The condition tells the second of them that the sweep is already deleted.
  await remove(table, { Key: keyOf(sweep), ConditionExpression: "attribute_exists(pk)" });
}
