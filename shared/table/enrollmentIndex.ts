import { ConditionalCheckFailedException, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { Table } from "./client.ts";
import type { EnrollmentRef } from "./enrollments.ts";
import { ItemReader, MalformedItem } from "./item.ts";
import { type Key, keyAttributes, type Org } from "./keys.ts";
import { engine } from "./send.ts";

/**
 * Who was ever enrolled in a target, in {@link shardCount} partitions, so that as many workers can go through them
 * side by side. A row is a hint and never removed: the enrolment itself says whether it covers a cycle.
 */
export type IndexShard = {
  readonly org: Org;
  readonly groupId: number;
  readonly targetId: number;
  /** 0…{@link shardCount} − 1. */
  readonly shard: number;
};

/** Changing it needs every row to be written anew: it decides where they are. */
export const shardCount = 16;

const customerPrefix = "CUSTOMER#";

/**
 * Not below the group's own partition key, as a role's permission for groups is the pattern of those keys and would
 * take these in.
 */
export function shardPartition({ org, groupId, targetId, shard }: IndexShard): string {
  return `ENROLLED#${org}#${groupId}#${targetId}#${shard}`;
}

function rowKey({ customerId, ...target }: EnrollmentRef): Key {
  return {
    pk: shardPartition({ ...target, shard: customerId % shardCount }),
    sk: `${customerPrefix}${customerId}`,
  };
}

/** Makes an enrolment known to the closing of cycles. The projector does so whenever somebody is enrolled. */
export async function putIndexRow(table: Table, ref: EnrollmentRef): Promise<void> {
  const Item = keyAttributes(rowKey(ref));
  try {
    // A re-enrolment, or a stream record delivered again: the row would be written, and streamed, for nothing.
    const ConditionExpression = "attribute_not_exists(pk)";
    await engine(table.client.send(new PutItemCommand({ TableName: table.name, Item, ConditionExpression })));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

type IndexPage = {
  readonly customerIds: readonly number[];
  /** Where the next page starts; `undefined` after the last. */
  readonly resumeAfter: number | undefined;
};

/** Up to `limit` customers of the shard, after the one the page before ended with. */
export async function listIndexPage(
  table: Table,
  shard: IndexShard,
  resumeAfter: number | undefined,
  limit: number,
): Promise<IndexPage> {
  const { Items = [], LastEvaluatedKey } = await engine(
    table.client.send(new QueryCommand({ TableName: table.name, ...buildPageQuery(shard, resumeAfter, limit) })),
  );
  const customerIds = Items.map((item) => parseCustomerId(ItemReader.of(item).text("sk")));
  return { customerIds, resumeAfter: LastEvaluatedKey === undefined ? undefined : customerIds.at(-1) };
}

function buildPageQuery(shard: IndexShard, resumeAfter: number | undefined, limit: number) {
  const pk = shardPartition(shard);
  const start = resumeAfter === undefined ? undefined : keyAttributes({ pk, sk: `${customerPrefix}${resumeAfter}` });
  return {
    KeyConditionExpression: "pk = :pk",
    ExpressionAttributeValues: { ":pk": { S: pk } },
    ConsistentRead: true,
    Limit: limit,
    ...(start === undefined ? {} : { ExclusiveStartKey: start }),
  };
}

function parseCustomerId(sortKey: string): number {
  const match = /^CUSTOMER#(\d+)$/.exec(sortKey);
  if (match === null) throw new MalformedItem("The key is not an index row's");
  return Number(match[1]);
}
