import { formatInstant, type Instant } from "../domain/instant.ts";
import type { Sweep } from "../domain/sweeps.ts";
import type { Table } from "./client.ts";
import { type Item, ItemReader, type StoredItem } from "./item.ts";
import { type Key, type Org, sweepKey, sweepPartition } from "./keys.ts";
import { putUnlessThere, queryPage, remove, update } from "./store.ts";

/** Names one sweep of one group. */
export type SweepRef = Sweep & { readonly org: Org; readonly groupId: number };

/** A sweep that waits for its time or is under way, with its finished shards by {@link shardToken}. */
export type DueSweep = SweepRef & { readonly finishedShards: ReadonlySet<string> };

/** Each finished shard has an attribute of its own, so that parallel workers do not overwrite each other's. */
const finishedPrefix = "finished#";

export function shardToken(targetId: number, shard: number): string {
  return `${targetId}#${shard}`;
}

function keyOf({ org, dueAt, ...sweep }: SweepRef): Key {
  return sweepKey(org, { ...sweep, dueAt: formatInstant(dueAt) });
}

/** The item of a sweep without finished shards. */
export function buildSweepItem(sweep: SweepRef): Item {
  return {
    ...keyOf(sweep),
    org: sweep.org,
    groupId: sweep.groupId,
    cycleNumber: sweep.cycleNumber,
    dueAt: formatInstant(sweep.dueAt),
  };
}

/** The only reader of sweep items. */
function parseSweep(item: StoredItem): DueSweep {
  const reader = ItemReader.of(item);
  return {
    org: reader.text("org"),
    groupId: reader.integer("groupId"),
    cycleNumber: reader.integer("cycleNumber"),
    dueAt: reader.instant("dueAt"),
    finishedShards: new Set(
      reader
        .names()
        .filter((name) => name.startsWith(finishedPrefix))
        .map((name) => name.slice(finishedPrefix.length)),
    ),
  };
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
  after: SweepRef | undefined,
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

/** Records that a shard is finished and answers all finished shards; `undefined` when the sweep is over already. */
export async function finishShard(
  table: Table,
  sweep: SweepRef,
  token: string,
): Promise<ReadonlySet<string> | undefined> {
  const noted = await update(
    table,
    {
      Key: keyOf(sweep),
      UpdateExpression: "SET #finished = :true",
      // Two executions may run at once. Without the condition the later would bring back a sweep that the earlier has
      // completed.
      ConditionExpression: "attribute_exists(pk)",
      ExpressionAttributeNames: { "#finished": `${finishedPrefix}${token}` },
      ExpressionAttributeValues: { ":true": true },
    },
    "ALL_NEW",
  );
  return noted.outcome === "applied" ? parseSweep(noted.item).finishedShards : undefined;
}

/**
 * Puts the group's next sweep on the list, then takes this one off. In this order the group stays on the list even when
 * the second write fails. In a rare race a sweep comes back; it finds every enrolment closed.
 */
export async function completeSweep(table: Table, sweep: SweepRef, next: Sweep | undefined): Promise<void> {
  // Two workers may finish at once. Without the condition the second would erase the finished shards of the next sweep.
  if (next !== undefined) await putUnlessThere(table, buildSweepItem({ ...sweep, ...next }));
  // Two workers may finish at once. The condition tells the second that the sweep is already deleted.
  await remove(table, { Key: keyOf(sweep), ConditionExpression: "attribute_exists(pk)" });
}
