import fc from "fast-check";
import type { Activity, LineItem } from "../../shared/domain/activity.ts";
import type { Filter } from "../../shared/domain/filters.ts";
import { buildActivity, buildFilter, buildTarget, decimal, noonOf } from "./domain.ts";
import { arrivals } from "./settledLife.ts";

/** Programmes with filters, and what is sent to them. Their groups have this many cycles. */
export const cycleCount = 8;
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

/** What filters look at. */
export const circumstances = fc.record({
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

/** A target whose filters change between cycles. */
export const target = fc
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
export type BuiltTarget = typeof target extends fc.Arbitrary<infer One> ? One : never;

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
export const sent = activities.chain((list) =>
  fc
    .tuple(fc.shuffledSubarray(list, { minLength: list.length }), fc.subarray(list))
    .chain(([all, repeats]) => {
      const count = all.length + repeats.length;
      return fc.tuple(fc.shuffledSubarray([...all, ...repeats], { minLength: count }), arrivals(count, cycleCount));
    })
    .map(([deliveries, arrivedIn]) => ({ list, deliveries, arrivedIn })),
);

type Sent = typeof sent extends fc.Arbitrary<infer One> ? One : never;

/** A customer who is in the target from that cycle on, and what is sent. */
export type Programme = { readonly of: BuiltTarget; readonly fromCycle: number; readonly sent: Sent };

/** The sums by the rules of the document, from the set of activities, without their order. */
export function expectedSums({ of, fromCycle, sent: { list } }: Programme): bigint[] {
  const sums = Array.from({ length: cycleCount }, () => 0n);
  const add = (number: number | undefined, delta: bigint) => {
    if (number !== undefined) sums[number - 1] = (sums[number - 1] ?? 0n) + delta;
  };
  const placed = (activity: Activity): number | undefined => {
    const number = matchedCycle(of, activity);
    if (number === undefined || number < fromCycle) return undefined;
    return of.tracksFromEnrollmentDate && activity.occurredAt < noonOf(fromCycle) ? undefined : number;
  };
  for (const activity of list) {
    const named = list.find(({ activityId }) => activityId === activity.originalActivityId);
    const number = placed(named ?? activity);
    const amountThere = number === undefined ? undefined : worth(of, number, activity);
    if (amountThere !== undefined) add(number, activity.type === "RETURN" ? -amountThere : amountThere);
  }
  return sums;
}

/** The cycle in which the activity happened, if it fulfils the filters of that cycle and has something to count. */
export function matchedCycle(of: BuiltTarget, activity: Activity): number | undefined {
  const number = cycleOf(activity);
  if (number === undefined || !passes(of, number, activity)) return undefined;
  return worth(of, number, activity) === undefined ? undefined : number;
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

export function passes(of: BuiltTarget, number: number, activity: Activity): boolean {
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

/** What the activity adds, or takes off, by the filters of the cycle. */
export function worth(of: BuiltTarget, number: number, activity: Activity): bigint | undefined {
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
