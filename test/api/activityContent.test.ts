import { describe, expect, it } from "vitest";
import { parseActivity } from "../../shared/table/activityItem.ts";
import { activityKey } from "../../shared/table/keys.ts";
import { get } from "../../shared/table/store.ts";
import { decimal } from "../support/domain.ts";
import { expectRefused } from "../support/envelopes.ts";
import { ok, type TestOrg } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { during } from "../support/targetGroups.ts";

const service = useService();
const now = during(1);
const bare = { activityId: "a-1", type: "TRANSACTION", occurredAt: during(1, 2) };

type Setting = { readonly org: TestOrg; readonly customerId: number };

async function newCustomer(): Promise<Setting> {
  const org = await service.newOrg();
  return { org, customerId: await org.newCustomer() };
}

/** Sends the activity and answers its record. */
async function recorded(
  { org, customerId }: Setting,
  activity: { readonly activityId: string; readonly [field: string]: unknown },
) {
  await ok(org.till.post("/activities", { customerId, ...activity }, { now }));
  const item = await get(service.table, activityKey(org.org, customerId, activity.activityId), { isConsistent: true });
  return item === undefined ? undefined : parseActivity(item);
}

describe("the record of an activity", () => {
  it("holds all that was sent, exactly, whether or not it counted", async () => {
    const one = await newCustomer();
    const activity = { ...bare, type: "RETURN", name: "Refund ✓", amount: 0.1, quantity: 2.5 };
    const attributes = { store: { id: 7, aisles: ["b", "a"] }, stars: 4.25, note: null };
    const place = { storeId: 7, channel: "web", zoneIds: ["z", "a"], conceptIds: null, tenders: ["card", "card"] };
    const lineItems = [
      { itemCode: "2", amount: 0.1 },
      { itemCode: 1, category: "c", brand: "b", quantity: 2 },
    ];
    const sent = { ...activity, ...place, lineItems, attributes, originalActivityId: "sale:1" };
    expect(await recorded(one, sent)).toEqual({
      activityId: "a-1",
      customerId: one.customerId,
      type: "RETURN",
      name: "Refund ✓",
      occurredAt: Date.parse(bare.occurredAt),
      recordedAt: Date.parse(now),
      amount: decimal(0.1),
      quantity: decimal(2.5),
      attributesJson: '{"note":null,"stars":4.25,"store":{"aisles":["b","a"],"id":7}}',
      originalActivityId: "sale:1",
      storeId: "7",
      channel: "web",
      zoneIds: ["a", "z"],
      conceptIds: [],
      tenders: ["card"],
      lineItems: [
        { itemCode: "1", category: "c", brand: "b", amount: undefined, quantity: decimal(2) },
        { itemCode: "2", category: undefined, brand: undefined, amount: decimal(0.1), quantity: undefined },
      ],
      contentDigest: expect.any(String),
      enteredBy: one.org.credentials.till.username,
      source: "API",
      effects: [],
    });
  });

  it("holds nothing for what was not sent, or was sent as null or as empty attributes", async () => {
    const one = await newCustomer();
    const nothing = {
      name: undefined,
      amount: undefined,
      quantity: undefined,
      attributesJson: undefined,
      originalActivityId: undefined,
      storeId: undefined,
      channel: undefined,
      zoneIds: [],
      lineItems: [],
    };
    expect(await recorded(one, bare)).toMatchObject(nothing);
    const nulls = { name: null, amount: null, quantity: null, attributes: {}, originalActivityId: null };
    expect(await recorded(one, { ...bare, activityId: "a-2", ...nulls })).toMatchObject(nothing);
  });

  it("keeps what the first delivery sent when another one with other content is refused", async () => {
    const one = await newCustomer();
    const first = await recorded(one, { ...bare, amount: 5 });
    const other = { ...bare, customerId: one.customerId, amount: 6 };
    expectRefused(await one.org.till.post("/activities", other, { now }), 422, 300004);
    expect(await recorded(one, { ...bare, amount: 5 })).toEqual(first);
  });
});

describe("attributes of 16 kB as JSON", () => {
  const mostBytes = 16_384;
  const surroundings = JSON.stringify({ text: "" }).length;

  it("are recorded, and one byte more is refused with 300004", async () => {
    const one = await newCustomer();
    const largest = { text: "é".repeat(Math.floor((mostBytes - surroundings) / 2)) };
    const record = await recorded(one, { ...bare, attributes: largest });
    expect(record?.attributesJson).toBe(JSON.stringify(largest));
    const tooLarge = { text: "x".repeat(mostBytes - surroundings + 1) };
    const body = { ...bare, activityId: "a-2", customerId: one.customerId, attributes: tooLarge };
    const message = /attributes must take at most 16384 bytes as JSON; got 16385\.$/;
    expectRefused(await one.org.till.post("/activities", body, { now }), 400, 300004, message);
  });

  it("are measured as they are stored: short numbers that are long when written out are refused with 300004", async () => {
    const { org, customerId } = await newCustomer();
    const body = JSON.stringify({ ...bare, customerId, attributes: null });
    const spelled = body.replace("null", `{"all":[${Array.from({ length: 1000 }, () => "1e20").join(",")}]}`);
    const response = await org.till.send("POST", "/activities", spelled, { now });
    expectRefused(response, 400, 300004, /attributes must take at most 16384 bytes/);
  });
});
