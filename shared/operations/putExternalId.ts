import { type Customer, changedCustomer, type ProfileChange } from "../domain/customer.ts";
import type { Instant } from "../domain/instant.ts";
import type { Table } from "../table/client.ts";
import { buildClaimingChange, findOwner } from "../table/customers.ts";
import type { Org } from "../table/keys.ts";
import { inRounds, Overtaken, Patience } from "../table/rounds.ts";
import { transact } from "../table/store.ts";
import { registerExternalId } from "./registerCustomer.ts";

/** A further round is needed only when another call for the same external id is under way. */
const rounds = { most: 10, longestPauseMilliseconds: 50, overtaken: "The external id was overtaken every time" };

/** The names that a registration may give. */
type Names = Omit<ProfileChange, "externalId">;

/**
 * Changes the profile of the customer who has the external id, or registers a new customer with it. When calls with one
 * external id come at once, they all answer one customer, and one of them says that it is new.
 */
export async function putExternalId(
  table: Table,
  org: Org,
  externalId: string,
  names: Names,
  now: Instant,
): Promise<{ readonly customer: Customer; readonly isNew: boolean }> {
  const change = { ...names, externalId };
  const patience = new Patience(table);
  return inRounds(table, { ...rounds, patience }, async () => {
    const owner = await findOwner(table, org, externalId);
    if (owner === undefined) {
      const { customerId, isNew } = await registerExternalId(table, { org, externalId, change: names, now }, patience);
      return isNew ? { customer: changedCustomer(customerId, undefined, change, now), isNew } : new Overtaken(0);
    }
    const { customerId } = owner.customer;
    const operationId = table.operationIds.nextAfter(owner.operationId);
    const changed = await transact(table, buildClaimingChange({ org, customerId, change, now, operationId }, owner));
    if (changed.outcome === "applied") {
      return { customer: changedCustomer(customerId, owner.customer, change, now), isNew: false };
    }
    // Writing the same names twice changes nothing more, so a lost attempt that was applied does no harm.
    return new Overtaken(changed.attempts - 1);
  });
}
