import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Activity, type LineItem, matches } from "../../shared/domain/activity.ts";
import { type TargetEffect } from "../../shared/domain/counting.ts";
import type { Filter } from "../../shared/domain/filters.ts";
import type { OriginalActivity } from "../../shared/domain/placing.ts";
import { asOriginal } from "../../shared/table/activityItem.ts";
import { loseLateReturns } from "../support/brokenSettling.ts";
import {
  buildActivity,
  buildEnrollment,
  buildFilter,
  buildGroup,
  buildTarget,
  decimal,
  noonOf,
} from "../support/domain.ts";
import { searchLength } from "../support/seeds.ts";
import { arrivals, expectOfLives, isNoticed, type Keeping, SettledLife } from "../support/settledLife.ts";

const cycleCount = 8;
const ids = ["a", "b", "c"];
const id = fc.constantFrom(...ids);
const someIds = fc.subarray(ids);
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const amount = fc.integer({ min: 0, max: 40 }).map(decimal);

const idFilter = (...types: readonly Filter["entityType"][]) =>
  fc.record({
    entityType: fc.constantFrom(...types),
    entityIds: fc.subarray(ids, { minLength: 1 }).map((some) => new Set(some)),
    isExcluding: fc.boolean(),
    attributeName: fc.constant("grade"),
  });
const amountFilter = fc
  .record({ minimum: optional(amount), span: amount, isExcluding: fc.boolean() })
  .map(({ minimum = 0n, span, isExcluding }) => ({
    entityType: "AMOUNT" as const,
    entityIds: new Set<string>(),
    minimum,
    maximum: minimum + span,
    isExcluding,
  }));
const activityFilter = fc.oneof(idFilter("STORE", "CHANNEL", "ZONE", "CONCEPT", "TENDER", "ATTRIBUTE"), amountFilter);
const lineFilter = idFilter("ITEM", "CATEGORY", "BRAND");

const line = fc.record({
  itemCode: id,
  category: optional(id),
  brand: optional(id),
  amount: optional(amount),
  quantity: optional(amount),
});

const circumstances = fc.record({
  amount: optional(amount),
  quantity: optional(amount),
  storeId: optional(id),
  channel: optional(id),
  zoneIds: someIds,
  conceptIds: someIds,
  tenders: someIds,
  attributeTexts: optional(id).map((grade) => new Map(grade === undefined ? [] : [["grade", grade]])),
  lineItems: fc.array(line, { maxLength: 4 }),
});

function filtersFor(entity: "TRANSACTION" | "LINEITEM"): fc.Arbitrary<Filter[]> {
  const one = entity === "LINEITEM" ? fc.oneof(lineFilter, activityFilter) : activityFilter;
  return fc.array(one.map(buildFilter), { maxLength: 3 });
}

const target = fc
  .record({
    entity: fc.constantFrom("TRANSACTION" as const, "LINEITEM" as const),
    type: fc.constantFrom("SALES" as const, "QUANTITY" as const, "COUNT" as const),
    tracksFromEnrollmentDate: fc.boolean(),
    changes: fc.uniqueArray(fc.integer({ min: 1, max: cycleCount }), { maxLength: 3 }),
  })
  .chain(({ changes, ...fields }) => {
    const cycles = changes.toSorted((one, other) => one - other);
    return fc.tuple(...cycles.map(() => filtersFor(fields.entity))).map((all) =>
      buildTarget({
        ...fields,
        rules: cycles.map((fromCycle, n) => ({ fromCycle, filters: all[n] ?? [], triggers: [] })),
      }),
    );
  });
type BuiltTarget = typeof target extends fc.Arbitrary<infer One> ? One : never;

const cycle = fc.noBias(fc.integer({ min: 0, max: cycleCount + 1 }));

const transactions = fc
  .array(fc.tuple(cycle, circumstances), { minLength: 6, maxLength: 12 })
  .map((rows) =>
    rows.map(([number, fields], index) =>
      buildActivity({ ...fields, activityId: `t${index}`, occurredAt: noonOf(number) }),
    ),
  );
const activities = fc
  .tuple(transactions, fc.array(fc.tuple(cycle, circumstances, optional(fc.nat({ max: 14 }))), { maxLength: 8 }))
  .map(([sales, rows]) => [
    ...sales,
    ...rows.map(([number, fields, named], index) =>
      buildActivity({
        ...fields,
        activityId: `r${index}`,
        type: "RETURN",
        occurredAt: noonOf(number),
        originalActivityId: named === undefined ? undefined : `t${named}`,
      }),
    ),
  ]);

/** The activities, and deliveries of them in another order, some repeated. */
const sent = activities.chain((list) =>
  fc
    .tuple(fc.shuffledSubarray(list, { minLength: list.length }), fc.subarray(list))
    .chain(([all, repeats]) => {
      const count = all.length + repeats.length;
      return fc.tuple(fc.shuffledSubarray([...all, ...repeats], { minLength: count }), arrivals(count, cycleCount));
    })
    .map(([deliveries, arrivedIn]) => ({ list, deliveries, arrivedIn })),
);

const lives = fc.record({ of: target, fromCycle: fc.integer({ min: 1, max: 3 }), sent });
type Given = typeof lives extends fc.Arbitrary<infer One> ? One : never;

function live({ of, fromCycle, sent: { deliveries, arrivedIn } }: Given, keep?: Keeping) {
  const life = new SettledLife(groupOf(of), buildEnrollment({ fromCycle, enrolledAt: noonOf(fromCycle) }), keep);
  const effects = new Map<string, TargetEffect>();
  for (const [index, activity] of deliveries.entries()) {
    life.passTo(arrivedIn[index] ?? 1);
    if (effects.has(activity.activityId)) continue;
    effects.set(activity.activityId, life.count(activity, originalOf(activity, effects)));
  }
  return { life, effects };
}

function groupOf(of: BuiltTarget) {
  return buildGroup({ cycleCount, targets: [of] });
}

function originalOf(
  { originalActivityId = "" }: Activity,
  effects: ReadonlyMap<string, TargetEffect>,
): OriginalActivity | undefined {
  const effect = effects.get(originalActivityId);
  return effect && asOriginal({ type: "TRANSACTION", occurredAt: noonOf(1), effects: [effect] });
}

/** The sums by the rules of the document, from the set of activities, without their order. */
function expectedSums({ of, fromCycle, sent: { list } }: Given): bigint[] {
  const sums = Array.from({ length: cycleCount }, () => 0n);
  const add = (number: number | undefined, delta: bigint) => {
    if (number !== undefined) sums[number - 1] = (sums[number - 1] ?? 0n) + delta;
  };
  const placed = (activity: Activity): number | undefined => {
    const number = cycleOf(activity);
    if (number === undefined || number < fromCycle) return undefined;
    if (of.tracksFromEnrollmentDate && activity.occurredAt < noonOf(fromCycle)) return undefined;
    return passes(of, number, activity) && worth(of, number, activity) !== undefined ? number : undefined;
  };
  for (const activity of list) {
    const named = list.find(({ activityId }) => activityId === activity.originalActivityId);
    const number = placed(named ?? activity);
    const amountThere = number === undefined ? undefined : worth(of, number, activity);
    if (amountThere !== undefined) add(number, activity.type === "RETURN" ? -amountThere : amountThere);
  }
  return sums;
}

function cycleOf({ occurredAt }: Activity): number | undefined {
  const number = Array.from({ length: cycleCount }, (_, index) => index + 1).find((n) => noonOf(n) === occurredAt);
  return number;
}

function filtersIn({ rules }: BuiltTarget, number: number): readonly Filter[] {
  return rules.filter(({ fromCycle }) => fromCycle <= number).at(-1)?.filters ?? [];
}

const valuesOf: Record<string, (activity: Activity) => readonly unknown[]> = {
  STORE: ({ storeId }) => [storeId],
  CHANNEL: ({ channel }) => [channel],
  ZONE: ({ zoneIds }) => zoneIds,
  CONCEPT: ({ conceptIds }) => conceptIds,
  TENDER: ({ tenders }) => tenders,
  ATTRIBUTE: ({ attributeTexts }) => [attributeTexts.get("grade")],
};

function passes(of: BuiltTarget, number: number, activity: Activity): boolean {
  return filtersIn(of, number).every(({ entityType, entityIds, minimum = 0n, maximum = 0n, isExcluding }) => {
    const { amount: sum } = activity;
    if (entityType === "AMOUNT") return (sum !== undefined && sum >= minimum && sum <= maximum) !== isExcluding;
    const values = valuesOf[entityType]?.(activity);
    return values === undefined || values.some((value) => [...entityIds].some((one) => one === value)) !== isExcluding;
  });
}

const partOf: Record<string, (line: LineItem) => string | undefined> = {
  ITEM: ({ itemCode }) => itemCode,
  CATEGORY: ({ category }) => category,
  BRAND: ({ brand }) => brand,
};

function worth(of: BuiltTarget, number: number, activity: Activity): bigint | undefined {
  const lines = activity.lineItems.filter((one) =>
    filtersIn(of, number).every(({ entityType, entityIds, isExcluding }) => {
      const part = partOf[entityType]?.(one);
      return partOf[entityType] === undefined || (part !== undefined && entityIds.has(part)) !== isExcluding;
    }),
  );
  if (of.entity === "LINEITEM" && lines.length === 0) return undefined;
  if (of.type === "COUNT") return activity.type === "RETURN" ? undefined : 10_000n;
  const field = of.type === "SALES" ? "amount" : "quantity";
  if (of.entity !== "LINEITEM") return activity[field];
  const parts = lines.map((one) => one[field]).filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.reduce((sum, part) => sum + part, 0n);
}

function countsAsTheReference(given: Given, keep?: Keeping): SettledLife {
  const { life } = live(given, keep);
  const { achieved } = life.whole;
  const sums = Array.from({ length: cycleCount }, (_, index) => achieved.get(index + 1) ?? 0n);
  expect(sums).toEqual(expectedSums(given));
  return life;
}

describe("with random filters that change between cycles, and lines", () => {
  it("any order and repetition of transactions and returns gives the sums of a reference", () => {
    const counted = lives.filter((given) => expectedSums(given).some((sum) => sum > 0n));
    fc.assert(
      fc.property(counted, (given) => void countsAsTheReference(given)),
      { numRuns: searchLength(3_000) },
    );
  });

  it("the sums are those of the reference also when activities come late for settled cycles", () => {
    const late = lives.filter(({ of, sent: { list } }) => of.rules.length < 2 && list.length > 8);
    expectOfLives(late, countsAsTheReference);
  });

  it("the effects add up to the sum of each cycle", () => {
    fc.assert(
      fc.property(lives, (given) => {
        const { life, effects } = live(given);
        const changes = [...effects.values()].flatMap((effect) => effect.changes);
        for (let number = 1; number <= cycleCount; number += 1) {
          const ofCycle = changes.filter(({ cycleNumber }) => cycleNumber === number);
          const total = ofCycle.reduce((sum, { before, after }) => sum + after - before, 0n);
          expect(total).toBe(life.whole.achieved.get(number) ?? 0n);
        }
      }),
      { numRuns: searchLength(1_000) },
    );
  });

  it("what is named as failed is the first filter that fails alone or leaves no line", () => {
    const given = fc.record({ of: target, activity: circumstances });
    fc.assert(
      fc.property(given, ({ of, activity: fields }) => {
        const activity = buildActivity(fields);
        const filters = of.rules.at(-1)?.filters ?? [];
        const { failed } = matches(of, filters, activity);
        const upTo = (count: number) => ({
          ...of,
          rules: [{ fromCycle: 1, filters: filters.slice(0, count), triggers: [] }],
        });
        const holds = (count: number) =>
          passes(upTo(count), 1, activity) &&
          (of.entity !== "LINEITEM" || worth({ ...upTo(count), type: "COUNT" }, 1, activity) !== undefined);
        const hasLines = of.entity !== "LINEITEM" || fields.lineItems.length > 0;
        // With no line nothing can count, so no filter leaves any.
        const expected = { before: hasLines, after: hasLines && failed === undefined };
        const count = failed?.index ?? filters.length;
        expect({ before: holds(count), after: holds(count + 1) }).toEqual(expected);
      }),
      { numRuns: searchLength(1_000) },
    );
  });

  it("a settling that loses a late return is noticed", () => {
    expect(isNoticed(lives, countsAsTheReference, loseLateReturns)).toBe(true);
  });
});
