import {
  DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";

/** The two requests of an enrolment to the engine. */
type EngineCalls = { readonly get: GetItemCommandInput; readonly update: UpdateItemCommandInput };

const client = new DynamoDBClient({});

/** The SDK alone: the two requests of an enrolment, one after the other, with nothing around them. */
export async function handler({ get, update }: EngineCalls): Promise<void> {
  await client.send(new GetItemCommand(get));
  await client.send(new UpdateItemCommand(update));
}
