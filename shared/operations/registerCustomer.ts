import { randomBytes } from "node:crypto";
import type { NamedCustomer, ProfileChange } from "../domain/customer.ts";
import type { Instant } from "../domain/instant.ts";
import type { Refusal } from "../domain/refusal.ts";
import type { Table } from "../table/client.ts";
import { buildEmptyRegistration, buildRegistration, isTombstone } from "../table/customers.ts";
import { OutcomeUnknown } from "../table/failures.ts";
import { ItemReader } from "../table/item.ts";
import type { Org } from "../table/keys.ts";
import { inRounds, Overtaken, type Patience } from "../table/rounds.ts";
import { transact, update } from "../table/store.ts";
import { customerErased } from "./customer.ts";

/** A further round is needed only when another call for the same customer or external id is under way. */
function rounds(patience: Patience) {
  const overtaken = "The registration was overtaken every time";
  return { most: 10, longestPauseMilliseconds: 50, patience, overtaken };
}

/**
 * The id of the customer, who is registered without a profile if there was none. However many calls come at once, they
 * answer one id. A customer who was erased is the refusal 310011.
 */
export async function ensureRegistered(
  table: Table,
  { org, customer, now }: { readonly org: Org; readonly customer: NamedCustomer; readonly now: Instant },
  patience: Patience,
): Promise<number | Refusal> {
  if (typeof customer !== "number") {
    const registration = { org, externalId: customer.externalId, change: {}, now };
    return (await registerExternalId(table, registration, patience)).customerId;
  }
  const operationId = table.operationIds.next();
  const outcome = await inRounds<"registered" | "erased">(table, rounds(patience), async () => {
    const result = await update(table, buildEmptyRegistration({ org, customerId: customer, now, operationId }));
    if (result.outcome === "conflict") return new Overtaken(result.attempts - 1);
    // A failed condition says that the customer was registered, by this call or another.
    const isErased = result.outcome === "refused" && result.stored !== undefined && isTombstone(result.stored);
    return isErased ? "erased" : "registered";
  });
  return outcome === "erased" ? customerErased(customer) : customer;
}

type Registration = {
  readonly org: Org;
  readonly externalId: string;
  readonly change: ProfileChange;
  readonly now: Instant;
};

/**
 * Registers a customer with the external id under an id drawn by chance. When somebody has the external id already,
 * answers that customer's id, and nothing was changed.
 */
export async function registerExternalId(
  table: Table,
  registration: Registration,
  patience: Patience,
): Promise<{ readonly customerId: number; readonly isNew: boolean }> {
  // The id stays the same in all rounds, so that a lost attempt of an earlier round is recognized.
  let customerId = drawCustomerId();
  const operationId = table.operationIds.next();
  return inRounds(table, rounds(patience), async (lostAttempts) => {
    const parts = buildRegistration({ ...registration, customerId, operationId });
    const result = await transact(table, parts);
    if (result.outcome === "applied") return { customerId, isNew: true };
    if (result.outcome === "conflict") return new Overtaken(result.attempts - 1);
    const claim = result.refusals[0]?.stored;
    if (claim === undefined) {
      // The id is another customer's.
      customerId = drawCustomerId();
      return new Overtaken(0);
    }
    const claimant = ItemReader.of(claim).integer("customerId");
    if (claimant === customerId) return { customerId, isNew: true };
    // A lost attempt could still arrive after the other customer has released the id.
    if (lostAttempts + result.attempts > 1) throw new OutcomeUnknown("The external id may be registered twice");
    return { customerId: claimant, isNew: false };
  });
}

/** One of 2^53 − 1 ids, each as likely as every other but the first, so that ids of the brand's own stay free. */
function drawCustomerId(): number {
  return Math.max(1, Number(randomBytes(8).readBigUInt64BE() >> 11n));
}
