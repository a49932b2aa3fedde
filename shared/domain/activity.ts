import type { Authorship } from "./authorship.ts";
import { type Decimal, one } from "./decimal.ts";
import type { Instant } from "./instant.ts";
import type { Target } from "./targetGroup.ts";

export const activityTypes = ["TRANSACTION", "RETURN", "EVENT"] as const;
type ActivityType = (typeof activityTypes)[number];

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
  /** RETURN: the transaction that is taken back, if it is known. */
  readonly originalActivityId: string | undefined;
};

/**
 * How much the activity adds in the target's unit, always ≥ 0; `undefined` when the target's rule does not match.
 *
 * A return takes back an amount or a quantity. It does not undo a visit or the fact of a purchase
 * (docs/decisions/0011-activities.md).
 */
export function contribution(target: Target, activity: Activity): Decimal | undefined {
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

function isOfEntity(target: Target, activity: Activity): boolean {
  switch (target.entity) {
    case "TRANSACTION":
      return activity.type !== "EVENT";
    case "EVENT":
      return activity.type === "EVENT" && activity.name === target.eventName;
  }
}
