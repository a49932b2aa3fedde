import { QueryCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { formatInstant } from "../shared/domain/instant.ts";
import type { Table } from "../shared/table/client.ts";
import { closedAtAttribute } from "../shared/table/enrollmentItem.ts";
import { enrollmentPrefix } from "../shared/table/keys.ts";
import { during, type Place } from "./place.ts";

/**
 * Marks all cycles but the last as closed in each of a customer's enrolments. It writes the attributes that closing
 * leaves on a flat item, without running the closing itself.
 */
export async function closeEarlierCycles(table: Table, partition: string, { group }: Place): Promise<void> {
  const earlier = group.cycles.slice(0, -1);
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": { S: partition }, ":prefix": { S: enrollmentPrefix } },
    }),
  );
  for (const { pk, sk } of Items) {
    if (pk === undefined || sk === undefined) throw new Error("An item has no key");
    await table.client.send(
      new UpdateItemCommand({
        TableName: table.name,
        Key: { pk, sk },
        UpdateExpression: `SET ${earlier.map((_, index) => `#${index} = :now`).join(", ")}`,
        ExpressionAttributeNames: Object.fromEntries(
          earlier.map(({ number }, index) => [`#${index}`, closedAtAttribute(number)]),
        ),
        ExpressionAttributeValues: { ":now": { S: formatInstant(during(group.cycles.length)) } },
      }),
    );
  }
}
