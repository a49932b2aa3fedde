import { businessRefusal } from "../../shared/http/errors.ts";
import { findRegistered } from "../../shared/operations/customer.ts";
import type { Table } from "../../shared/table/client.ts";
import type { Org } from "../../shared/table/keys.ts";

/** Refuses with 310011 a customer who is not registered, or was erased. */
export async function requireRegistered(table: Table, org: Org, customerId: number): Promise<void> {
  const found = await findRegistered(table, org, customerId);
  if (typeof found !== "number") throw businessRefusal(found);
}
