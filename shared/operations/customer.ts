import type { NamedCustomer } from "../domain/customer.ts";
import { type Refusal, refused } from "../domain/refusal.ts";
import type { Table } from "../table/client.ts";
import { findClaimant, findStanding, type Standing } from "../table/customers.ts";
import type { Org } from "../table/keys.ts";

/** The refusal of a customer who is not registered. It does not repeat an external id, which can be a card's number. */
export function customerNotFound(customer: NamedCustomer): Refusal {
  return typeof customer === "number"
    ? refused(310011, `Customer ${customer} is not registered; PUT /v3/customers/${customer} registers one.`)
    : refused(310011, "No customer has this externalId; POST /v3/customers registers one.");
}

/** The refusal of a customer who is known to have been erased. */
export function customerErased(customerId: number): Refusal {
  return refused(310011, `Customer ${customerId} was erased, and the id is given to nobody else.`);
}

/** The refusal of a customer who is not registered, with what the caller can do about it. */
export function whyUnknown(standing: Exclude<Standing, "registered">, customerId: number): Refusal {
  return standing === "erased" ? customerErased(customerId) : customerNotFound(customerId);
}

/**
 * The id of the registered customer, or the refusal 310011 of one who was erased. "Unknown" is a customer who can be
 * registered. The claim of an external id names a registered customer, so it is read in place of the profile.
 */
export async function findUnlessErased(
  table: Table,
  org: Org,
  customer: NamedCustomer,
): Promise<number | "unknown" | Refusal> {
  if (typeof customer !== "number") return (await findClaimant(table, org, customer.externalId)) ?? "unknown";
  const standing = await findStanding(table, org, customer);
  if (standing === "erased") return customerErased(customer);
  return standing === "registered" ? customer : "unknown";
}

/**
 * The id of the customer. An id is answered as it is, because what follows finds out whether it is registered. An
 * external id that nobody has is the refusal 310011. It is read consistently at once, because the calls that ask have time
 * for few requests in a row.
 */
export async function identifyCustomer(table: Table, org: Org, customer: NamedCustomer): Promise<number | Refusal> {
  if (typeof customer === "number") return customer;
  const claimant = await findClaimant(table, org, customer.externalId, { isConsistent: true });
  return claimant ?? customerNotFound(customer);
}

/** Whether the caller named no customer, and this is what to answer. */
export function isRefusal(customer: NamedCustomer | Refusal): customer is Refusal {
  return typeof customer !== "number" && "outcome" in customer;
}
