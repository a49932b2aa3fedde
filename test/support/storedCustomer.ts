import type { Customer } from "../../shared/domain/customer.ts";
import type { Table } from "../../shared/table/client.ts";
import { findProfile, isErased } from "../../shared/table/customers.ts";
import type { Org } from "../../shared/table/keys.ts";

/** The customer as the table has it now; `undefined` when it has none, or the customer was erased. */
export async function findStoredCustomer(table: Table, org: Org, customerId: number): Promise<Customer | undefined> {
  const profile = await findProfile(table, org, customerId);
  return profile === undefined || isErased(profile) ? undefined : profile.customer;
}
