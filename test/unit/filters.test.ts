import { describe, expect, it } from "vitest";
import type { Activity, LineItem } from "../../shared/domain/activity.ts";
import { matches } from "../../shared/domain/activity.ts";
import { type Filter, filterEntityTypes, filterFaults } from "../../shared/domain/filters.ts";
import type { Target } from "../../shared/domain/targetGroup.ts";
import { buildActivity, buildFilter, buildTarget, decimal } from "../support/domain.ts";

const full: Partial<Activity> = {
  storeId: "s1",
  channel: "web",
  zoneIds: ["z1", "z2"],
  conceptIds: ["c1"],
  tenders: ["cash", "card"],
  amount: decimal(10),
  attributeTexts: new Map([
    ["litres", "42.5"],
    ["grade", "gold"],
  ]),
};

function line(itemCode: string, fields: Partial<LineItem> = {}): LineItem {
  return { itemCode, category: undefined, brand: undefined, amount: decimal(1), quantity: decimal(1), ...fields };
}

function matched(filters: readonly Filter[], activity: Partial<Activity>, target: Partial<Target> = {}) {
  return matches(buildTarget(target), filters, buildActivity(activity));
}

describe("a filter of ids", () => {
  it.each([
    ["STORE", "s1", "s2"],
    ["CHANNEL", "web", "shop"],
    ["ZONE", "z2", "z3"],
    ["CONCEPT", "c1", "c2"],
    ["TENDER", "card", "voucher"],
  ] as const)("%s holds when any id is there, and its exclusion when none is", (entityType, present, absent) => {
    const passes = (id: string, isExcluding: boolean) =>
      matched([buildFilter({ entityType, entityIds: new Set([id, "other"]), isExcluding })], full).failed === undefined;
    expect([passes(present, false), passes(absent, false)]).toEqual([true, false]);
    expect([passes(present, true), passes(absent, true)]).toEqual([false, true]);
  });

  it("compares texts exactly: case, blanks and leading zeros tell ids apart", () => {
    const filter = buildFilter({ entityIds: new Set(["S1", " s1", "01"]) });
    for (const storeId of ["s1", "1"]) expect(matched([filter], { storeId }).failed).toBeDefined();
    expect(matched([filter], { storeId: "01" }).failed).toBeUndefined();
  });
});

it.each(filterEntityTypes.filter((type) => !["ITEM", "CATEGORY", "BRAND"].includes(type)))(
  "what the activity lacks fails an including filter of %s and fulfils an excluding one",
  (entityType) => {
    const bounds = { entityIds: new Set<string>(), minimum: 0n };
    const filter = buildFilter({ entityType, ...(entityType === "AMOUNT" ? bounds : {}), attributeName: "none" });
    const nothing = { amount: undefined, quantity: decimal(1) };
    expect(matched([filter], nothing, { type: "QUANTITY" }).failed).toEqual({ index: 0, entityType });
    expect(matched([{ ...filter, isExcluding: true }], nothing, { type: "QUANTITY" }).failed).toBeUndefined();
  },
);

describe("bounds", () => {
  const none = new Set<string>();
  it.each([
    [9.9999, false],
    [10, true],
    [20, true],
    [20.0001, false],
  ])("of AMOUNT from 10 to 20 hold for %d: %s", (amount, holds) => {
    const bounds = { entityIds: none, minimum: decimal(10), maximum: decimal(20) };
    const filter = buildFilter({ entityType: "AMOUNT", ...bounds });
    expect(matched([filter], { amount: decimal(amount) }).failed === undefined).toBe(holds);
    expect(matched([{ ...filter, isExcluding: true }], { amount: decimal(amount) }).failed === undefined).toBe(!holds);
  });

  it.each([
    ["litres", { minimum: decimal(42.5) }, true],
    ["litres", { minimum: decimal(42.5001) }, false],
    ["litres", { maximum: decimal(42.5) }, true],
    ["grade", { minimum: 0n }, false],
  ])("of the attribute %s: %o holds: %s", (attributeName, bounds, holds) => {
    const filter = buildFilter({ entityType: "ATTRIBUTE", attributeName, entityIds: none, ...bounds });
    expect(matched([filter], full).failed === undefined).toBe(holds);
  });

  it("an attribute can be compared with ids too", () => {
    const filter = buildFilter({ entityType: "ATTRIBUTE", attributeName: "grade", entityIds: new Set(["gold"]) });
    expect(matched([filter], full).failed).toBeUndefined();
    expect(matched([{ ...filter, attributeName: "litres" }], full).failed).toEqual({
      index: 0,
      entityType: "ATTRIBUTE",
    });
  });
});

function store(id: string): Filter {
  return buildFilter({ entityIds: new Set([id]) });
}

it("all filters must hold, and the first one that fails is named", () => {
  const channel = buildFilter({ entityType: "CHANNEL", entityIds: new Set(["shop"]) });
  expect(matched([store("s1"), store("s1")], full).failed).toBeUndefined();
  expect(matched([store("s1"), channel, store("s2")], full).failed).toEqual({ index: 1, entityType: "CHANNEL" });
});

describe("a target of lines", () => {
  const lineItems = [
    line("i1", { brand: "a", category: "x", amount: decimal(5), quantity: decimal(2) }),
    line("i2", { brand: "b", category: "x", amount: decimal(7), quantity: decimal(3) }),
    line("i3", { brand: "a", amount: undefined, quantity: undefined }),
  ];
  const brand = buildFilter({ entityType: "BRAND", entityIds: new Set(["a"]) });
  const category = buildFilter({ entityType: "CATEGORY", entityIds: new Set(["x"]) });

  it.each([
    ["SALES", 5],
    ["GROSS_SALES", 5],
    ["QUANTITY", 2],
    ["COUNT", 1],
    ["VISIT", 1],
  ] as const)("adds up what its filters select: %s", (type, expected) => {
    const { amount } = matched([brand], { lineItems, amount: decimal(99) }, { entity: "LINEITEM", type });
    expect(amount).toBe(decimal(expected));
  });

  it("selects a line by all filters together, and names the one that leaves none", () => {
    const target = { entity: "LINEITEM" } as const;
    expect(matched([brand, category], { lineItems }, target)).toEqual({ amount: decimal(5), failed: undefined });
    const other = buildFilter({ entityType: "CATEGORY", entityIds: new Set(["y"]) });
    expect(matched([brand, other], { lineItems }, target).failed).toEqual({ index: 1, entityType: "CATEGORY" });
    const without = { ...category, isExcluding: true };
    expect(matched([without], { lineItems: [...lineItems, line("i4")] }, target).amount).toBe(decimal(1));
  });

  it("counts nothing of an activity without lines, and all lines without filters", () => {
    const target = { entity: "LINEITEM" } as const;
    expect(matched([], {}, target)).toEqual({ amount: undefined, failed: undefined });
    expect(matched([brand], {}, target).failed).toEqual({ index: 0, entityType: "BRAND" });
    expect(matched([], { lineItems }, target).amount).toBe(decimal(12));
  });

  it("has the filters of the activity judge the activity", () => {
    const filters = [brand, buildFilter({ entityIds: new Set(["s2"]) })];
    const activity = { ...full, lineItems };
    expect(matched(filters, activity, { entity: "LINEITEM" })).toEqual({
      amount: decimal(5),
      failed: { index: 1, entityType: "STORE" },
    });
  });
});

it.each([
  ["STORE without ids", { entityIds: new Set<string>() }, "hasIds"],
  ["STORE with a bound", { minimum: 1n }, "hasIds"],
  ["STORE with an attribute", { attributeName: "a" }, "namesNoAttribute"],
  ["AMOUNT without a bound", { entityType: "AMOUNT", entityIds: new Set<string>() }, "hasBounds"],
  ["AMOUNT with ids", { entityType: "AMOUNT", minimum: 1n }, "hasBounds"],
  ["ATTRIBUTE without a name", { entityType: "ATTRIBUTE" }, "namesItsAttribute"],
  ["ATTRIBUTE with ids and bounds", { entityType: "ATTRIBUTE", attributeName: "a", maximum: 1n }, "hasIdsOrBounds"],
  [
    "bounds in the wrong order",
    { entityType: "AMOUNT", entityIds: new Set<string>(), minimum: 2n, maximum: 1n },
    "boundsAreInOrder",
  ],
  ["ITEM outside of LINEITEM", { entityType: "ITEM" }, "isForLines"],
] as const)("a filter is refused when it is %s", (_, fields, rule) => {
  expect(filterFaults([buildFilter(fields)], "TRANSACTION")).toMatchObject([{ index: 0, rule }]);
});
