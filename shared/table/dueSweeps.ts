import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { formatInstant, type Instant } from "../domain/instant.ts";
import type { Sweep } from "../domain/sweeps.ts";
import type { Table } from "./client.ts";
import { ItemReader } from "./item.ts";
import { type Key, keyAttributes, type Org } from "./keys.ts";
import { engine } from "./send.ts";

type Item = Record<string, AttributeValue>;

/** Which group's sweep is meant. */
export type SweepRef = Sweep & { readonly org: Org; readonly groupId: number };

/** A sweep that is waited for or under way, with the shards that are through, by {@link shardToken}. */
export type DueSweep = SweepRef & { readonly finishedShards: ReadonlySet<string> };

/**
 * One partition for all groups, with one item for each group: its next sweep. In order of time, so that what is due is
 * found without a scan, however long nobody has looked.
 */
export const sweepPartition = "CLOSING";

/** One attribute for each finished shard, so that workers side by side take nothing from each other. */
const finishedPrefix = "finished#";

export function shardToken(targetId: number, shard: number): string {
  return `${targetId}#${shard}`;
}

function sweepKey({ org, groupId, cycleNumber, dueAt }: SweepRef): Key {
  return { pk: sweepPartition, sk: `${formatInstant(dueAt)}#${org}#${groupId}#${cycleNumber}` };
}

/** A sweep that no shard is through with. */
export function buildSweepItem(sweep: SweepRef): Item {
  return {
    ...keyAttributes(sweepKey(sweep)),
    org: { S: sweep.org },
    groupId: { N: sweep.groupId.toString() },
    cycleNumber: { N: sweep.cycleNumber.toString() },
    dueAt: { S: formatInstant(sweep.dueAt) },
  };
}

/** The only reader of sweep items. */
function parseSweep(item: Item): DueSweep {
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
  const { Items = [], LastEvaluatedKey } = await engine(
    table.client.send(
      new QueryCommand({
        TableName: table.name,
        // "$" follows "#": the bound takes in what is due at this very instant.
        KeyConditionExpression: "pk = :pk AND sk < :bound",
        ExpressionAttributeValues: { ":pk": { S: sweepPartition }, ":bound": { S: `${formatInstant(now)}$` } },
        ConsistentRead: true,
        Limit: limit,
        ...(after === undefined ? {} : { ExclusiveStartKey: keyAttributes(sweepKey(after)) }),
      }),
    ),
  );
  return { sweeps: Items.map(parseSweep), hasMore: LastEvaluatedKey !== undefined };
}

/** Notes that a shard is through, and answers all that are; `undefined` when the sweep is over already. */
export async function finishShard(
  table: Table,
  sweep: SweepRef,
  token: string,
): Promise<ReadonlySet<string> | undefined> {
  try {
    const { Attributes } = await engine(
      table.client.send(
        new UpdateItemCommand({
          TableName: table.name,
          Key: keyAttributes(sweepKey(sweep)),
          UpdateExpression: "SET #finished = :true",
          // Two executions at once: without it, the later would bring back a sweep that the earlier has completed.
          ConditionExpression: "attribute_exists(pk)",
          ExpressionAttributeNames: { "#finished": `${finishedPrefix}${token}` },
          ExpressionAttributeValues: { ":true": { BOOL: true } },
          ReturnValues: "ALL_NEW",
        }),
      ),
    );
    return parseSweep(Attributes ?? {}).finishedShards;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/**
 * Takes the sweep off the list and puts the group's next one on it, which comes first: whatever happens in between,
 * the group stays on the list. A sweep that comes back in a rare race finds every enrolment closed.
 */
export async function completeSweep(table: Table, sweep: SweepRef, next: Sweep | undefined): Promise<void> {
  if (next !== undefined) await putSweep(table, { ...sweep, ...next });
  try {
    // Two workers that finish at once: it tells the second that there is nothing left to do.
    const condition = { ConditionExpression: "attribute_exists(pk)" };
    const Key = keyAttributes(sweepKey(sweep));
    await engine(table.client.send(new DeleteItemCommand({ TableName: table.name, Key, ...condition })));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

async function putSweep(table: Table, sweep: SweepRef): Promise<void> {
  try {
    // Two workers that finish at once: without it, the second would forget which shards of the next are through.
    const condition = { ConditionExpression: "attribute_not_exists(pk)" };
    const Item = buildSweepItem(sweep);
    await engine(table.client.send(new PutItemCommand({ TableName: table.name, Item, ...condition })));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
