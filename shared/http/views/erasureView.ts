import { formatInstant } from "../../domain/instant.ts";
import type { Erasure } from "../../operations/requestErasure.ts";

/** A request to erase a customer on the wire. It has the customer's own id. */
export function presentErasure({ customerId, mode, requestedAt, status }: Erasure) {
  return { requestId: customerId, customerId, mode, status, requestedAt: formatInstant(requestedAt) };
}
