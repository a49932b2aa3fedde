import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { createTableIfMissing } from "../../local/createTable.ts";

/** More than the tests take of one engine, with as many workers as they have by default. */
export const streamedTables = Array.from({ length: 36 }, (_, index) => `milestreak-streamed-${index}`);

/**
 * Makes tables with a stream before any test runs, and writes the first records of their streams.
 *
 * At each request about a table with a stream, the engine looks for the oldest record of that stream. It goes through the
 * records of all streams until it finds one, so that a table made after 20 000 records of other tables takes twenty times
 * as long for each request.
 */
export async function createStreamedTables(client: DynamoDBClient): Promise<void> {
  await Promise.all(streamedTables.map((name) => createOne(client, name)));
}

async function createOne(client: DynamoDBClient, name: string): Promise<void> {
  await createTableIfMissing({ client, name });
  // The projector passes over both records, and the table is empty again.
  const key = { pk: { S: "FIRST" }, sk: { S: "FIRST" } };
  await client.send(new PutItemCommand({ TableName: name, Item: key }));
  await client.send(new DeleteItemCommand({ TableName: name, Key: key }));
}
