import { businessRefusal } from "../../shared/http/errors.ts";
import { whyUnknown } from "../../shared/operations/customer.ts";
import type { Table } from "../../shared/table/client.ts";
import { findStanding } from "../../shared/table/customers.ts";
import type { Org } from "../../shared/table/keys.ts";

/** Refuses with 310011 a customer who is not registered, or was erased. */
export async function requireRegistered(table: Table, org: Org, customerId: number): Promise<void> {
  const standing = await findStanding(table, org, customerId);
  if (standing !== "registered") throw businessRefusal(whyUnknown(standing, customerId));
}
