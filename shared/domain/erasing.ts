import type { Authorship } from "./authorship.ts";
import type { Instant } from "./instant.ts";

/**
 * What is done with a customer's data. `ERASE` removes all of it. `ANONYMISE` empties what tells who the customer is, and
 * keeps what was achieved.
 */
export const erasureModes = ["ERASE", "ANONYMISE"] as const;
export type ErasureMode = (typeof erasureModes)[number];

/** A request to erase a customer's data. A customer has one for each mode at a time, the latest. */
export type ErasureRequest = Authorship & {
  readonly org: string;
  readonly customerId: number;
  readonly mode: ErasureMode;
  readonly requestedAt: Instant;
};

/**
 * How far a request is. `RUNNING`: items are being removed or emptied. `WAITING`: that is done, and a second pass follows.
 * `COMPLETED`: nothing follows any more.
 */
export const erasureStatuses = ["RUNNING", "WAITING", "COMPLETED"] as const;
export type ErasureStatus = (typeof erasureStatuses)[number];

/** The first or second pass of a request. It is an item of its own on the list of what is due. */
export type ErasingSweep = Omit<ErasureRequest, "org"> & {
  readonly kind: "ERASING";
  readonly dueAt: Instant;
};

/**
 * How long after the request its second pass is due. A call that was under way may write for some seconds after the
 * request, and the table's stream, from which history and index are written, keeps a record for 24 hours.
 */
const secondPassMilliseconds = 25 * 60 * 60 * 1000;

export function firstPass({ customerId, mode, requestedAt, enteredBy, source }: ErasureRequest): ErasingSweep {
  return { kind: "ERASING", dueAt: requestedAt, customerId, mode, requestedAt, enteredBy, source };
}

export function secondPass(sweep: ErasingSweep): ErasingSweep {
  return { ...sweep, dueAt: sweep.requestedAt + secondPassMilliseconds };
}

export function isFirstPass({ dueAt, requestedAt }: Pick<ErasingSweep, "dueAt" | "requestedAt">): boolean {
  return dueAt === requestedAt;
}

/** What is recorded of a request outside the table. A restored table does not know of later requests. */
export type ErasureRecord = {
  readonly org: string;
  readonly customerId: number;
  readonly mode: ErasureMode;
  /** The time of the request in UTC. */
  readonly requestedAt: string;
};

/**
 * The name of the record: one for each request, so that recording it twice makes one record. A later anonymisation has one
 * of its own, because the first passes of both may be recorded in any order.
 */
export function recordName({ org, mode, customerId, requestedAt }: ErasureRecord): string {
  return `${org}/${mode}-${customerId}-${Date.parse(requestedAt)}.json`;
}

/**
 * How much later than the request an activity can have been recorded by a process whose clock is ahead, and still have been
 * under way.
 */
const underWayMilliseconds = 5 * 60 * 1000;

/** Whether the request empties an activity that was recorded at that time. Later ones are not a part of it. */
export function isAnonymised(recordedAt: Instant, { requestedAt }: Pick<ErasureRequest, "requestedAt">): boolean {
  return recordedAt <= requestedAt + underWayMilliseconds;
}
