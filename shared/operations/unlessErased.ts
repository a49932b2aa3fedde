import type { Table } from "../table/client.ts";
import { findProfile, isErased } from "../table/customers.ts";
import { MalformedItem } from "../table/item.ts";
import type { Org } from "../table/keys.ts";

/**
 * What is read or done for a customer; `undefined` when it meets an erasure of the customer, which removes items of one
 * enrolment one after the other. Other errors, and items that are malformed for another reason, are thrown.
 */
export async function unlessErased<Result>(
  table: Table,
  { org, customerId }: { readonly org: Org; readonly customerId: number },
  task: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof MalformedItem && isErased(await findProfile(table, org, customerId))) return undefined;
    throw error;
  }
}
