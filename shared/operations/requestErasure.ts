import type { CustomerProfile } from "../domain/customer.ts";
import { type ErasureRequest, type ErasureStatus, firstPass, secondPass } from "../domain/erasing.ts";
import type { Instant } from "../domain/instant.ts";
import { type Refusal, refused } from "../domain/refusal.ts";
import type { Table } from "../table/client.ts";
import { findProfile, isErased, profileFields, type StoredProfile, type Tombstone } from "../table/customers.ts";
import { isListed } from "../table/dueSweeps.ts";
import { buildAnonymisation, buildErasure } from "../table/erasures.ts";
import type { Org } from "../table/keys.ts";
import { inRounds, Overtaken } from "../table/rounds.ts";
import { type TransactionPart, transact } from "../table/store.ts";
import { customerErased, customerNotFound } from "./customer.ts";

/** A request as it is answered. */
export type Erasure = Pick<ErasureRequest, "customerId" | "mode" | "requestedAt"> & {
  readonly outcome: "requested";
  readonly status: ErasureStatus;
};

/** A further round is needed only when another call for the same customer is under way. */
const rounds = { most: 10, longestPauseMilliseconds: 50, overtaken: "The erasure was overtaken every time" };

/**
 * Asks for a customer's data to be erased or anonymised. The one transaction takes the names and the external id away and
 * puts the rest on the list of what is due. From then on an erased customer is refused with 310011.
 *
 * A repeat answers the request that there is. An anonymisation that is completed, or after which the profile was changed,
 * begins anew. Refuses with 310011.
 */
export async function requestErasure(table: Table, asked: ErasureRequest): Promise<Erasure | Refusal> {
  return inRounds<Erasure | Refusal>(table, rounds, async () => {
    const read = await findProfile(table, asked.org, asked.customerId);
    if (read === undefined) return customerNotFound(asked.customerId);
    if (isErased(read))
      return asked.mode === "ERASE"
        ? describe(table, { ...asked, requestedAt: read.erasedAt })
        : customerErased(asked.customerId);
    const earlier = await earlierAnonymisation(table, asked, read);
    if (earlier !== undefined) return earlier;
    const request = afterEarlier(asked, read);
    // A lost attempt that was applied is found by the next round as the earlier request.
    const result = await transact(table, partsOf(table, request, read));
    if (result.outcome !== "applied") return new Overtaken(result.attempts - 1);
    const { customerId, mode, requestedAt } = request;
    return { customerId, mode, requestedAt, outcome: "requested", status: "RUNNING" };
  });
}

function partsOf(table: Table, request: ErasureRequest, read: StoredProfile | undefined): TransactionPart[] {
  return request.mode === "ERASE" || read === undefined
    ? buildErasure(request, read)
    : buildAnonymisation(request, read, table.operationIds.nextAfter(read.operationId));
}

/**
 * The request. An anonymisation is later than the one before it, if only by a millisecond: its passes on the list of what is
 * due are named by its mode and time. The clock of another process may be ahead.
 */
function afterEarlier(request: ErasureRequest, { anonymisedAt }: StoredProfile): ErasureRequest {
  if (request.mode === "ERASE" || anonymisedAt === undefined) return request;
  return { ...request, requestedAt: Math.max(request.requestedAt, anonymisedAt + 1) };
}

/** The anonymisation that the request repeats. */
async function earlierAnonymisation(
  table: Table,
  request: ErasureRequest,
  { anonymisedAt, customer }: StoredProfile,
): Promise<Erasure | undefined> {
  if (request.mode !== "ANONYMISE" || anonymisedAt === undefined) return undefined;
  // A change at the same moment leaves the time as it is.
  const isAsItLeftIt = customer.updatedAt === anonymisedAt && isEmpty(customer);
  if (!isAsItLeftIt) return undefined;
  const earlier = await describe(table, { ...request, requestedAt: anonymisedAt });
  return earlier.status === "COMPLETED" ? undefined : earlier;
}

function isEmpty(profile: CustomerProfile): boolean {
  return profileFields.every((field) => profile[field] === undefined);
}

function requestTimeOf(read: StoredProfile | Tombstone): number | undefined {
  return isErased(read) ? read.erasedAt : read.anonymisedAt;
}

async function describe(table: Table, request: ErasureRequest): Promise<Erasure> {
  const { customerId, mode, requestedAt } = request;
  return { customerId, mode, requestedAt, outcome: "requested", status: await statusOf(table, request) };
}

/** The second pass is put on the list before the first is taken off. So they are read in that order. */
async function statusOf(table: Table, request: ErasureRequest): Promise<ErasureStatus> {
  const first = { ...firstPass(request), org: request.org };
  if (await isListed(table, first)) return "RUNNING";
  return (await isListed(table, { ...first, ...secondPass(first) })) ? "WAITING" : "COMPLETED";
}

/**
 * Asks again for what was asked for before, in a restored table that may not know of it: now, because what is under way in
 * that table is under way now. A customer whom the table does not have becomes a tombstone too, so that the id is given to
 * nobody.
 */
export async function reapplyErasure(
  table: Table,
  recorded: ErasureRequest,
  now: Instant,
): Promise<"repeated" | "there" | "unknown"> {
  // The clocks of the two machines can differ. A request is never older than the one that it repeats.
  const request = { ...recorded, requestedAt: Math.max(now, recorded.requestedAt) };
  return inRounds<"repeated" | "there" | "unknown">(table, rounds, async () => {
    const read = await findProfile(table, request.org, request.customerId);
    if (isErased(read)) return "there";
    if (request.mode === "ANONYMISE" && read === undefined) return "unknown";
    if (request.mode === "ANONYMISE" && (read?.anonymisedAt ?? 0) >= recorded.requestedAt) return "there";
    const result = await transact(table, partsOf(table, request, read));
    return result.outcome === "applied" ? "repeated" : new Overtaken(result.attempts - 1);
  });
}

/**
 * The latest request about the customer, by its id: it has the customer's own, so that nothing else needs to be kept.
 * Refuses with 310011 when there was none.
 */
export async function findErasure(table: Table, org: Org, customerId: number): Promise<Erasure | Refusal> {
  const read = await findProfile(table, org, customerId);
  const requestedAt = read && requestTimeOf(read);
  if (read === undefined) return customerNotFound(customerId);
  if (requestedAt === undefined) return refused(310011, `Nobody has asked to erase customer ${customerId}.`);
  const mode = isErased(read) ? "ERASE" : "ANONYMISE";
  return describe(table, { org, customerId, mode, requestedAt, enteredBy: undefined, source: "API" });
}
