import { useState } from "preact/hooks";
import { findCall, registerExternalIdCall } from "../calls.ts";
import { formText } from "../forms/formText.ts";
import { Failure } from "../notice.tsx";
import { addressOf } from "../route.ts";
import type { Answer } from "../session/api.ts";
import { useSending } from "../session/useSending.ts";
import type { WireCustomer } from "../wire.ts";
import { UnknownCustomer } from "./unknownCustomer.tsx";

const unknownCustomer = 310011;

/** Finds a customer by the service's id or by the brand's own one. */
export function Search({ customerId }: { readonly customerId: number | undefined }) {
  const [externalId, setExternalId] = useState("");
  const { outcome, isBusy, send } = useSending();
  const find = async (asked: string) => {
    setExternalId(asked);
    showCustomer((await send(findCall(asked)))?.data);
  };
  return (
    <>
      <div class="searches">
        <IdSearch customerId={customerId} />
        <ExternalIdSearch isBusy={isBusy} onFind={(asked) => void find(asked)} />
      </div>
      {isBusy ? (
        <p class="muted" role="status">
          Looking for the customer …
        </p>
      ) : null}
      {outcome === undefined ? null : <NotFound outcome={outcome} externalId={externalId} />}
    </>
  );
}

function IdSearch({ customerId }: { readonly customerId: number | undefined }) {
  return (
    <form
      role="search"
      aria-label="By number"
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        show(Number(formText(new FormData(event.currentTarget), "customerId")));
      }}
    >
      <label>
        Customer id
        <input
          name="customerId"
          required
          inputMode="numeric"
          pattern="[1-9][0-9]{0,15}"
          title="A whole number from 1"
          value={customerId ?? ""}
          autocomplete="off"
        />
      </label>
      <button type="submit">Show</button>
    </form>
  );
}

type ExternalIdProps = { readonly isBusy: boolean; readonly onFind: (externalId: string) => void };

/** The external id can be the number of a card, so it is not kept in the address of the page. */
function ExternalIdSearch({ isBusy, onFind }: ExternalIdProps) {
  return (
    <form
      role="search"
      aria-label="By the brand’s own id"
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        onFind(formText(new FormData(event.currentTarget), "externalId"));
      }}
    >
      <label>
        External id
        <input name="externalId" required maxLength={200} autocomplete="off" spellcheck={false} />
      </label>
      <button type="submit" disabled={isBusy}>
        Find
      </button>
    </form>
  );
}

type NotFoundProps = { readonly outcome: Answer | string; readonly externalId: string };

/** Says why nobody was found. One whom the API does not know can be registered with the id. */
function NotFound({ outcome, externalId }: NotFoundProps) {
  if (typeof outcome === "string") return <Failure message={outcome} />;
  if (outcome.errors.length === 0) return null;
  const message = outcome.errors.map((error) => `${error.code}: ${error.message}`).join(" ");
  if (outcome.errors.every(({ code }) => code !== unknownCustomer)) return <Failure message={message} />;
  return (
    <UnknownCustomer
      message={message}
      call={registerExternalIdCall(externalId)}
      button="Register a customer with this external id"
      onRegistered={showCustomer}
    />
  );
}

function showCustomer(customer: unknown): void {
  if (isCustomer(customer)) show(customer.customerId);
}

function isCustomer(data: unknown): data is Pick<WireCustomer, "customerId"> {
  return typeof data === "object" && data !== null && "customerId" in data;
}

function show(customerId: number): void {
  location.hash = addressOf({ name: "customer", customerId });
}
