import { type ErasingSweep, erasureModes } from "../domain/erasing.ts";
import { formatInstant, type Instant } from "../domain/instant.ts";
import { type Counting, type JudgingSweep, type Sweep, sweepKinds } from "../domain/sweeps.ts";
import type { ChangedValues } from "../domain/targetGroup.ts";
import { buildAuthorship, parseAuthorship } from "./authorshipItem.ts";
import type { Table } from "./client.ts";
import { Expression } from "./expression.ts";
import { type Item, ItemReader, type StoredItem } from "./item.ts";
import { customerSweepKey, type Key, type Org, sweepKey, sweepPartition } from "./keys.ts";
import { get, putUnlessThere, queryPage, remove, update } from "./store.ts";
import { buildChanges, parseChanges } from "./targetGroupItem.ts";

/** A sweep of one group. */
export type GroupSweep = Sweep & { readonly org: Org; readonly groupId: number };

/** A sweep of one customer's items. */
export type CustomerSweep = ErasingSweep & { readonly org: Org };

export type DueSweep = GroupSweep | CustomerSweep;

/** What tells a sweep from every other one. */
type SweepName = GroupSweep | Pick<CustomerSweep, "org" | "kind" | "dueAt" | "customerId" | "mode">;

function keyOf(sweep: SweepName): Key {
  const { org, kind } = sweep;
  const dueAt = formatInstant(sweep.dueAt);
  return sweep.kind === "ERASING"
    ? customerSweepKey(org, { customerId: sweep.customerId, kind, dueAt }, sweep.mode)
    : sweepKey(org, { groupId: sweep.groupId, kind, dueAt }, partOf(sweep));
}

/** What tells a sweep from others of its kind that are due for the group at the same moment. */
function partOf(sweep: GroupSweep): string | undefined {
  switch (sweep.kind) {
    case "CLOSING":
    case "START":
    case "REMINDING":
    case "STATISTICS":
      return undefined;
    case "JUDGING":
      return `${sweep.targetId}#${sweep.version}`;
  }
}

/** The item of a sweep. Instants are texts. */
export function buildSweepItem(sweep: GroupSweep): Item {
  return { ...keyOf(sweep), ...sweep, ...instantsOf(sweep) };
}

/** The item of a pass over a customer's items. */
export function buildErasingItem(sweep: CustomerSweep): Item {
  const { org, customerId, kind, mode } = sweep;
  const instants = { dueAt: formatInstant(sweep.dueAt), requestedAt: formatInstant(sweep.requestedAt) };
  return { ...keyOf(sweep), org, customerId, kind, mode, ...instants, ...buildAuthorship(sweep) };
}

/** Whether the sweep is on the list. The read is consistent. */
export async function isListed(table: Table, sweep: DueSweep): Promise<boolean> {
  return (await get(table, keyOf(sweep), { isConsistent: true, attributes: ["pk"] })) !== undefined;
}

function instantsOf(sweep: GroupSweep): Item {
  const dueAt = formatInstant(sweep.dueAt);
  switch (sweep.kind) {
    case "CLOSING":
    case "START":
    case "REMINDING":
    case "STATISTICS":
      return { dueAt };
    case "JUDGING":
      return { dueAt, editedAt: formatInstant(sweep.editedAt) };
  }
}

/** The item of a sweep that judges by changed values. */
export function buildJudgingItem(sweep: GroupSweep & JudgingSweep, changes: readonly ChangedValues[]): Item {
  return { ...buildSweepItem(sweep), changes: buildChanges(changes) };
}

/** The only reader of sweep items. */
function parseSweep(item: StoredItem): DueSweep {
  const reader = ItemReader.of(item);
  if (reader.text("kind") === "ERASING") return parseErasing(reader);
  return {
    org: reader.text("org"),
    groupId: reader.integer("groupId"),
    ...parseKind(reader, reader.instant("dueAt")),
  };
}

/** The only reader of the items of passes over a customer. */
export function parseErasingItem(item: StoredItem): CustomerSweep {
  return parseErasing(ItemReader.of(item));
}

function parseErasing(reader: ItemReader): CustomerSweep {
  return {
    kind: reader.oneOf("kind", ["ERASING"]),
    org: reader.text("org"),
    customerId: reader.integer("customerId"),
    mode: reader.oneOf("mode", erasureModes),
    dueAt: reader.instant("dueAt"),
    requestedAt: reader.instant("requestedAt"),
    ...parseAuthorship(reader),
  };
}

function parseKind(reader: ItemReader, dueAt: Instant): Sweep {
  const kind = reader.oneOf("kind", sweepKinds);
  switch (kind) {
    case "CLOSING":
    case "START":
      return { kind, dueAt, fromCycle: reader.integer("fromCycle") };
    case "REMINDING":
    case "STATISTICS":
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

/** Whether {@link startCount} has noted that the sweep is started. The read is consistent. */
export async function isStarted(table: Table, sweep: DueSweep): Promise<boolean> {
  const item = await get(table, keyOf(sweep), { isConsistent: true, attributes: [startedAtAttribute] });
  return item !== undefined && ItemReader.of(item).has(startedAtAttribute);
}

/** The shards that the sweep has gone through; `undefined` when it is not on the list any more. */
export async function findSwept(table: Table, sweep: DueSweep): Promise<ReadonlySet<number> | undefined> {
  const item = await get(table, keyOf(sweep), { isConsistent: true });
  return item && sweptOf(ItemReader.of(item));
}

function sweptOf(reader: ItemReader): ReadonlySet<number> {
  return new Set(reader.has(sweptAttribute) ? reader.integerSet(sweptAttribute) : []);
}

const startedAtAttribute = "startedAt";

const slotAttribute = "slot";

/** When a count was started, and the place that its parts are kept in. */
type CountStart = Pick<Counting, "startedAt" | "slot">;

/**
 * Notes that the count is started, unless it was before. Answers what was noted first, and the shards that it has gone
 * through; `undefined` when it is not on the list any more.
 */
export async function startCount(
  table: Table,
  sweep: DueSweep,
  { startedAt, slot }: CountStart,
): Promise<(CountStart & { readonly swept: ReadonlySet<number> }) | undefined> {
  const expression = new Expression();
  expression.setIfAbsent(startedAtAttribute, formatInstant(startedAt));
  expression.setIfAbsent(slotAttribute, slot);
  // Another execution may complete the sweep at the same time. Without the condition it would be on the list again.
  const condition = `attribute_exists(${expression.name("pk")})`;
  const result = await update(table, expression.update(keyOf(sweep), condition), "ALL_NEW");
  if (result.outcome !== "applied") return undefined;
  const reader = ItemReader.of(result.item);
  return {
    startedAt: reader.instant(startedAtAttribute),
    slot: reader.integer(slotAttribute),
    swept: sweptOf(reader),
  };
}

/**
 * What the sweep judges by, and the shards that it has gone through; `undefined` when it is not on the list any more.
 */
export async function findJudging(
  table: Table,
  sweep: GroupSweep & JudgingSweep,
): Promise<{ readonly changes: readonly ChangedValues[]; readonly swept: ReadonlySet<number> } | undefined> {
  const item = await get(table, keyOf(sweep), { isConsistent: true });
  if (item === undefined) return undefined;
  const reader = ItemReader.of(item);
  return { changes: parseChanges(reader), swept: sweptOf(reader) };
}

/** Notes in one write that the sweep has gone through the shards. A pass over one customer has the shard 0 alone. */
export async function noteSwept(table: Table, sweep: SweepName, shards: readonly number[]): Promise<void> {
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

/** Puts the next sweep of a kind on the list. */
export async function putNextSweep(table: Table, next: Item): Promise<void> {
  // Two executions may find the sweep before it complete at once. Without the condition the second would write, and be
  // charged for, what is there already.
  await putUnlessThere(table, next);
}

/**
 * Puts the next sweep of the kind on the list, then takes this one off. In this order the group stays on the list even
 * when the second write fails. In a rare race a sweep comes back; it finds nothing left to do.
 */
export async function completeSweep(table: Table, sweep: DueSweep, next: Item | undefined): Promise<void> {
  if (next !== undefined) await putNextSweep(table, next);
  // The condition tells the second of them that the sweep is already deleted.
  await remove(table, { Key: keyOf(sweep), ConditionExpression: "attribute_exists(pk)" });
}
