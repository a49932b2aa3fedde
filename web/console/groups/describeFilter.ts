import { formatNumber } from "../numbers.ts";
import type { WireFilter, WireTrigger } from "../wire.ts";

/** What each kind of filter compares. */
export const filterNouns = {
  STORE: "store",
  ZONE: "zone",
  CONCEPT: "concept",
  CHANNEL: "channel",
  TENDER: "tender",
  AMOUNT: "amount",
  ATTRIBUTE: "attribute",
  ITEM: "item of a line",
  CATEGORY: "category of a line",
  BRAND: "brand of a line",
} as const satisfies Record<WireFilter["entityType"], string>;

/** A filter may have a thousand ids. */
const namedIds = 5;

/** The filter in words, such as `only store shop-7 or shop-9`, `not tender voucher` or `only amount from 20 to 100`. */
export function describeFilter({ entityType, entityIds = [], attributeName, minimum, maximum, exclude }: WireFilter) {
  const noun = attributeName === undefined ? filterNouns[entityType] : `${filterNouns[entityType]} ${attributeName}`;
  const values = entityIds.length === 0 ? describeBounds(minimum, maximum) : describeIds(entityIds);
  return `${exclude === true ? "not" : "only"} ${noun} ${values}`;
}

function describeBounds(minimum: number | undefined, maximum: number | undefined): string {
  const from = minimum === undefined ? [] : [`from ${formatNumber(minimum)}`];
  const to = maximum === undefined ? [] : [`${minimum === undefined ? "up to" : "to"} ${formatNumber(maximum)}`];
  return [...from, ...to].join(" ");
}

function describeIds(ids: readonly string[]): string {
  if (ids.length > namedIds) return `${ids.slice(0, namedIds).join(", ")} or ${ids.length - namedIds} others`;
  return [ids.slice(0, -1).join(", "), ...ids.slice(-1)].filter((part) => part !== "").join(" or ");
}

type Trigger = Omit<WireTrigger, "id">;

/** The sub-target in words, such as `Half of it at 50 %`. */
export function describeTrigger({ triggerName, triggerValueType, triggerValue }: Trigger): string {
  return `${triggerName} at ${formatNumber(triggerValue)}${triggerValueType === "PERCENTAGE" ? " %" : ""}`;
}
