import { randomUUID } from "node:crypto";
import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, describe, expect, it } from "vitest";
import { parseDecimal } from "../../shared/domain/decimal.ts";
import { createTargetGroup } from "../../shared/operations/createTargetGroup.ts";
import { recordActivity } from "../../shared/operations/recordActivity.ts";
import { TargetGroupCache } from "../../shared/operations/targetGroupCache.ts";
import { createClient, patientLimits } from "../../shared/table/client.ts";
import { type Item, ItemReader, MalformedItem, numberOf } from "../../shared/table/item.ts";
import { get, putUnlessThere } from "../../shared/table/store.ts";
import { buildActivity, buildGroup, noonOf, startOfCycle } from "../support/domain.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { enroll } from "../support/membership.ts";
import { openTestTable } from "../support/service.ts";

const table = openTestTable();
/** A client that shows numbers as the engine spells them. The table's client is compared with it. */
const plain = createClient({ endpoint: engineEndpoint(), ...localAccess }, patientLimits);
afterAll(() => {
  table.close();
  plain.destroy();
});

function decimal(digits: string): bigint {
  const value = parseDecimal(digits);
  if (value === undefined) throw new Error(`${digits} is no decimal`);
  return value;
}

const newKey = () => ({ pk: `TOKEN#${randomUUID()}`, sk: "TOKEN" });

/** The digits that the engine holds after the table's client has written the number. */
async function written(value: Item[string]): Promise<string | undefined> {
  const key = newKey();
  await putUnlessThere(table, { ...key, value });
  const { pk, sk } = key;
  const { Item } = await plain.send(
    new GetItemCommand({ TableName: table.name, Key: { pk: { S: pk }, sk: { S: sk } }, ConsistentRead: true }),
  );
  return Item?.["value"]?.N;
}

/** The number that the table's client reads when the engine holds these digits. */
async function stored(digits: string): Promise<ItemReader> {
  const { pk, sk } = newKey();
  await plain.send(
    new PutItemCommand({ TableName: table.name, Item: { pk: { S: pk }, sk: { S: sk }, value: { N: digits } } }),
  );
  return ItemReader.of((await get(table, { pk, sk }, { isConsistent: true })) ?? {});
}

describe("the table's client writes every digit of", () => {
  it.each(["0.0001", "12.5", "-0.5", "99999999999.9999", "9007199254740993", "9007199254740993.0001"])(
    "the decimal %s",
    async (digits) => {
      expect(await written(numberOf(decimal(digits)))).toBe(digits);
    },
  );
});

describe("the table's client reads every digit of", () => {
  it.each(["0.0001", "12.5", "-0.5", "99999999999.9999", "9007199254740993", "9007199254740993.0001"])(
    "the decimal %s",
    async (digits) => {
      expect((await stored(digits)).decimal("value")).toBe(decimal(digits));
    },
  );

  it("the integer 9007199254740991", async () => {
    expect((await stored("9007199254740991")).integer("value")).toBe(9_007_199_254_740_991);
  });

  it.each(["1.0000000000000001", "9007199254740993"])("%s, which is therefore no integer", async (digits) => {
    const reader = await stored(digits);
    expect(() => reader.integer("value")).toThrow(MalformedItem);
  });

  it("1.0000000000000001, which is therefore no decimal of four places", async () => {
    const reader = await stored("1.0000000000000001");
    expect(() => reader.decimal("value")).toThrow(MalformedItem);
  });
});

describe("a bigint", () => {
  it("does not compile as a value of an item, because the client would write 12.5 as its 125000 ten-thousandths", async () => {
    // @ts-expect-error A decimal is written by numberOf.
    const value: Item[string] = 125_000n;
    expect(await written(value)).toBe("125000");
    expect(await written(numberOf(125_000n))).toBe("12.5");
  });

  it("is in no command of a definition, an enrolment and an activity", async () => {
    const watched = openTestTable();
    const inputs: unknown[] = [];
    watched.client.middlewareStack.add(
      (next) => (args) => {
        inputs.push(args.input);
        return next(args);
      },
      { step: "initialize", priority: "high" },
    );
    const [org, customerId, now] = [randomUUID(), 11, noonOf(1)];
    const group = await createTargetGroup(watched, org, buildGroup({ name: "Exact" }), startOfCycle(1));
    if (typeof group === "string") throw new Error("The brand is new");
    const ref = { org, customerId, groupId: group.id, targetId: group.targets[0]?.id ?? 0 };
    const reached = { isReached: false, isAnnounced: false, triggerIds: [] } as const;
    const opening = { kind: "balance", value: decimal("12.5"), ...reached } as const;
    await enroll(watched, ref, { outcome: "accepted", fromCycle: 1, opening, definitionVersion: 1 }, now, undefined);
    const activity = { ...buildActivity({ customerId, amount: decimal("0.0001") }), contentDigest: "digest" };
    const { outcome } = await recordActivity(watched, new TargetGroupCache(watched), org, activity, now);
    watched.close();
    expect(outcome).toBe("recorded");
    expect(inputs.length).toBeGreaterThanOrEqual(4);
    expect(inputs.flatMap(bigintsIn)).toEqual([]);
  });
});

function bigintsIn(value: unknown): bigint[] {
  if (typeof value === "bigint") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(bigintsIn) : [];
}
