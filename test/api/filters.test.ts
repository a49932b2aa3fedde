import { describe, expect, it } from "vitest";
import { countQueuedActivities } from "../../functions/countQueuedActivities/countQueuedActivities.ts";
import { createContext } from "../../shared/operations/context.ts";
import { expectRefused } from "../support/envelopes.ts";
import { ok } from "../support/org.ts";
import { queueMessage } from "../support/queueMessage.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import { during, firstInstantOf, milestone } from "../support/targetGroups.ts";

const service = useService();
const bare = milestone().targets[0] ?? {};
const now = during(1);
const inStore = (...entityIds: readonly string[]) => ({ entityType: "STORE", entityIds });
const brand = (id: string) => [{ entityType: "BRAND", entityIds: [id] }];

async function enrolled(...targets: readonly Record<string, unknown>[]): Promise<Setting> {
  const one = await newSetting(service, milestone({ targets: targets.map((target) => ({ ...bare, ...target })) }));
  for (const targetId of one.group.targetIds)
    await ok(one.org.enroll({ ...one.group, targetId }, { customerId: one.customerId }, { now: firstInstantOf(1) }));
  return one;
}

let last = 0;

function activity({ customerId }: Pick<Setting, "customerId">, fields: Record<string, unknown> = {}) {
  last += 1;
  return { activityId: `a-${last}`, customerId, type: "TRANSACTION", occurredAt: during(1), amount: 10, ...fields };
}

async function send(one: Setting, fields: Record<string, unknown> = {}, at = now) {
  return (await ok(one.org.till.post("/activities", activity(one, fields), { now: at }))).body.data;
}

async function sums(one: Setting, at = now): Promise<Record<string, number>> {
  const state = await one.org.readState(one.group, one.customerId, { now: at });
  return Object.fromEntries((state?.targets ?? []).map((row) => [row.periodRefCode, row.targetAchievedValue]));
}

describe("rule 1: what an activity carries", () => {
  const everything = {
    storeId: "s1",
    channel: "web",
    zoneIds: ["z1", "z2"],
    conceptIds: ["c1"],
    tenders: ["cash", "card"],
    lineItems: [
      { itemCode: "i1", category: "x", brand: "b", amount: 5, quantity: 1 },
      { itemCode: "i2", amount: 5 },
    ],
  };

  it("a repeat with the sets, the lines and the names in another order, and ids as numbers, is the same activity", async () => {
    const one = await enrolled({});
    const first = activity(one, { ...everything, storeId: "12" });
    await ok(one.org.till.post("/activities", first, { now }));
    const reversed = Object.fromEntries(Object.entries({ ...first, storeId: 12 }).toReversed());
    const lists = {
      zoneIds: ["z2", "z1", "z1"],
      tenders: ["card", "cash"],
      lineItems: everything.lineItems.toReversed(),
    };
    const { body } = await ok(one.org.till.post("/activities", { ...reversed, ...lists }, { now }));
    expect(body.warnings).toMatchObject([{ message: expect.stringMatching(/already counted/) }]);
  });

  it.each([
    [{ storeId: "s2" }],
    [{ channel: null }],
    [{ zoneIds: ["z1"] }],
    [{ conceptIds: [] }],
    [{ tenders: ["cash", "card", "voucher"] }],
    [{ lineItems: everything.lineItems.slice(1) }],
    [{ lineItems: [...everything.lineItems, everything.lineItems[1]] }],
  ])("the same id with %o instead is refused with 300004 (HTTP 422)", async (change) => {
    const one = await enrolled({});
    const first = activity(one, everything);
    await ok(one.org.till.post("/activities", first, { now }));
    expectRefused(await one.org.till.post("/activities", { ...first, ...change }, { now }), 422, 300004);
  });

  it.each([
    ["a store of 64 characters", { storeId: "é".repeat(64) }],
    ["ten tenders", { tenders: Array.from({ length: 10 }, (_, index) => index) }],
    ["100 lines", { lineItems: Array.from({ length: 100 }, () => ({ itemCode: "i" })) }],
    ["nulls", { storeId: null, channel: null, zoneIds: null, lineItems: null }],
  ])("%s are taken", async (_, fields) => {
    expect((await send(await enrolled({}), fields)).targets).toHaveLength(1);
  });

  it.each([
    ["a store of 65 characters", { storeId: "x".repeat(65) }, /storeId must not have more than 64 characters/],
    ["an empty channel", { channel: "" }, /channel must not have fewer than 1 characters/],
    ["eleven zones", { zoneIds: Array.from({ length: 11 }, String) }, /zoneIds must not have more than 10 items/],
    ["101 lines", { lineItems: Array.from({ length: 101 }, () => ({})) }, /lineItems must not have more than 100/],
    ["a line without its item", { lineItems: [{ amount: 1 }] }, /lineItems\[0\]\.itemCode is required/],
    ["a line with 5 digits", { lineItems: [{ itemCode: 1, amount: 0.00001 }] }, /lineItems\[0\]\.amount must have at/],
    ["a line below 0", { lineItems: [{ itemCode: 1, quantity: -1 }] }, /lineItems\[0\]\.quantity must be >= 0/],
    ["more than 64 kB", { note: "x".repeat(65_536) }, /An activity must take at most 65536 bytes as JSON/],
  ])("%s is refused with 300004", async (_, fields, message) => {
    const one = await enrolled({});
    expectRefused(await one.org.till.post("/activities", activity(one, fields), { now }), 400, 300004, message);
  });

  it("25 activities of together 256 kB are taken", async () => {
    const one = await enrolled({ filters: [inStore("s1")] });
    const lineItems = Array.from({ length: 60 }, (_, index) => ({ itemCode: `${index}`.padEnd(64, "x"), amount: 1 }));
    const body = Array.from({ length: 25 }, () => activity(one, { storeId: "s1", lineItems }));
    expect(JSON.stringify(body).length).toBeGreaterThan(130_000);
    const { data } = (await ok(one.org.till.post("/activities", body, { now }))).body;
    expect(data.map(({ errors }: { errors: unknown }) => errors)).toEqual(body.map(() => null));
    expect(await sums(one)).toMatchObject({ c1: 250 });
  });
});

describe("rule 2: a target of lines", () => {
  const lineItems = [
    { itemCode: "i1", brand: "a", amount: 4, quantity: 2 },
    { itemCode: "i2", brand: "b", amount: 6.5, quantity: 3 },
  ];

  it.each([
    ["SALES", 4],
    ["GROSS_SALES", 4],
    ["QUANTITY", 2],
    ["COUNT", 1],
    ["VISIT", 1],
  ])("counts %s of the lines that its filters select", async (targetType, expected) => {
    const filters = [{ entityType: "BRAND", entityIds: ["a"] }];
    const one = await enrolled({ targetEntity: "LINEITEM", targetType, filters });
    await send(one, { lineItems });
    expect(await sums(one)).toMatchObject({ c1: expected });
  });

  it("that counts an event's attribute is refused with 300004", async () => {
    const { admin } = await service.newOrg();
    const target = { ...bare, targetEntity: "LINEITEM", targetType: "EVENT_ATTRIBUTE", attributeName: "a" };
    const message = /targets\[0\]\.targetType must not be EVENT_ATTRIBUTE when targetEntity is LINEITEM/;
    expectRefused(await admin.post("/targetGroups", milestone({ targets: [target] })), 400, 300004, message);
  });
});

describe("rule 3: filters", () => {
  const filters = [
    inStore("s1", "s2"),
    { entityType: "AMOUNT", minimum: 5, maximum: 10.5 },
    { entityType: "ATTRIBUTE", attributeName: "grade", entityIds: ["gold"], exclude: true },
  ];

  it("are answered as they were sent, without a warning", async () => {
    const { admin, reader } = await service.newOrg();
    const { body } = await ok(admin.post("/targetGroups", milestone({ targets: [{ ...bare, filters }] })));
    expect(body.warnings).toBeNull();
    const stored = await reader.get(`/targetGroups/${body.data.id}`);
    expect(stored.body.data.targets).toMatchObject([{ filters, rules: null }]);
  });

  it("of 1000 ids together are taken; numbers stand for their digits", async () => {
    const ids = Array.from({ length: 999 }, (_, index) => `store-${index}`);
    const one = await enrolled({ filters: [inStore(...ids), { entityType: "ZONE", entityIds: [7] }] });
    expect((await send(one, { storeId: "store-998", zoneIds: ["7"] })).targets).toHaveLength(1);
  });

  it.each([
    ["of an unknown entityType", [{ entityType: "SHOP", entityIds: ["1"] }], /filters\[0\]\.entityType must be one of/],
    ["that are no list", { entityType: "STORE" }, /filters must be an array or null/],
    ["without ids", [{ entityType: "STORE" }], /filters\[0\]\.entityIds is required when entityType is STORE/],
    ["with an empty list", [inStore()], /filters\[0\]\.entityIds must not have fewer than 1 items/],
    ["without bounds", [{ entityType: "AMOUNT" }], /filters\[0\] must have minimum or maximum/],
    ["of no attribute", [{ entityType: "ATTRIBUTE", minimum: 1 }], /filters\[0\]\.attributeName is required/],
    ["with 5 digits", [{ entityType: "AMOUNT", minimum: 0.00001 }], /filters\[0\]\.minimum must have at most 4/],
    ["21 of them", Array.from({ length: 21 }, () => inStore("1")), /filters must not have more than 20 items/],
    [
      "with more than 1000 ids together",
      [inStore(...Array.from({ length: 1000 }, (_, index) => `${index}`)), inStore("x")],
      /filters must have at most 1000 entityIds together; got 1001/,
    ],
  ])("%s are refused with 300004", async (_, wrong, message) => {
    const { admin } = await service.newOrg();
    const body = milestone({ targets: [{ ...bare, filters: wrong }] });
    expectRefused(await admin.post("/targetGroups", body), 400, 300004, message);
  });

  it.each([
    ["an edit", "PUT", "filters\\[0\\]"],
    ["an addition", "POST", "filters\\[0\\]"],
  ])("are judged the same in %s", async (_, method, field) => {
    const { org, group } = await newSetting(service);
    const body = { ...bare, filters: [{ entityType: "ITEM", entityIds: ["1"] }] };
    const path = `/targetGroups/${group.groupId}/targets${method === "PUT" ? `/${group.targetId}` : ""}`;
    const response = await org.admin.send(method, path, JSON.stringify(body), { now });
    expectRefused(response, 400, 300004, new RegExp(`${field}\\.entityType ITEM needs the targetEntity LINEITEM`));
  });

  it("an unknown field of a filter is warned of", async () => {
    const { admin } = await service.newOrg();
    const target = { ...bare, filters: [{ ...inStore("1"), entityId: 1 }] };
    const { body } = await ok(admin.post("/targetGroups", milestone({ targets: [target] })));
    expect(body.warnings).toEqual([
      { message: '"targets[0].filters[0].entityId" was ignored: it is not a field of this request.' },
    ]);
  });
});

describe("rules 4 and 7: what fails is not counted, and the answer says which filter failed first", () => {
  const filters = [inStore("s1"), { entityType: "CHANNEL", entityIds: ["web"], exclude: true }];

  it.each([
    [{ storeId: "s1" }, undefined],
    [{ storeId: "s1", channel: "shop" }, undefined],
    [{ storeId: "s2" }, { index: 0, entityType: "STORE" }],
    [{}, { index: 0, entityType: "STORE" }],
    [
      { storeId: "s1", channel: "web" },
      { index: 1, entityType: "CHANNEL" },
    ],
    [
      { storeId: "s2", channel: "web" },
      { index: 0, entityType: "STORE" },
    ],
  ])("%o: %o, and a repeat answers the same", async (fields, filter) => {
    const one = await enrolled({ filters });
    const sent = activity(one, fields);
    const expected =
      filter === undefined
        ? { targets: [{ newAchievedValue: 10 }], notCounted: [] }
        : { targets: [], notCounted: [{ reason: "RULE_DOES_NOT_MATCH", filter }] };
    for (const _ of ["first", "repeat"])
      expect((await ok(one.org.till.post("/activities", sent, { now }))).body.data).toMatchObject(expected);
  });

  it("no filter is named where the target counts something else", async () => {
    const one = await enrolled({ filters });
    const { notCounted } = await send(one, { storeId: "s1", amount: undefined });
    const [targetGroupId, targetRuleId] = [one.group.groupId, one.group.targetId];
    expect(notCounted).toEqual([{ targetGroupId, targetRuleId, reason: "RULE_DOES_NOT_MATCH" }]);
  });

  it("a simulation and the queue judge alike", async () => {
    const one = await enrolled({ filters });
    const simulated = await ok(one.org.reader.post("/activities/simulate", activity(one, { storeId: "s2" }), { now }));
    expect(simulated.body.data.notCounted).toMatchObject([{ filter: { index: 0, entityType: "STORE" } }]);
    const Records = ["s1", "s2"].map((storeId) => queueMessage(storeId, one.org.org, activity(one, { storeId })));
    expect(await countQueuedActivities(createContext(service.table))({ Records })).toEqual({ batchItemFailures: [] });
    expect(await sums(one)).toMatchObject({ c1: 10 });
  });
});

it("rule 5: filters of lines select lines, the others judge the activity", async () => {
  const filters = [{ entityType: "CATEGORY", entityIds: ["pens"] }, inStore("s1")];
  const one = await enrolled({ targetEntity: "LINEITEM", filters });
  const lineItems = [
    { itemCode: "1", category: "pens", amount: 3 },
    { itemCode: "2", category: "ink", amount: 5 },
  ];
  expect((await send(one, { storeId: "s1", lineItems })).targets).toMatchObject([{ newAchievedValue: 3 }]);
  const byStore = [{ reason: "RULE_DOES_NOT_MATCH", filter: { index: 1, entityType: "STORE" } }];
  expect(await send(one, { storeId: "s2", lineItems })).toMatchObject({ targets: [], notCounted: byStore });
  const byLine = [{ reason: "RULE_DOES_NOT_MATCH", filter: { index: 0, entityType: "CATEGORY" } }];
  const other = { storeId: "s1", lineItems: lineItems.slice(1) };
  expect(await send(one, other)).toMatchObject({ targets: [], notCounted: byLine });
});

/** Lines of these amounts; the first one is of brand a. */
function lines(...amounts: readonly number[]) {
  return amounts.map((amount, index) => ({ itemCode: index, brand: index === 0 ? "a" : "b", amount }));
}

describe("rule 6: returns", () => {
  const filters = [inStore("s1")];
  const returned = { type: "RETURN", occurredAt: during(2) };

  it("of a transaction that counted goes where that counted, from whichever store", async () => {
    const one = await enrolled({ filters });
    await send(one, { activityId: "sale", storeId: "s1" });
    await send(one, { ...returned, originalActivityId: "sale", amount: 4, storeId: "s2" }, during(2));
    expect(await sums(one, during(2))).toMatchObject({ c1: 6, c2: 0 });
  });

  it("of lines takes off what the same filters select of its own lines", async () => {
    const one = await enrolled({ targetEntity: "LINEITEM", filters: brand("a") });
    await send(one, { activityId: "sale", lineItems: lines(10, 20) });
    await send(one, { ...returned, originalActivityId: "sale", lineItems: lines(3, 20) }, during(2));
    expect(await sums(one, during(2))).toMatchObject({ c1: 7 });
  });

  it("that names none is asked for all filters", async () => {
    const one = await enrolled({ filters });
    await send(one, { storeId: "s1" });
    const [other, same] = ["s2", "s1"].map((storeId) => ({ type: "RETURN", amount: 4, storeId }));
    expect((await send(one, other)).notCounted).toMatchObject([{ filter: { index: 0, entityType: "STORE" } }]);
    expect(await sums(one)).toMatchObject({ c1: 10 });
    await send(one, same);
    expect(await sums(one)).toMatchObject({ c1: 6 });
  });

  it.each([
    ["the return matches, the transaction does not", "s1", "s2", { c1: 0, c2: 0 }, -4],
    ["the return does not match, the transaction does", "s2", "s1", { c1: 6, c2: 0 }, 0],
    ["neither matches", "s2", "s2", { c1: 0, c2: 0 }, 0],
    ["both match", "s1", "s1", { c1: 6, c2: 0 }, -4],
  ])("before its transaction, %s: the end is that of the other order", async (_, ofReturn, ofSale, end, meanwhile) => {
    const sale = { activityId: "sale", storeId: ofSale };
    const back = { ...returned, activityId: "back", originalActivityId: "sale", amount: 4, storeId: ofReturn };
    const [first, second] = [await enrolled({ filters }), await enrolled({ filters })];
    await send(first, { activityId: "other", storeId: "s1", occurredAt: during(2) }, during(2));
    await send(first, back, during(2));
    expect(await sums(first, during(2))).toMatchObject({ c2: 10 + meanwhile });
    await send(first, sale, during(2));
    await send(second, sale, during(2));
    await send(second, back, during(2));
    expect(await sums(second, during(2))).toMatchObject(end);
    expect(await sums(first, during(2))).toMatchObject({ ...end, c2: 10 });
  });
});

async function requests(one: Setting, fields: Record<string, unknown>): Promise<string[]> {
  await send(one, fields);
  return (await service.recorder.during(() => send(one, fields))).map(({ command }) => command);
}

it("rule 8: an activity that filters judge takes no request more", async () => {
  const fields = { storeId: "s1", lineItems: [{ itemCode: "1", brand: "a", amount: 1 }] };
  const filtered = await enrolled({ targetEntity: "LINEITEM", filters: [inStore("s1"), ...brand("a")] });
  expect(await requests(filtered, fields)).toEqual(await requests(await enrolled({}), {}));
});

function edit({ org, group }: Setting, body: unknown, at = now) {
  return org.admin.put(`/targetGroups/${group.groupId}/targets/${group.targetId}`, body, { now: at });
}

/** A filter of a thousand long ids. */
function wide(letter: string) {
  return [inStore(...Array.from({ length: 1000 }, (_, index) => `${letter}${index}`.padEnd(60, "é")))];
}

describe("an edit of filters", () => {
  it("holds from the first cycle on that has not started, for early and late activities alike", async () => {
    const one = await enrolled({ filters: [inStore("s1")] });
    const { body } = await ok(edit(one, { filters: [inStore("s2")] }));
    expect(body.data.targets).toMatchObject([
      {
        filters: [inStore("s2")],
        rules: [
          { fromPeriodId: one.group.cycleIds[0], filters: [inStore("s1")] },
          { fromPeriodId: one.group.cycleIds[1], filters: [inStore("s2")] },
        ],
      },
    ]);
    for (const storeId of ["s1", "s2"])
      for (const cycle of [1, 2, 3])
        await send(one, { storeId, amount: storeId === "s1" ? 1 : 2, occurredAt: during(cycle) }, during(3));
    expect(await sums(one, during(3))).toMatchObject({ c1: 1, c2: 2, c3: 2 });
  });

  it("of a return before its transaction of an earlier cycle: that cycle's rule selects the lines", async () => {
    const lineItems = [
      { itemCode: "1", brand: "a", amount: 3 },
      { itemCode: "2", brand: "b", amount: 5 },
    ];
    const back = { type: "RETURN", occurredAt: during(2), originalActivityId: "sale", activityId: "back", lineItems };
    const ends = [];
    for (const isFirst of [true, false]) {
      const one = await enrolled({ targetEntity: "LINEITEM", filters: brand("a") });
      await ok(edit(one, { filters: brand("b") }));
      const sale = { activityId: "sale", lineItems: [...lineItems, { itemCode: "3", brand: "a", amount: 10 }] };
      for (const fields of isFirst ? [back, sale] : [sale, back]) await send(one, fields, during(2));
      ends.push(await sums(one, during(2)));
    }
    expect(ends).toMatchObject([
      { c1: 10, c2: 0 },
      { c1: 10, c2: 0 },
    ]);
  });

  it("back to what they were leaves one rule, and the same filters again change nothing", async () => {
    const one = await enrolled({ filters: [inStore("s1", "s2")] });
    await ok(edit(one, { filters: [inStore("s3")] }));
    const back = await ok(edit(one, { filters: [inStore("s2", "s1")] }));
    expect(back.body.data.targets).toMatchObject([{ filters: [inStore("s1", "s2")], rules: null }]);
    expect((await ok(edit(one, { filters: [inStore("s2", "s1")] }))).body.data.version).toBe(3);
  });

  it("when every cycle has started holds for cycles that are appended later", async () => {
    const one = await enrolled({ filters: [inStore("s1")] });
    const { body } = await ok(edit(one, { filters: null }, during(5)));
    expect(body.data.targets[0].rules).toMatchObject([{}, { fromPeriodId: null, filters: null }]);
    const more = [{ refCode: "more", startDate: "2030-07-01", endDate: "2030-07-31" }];
    await ok(one.org.admin.post(`/targetGroups/${one.group.groupId}/targetPeriods`, more, { now: during(5) }));
    const late = await send(one, { occurredAt: during(5) }, during(7));
    expect(late.notCounted).toMatchObject([{ filter: { entityType: "STORE" } }]);
    expect((await send(one, { occurredAt: during(7) }, during(7))).targets).toHaveLength(1);
  });

  it("is a row of the audit log", async () => {
    const one = await enrolled({ filters: [inStore("s1")] });
    await ok(edit(one, { filters: null }));
    const { data } = (await ok(one.org.reader.get(`/targetGroups/${one.group.groupId}/auditLogs`))).body;
    const oldValue = '[{"entityType":"STORE","entityIds":["s1"]}]';
    expect(data[0]).toMatchObject({ field: `targets[${one.group.targetId}].filters`, oldValue, newValue: null });
  });

  it("that would take more bytes than a target has room for, with those of earlier cycles, is refused with 300004", async () => {
    const one = await enrolled({ filters: wide("a") });
    await ok(edit(one, { filters: wide("b") }));
    const third = await edit(one, { filters: wide("c") }, during(2));
    expectRefused(
      third,
      400,
      300004,
      /filters and targetMilestoneTriggers must take at most 262144 bytes as JSON, together with those of earlier/,
    );
  });
});
