import type { Customer, CustomerProfile } from "../domain/customer.ts";
import type { Instant } from "../domain/instant.ts";
import type { Table } from "../table/client.ts";
import { buildProfileUpdate, parseCustomer } from "../table/customers.ts";
import { OutcomeUnknown } from "../table/failures.ts";
import { ItemReader } from "../table/item.ts";
import type { Org } from "../table/keys.ts";
import { inRounds, Overtaken } from "../table/rounds.ts";
import { update } from "../table/store.ts";

/** A further round is needed only when another process's clock is ahead of ours. */
const rounds = { most: 3, overtaken: "The customer was overtaken every time" };

/**
 * Registers the customer or replaces the profile, and answers the stored profile. Absent fields are cleared. When two
 * calls come at once the later wins, and a late retry of the earlier one changes nothing.
 */
export async function putCustomer(
  table: Table,
  org: Org,
  customerId: number,
  profile: CustomerProfile,
  now: Instant,
): Promise<Customer> {
  let operationId = table.operationIds.next();
  const stored = await inRounds(table, rounds, async () => {
    const result = await update(table, buildProfileUpdate(org, customerId, profile, now, operationId), "ALL_NEW");
    if (result.outcome === "applied") return result.item;
    if (result.outcome === "conflict" || result.stored === undefined) return new Overtaken(result.attempts - 1);
    const storedOperationId = ItemReader.of(result.stored).text("operationId");
    if (storedOperationId === operationId) return result.stored;
    // An earlier attempt of ours may have been applied and then replaced, or it never arrived.
    if (result.attempts > 1) throw new OutcomeUnknown("The profile may have been stored and replaced");
    operationId = table.operationIds.nextAfter(storedOperationId);
    return new Overtaken(0);
  });
  return parseCustomer(stored, customerId);
}
