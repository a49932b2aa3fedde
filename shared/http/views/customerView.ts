import type { Customer } from "../../domain/customer.ts";
import { formatInstant } from "../../domain/instant.ts";

/** A customer on the wire. */
export function presentCustomer({ customerId, firstName, lastName, externalId, registeredAt, updatedAt }: Customer) {
  return {
    customerId,
    firstName: firstName ?? null,
    lastName: lastName ?? null,
    externalId: externalId ?? null,
    registeredOn: formatInstant(registeredAt),
    lastUpdatedOn: formatInstant(updatedAt),
  };
}
