import { type AttributeValue, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { Table } from "./client.ts";
import { Patience } from "./patience.ts";
import { EngineUnavailable, engine } from "./send.ts";

type PartitionQuery = {
  readonly partition: string;
  readonly sortKeyPrefix?: string;
  /** Stop after this many items. */
  readonly limit?: number;
};

/** Reading went on for so long that its caller might not be answered in time. */
export class ReadTooLong extends Error {
  override readonly name = "ReadTooLong";
}

/**
 * The partition's items in key order, as they are now. A page of 1 MB after the first is begun only while there is
 * patience; then it throws EngineUnavailable.
 */
export async function queryAll(
  table: Table,
  query: PartitionQuery,
  patience = new Patience(table),
): Promise<Record<string, AttributeValue>[]> {
  const items: Record<string, AttributeValue>[] = [];
  let startKey: Record<string, AttributeValue> | undefined;
  do {
    if (startKey !== undefined && patience.isOver) throw new EngineUnavailable(new ReadTooLong());
    const { Items = [], LastEvaluatedKey } = await engine(
      table.client.send(new QueryCommand({ TableName: table.name, ...buildQuery(query), ExclusiveStartKey: startKey })),
    );
    items.push(...Items);
    startKey = LastEvaluatedKey;
  } while (startKey !== undefined && items.length < (query.limit ?? Number.POSITIVE_INFINITY));
  return items;
}

function buildQuery({ partition, sortKeyPrefix, limit }: PartitionQuery) {
  const prefixClause = sortKeyPrefix === undefined ? "" : " AND begins_with(sk, :prefix)";
  return {
    KeyConditionExpression: `pk = :pk${prefixClause}`,
    ExpressionAttributeValues: {
      ":pk": { S: partition },
      ...(sortKeyPrefix === undefined ? {} : { ":prefix": { S: sortKeyPrefix } }),
    },
    ConsistentRead: true,
    ...(limit === undefined ? {} : { Limit: limit }),
  };
}
