import { randomUUID } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInThisContext } from "node:vm";
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { createClient, openTable, patientLimits } from "../../shared/table/client.ts";
import { findProfile } from "../../shared/table/customers.ts";
import { shortenRequests, userAgent } from "../../shared/table/shortRequests.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";

const endpoint = engineEndpoint();
const TableName = inject("tableName");
const { maxAttempts } = patientLimits;

const opened: DynamoDBClient[] = [];
beforeEach(() => {
  // The date and the id of the invocation are part of what is signed.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  vi.spyOn(globalThis.crypto, "randomUUID").mockReturnValue("00000000-0000-4000-8000-000000000000");
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  for (const client of opened.splice(0)) client.destroy();
});

/** The SDK's client alone, and the client that the table's repositories use. */
function bothClients(): { readonly bare: DynamoDBClient; readonly short: DynamoDBClient } {
  const bare = new DynamoDBClient({
    endpoint,
    ...localAccess,
    maxAttempts,
    defaultUserAgentProvider: async () => [[userAgent]],
  });
  const short = createClient({ endpoint, ...localAccess }, patientLimits);
  opened.push(bare, short);
  return { bare, short };
}

/**
 * Every request that a client sends, as signed, at the frozen time. The engine's date is hidden, because the SDK would
 * correct its clock by it.
 */
function sentBy(client: DynamoDBClient): unknown[] {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      delete Object(result.response).headers.date;
      return result;
    },
    { step: "deserialize", priority: "low", name: "hideDate" },
  );
  const sent: unknown[] = [];
  client.middlewareStack.add(
    (next) => (args) => {
      sent.push(structuredClone({ ...Object(args.request) }));
      return next(args);
    },
    { step: "finalizeRequest", priority: "low", name: "noteRequest" },
  );
  return sent;
}

type Outcome = { readonly output: unknown } | { readonly error: unknown };

async function outcomeOf(call: Promise<object>): Promise<Outcome> {
  try {
    return { output: withoutIds(await call) };
  } catch (error) {
    return { error: { name: error instanceof Error && error.name, ...withoutIds(Object(error)) } };
  }
}

/** The answer without ids, because the engine gives each answer an id of its own. */
function withoutIds({ $metadata, ...rest }: { readonly $metadata?: object }): object {
  return { ...rest, $metadata: { ...$metadata, requestId: undefined } };
}

const [pk, sk] = [{ S: `SHORT#${randomUUID()}` }, { S: "ITEM" }];
const Key = { pk, sk };
const isAbsent = "attribute_not_exists(pk)";

type Call = (client: DynamoDBClient) => Promise<object>;

const calls: Readonly<Record<string, Call>> = {
  "reads an item": (client) => client.send(new GetItemCommand({ TableName, Key })),
  "reads nothing": (client) =>
    client.send(new GetItemCommand({ TableName, Key: { pk, sk: { S: "NONE" } }, ProjectionExpression: "pk" })),
  "asks for items": (client) =>
    client.send(
      new QueryCommand({ TableName, KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": pk } }),
    ),
  "fails a condition, which answers the item": (client) =>
    client.send(
      new UpdateItemCommand({
        TableName,
        Key,
        UpdateExpression: "SET #0 = :0",
        ConditionExpression: isAbsent,
        ExpressionAttributeNames: { "#0": "status" },
        ExpressionAttributeValues: { ":0": { S: "é" } },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    ),
  "fails a transaction, which answers the reasons": (client) =>
    client.send(
      new TransactWriteItemsCommand({
        ClientRequestToken: "token",
        TransactItems: [{ Put: { TableName, Item: Key, ConditionExpression: isAbsent } }],
      }),
    ),
  "is refused": (client) => client.send(new GetItemCommand({ TableName, Key: { pk } })),
};

/** Whether V8 keeps the object in the form that it copies quickly, and not as a dictionary. Only V8 itself tells that. */
function isQuick(value: object): unknown {
  setFlagsFromString("--allow-natives-syntax");
  try {
    const hasFastProperties: (value: object) => unknown = runInThisContext("(value) => %HasFastProperties(value)");
    return hasFastProperties(value);
  } finally {
    setFlagsFromString("--no-allow-natives-syntax");
  }
}

describe("the client of the table", () => {
  it.each(Object.entries(calls))(
    "sends, signs and reads what the SDK alone does when it %s, the second time too",
    async (_, call) => {
      const { bare, short } = bothClients();
      const [sentByBare, sentByShort] = [sentBy(bare), sentBy(short)];
      await bare.send(new PutItemCommand({ TableName, Item: { ...Key, revision: { N: "12345678901234567890" } } }));
      const outcome = await outcomeOf(call(bare));
      for (let time = 1; time <= 2; time += 1) expect(await outcomeOf(call(short))).toEqual(outcome);
      const [, sent] = sentByBare;
      expect(sentByBare).toHaveLength(2);
      // The SDK adds to its name which of its features are in use. That part is not signed.
      const headers = { ...Object(sent).headers, "user-agent": userAgent };
      const expected = { ...Object(sent), headers };
      expect(sentByShort).toEqual([expected, expected]);
    },
  );

  it("signs with the credentials there are at the time, not with the first ones", async () => {
    let accessKeyId = "first";
    const credentials = async () => ({ accessKeyId, secretAccessKey: "secret", expiration: new Date(0) });
    const client = new DynamoDBClient({ endpoint, region: localAccess.region, credentials });
    opened.push(client);
    shortenRequests(client);
    const sent = sentBy(client);
    for (accessKeyId of ["first", "second"]) await client.send(new GetItemCommand({ TableName, Key }));
    expect(sent).toMatchObject(
      ["first", "second"].map((key) => ({
        headers: { authorization: expect.stringContaining(`Credential=${key}/`) },
      })),
    );
  });

  it("names itself in one word", async () => {
    const { short } = bothClients();
    const sent = sentBy(short);
    await short.send(new GetItemCommand({ TableName, Key }));
    expect(sent).toMatchObject([{ headers: { "user-agent": "milestreak" } }]);
  });

  it("keeps its configuration in the form that V8 copies quickly, after requests too", async () => {
    const table = openTable({ endpoint, tableName: TableName, ...localAccess }, patientLimits);
    expect(isQuick(table.client.config)).toBe(true);
    await findProfile(table, "acme", 1);
    expect(isQuick(table.client.config)).toBe(true);
    expect(isQuick(bothClients().bare.config)).toBe(false);
    table.close();
  });
});
