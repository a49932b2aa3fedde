import type { Instant } from "./instant.ts";

/** A customer as a caller names one: by the id of this service, or by the brand's own. */
export type NamedCustomer = number | { readonly externalId: string };

/** What a brand has told about a customer. `undefined` means not known. */
export type CustomerProfile = {
  readonly firstName: string | undefined;
  readonly lastName: string | undefined;
  readonly externalId: string | undefined;
};

/** A change of a profile: `null` empties a field, `undefined` leaves it as it is. */
export type ProfileChange = { readonly [Field in keyof CustomerProfile]?: string | null | undefined };

export type Customer = CustomerProfile & {
  readonly customerId: number;
  readonly registeredAt: Instant;
  readonly updatedAt: Instant;
};

/** The customer after the change, registered by it if there was none before. */
export function changedCustomer(
  customerId: number,
  before: Customer | undefined,
  change: ProfileChange,
  now: Instant,
): Customer {
  return {
    customerId,
    firstName: changed(before?.firstName, change.firstName),
    lastName: changed(before?.lastName, change.lastName),
    externalId: changed(before?.externalId, change.externalId),
    registeredAt: before?.registeredAt ?? now,
    updatedAt: now,
  };
}

function changed(before: string | undefined, change: string | null | undefined): string | undefined {
  return change === undefined ? before : (change ?? undefined);
}
