import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import middy from "@middy/core";
import httpJsonBodyParser from "@middy/http-json-body-parser";
import { Ajv } from "ajv";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { tableNameVariable } from "../../shared/config/tableConfig.ts";

/**
 * An enrolment as the documentation of the same packages suggests it: middy with its body parser, ajv at run time, the
 * document client, a read of the customer and one conditional update. It gives none of the guarantees. It does not
 * distinguish a retry from a second call, looks up no cycle and keeps no number exact.
 */
type Record = { readonly customerId: number; readonly initialBalance?: number };

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const validate = new Ajv().compile<readonly Record[]>({
  type: "array",
  minItems: 1,
  maxItems: 1,
  items: {
    type: "object",
    required: ["customerId"],
    properties: {
      customerId: { type: "integer", minimum: 1 },
      initialBalance: { type: "integer", minimum: 0 },
    },
  },
});

async function enroll(event: Omit<APIGatewayProxyEvent, "body"> & { readonly body: unknown }) {
  const [record] = validate(event.body) ? event.body : [];
  if (record === undefined) return answer(400, { errors: validate.errors });
  const { customerId, initialBalance = 0 } = record;
  const TableName = event.stageVariables?.["table"] ?? process.env[tableNameVariable];
  const pk = `ORG#${event.requestContext.authorizer?.["org"]}#CUSTOMER#${customerId}`;
  const { Item } = await client.send(new GetCommand({ TableName, Key: { pk, sk: "PROFILE" } }));
  if (Item === undefined) return answer(400, { errors: [{ code: 310011 }] });
  const { targetGroupId, targetId } = event.pathParameters ?? {};
  try {
    await client.send(
      new UpdateCommand({
        TableName,
        Key: { pk, sk: `ENROLLMENT#${targetGroupId}#${targetId}` },
        UpdateExpression: "SET #status = :enrolled, achieved = :balance, enrolledAt = :now",
        ConditionExpression: "attribute_not_exists(pk) OR #status = :left",
        ExpressionAttributeNames: { "#status": "status" },
        ExpressionAttributeValues: {
          ":enrolled": "ENROLLED",
          ":left": "UNENROLLED",
          ":balance": initialBalance,
          ":now": new Date(event.requestContext.requestTimeEpoch).toISOString(),
        },
      }),
    );
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return answer(400, { errors: [{ code: 310119 }] });
    throw error;
  }
  return answer(200, { data: customerId, errors: null, warnings: null });
}

function answer(statusCode: number, body: object): APIGatewayProxyResult {
  return { statusCode, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

export const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>().use(httpJsonBodyParser()).handler(enroll);
