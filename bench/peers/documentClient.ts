import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  GetCommand,
  type GetCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";

/** The two requests of an enrolment to the engine, in plain values. */
type DocumentCalls = { readonly get: GetCommandInput; readonly update: UpdateCommandInput };

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));

/** The document client alone: the two requests of an enrolment, one after the other, with nothing around them. */
export async function handler({ get, update }: DocumentCalls): Promise<void> {
  await client.send(new GetCommand(get));
  await client.send(new UpdateCommand(update));
}
