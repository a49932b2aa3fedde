import { businessRefusal } from "../../shared/http/errors.ts";
import { whyUnknown } from "../../shared/operations/customer.ts";
import type { Table } from "../../shared/table/client.ts";
import { findProfile, isErased } from "../../shared/table/customers.ts";
import type { Org } from "../../shared/table/keys.ts";

/** Refuses with 310011 a customer who is not registered, or was erased, if only a moment ago: the read is consistent. */
export async function requireRegistered(table: Table, org: Org, customerId: number): Promise<void> {
  const profile = await findProfile(table, org, customerId);
  if (profile === undefined) throw businessRefusal(whyUnknown("unknown", customerId));
  if (isErased(profile)) throw businessRefusal(whyUnknown("erased", customerId));
}
