import { idsNamedBy } from "../../shared/http/requests/customerId.ts";
import { jsonObjectOf } from "../../shared/http/requests/json.ts";
import type { Table } from "../../shared/table/client.ts";
import { findProfile, isErased } from "../../shared/table/customers.ts";
import type { Org } from "../../shared/table/keys.ts";

/**
 * Whether a message that cannot be counted names an erased customer of the brand by the id. It may have any other fault.
 * Each id is read consistently, and only the few messages that are refused are asked about.
 */
export async function namesErased(table: Table, org: Org, body: string): Promise<boolean> {
  const activity = jsonObjectOf(body);
  for (const id of activity === undefined ? [] : idsNamedBy(activity))
    if (isErased(await findProfile(table, org, id))) return true;
  return false;
}
