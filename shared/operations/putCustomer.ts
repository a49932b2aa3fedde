import { type Customer, changedCustomer, type ProfileChange } from "../domain/customer.ts";
import type { Instant } from "../domain/instant.ts";
import type { Table } from "../table/client.ts";
import {
  buildClaimingChange,
  buildProfileUpdate,
  findProfile,
  isErased,
  isTombstone,
  parseCustomer,
} from "../table/customers.ts";
import { OutcomeUnknown } from "../table/failures.ts";
import { ItemReader } from "../table/item.ts";
import type { Org } from "../table/keys.ts";
import { inRounds, Overtaken } from "../table/rounds.ts";
import { type Cancelled, transact, update } from "../table/store.ts";

/** A further round is needed only when another call for the same customer or external id is under way. */
const rounds = { most: 10, longestPauseMilliseconds: 50, overtaken: "The customer was overtaken every time" };

/**
 * Registers the customer or changes the profile, and answers the stored profile. A field that is `undefined` stays as it
 * is, and `null` empties it. When two calls come at once the later wins, and a late retry of the earlier one changes
 * nothing.
 *
 * `externalIdTaken` when the external id is another customer's, `erased` when the customer was erased. Then nothing was
 * changed.
 */
export async function putCustomer(
  table: Table,
  org: Org,
  customerId: number,
  change: ProfileChange,
  now: Instant,
): Promise<Customer | "externalIdTaken" | "erased"> {
  const call = { org, customerId, change, now };
  return change.externalId === undefined ? changeProfile(table, call) : changeWithClaim(table, call);
}

type Call = {
  readonly org: Org;
  readonly customerId: number;
  readonly change: ProfileChange;
  readonly now: Instant;
};

/** One write, and no read before it. */
async function changeProfile(table: Table, call: Call): Promise<Customer | "erased"> {
  let operationId = table.operationIds.next();
  return inRounds<Customer | "erased">(table, rounds, async () => {
    const result = await update(table, buildProfileUpdate({ ...call, operationId }), "ALL_NEW");
    if (result.outcome === "applied") return parseCustomer(result.item, call.customerId);
    if (result.outcome === "conflict" || result.stored === undefined) return new Overtaken(result.attempts - 1);
    if (isTombstone(result.stored)) return "erased";
    const storedOperationId = ItemReader.of(result.stored).text("operationId");
    if (storedOperationId === operationId) return parseCustomer(result.stored, call.customerId);
    // An earlier attempt of ours may have been applied and then replaced, or it never arrived.
    if (result.attempts > 1) throw new OutcomeUnknown("The profile may have been stored and replaced");
    operationId = table.operationIds.nextAfter(storedOperationId);
    return new Overtaken(0);
  });
}

/** One read, and one transaction that holds only for the profile that was read. */
async function changeWithClaim(table: Table, call: Call): Promise<Customer | "externalIdTaken" | "erased"> {
  let ours: string | undefined;
  return inRounds<Customer | "externalIdTaken" | "erased">(table, rounds, async (lostAttempts) => {
    const read = await findProfile(table, call.org, call.customerId);
    if (isErased(read)) return "erased";
    // A lost attempt of an earlier round has succeeded after all.
    if (read !== undefined && read.operationId === ours) return read.customer;
    const operationId = read === undefined ? table.operationIds.next() : table.operationIds.nextAfter(read.operationId);
    ours = operationId;
    const result = await transact(table, buildClaimingChange({ ...call, operationId }, read));
    if (result.outcome === "applied") return changedCustomer(call.customerId, read?.customer, call.change, call.now);
    if (result.outcome === "conflict") return new Overtaken(result.attempts - 1);
    if (isProfileChanged(result)) return afterChange(result, operationId);
    // A lost attempt could still arrive after the other customer has released the id.
    if (lostAttempts + result.attempts > 1) throw new OutcomeUnknown("The external id may have been taken over since");
    return "externalIdTaken";
  });
}

function isProfileChanged({ refusals: [profile] }: Cancelled): boolean {
  return profile !== undefined;
}

/** The profile is not the one that was read. A lost attempt of ours has written it, or another call has. */
function afterChange({ refusals: [profile], attempts }: Cancelled, operationId: string): Overtaken {
  const stored = profile?.stored;
  // The next round finds the tombstone.
  if (stored !== undefined && isTombstone(stored)) return new Overtaken(0);
  const isOurs = stored !== undefined && ItemReader.of(stored).text("operationId") === operationId;
  if (attempts > 1 && !isOurs) throw new OutcomeUnknown("The profile may have been stored and replaced");
  // The next round reads the profile and recognizes our own.
  return new Overtaken(0);
}
