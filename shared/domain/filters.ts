import type { Activity, LineItem } from "./activity.ts";
import { type Decimal, formatDecimal, parseDecimal } from "./decimal.ts";

/** What a filter looks at. The last three look at each line of the activity, the others at the activity itself. */
export const filterEntityTypes = [
  "STORE",
  "ZONE",
  "CONCEPT",
  "CHANNEL",
  "TENDER",
  "AMOUNT",
  "ATTRIBUTE",
  "ITEM",
  "CATEGORY",
  "BRAND",
] as const;
type FilterEntityType = (typeof filterEntityTypes)[number];

/** A condition that an activity, or a line of it, must fulfil to count. */
export type Filter = {
  readonly entityType: FilterEntityType;
  /** Any of these texts; empty for a filter with bounds. */
  readonly entityIds: ReadonlySet<string>;
  /** ATTRIBUTE: its name. */
  readonly attributeName: string | undefined;
  /** AMOUNT, ATTRIBUTE: the bounds, both of them included. */
  readonly minimum: Decimal | undefined;
  readonly maximum: Decimal | undefined;
  /** None of the texts may be there, or the number must be out of the bounds. What is absent fulfils that. */
  readonly isExcluding: boolean;
};

/** The first filter that an activity failed; `index` is its place among the target's filters, from 0. */
export type FailedFilter = { readonly index: number; readonly entityType: FilterEntityType };

/** Whether the filter selects lines of an activity. */
function selectsLines({ entityType }: Pick<Filter, "entityType">): boolean {
  return entityType === "ITEM" || entityType === "CATEGORY" || entityType === "BRAND";
}

/** The first filter that the activity itself fails. Filters that select lines are not asked. */
export function failedByActivity(filters: readonly Filter[], activity: Activity): FailedFilter | undefined {
  return firstFailed(filters, (filter) => selectsLines(filter) || accepts(filter, valuesIn(activity, filter)));
}

/** The lines that all filters select. When there are none, `failed` is the filter that left none. */
export function selectLines(
  filters: readonly Filter[],
  lines: readonly LineItem[],
): { readonly selected: readonly LineItem[]; readonly failed: FailedFilter | undefined } {
  let selected = lines;
  const failed = firstFailed(filters, (filter) => {
    if (!selectsLines(filter)) return true;
    const hadNone = selected.length === 0;
    selected = selected.filter((line) => accepts(filter, valuesOfLine(line, filter)));
    return selected.length > 0 || (hadNone && filter.isExcluding);
  });
  return failed === undefined ? { selected, failed } : { selected: [], failed };
}

function firstFailed(filters: readonly Filter[], holds: (filter: Filter) => boolean): FailedFilter | undefined {
  const index = filters.findIndex((filter) => !holds(filter));
  const filter = filters[index];
  return filter === undefined ? undefined : { index, entityType: filter.entityType };
}

function accepts(filter: Filter, values: Values): boolean {
  const isThere =
    values.numbers.some((number) => isWithin(filter, number)) ||
    values.texts.some((text) => filter.entityIds.has(text));
  return isThere !== filter.isExcluding;
}

function isWithin({ minimum, maximum }: Filter, number: Decimal): boolean {
  if (minimum === undefined && maximum === undefined) return false;
  return (minimum === undefined || minimum <= number) && (maximum === undefined || number <= maximum);
}

/** What is compared with the ids of a filter, and what with its bounds. */
type Values = { readonly texts: readonly string[]; readonly numbers: readonly Decimal[] };

function valuesIn(activity: Activity, { entityType, attributeName }: Filter): Values {
  switch (entityType) {
    case "STORE":
      return texts(activity.storeId);
    case "CHANNEL":
      return texts(activity.channel);
    case "ZONE":
      return { texts: activity.zoneIds, numbers: [] };
    case "CONCEPT":
      return { texts: activity.conceptIds, numbers: [] };
    case "TENDER":
      return { texts: activity.tenders, numbers: [] };
    case "AMOUNT":
      return { texts: [], numbers: present(activity.amount) };
    case "ATTRIBUTE":
      return valuesOfAttribute(activity.attributeTexts.get(attributeName ?? ""));
    case "ITEM":
    case "CATEGORY":
    case "BRAND":
      return texts(undefined);
  }
}

function valuesOfLine(line: LineItem, { entityType }: Filter): Values {
  switch (entityType) {
    case "ITEM":
      return texts(line.itemCode);
    case "CATEGORY":
      return texts(line.category);
    case "BRAND":
      return texts(line.brand);
    case "STORE":
    case "CHANNEL":
    case "ZONE":
    case "CONCEPT":
    case "TENDER":
    case "AMOUNT":
    case "ATTRIBUTE":
      return texts(undefined);
  }
}

function valuesOfAttribute(text: string | undefined): Values {
  return { texts: present(text), numbers: present(text === undefined ? undefined : parseDecimal(text)) };
}

function texts(text: string | undefined): Values {
  return { texts: present(text), numbers: [] };
}

function present<Value>(value: Value | undefined): readonly Value[] {
  return value === undefined ? [] : [value];
}

/** The filters as JSON; two lists that judge alike in the same order have the same text, whatever the order of ids. */
export function filtersText(filters: readonly Filter[]): string {
  const plain = filters.map(({ entityType, entityIds, attributeName, minimum, maximum, isExcluding }) => ({
    entityType,
    entityIds: entityIds.size === 0 ? undefined : [...entityIds].toSorted(),
    attributeName,
    minimum: minimum === undefined ? undefined : Number(formatDecimal(minimum)),
    maximum: maximum === undefined ? undefined : Number(formatDecimal(maximum)),
    exclude: isExcluding ? true : undefined,
  }));
  return JSON.stringify(plain);
}

/** What is wrong with one filter of a target; `index` is its place among the filters. */
export type FilterFault =
  | {
      readonly index: number;
      readonly entityType: FilterEntityType;
      readonly rule:
        | "hasIds"
        | "hasBounds"
        | "hasIdsOrBounds"
        | "namesItsAttribute"
        | "namesNoAttribute"
        | "isForLines";
    }
  | { readonly index: number; readonly rule: "boundsAreInOrder" };

/** Every rule that the filters break in a target with this entity. */
export function filterFaults(filters: readonly Filter[], entity: string): FilterFault[] {
  return filters.flatMap((filter, index) => faultsOfFilter(filter, index, entity === "LINEITEM"));
}

function faultsOfFilter(filter: Filter, index: number, hasLines: boolean): FilterFault[] {
  const { entityType, attributeName, minimum, maximum } = filter;
  const faults: FilterFault[] = [];
  const isOfAttribute = entityType === "ATTRIBUTE";
  const rule = brokenSelection(filter);
  if (rule !== undefined) faults.push({ index, entityType, rule });
  if (isOfAttribute && attributeName === undefined) faults.push({ index, entityType, rule: "namesItsAttribute" });
  if (!isOfAttribute && attributeName !== undefined) faults.push({ index, entityType, rule: "namesNoAttribute" });
  if (minimum !== undefined && maximum !== undefined && minimum > maximum)
    faults.push({ index, rule: "boundsAreInOrder" });
  if (selectsLines(filter) && !hasLines) faults.push({ index, entityType, rule: "isForLines" });
  return faults;
}

/** An amount is compared by bounds, an attribute by ids or bounds, all else by ids. */
function brokenSelection({ entityType, entityIds, minimum, maximum }: Filter) {
  const hasIds = entityIds.size > 0;
  const hasBounds = minimum !== undefined || maximum !== undefined;
  if (entityType === "AMOUNT") return hasBounds && !hasIds ? undefined : "hasBounds";
  if (entityType === "ATTRIBUTE") return hasIds === hasBounds ? "hasIdsOrBounds" : undefined;
  return hasIds && !hasBounds ? undefined : "hasIds";
}
