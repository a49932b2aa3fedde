import { formatInstant, type Instant } from "../domain/instant.ts";
import type { Sweep } from "../domain/sweeps.ts";
import type { Table } from "./client.ts";
import { type Item, ItemReader, type StoredItem } from "./item.ts";
import { type Key, type Org, sweepKey, sweepPartition } from "./keys.ts";
import { putUnlessThere, queryPage, remove, update } from "./store.ts";

/** Which group's sweep is meant. */
export type SweepRef = Sweep & { readonly org: Org; readonly groupId: number };

/** A sweep that is waited for or under way, with the shards that are through, by {@link shardToken}. */
export type DueSweep = SweepRef & { readonly finishedShards: ReadonlySet<string> };

/** One attribute for each finished shard, so that workers side by side take nothing from each other. */
const finishedPrefix = "finished#";

export function shardToken(targetId: number, shard: number): string {
  return `${targetId}#${shard}`;
}

function keyOf({ org, dueAt, ...sweep }: SweepRef): Key {
  return sweepKey(org, { ...sweep, dueAt: formatInstant(dueAt) });
}

/** A sweep that no shard is through with. */
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
  /** Whether more are due after the last of these. */
  readonly hasMore: boolean;
};

/** Up to `limit` sweeps that are due, the longest due first, after the given one. Read consistently. */
export async function listDueSweeps(
  table: Table,
  now: Instant,
  after: SweepRef | undefined,
  limit: number,
): Promise<DueSweepPage> {
  const page = await queryPage(table, {
    partition: sweepPartition,
    // "$" follows "#": the bound takes in what is due at this very instant.
    sortKeyBound: `${formatInstant(now)}$`,
    limit,
    ...(after === undefined ? {} : { after: keyOf(after) }),
  });
  return { sweeps: page.items.map(parseSweep), hasMore: page.resumeAfter !== undefined };
}

/** Notes that a shard is through, and answers all that are; `undefined` when the sweep is over already. */
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
      // Two executions at once: without it, the later would bring back a sweep that the earlier has completed.
      ConditionExpression: "attribute_exists(pk)",
      ExpressionAttributeNames: { "#finished": `${finishedPrefix}${token}` },
      ExpressionAttributeValues: { ":true": true },
    },
    "ALL_NEW",
  );
  return noted.outcome === "applied" ? parseSweep(noted.item).finishedShards : undefined;
}

/**
 * Takes the sweep off the list and puts the group's next one on it, which comes first: whatever happens in between,
 * the group stays on the list. A sweep that comes back in a rare race finds every enrolment closed.
 */
export async function completeSweep(table: Table, sweep: SweepRef, next: Sweep | undefined): Promise<void> {
  // Two workers that finish at once: without the condition, the second would forget which shards of the next are through.
  if (next !== undefined) await putUnlessThere(table, buildSweepItem({ ...sweep, ...next }));
  // Two workers that finish at once: the condition tells the second that there is nothing left to do.
  await remove(table, { Key: keyOf(sweep), ConditionExpression: "attribute_exists(pk)" });
}
