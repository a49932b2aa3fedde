import { randomUUID } from "node:crypto";
import {
  type AttributeValue,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Cost, Meter } from "../../bench/meter.ts";
import { createClient, openTable, patientLimits, type Table } from "../../shared/table/client.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { type Fault, type LossyProxy, startLossyProxy } from "../support/lossyProxy.ts";
import { throttling } from "../support/seededFaults.ts";

type Key = Record<"pk" | "sk", AttributeValue>;

const TableName = inject("tableName");
const sizes = createClient({ endpoint: engineEndpoint(), ...localAccess }, patientLimits);
let faults: Fault[] = [];
let proxy: LossyProxy;
let table: Table;
let meter: Meter;

beforeAll(async () => {
  proxy = await startLossyProxy(engineEndpoint(), () => faults.shift() ?? {});
  table = openTable({ tableName: TableName, endpoint: proxy.endpoint, ...localAccess }, patientLimits);
  meter = new Meter(table.client, sizes);
});

afterAll(async () => {
  table.close();
  sizes.destroy();
  await proxy.close();
});

/** The cost of the work whether it fails or not. Its first requests meet these faults. */
async function costOf(work: () => Promise<unknown>, ...met: readonly Fault[]): Promise<Omit<Cost, "bytes">> {
  faults = [...met];
  const { requests, readUnits, writeUnits } = await meter.costOf(() => work().catch(() => undefined));
  return { requests, readUnits, writeUnits };
}

function newKey(): Key {
  return { pk: { S: `METER#${randomUUID()}` }, sk: { S: "ITEM" } };
}

/** Stores an item of nearly 3 kB. Writing it takes three units, reading it one. */
async function newItem(): Promise<Key> {
  const key = newKey();
  await sizes.send(new PutItemCommand({ TableName, Item: { ...key, filling: { S: "x".repeat(2900) } } }));
  return key;
}

function update(Key: Key, ConditionExpression?: string) {
  return () =>
    table.client.send(
      new UpdateItemCommand({
        TableName,
        Key,
        UpdateExpression: "SET touched = :yes",
        ConditionExpression,
        ExpressionAttributeValues: { ":yes": { BOOL: true } },
      }),
    );
}

function find(Key: Key, ConsistentRead: boolean) {
  return () => table.client.send(new GetItemCommand({ TableName, Key, ConsistentRead }));
}

function list({ pk }: Key, ConsistentRead: boolean) {
  const KeyConditionExpression = "pk = :pk";
  return () =>
    table.client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression,
        ExpressionAttributeValues: { ":pk": pk },
        ConsistentRead,
      }),
    );
}

/** Puts an item where none may be, and checks that another one exists. */
function transact(put: Key, checked: Key) {
  return () =>
    table.client.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName, Item: put, ConditionExpression: "attribute_not_exists(pk)" } },
          { ConditionCheck: { TableName, Key: checked, ConditionExpression: "attribute_exists(pk)" } },
        ],
      }),
    );
}

const throttled: Fault = { lose: "request", answer: throttling("UpdateItem") };
const lost: Fault = { lose: "reply" };

describe("a write that is carried out", () => {
  it("costs what the engine says: the larger of before and after", async () => {
    const key = await newItem();
    expect(await costOf(update(key))).toEqual({ requests: ["UpdateItem"], readUnits: 0, writeUnits: 3 });
    const remove = () => table.client.send(new DeleteItemCommand({ TableName, Key: key }));
    expect(await costOf(remove)).toEqual({ requests: ["DeleteItem"], readUnits: 0, writeUnits: 3 });
  });

  it("in a transaction costs two units for each started kB, of what is only checked too", async () => {
    const cost = await costOf(transact(newKey(), await newItem()));
    expect(cost).toEqual({ requests: ["TransactWriteItems"], readUnits: 0, writeUnits: 2 + 6 });
  });
});

describe("a write whose condition fails", () => {
  it("is counted, and costs a write of the item that is stored", async () => {
    const cost = await costOf(update(await newItem(), "attribute_not_exists(pk)"));
    expect(cost).toEqual({ requests: ["UpdateItem"], readUnits: 0, writeUnits: 3 });
  });

  it("costs one unit where none is stored", async () => {
    const cost = await costOf(update(newKey(), "attribute_exists(pk)"));
    expect(cost).toEqual({ requests: ["UpdateItem"], readUnits: 0, writeUnits: 1 });
  });

  it("in a transaction costs what is stored of each of its items, twice", async () => {
    const cost = await costOf(transact(await newItem(), newKey()));
    expect(cost).toEqual({ requests: ["TransactWriteItems"], readUnits: 0, writeUnits: 6 + 2 });
  });
});

describe("a read that finds nothing", () => {
  it.each([
    [true, 1],
    [false, 0.5],
  ])("costs the least a read can: consistent %s, %d units", async (isConsistent, readUnits) => {
    const query = await costOf(list(newKey(), isConsistent));
    expect(query).toEqual({ requests: ["Query"], readUnits, writeUnits: 0 });
    const get = await costOf(find(newKey(), isConsistent));
    expect(get).toEqual({ requests: ["GetItem"], readUnits, writeUnits: 0 });
  });
});

describe("an attempt that the SDK repeats", () => {
  it("is counted, and costs nothing when the engine throttled it", async () => {
    const cost = await costOf(update(newKey()), throttled, throttled);
    expect(cost).toEqual({ requests: ["UpdateItem", "UpdateItem", "UpdateItem"], readUnits: 0, writeUnits: 1 });
  });

  it("is counted though none succeeds", async () => {
    const cost = await costOf(update(newKey()), throttled, throttled, throttled);
    expect(cost).toEqual({ requests: ["UpdateItem", "UpdateItem", "UpdateItem"], readUnits: 0, writeUnits: 0 });
  });

  it("costs as much as the other when its answer is lost, as it may have been carried out", async () => {
    const key = await newItem();
    const write = await costOf(update(key), lost);
    expect(write).toEqual({ requests: ["UpdateItem", "UpdateItem"], readUnits: 0, writeUnits: 6 });
    const transaction = await costOf(transact(newKey(), key), lost);
    expect(transaction.requests).toHaveLength(2);
    expect(transaction.writeUnits).toBe(2 * (2 + 6));
    const read = await costOf(find(key, true), lost);
    expect(read).toEqual({ requests: ["GetItem", "GetItem"], readUnits: 2, writeUnits: 0 });
  });
});

it("counts nothing beside the work", async () => {
  await update(newKey())();
  expect(await costOf(find(newKey(), true))).toEqual({ requests: ["GetItem"], readUnits: 1, writeUnits: 0 });
  await update(newKey())();
  expect(await costOf(async () => undefined)).toEqual({ requests: [], readUnits: 0, writeUnits: 0 });
});

it("refuses an operation whose price it does not know", async () => {
  await expect(meter.costOf(() => table.client.send(new ScanCommand({ TableName, Limit: 1 })))).rejects.toThrow("Scan");
});
