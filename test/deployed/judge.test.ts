import { randomUUID } from "node:crypto";
import {
  BatchGetItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { arnOf, askedBy, type Place } from "../support/judge/asked.ts";
import { Judge } from "../support/judge/judge.ts";
import { isAllowed, NotJudged, parsePolicy, reductions } from "../support/judge/policy.ts";
import { checkSignature, type Session, type SignedRequest } from "../support/judge/signature.ts";

const place: Place = { partition: "aws", region: "eu-west-1", accountId: "123456789012" };
const tableName = inject("tableName");
const tableArn = arnOf(place, "dynamodb", `table/${tableName}`);
const tables = new Map([[tableName, { partitionKey: "pk", indexPartitionKeys: new Map([["ByShard", "shard"]]) }]]);

type Condition = Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;

function allow(actions: string | string[], like: string | string[], Resource = tableArn, more: Condition = {}) {
  const Condition = { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": like }, ...more };
  return { Effect: "Allow", Action: actions, Resource, Condition };
}

function policy(...Statement: readonly unknown[]) {
  return parsePolicy({ Version: "2012-10-17", Statement });
}

describe("the judge in front of the engine", () => {
  let judge: Judge;
  const clients: { destroy(): void }[] = [];
  const own = `ORG#${randomUUID()}`;
  const key = { pk: { S: `${own}#CUSTOMER#1` }, sk: { S: "PROFILE" } };
  const customers = `${own}#CUSTOMER#*`;
  const TableName = tableName;

  beforeAll(async () => {
    judge = await Judge.start(engineEndpoint(), { place, tables });
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
  });
  afterAll(() => judge.stop());

  function clientOf(session: Session): DynamoDBClient {
    const { region } = place;
    const client = new DynamoDBClient({ endpoint: judge.endpoint, region, credentials: session, maxAttempts: 1 });
    clients.push(client);
    return client;
  }

  function clientWith(...statements: readonly unknown[]): DynamoDBClient {
    return clientOf(judge.admit("a function", policy(...statements)));
  }

  it("passes an allowed request to the engine, and the engine's answer to the caller", async () => {
    const client = clientWith(allow(["dynamodb:PutItem", "dynamodb:GetItem"], customers));
    await client.send(new PutItemCommand({ TableName, Item: { ...key, note: { S: "é" } } }));
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: key }));
    expect(Item).toEqual({ ...key, note: { S: "é" } });
  });

  it.each([
    ["another secret", { secretAccessKey: "another" }, "InvalidSignatureException"],
    ["another session's token", { sessionToken: "another" }, "UnrecognizedClientException"],
    ["a key that nobody has", { accessKeyId: "ASIA0000000000000000" }, "UnrecognizedClientException"],
  ])("refuses a request that is signed with %s", async (_, forged, name) => {
    const session = judge.admit("a function", policy(allow("dynamodb:*", "*")));
    const client = clientOf({ ...session, ...forged });
    await expect(client.send(new GetItemCommand({ TableName, Key: key }))).rejects.toMatchObject({ name });
    expect(judge.faults.at(-1)).toBe(name);
  });

  const commands: readonly (readonly [string, (client: DynamoDBClient) => Promise<unknown>])[] = [
    ["an action that is not granted", (client) => client.send(new DeleteItemCommand({ TableName, Key: key }))],
    ["another table", (client) => client.send(new GetItemCommand({ TableName: "another-table", Key: key }))],
    [
      "another partition",
      (client) => client.send(new GetItemCommand({ TableName, Key: { ...key, pk: { S: `${own}#GROUP#1` } } })),
    ],
    ["a scan, which has no leading keys", (client) => client.send(new ScanCommand({ TableName }))],
    [
      "a query of another partition",
      (client) =>
        client.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: "#p = :p AND begins_with(sk, :s)",
            ExpressionAttributeNames: { "#p": "pk" },
            ExpressionAttributeValues: { ":p": { S: `${own}#GROUP#1` }, ":s": { S: "x" } },
          }),
        ),
    ],
    [
      "a batch with one key of another partition",
      (client) =>
        client.send(
          new BatchGetItemCommand({
            RequestItems: { [TableName]: { Keys: [key, { ...key, pk: { S: `${own}#GROUP#1` } }] } },
          }),
        ),
    ],
    [
      "a transaction with one action that is not granted",
      (client) =>
        client.send(
          new TransactWriteItemsCommand({
            TransactItems: [
              { Put: { TableName, Item: { ...key, sk: { S: "1" } } } },
              { ConditionCheck: { TableName, Key: key, ConditionExpression: "attribute_exists(pk)" } },
            ],
          }),
        ),
    ],
    [
      "a transaction with one item of another partition",
      (client) =>
        client.send(
          new TransactWriteItemsCommand({
            TransactItems: [
              { Put: { TableName, Item: { ...key, sk: { S: "1" } } } },
              { Put: { TableName, Item: { ...key, pk: { S: `${own}#GROUP#1` } } } },
            ],
          }),
        ),
    ],
  ];

  it.each(commands)("denies %s", async (_, send) => {
    const granted = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:BatchGetItem"];
    const client = clientWith(allow(granted, customers));
    const before = judge.denials.length;
    await expect(send(client)).rejects.toMatchObject({ name: "AccessDeniedException" });
    expect(judge.denials.length).toBeGreaterThan(before);
  });

  it("denies what a policy allows and another statement denies", async () => {
    const deny = { ...allow("dynamodb:GetItem", customers), Effect: "Deny" };
    const client = clientWith(allow("dynamodb:*", "*"), deny);
    const get = client.send(new GetItemCommand({ TableName, Key: key }));
    await expect(get).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  it("takes the events for a bus that is granted, and no other", async () => {
    const Resource = arnOf(place, "events", "event-bus/own");
    const session = judge.admit("a function", policy({ Effect: "Allow", Action: "events:PutEvents", Resource }));
    const { region } = place;
    const client = new EventBridgeClient({ endpoint: judge.endpoint, region, credentials: session, maxAttempts: 1 });
    clients.push(client);
    const put = (EventBusName: string) => client.send(new PutEventsCommand({ Entries: [{ EventBusName }] }));
    expect(await put("own")).toMatchObject({ FailedEntryCount: 0 });
    expect(judge.published).toEqual([{ EventBusName: "own" }]);
    await expect(put("another")).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});

describe("the signature check", () => {
  // This is the example "post-vanilla" of AWS's own test suite for Signature Version 4.
  const session = {
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    sessionToken: "",
  };
  const published = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b";
  const at = Date.UTC(2015, 7, 30, 12, 36);

  function signed(change: Partial<SignedRequest> = {}, signature = published): SignedRequest {
    const authorization = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`;
    const headers = { host: "example.amazonaws.com", "x-amz-date": "20150830T123600Z", authorization };
    return { method: "POST", target: "/", headers, body: Buffer.alloc(0), ...change };
  }

  const check = (request: SignedRequest, now = at) =>
    checkSignature(request, (id) => (id === session.accessKeyId ? session : undefined), now);

  it("takes the signature that AWS publishes for its example", () => {
    expect(check(signed())).toMatchObject({ accessKeyId: "AKIDEXAMPLE", region: "us-east-1", service: "service" });
  });

  it.each([
    ["another body", signed({ body: Buffer.from("x") })],
    ["another method", signed({ method: "GET" })],
    ["another path", signed({ target: "/x" })],
    ["another host", signed({ headers: { ...signed().headers, host: "another" } })],
    ["another signature", signed({}, published.replace("5", "6"))],
  ])("refuses %s", (_, request) => {
    expect(check(request)).toBe("InvalidSignatureException");
  });

  it("takes a request of five minutes ago, and refuses one that is older", () => {
    expect(check(signed(), at + 300_000)).toMatchObject({ accessKeyId: "AKIDEXAMPLE" });
    expect(check(signed(), at + 300_001)).toBe("InvalidSignatureException");
  });

  it("refuses a header of AWS's that is not signed, and a request without a signature", () => {
    const { headers } = signed();
    expect(check(signed({ headers: { ...headers, "x-amz-target": "x" } }))).toBe("IncompleteSignatureException");
    expect(check(signed({ headers: { ...headers, authorization: undefined } }))).toBe(
      "MissingAuthenticationTokenException",
    );
  });
});

describe("a policy", () => {
  const asked = (pk: string[], action = "dynamodb:GetItem", resource = tableArn) => ({
    action,
    resource,
    context: { "dynamodb:LeadingKeys": pk },
  });

  it("excludes by StringNotLike what StringLike takes in", () => {
    const except = { "ForAllValues:StringNotLike": { "dynamodb:LeadingKeys": "ORG#*#*" } };
    const statements = policy(allow("dynamodb:GetItem", "ORG#*", tableArn, except));
    expect(isAllowed(statements, asked(["ORG#100"]))).toBe(true);
    expect(isAllowed(statements, asked(["ORG#100", "ORG#100#CUSTOMER#1"]))).toBe(false);
  });

  it("meets ForAllValues with a request that has no keys, and ForAnyValue not, as IAM has it", () => {
    const any = { Condition: { "ForAnyValue:StringLike": { "dynamodb:LeadingKeys": "ORG#*" } } };
    const all = allow("dynamodb:Scan", "ORG#*");
    expect(isAllowed(policy(all), asked([], "dynamodb:Scan"))).toBe(true);
    expect(isAllowed(policy({ ...all, ...any }), asked([], "dynamodb:Scan"))).toBe(false);
  });

  it("reads a pattern's dot and star as IAM does, and actions in any case", () => {
    const statements = policy(allow("dynamodb:get*", "A.B*"));
    expect(isAllowed(statements, asked(["A.B\nC"]))).toBe(true);
    expect(isAllowed(statements, asked(["AxB"]))).toBe(false);
  });

  it("of the table does not allow its index", () => {
    const body = {
      TableName: tableName,
      IndexName: "ByShard",
      KeyConditionExpression: "shard = :shard",
      ExpressionAttributeValues: { ":shard": { S: "1" } },
    };
    const [query] = askedBy({ service: "dynamodb", operation: "Query", body }, { place, tables });
    expect(query).toEqual(asked(["1"], "dynamodb:Query", `${tableArn}/index/ByShard`));
    expect(isAllowed(policy(allow("dynamodb:Query", "1")), asked(["1"], "dynamodb:Query"))).toBe(true);
    expect(query && isAllowed(policy(allow("dynamodb:Query", "1")), query)).toBe(false);
  });

  it.each([
    ["NotAction", { ...allow("dynamodb:GetItem", "*"), NotAction: "x" }],
    [
      "an operator that is not evaluated",
      allow("dynamodb:GetItem", "*", tableArn, { Bool: { "aws:SecureTransport": "true" } }),
    ],
    [
      "an operator without a quantifier",
      allow("dynamodb:GetItem", "*", tableArn, { StringLike: { "dynamodb:LeadingKeys": "*" } }),
    ],
  ])("with %s is not judged at all", (_, statement) => {
    expect(() => isAllowed(policy(statement), asked(["A"]))).toThrow(NotJudged);
  });

  it("can lack each of its actions and each of several partitions", () => {
    const statements = policy(
      allow(["dynamodb:GetItem", "dynamodb:PutItem"], ["A", "B"]),
      allow("dynamodb:Query", "C"),
    );
    expect(reductions(statements).map(({ without }) => without)).toEqual([
      `dynamodb:GetItem on ${tableArn}, A, B`,
      `dynamodb:PutItem on ${tableArn}, A, B`,
      "dynamodb:GetItem, dynamodb:PutItem on A",
      "dynamodb:GetItem, dynamodb:PutItem on B",
      `dynamodb:Query on ${tableArn}, C`,
    ]);
    const needed = [asked(["A"]), asked(["B"], "dynamodb:PutItem"), asked(["C"], "dynamodb:Query")];
    const denied = reductions(statements).map(({ left }) => needed.some((each) => !isAllowed(left, each)));
    expect(denied).toEqual([true, true, true, true, true]);
  });
});
