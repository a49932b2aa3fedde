import {
  CreateTableCommand,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import type { Table } from "../shared/table/client.ts";
import { tableDefinition } from "../shared/table/definition.ts";

/**
 * Creates the table, if it does not exist, from the definition that the stack deploys. A table without its stream has no
 * projector. Tests that need none make it so: at each request about a table with a stream, the engine looks for the oldest
 * record of that stream among the records of all tables.
 */
export async function createTableIfMissing(
  { client, name }: Pick<Table, "client" | "name">,
  { isStreamed = true }: { readonly isStreamed?: boolean } = {},
): Promise<void> {
  const { partitionKey, sortKey, streamViewType, timeToLiveAttribute } = tableDefinition;
  try {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        KeySchema: [
          { AttributeName: partitionKey, KeyType: "HASH" },
          { AttributeName: sortKey, KeyType: "RANGE" },
        ],
        AttributeDefinitions: [
          { AttributeName: partitionKey, AttributeType: "S" },
          { AttributeName: sortKey, AttributeType: "S" },
        ],
        BillingMode: "PAY_PER_REQUEST",
        StreamSpecification: isStreamed ? { StreamEnabled: true, StreamViewType: streamViewType } : undefined,
      }),
    );
  } catch (error) {
    if (error instanceof ResourceInUseException) return;
    throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName: name });
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: name,
      TimeToLiveSpecification: { AttributeName: timeToLiveAttribute, Enabled: true },
    }),
  );
}
