import { formatInstant, type Instant } from "../domain/instant.ts";
import type { Table } from "./client.ts";
import type { EnrollmentRef } from "./enrollments.ts";
import { Expression } from "./expression.ts";
import { ItemReader, MalformedItem, type StoredItem } from "./item.ts";
import { type Org, shardOf, shardsPartition, targetShardsKey } from "./keys.ts";
import { get, queryAll, update } from "./store.ts";

/** The shards of a target's index that hold an enrolment, and until when the ended cycles in each are closed. */
export type TargetShards = { readonly targetId: number; readonly closedUpTo: ReadonlyMap<number, Instant> };

const shardPrefix = "shard#";

function shardAttribute(shard: number): string {
  return `${shardPrefix}${shard}`;
}

/** No cycle ends before. */
const nothingClosed: Instant = 0;

/** Remembering a shard costs about 100 bytes of the process's memory. */
const maximumKnown = 10_000;

/**
 * Lists the shards that hold enrolments, so that closing looks at no others. The projector tells it of each enrolment
 * that gets into the index. A process remembers what it has written, so an enrolment rarely costs a write.
 */
export class ShardList {
  readonly #table: Table;
  readonly #known = new Set<string>();

  constructor(table: Table) {
    this.#table = table;
  }

  /** The enrolment's shard is listed when this resolves. */
  async add(ref: EnrollmentRef): Promise<void> {
    const shard = shardOf(ref.customerId);
    const name = [ref.org, ref.groupId, ref.targetId, shard].join("#");
    if (this.#known.has(name)) return;
    await addShard(this.#table, ref, shard);
    if (this.#known.size >= maximumKnown) this.#known.clear();
    this.#known.add(name);
  }
}

async function addShard(table: Table, { org, ...target }: EnrollmentRef, shard: number): Promise<void> {
  const expression = new Expression();
  expression.set(shardAttribute(shard), formatInstant(nothingClosed));
  // Two processes may list a shard at once, or one may list it again after it was closed. Without the condition the
  // second write would undo what closing has noted.
  const condition = `attribute_not_exists(${expression.name(shardAttribute(shard))})`;
  await update(table, expression.update(targetShardsKey(org, target), condition));
}

/** The targets of a group in which a customer was ever enrolled. The read is consistent. */
export async function listTargetShards(table: Table, org: Org, groupId: number): Promise<TargetShards[]> {
  const items = await queryAll(table, { partition: shardsPartition(org, groupId) });
  return items.map(parseTargetShards);
}

/** The shards in which a customer was ever enrolled in the target, in order. The read is consistent. */
export async function listShards(
  table: Table,
  org: Org,
  target: Omit<EnrollmentRef, "org" | "customerId">,
): Promise<number[]> {
  const item = await get(table, targetShardsKey(org, target), { isConsistent: true });
  const shards = item === undefined ? [] : [...parseTargetShards(item).closedUpTo.keys()];
  return shards.toSorted((one, other) => one - other);
}

/** The only reader of a target's shards. */
function parseTargetShards(item: StoredItem): TargetShards {
  const reader = ItemReader.of(item);
  const match = /^TARGET#(\d+)$/.exec(reader.text("sk"));
  if (match === null) throw new MalformedItem("The key is not that of a target's shards");
  const names = reader.names().filter((name) => name.startsWith(shardPrefix));
  const entries = names.map((name) => [Number(name.slice(shardPrefix.length)), reader.instant(name)] as const);
  return { targetId: Number(match[1]), closedUpTo: new Map(entries) };
}

/** Notes in one write that all cycles that had ended by the time are closed in the shards. */
export async function noteClosed(
  table: Table,
  target: { readonly org: Org; readonly groupId: number; readonly targetId: number },
  shards: readonly number[],
  closedUpTo: Instant,
): Promise<void> {
  const expression = new Expression();
  for (const shard of shards) expression.set(shardAttribute(shard), formatInstant(closedUpTo));
  // Two executions may close one shard at once. Without the condition the one that began earlier could take back what
  // the other has noted. When one shard fails the condition, all are listed once more and found closed.
  const newer = shards.map(
    (shard) => `${expression.name(shardAttribute(shard))} <= ${expression.value(formatInstant(closedUpTo))}`,
  );
  await update(table, expression.update(targetShardsKey(target.org, target), newer.join(" AND ")));
}
