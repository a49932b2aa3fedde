import { useState } from "preact/hooks";
import { get } from "../calls.ts";
import { Shown } from "../notice.tsx";
import { type Reading, useReading } from "../reading.ts";
import { useSession } from "../session/session.ts";
import { formatInstant } from "../time.ts";
import type { WireErasure } from "../wire.ts";
import { unknownCustomer } from "./unknownCustomer.tsx";

/** What was asked for, for a customer; `null` when nothing was. */
export type ErasureReading = Reading<WireErasure | null>;

/** Reads the latest request for the customer, and again whenever `version` changes. */
export function useErasure(customerId: number, version: number): ErasureReading {
  const { api } = useSession();
  const read = () => api.read<WireErasure>(get(`/erasures/${customerId}`));
  const reading = useReading<WireErasure | null>(read, [api, customerId, version]);
  const hasNone = reading.state === "failed" && reading.codes.includes(unknownCustomer);
  return hasNone ? { state: "read", data: null } : reading;
}

/** Says what was asked for and how far it is. */
export function ErasureState({ customerId, version }: { readonly customerId: number; readonly version: number }) {
  const [asked, setAsked] = useState(0);
  const reading = useErasure(customerId, version + asked);
  return (
    <div class="section-head">
      <Shown reading={reading} what="what was asked for">
        {(erasure) => <p role="status">{erasure === null ? "Nothing was asked for." : describeErasure(erasure)}</p>}
      </Shown>
      <button type="button" onClick={() => setAsked(asked + 1)}>
        Refresh
      </button>
    </div>
  );
}

/** Shows the customer in whose place only an id is left. */
export function ErasedCustomer({ customerId }: { readonly customerId: number }) {
  return (
    <section class="card" aria-labelledby="erased">
      <h2 id="erased">Erased</h2>
      <p>
        Nothing of this customer is shown any more. Only the id and the time are kept, and the id is given to nobody
        again.
      </p>
      <ErasureState customerId={customerId} version={0} />
    </section>
  );
}

function describeErasure({ mode, status, requestedAt }: WireErasure): string {
  return `${modeNames[mode]} was asked for at ${formatInstant(requestedAt, "UTC")} UTC. ${statusNames[status]}`;
}

const modeNames = { ERASE: "Erasing", ANONYMISE: "Anonymising" } as const satisfies Record<WireErasure["mode"], string>;

const statusNames = {
  RUNNING: "It is under way, and begins within five minutes.",
  WAITING: "It is done. A second pass follows 25 hours after the request, for what was under way.",
  COMPLETED: "It is completed.",
} as const satisfies Record<WireErasure["status"], string>;
