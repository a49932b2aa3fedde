import { useState } from "preact/hooks";
import { Shown } from "../notice.tsx";
import { useReading } from "../reading.ts";
import { addressOf } from "../route.ts";
import { formatInstant } from "../time.ts";
import type { Envelope, WireEvent, WireEvents } from "../wire.ts";
import { describeEvent } from "./describeEvent.ts";

type Props = { readonly customerId: number | undefined; readonly version: number; readonly limit: number };

/** What the brand's other systems are told, the latest first; only the local service lets it be read. */
export function EventFeed({ customerId, version, limit }: Props) {
  const [asked, setAsked] = useState(0);
  const reading = useReading(() => readEvents(customerId), [customerId, version, asked]);
  return (
    <section class="card" aria-labelledby="events">
      <header class="section-head">
        <h2 id="events">{customerId === undefined ? "What other systems are told" : "Events"}</h2>
        <button type="button" onClick={() => setAsked(asked + 1)}>
          Refresh
        </button>
      </header>
      <Shown reading={reading} what="events">
        {({ events }) => <Events events={events} isOfOne={customerId !== undefined} limit={limit} />}
      </Shown>
    </section>
  );
}

type EventsProps = { readonly events: readonly WireEvent[]; readonly isOfOne: boolean; readonly limit: number };

function Events({ events, isOfOne, limit }: EventsProps) {
  if (events.length === 0) return <p class="muted">No events yet.</p>;
  const latest = events.toReversed().slice(0, limit);
  return (
    <>
      <ol class="events" aria-label="Events, the latest first">
        {latest.map((event) => (
          <Event key={event.detail.eventId} event={event} isOfOne={isOfOne} />
        ))}
      </ol>
      {events.length > limit ? (
        <p class="muted">
          The latest {limit} of {events.length}.
        </p>
      ) : null}
    </>
  );
}

function Event({ event, isOfOne }: { readonly event: WireEvent; readonly isOfOne: boolean }) {
  const { customerId, targetName, targetGroupName, occurredAt } = event.detail;
  return (
    <li>
      <details>
        <summary>
          <strong>{event["detail-type"]}</strong> <span>{describeEvent(event)}</span>
          <br />
          <span class="muted">
            {formatInstant(occurredAt, "UTC")} UTC · {targetName}, {targetGroupName}
          </span>
        </summary>
        <pre tabIndex={0} aria-label="The event as it is sent">
          {JSON.stringify(event, undefined, 2)}
        </pre>
      </details>
      {isOfOne ? null : <a href={addressOf({ name: "customer", customerId })}>Customer {customerId}</a>}
    </li>
  );
}

async function readEvents(customerId: number | undefined): Promise<WireEvents> {
  const query = customerId === undefined ? "" : `?customerId=${customerId}`;
  const response = await fetch(`/local/events${query}`, { credentials: "omit" });
  const { data }: Envelope<WireEvents> = await response.json();
  return data;
}
