import { randomUUID } from "node:crypto";
import { type AttributeValue, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, describe, expect, it } from "vitest";
import { itemBytes, transactionUnits, writeUnits } from "../../bench/capacity.ts";
import { openTestTable } from "../support/service.ts";

const table = openTestTable();
afterAll(() => table.close());

/** The item, filled up to exactly that many bytes by the product's own count. */
function filled(bytes: number, attributes: Record<string, AttributeValue>): Record<string, AttributeValue> {
  const item = { pk: { S: randomUUID() }, sk: { S: "ITEM" }, ...attributes, filling: { S: "" } };
  return { ...item, filling: { S: "x".repeat(bytes - itemBytes(item)) } };
}

async function chargedUnits(Item: Record<string, AttributeValue>): Promise<number | undefined> {
  const { ConsumedCapacity } = await table.client.send(
    new PutItemCommand({
      TableName: table.name,
      Item,
      ConditionExpression: "attribute_not_exists(pk)",
      ReturnConsumedCapacity: "TOTAL",
    }),
  );
  return ConsumedCapacity?.CapacityUnits;
}

describe("an item's reckoned size is the engine's, to the byte", () => {
  it.each<[string, Record<string, AttributeValue>]>([
    ["text alone", {}],
    ["text beyond ASCII, and such a name", { größe: { S: "ß€😀" } }],
    ["a boolean and a null", { yes: { BOOL: true }, none: { NULL: true } }],
    ["a set of texts", { set: { SS: ["a", "ß", "long enough"] } }],
    ["a list and a map, nested", { list: { L: [{ S: "a" }, { M: { b: { S: "c" }, d: { L: [] } } }] } }],
  ])("with %s: 1024 bytes cost one unit, 1025 two", async (_, attributes) => {
    expect(await chargedUnits(filled(1024, attributes))).toBe(1);
    expect(await chargedUnits(filled(1025, attributes))).toBe(2);
  });

  it.each(["0", "1", "12", "123", "1234.5678", "100", "-5", "0.0001"])(
    "with the number %s is never counted as smaller than it is",
    async (digits) => {
      expect(await chargedUnits(filled(1024, { number: { N: digits } }))).toBe(1);
    },
  );
});

describe("an item with a set of numbers", () => {
  it.each([[["1"]], [["1", "2", "3"]], [["1", "10", "99", "100"]]])(
    "of %j is never counted as smaller than it is",
    async (NS) => {
      expect(await chargedUnits(filled(1024, { set: { NS } }))).toBe(1);
    },
  );
});

describe("a transaction's units", () => {
  it.each([
    [0, 1, 2],
    [1024, 1024, 2],
    [1024, 1025, 4],
    [2049, 10, 6],
    [0, 0, 2],
  ])("are two for each started kB of the larger: %d bytes before, %d after, %d units", (before, after, units) => {
    expect(transactionUnits(before, after)).toBe(units);
  });

  it("are twice a plain write's", () => {
    expect(transactionUnits(0, 5000)).toBe(2 * writeUnits(5000));
  });
});
