import { type AttributeValue, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { Table } from "./client.ts";
import { engine } from "./send.ts";

type PartitionQuery = {
  readonly partition: string;
  readonly sortKeyPrefix?: string;
  /** Stop after this many items. */
  readonly limit?: number;
};

/** More pages than any partition of this design has; past it something is wrong, and an endless loop would hide it. */
const maximumPages = 50;

/** The partition's items in key order, as they are now. Throws when there are more than {@link maximumPages} pages of 1 MB. */
export async function queryAll(table: Table, query: PartitionQuery): Promise<Record<string, AttributeValue>[]> {
  const items: Record<string, AttributeValue>[] = [];
  let startKey: Record<string, AttributeValue> | undefined;
  for (let page = 1; page <= maximumPages; page += 1) {
    const { Items = [], LastEvaluatedKey } = await engine(
      table.client.send(new QueryCommand({ TableName: table.name, ...buildQuery(query), ExclusiveStartKey: startKey })),
    );
    items.push(...Items);
    if (LastEvaluatedKey === undefined || items.length >= (query.limit ?? Number.POSITIVE_INFINITY)) return items;
    startKey = LastEvaluatedKey;
  }
  throw new Error(`Partition ${query.partition} has more than ${maximumPages} pages`);
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
