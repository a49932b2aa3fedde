import type { Instant } from "./instant.ts";

/** What a brand has told about a customer. `undefined` means not known. */
export type CustomerProfile = {
  readonly firstName: string | undefined;
  readonly lastName: string | undefined;
  readonly externalId: string | undefined;
};

export type Customer = CustomerProfile & {
  readonly customerId: number;
  readonly registeredAt: Instant;
  readonly updatedAt: Instant;
};
