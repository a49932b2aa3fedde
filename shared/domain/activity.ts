import type { Authorship } from "./authorship.ts";
import { type Decimal, decimalOf, one } from "./decimal.ts";
import { type FailedFilter, type Filter, failedByActivity, selectLines } from "./filters.ts";
import type { Instant } from "./instant.ts";
import type { Target } from "./targetGroup.ts";

export const activityTypes = ["TRANSACTION", "RETURN", "EVENT"] as const;
type ActivityType = (typeof activityTypes)[number];

/** What is recorded under an id of a customer: an activity, or an adjustment. They share the ids. */
export const recordedTypes = ["TRANSACTION", "RETURN", "EVENT", "ADJUSTMENT"] as const;
export type RecordedType = (typeof recordedTypes)[number];

/** One line of what was bought or brought back. */
export type LineItem = {
  readonly itemCode: string;
  readonly category: string | undefined;
  readonly brand: string | undefined;
  readonly amount: Decimal | undefined;
  readonly quantity: Decimal | undefined;
};

/** Something a customer did, and who entered it. Its id is the caller's, and names it for ever. */
export type Activity = Authorship & {
  readonly activityId: string;
  readonly customerId: number;
  readonly type: ActivityType;
  readonly name: string | undefined;
  readonly occurredAt: Instant;
  readonly amount: Decimal | undefined;
  readonly quantity: Decimal | undefined;
  /** The numeric attributes; others cannot be counted. */
  readonly attributes: ReadonlyMap<string, Decimal>;
  /** The texts, numbers and flags among the attributes, as text. */
  readonly attributeTexts: ReadonlyMap<string, string>;
  readonly storeId: string | undefined;
  readonly channel: string | undefined;
  readonly zoneIds: readonly string[];
  readonly conceptIds: readonly string[];
  /** The means of payment. */
  readonly tenders: readonly string[];
  readonly lineItems: readonly LineItem[];
  /** RETURN: the transaction that is taken back, if it is known. */
  readonly originalActivityId: string | undefined;
};

/** What an activity is worth to a target, and the filter that keeps it from counting. */
export type Match = {
  /** How much it adds in the target's unit, always ≥ 0; `undefined` when there is nothing to add. */
  readonly amount: Decimal | undefined;
  /** The first filter that it failed. */
  readonly failed: FailedFilter | undefined;
};

/**
 * Decides whether the activity matches a target under these filters. It counts when there is an amount and no filter
 * failed. An activity that fails a filter may have an amount: a return that waits for its transaction keeps it.
 */
export function matches(target: Target, filters: readonly Filter[], activity: Activity): Match {
  if (!isOfEntity(target, activity)) return { amount: undefined, failed: undefined };
  const { amount, failed } = matchesLines(target, filters, activity);
  return { amount, failed: firstOf(failedByActivity(filters, activity), failed) };
}

/**
 * The same without the filters of the activity itself. A return of a transaction that is known is not asked for them,
 * because that transaction has passed them.
 */
export function matchesLines(target: Target, filters: readonly Filter[], activity: Content): Match {
  if (target.entity !== "LINEITEM") return { amount: contribution(target, activity), failed: undefined };
  const { selected, failed } = selectLines(filters, activity.lineItems);
  return { amount: selected.length === 0 ? undefined : amountOfLines(target, activity, selected), failed };
}

/** The part of an activity that its amount depends on. */
export type Content = Pick<Activity, "type" | "name" | "amount" | "quantity" | "attributes" | "lineItems">;

/** The attributes that an EVENT_ATTRIBUTE target can count. The others are only kept. */
export function numericAttributes(attributes: Readonly<Record<string, unknown>>): Map<string, Decimal> {
  const numbers = Object.entries(attributes).flatMap(([name, value]) => {
    const decimal = decimalOf(value);
    return decimal === undefined || decimal < 0n ? [] : [[name, decimal] as const];
  });
  return new Map(numbers);
}

function firstOf(first: FailedFilter | undefined, other: FailedFilter | undefined): FailedFilter | undefined {
  return first === undefined || (other !== undefined && other.index < first.index) ? other : first;
}

/**
 * How much the activity adds in the target's unit; `undefined` when it has nothing of that kind.
 *
 * A return takes back an amount or a quantity. It does not undo a visit or the fact of a purchase
 * (docs/decisions/0011-activities.md).
 */
function contribution(target: Target, activity: Content): Decimal | undefined {
  if (!isOfEntity(target, activity)) return undefined;
  switch (target.type) {
    case "SALES":
    case "GROSS_SALES":
      return activity.amount;
    case "QUANTITY":
      return activity.quantity;
    case "COUNT":
    case "VISIT":
      return activity.type === "RETURN" ? undefined : one;
    case "EVENT_ATTRIBUTE":
      return target.attributeName === undefined ? undefined : activity.attributes.get(target.attributeName);
  }
}

/** The selected lines together; an activity with several of them is one visit. */
function amountOfLines(target: Target, activity: Content, lines: readonly LineItem[]): Decimal | undefined {
  const sum = (read: (line: LineItem) => Decimal | undefined) => {
    const amounts = lines.map(read).filter((amount) => amount !== undefined);
    return amounts.length === 0 ? undefined : amounts.reduce((total, amount) => total + amount, 0n);
  };
  return contribution(target, {
    ...activity,
    amount: sum(({ amount }) => amount),
    quantity: sum(({ quantity }) => quantity),
  });
}

function isOfEntity(target: Target, activity: Pick<Activity, "type" | "name">): boolean {
  switch (target.entity) {
    case "TRANSACTION":
    case "LINEITEM":
      return activity.type !== "EVENT";
    case "EVENT":
      return activity.type === "EVENT" && activity.name === target.eventName;
  }
}
