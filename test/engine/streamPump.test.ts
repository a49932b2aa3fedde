import { randomUUID } from "node:crypto";
import {
  CreateTableCommand,
  DescribeTableCommand,
  PutItemCommand,
  UpdateTableCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { createTableIfMissing } from "../../local/createTable.ts";
import { tryProjection } from "../../local/projection.ts";
import { NoStream, StreamPump } from "../../local/streamPump.ts";
import { openTable, patientLimits, type Table } from "../../shared/table/client.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { startLossyProxy } from "../support/lossyProxy.ts";

const access = { endpoint: engineEndpoint(), ...localAccess };
const tables: Table[] = [];
const pumps: StreamPump[] = [];

afterEach(async () => {
  for (const pump of pumps.splice(0)) await pump.stop();
});
afterAll(() => {
  for (const { client } of tables) client.destroy();
});

function unmadeTable(): Table {
  const table = openTable({ tableName: `milestreak-${randomUUID()}`, ...access }, patientLimits);
  tables.push(table);
  return table;
}

async function newTable(): Promise<Table> {
  const table = unmadeTable();
  await createTableIfMissing(table);
  return table;
}

async function put(table: Table, sk: string, attributes = {}): Promise<void> {
  const Item = { pk: { S: "p" }, sk: { S: sk }, ...attributes };
  await table.client.send(new PutItemCommand({ TableName: table.name, Item }));
}

type Delivery = { readonly keys: readonly string[]; readonly failsAt?: string };

/** A pump whose function fails at the given records, and which remembers what it handed over. */
async function openPump(
  table: Table,
  failsAt: (key: string, delivery: number) => boolean = () => false,
  endpoint = access.endpoint,
) {
  const deliveries: Delivery[] = [];
  const pump = await StreamPump.open(table, { ...access, endpoint }, async ({ Records }) => {
    const keys = Records.map(keyOf);
    const failed = Records.find((record) => failsAt(keyOf(record), deliveries.length));
    deliveries.push({ keys });
    const itemIdentifier = failed?.dynamodb?.SequenceNumber;
    return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
  });
  pumps.push(pump);
  return { pump, handed: () => deliveries.filter(({ keys }) => keys.length > 0).map(({ keys }) => keys) };
}

function keyOf({ dynamodb }: DynamoDBRecord): string {
  return dynamodb?.Keys?.["sk"]?.S ?? "";
}

describe("a drained pump", () => {
  it("has handed over every change in its order, those from before it was opened too", async () => {
    const table = await newTable();
    await put(table, "1");
    await put(table, "2");
    const { pump, handed } = await openPump(table);
    await pump.drain();
    await put(table, "3");
    await pump.drain();
    expect(handed().flat()).toEqual(["1", "2", "3"]);
  });

  it("hands a record over as Lambda does: JSON values of each type, both images, an instant in seconds", async () => {
    const table = await newTable();
    const first = { n: { N: "1.5" }, b: { BOOL: true }, l: { L: [{ S: "x" }, { M: { y: { N: "2" } } }] } };
    await put(table, "1", first);
    await put(table, "1", { n: { N: "2" } });
    const records: DynamoDBRecord[] = [];
    const pump = await StreamPump.open(table, access, async ({ Records }) => {
      records.push(...Records);
      return { batchItemFailures: [] };
    });
    pumps.push(pump);
    await pump.drain();
    const keys = { pk: { S: "p" }, sk: { S: "1" } };
    expect(JSON.parse(JSON.stringify(records))).toMatchObject([
      { eventName: "INSERT", dynamodb: { Keys: keys, NewImage: { ...keys, ...first } } },
      { eventName: "MODIFY", dynamodb: { OldImage: { ...keys, ...first }, NewImage: { ...keys, n: { N: "2" } } } },
    ]);
    const streamedAt = records[0]?.dynamodb?.ApproximateCreationDateTime ?? 0;
    expect(Math.abs(streamedAt * 1000 - Date.now())).toBeLessThan(5 * 60 * 1000);
  });

  it("hands a record that failed over again, with all after it and none before", async () => {
    const table = await newTable();
    for (const key of ["1", "2", "3"]) await put(table, key);
    const { pump, handed } = await openPump(table, (key, delivery) => key === "2" && delivery === 0);
    await pump.drain();
    expect(handed()).toEqual([
      ["1", "2", "3"],
      ["2", "3"],
    ]);
  });

  it("leaves a record out that fails three times, says so by its number alone, and goes on", async () => {
    const complained = vi.spyOn(console, "error").mockReturnValue(undefined);
    const table = await newTable();
    for (const key of ["1", "2", "3"]) await put(table, key);
    const { pump, handed } = await openPump(table, (key) => key === "2");
    await pump.drain();
    expect(handed()).toEqual([["1", "2", "3"], ["2", "3"], ["2", "3"], ["3"]]);
    // The record holds what a caller has sent.
    const complaint = /^A stream record failed 3 times and was left out; its sequence number is \d+\.$/;
    expect(complained.mock.calls).toEqual([[expect.stringMatching(complaint)]]);
    complained.mockRestore();
  });

  it("leaves none out that fails because the engine has gone away, and hands it over again when that is back", async () => {
    const table = await newTable();
    for (const key of ["1", "2"]) await put(table, key);
    let isAway = false;
    const proxy = await startLossyProxy(access.endpoint, () => (isAway ? { lose: "request" } : {}));
    const goAwayAtFirst = (_key: string, delivery: number) => {
      isAway = delivery === 0;
      return isAway;
    };
    const { pump, handed } = await openPump(table, goAwayAtFirst, proxy.endpoint);
    await expect(pump.drain()).rejects.toThrow(/socket hang up/);
    await expect(pump.drain()).rejects.toThrow(/socket hang up/);
    isAway = false;
    await pump.drain();
    await proxy.close();
    expect(handed()).toEqual([
      ["1", "2"],
      ["1", "2"],
    ]);
  });

  it("reads a closed shard to its end and does not read it again", async () => {
    const table = await newTable();
    await put(table, "1");
    const { pump, handed } = await openPump(table);
    await table.client.send(
      new UpdateTableCommand({ TableName: table.name, StreamSpecification: { StreamEnabled: false } }),
    );
    await pump.drain();
    await pump.drain();
    expect(handed().flat()).toEqual(["1"]);
  });

  it("is stopped by `stop` also while it pumps by itself", async () => {
    const table = await newTable();
    await put(table, "1");
    const { pump, handed } = await openPump(table);
    pump.start();
    await pump.drain();
    await pump.stop();
    await put(table, "2");
    expect(handed().flat()).toEqual(["1"]);
  });
});

async function tableWithoutStream(): Promise<Table> {
  const table = unmadeTable();
  await table.client.send(
    new CreateTableCommand({
      TableName: table.name,
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    }),
  );
  await waitUntilTableExists({ client: table.client, maxWaitTime: 30 }, { TableName: table.name });
  return table;
}

describe("an engine without streams", () => {
  it("is refused by a message that says what is off and how to put it right", async () => {
    const table = await tableWithoutStream();
    const { Table: described } = await table.client.send(new DescribeTableCommand({ TableName: table.name }));
    expect(described?.LatestStreamArn).toBeUndefined();
    const opening = StreamPump.open(table, access, async () => ({ batchItemFailures: [] }));
    await expect(opening).rejects.toThrow(NoStream);
    await expect(opening).rejects.toThrow(
      /^History and notifications are off: .*no stream.*\n.*both images streamed\.$/,
    );
  });

  it("does not keep npm start from serving: it prints the message and goes on without", async () => {
    const complained = vi.spyOn(console, "error").mockReturnValue(undefined);
    expect(await tryProjection(await tableWithoutStream(), access, () => undefined)).toBeUndefined();
    expect(complained).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("History and notifications are off"));
    complained.mockRestore();
  });
});
