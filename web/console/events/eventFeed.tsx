import { useState } from "preact/hooks";
import type { Group } from "../model.ts";
import { Shown } from "../notice.tsx";
import { useReading } from "../reading.ts";
import { addressOf } from "../route.ts";
import { formatInstant } from "../time.ts";
import type { Envelope, WireEvent, WireEvents } from "../wire.ts";
import { describeEvent, eventNames, nameOf } from "./describeEvent.ts";

type Props = {
  readonly customerId: number | undefined;
  /** The groups, which say what each target counts. */
  readonly groups: readonly Group[];
  readonly version: number;
  readonly limit: number;
};

/** Shows the brand's notifications, the latest first. Only the local service offers them for reading. */
export function EventFeed({ customerId, groups, version, limit }: Props) {
  const [asked, setAsked] = useState(0);
  const [name, setName] = useState("");
  const reading = useReading(() => readEvents(customerId), [customerId, version, asked]);
  return (
    <section class="card" aria-labelledby="events">
      <header class="section-head">
        <h2 id="events">{customerId === undefined ? "What other systems are told" : "Events"}</h2>
        <button type="button" onClick={() => setAsked(asked + 1)}>
          Refresh
        </button>
      </header>
      <NameFilter name={name} onChange={setName} />
      <Shown reading={reading} what="events">
        {({ events }) => {
          const named = events.map((event) => ({ event, name: nameOf(event, groups) }));
          const wanted = name === "" ? named : named.filter((each) => each.name === name);
          return <Events events={wanted} isOfOne={customerId !== undefined} limit={limit} />;
        }}
      </Shown>
    </section>
  );
}

function NameFilter({ name, onChange }: { readonly name: string; readonly onChange: (name: string) => void }) {
  return (
    <label class="filter">
      Show
      <select value={name} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">All events</option>
        {eventNames.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </label>
  );
}

type NamedEvent = { readonly event: WireEvent; readonly name: string };
type EventsProps = { readonly events: readonly NamedEvent[]; readonly isOfOne: boolean; readonly limit: number };

function Events({ events, isOfOne, limit }: EventsProps) {
  if (events.length === 0) return <p class="muted">No such events yet.</p>;
  const latest = events.toReversed().slice(0, limit);
  return (
    <>
      <ol class="events" aria-label="Events, the latest first">
        {latest.map(({ event, name }) => (
          <Event key={event.detail.eventId} event={event} name={name} isOfOne={isOfOne} />
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

function Event({ event, name, isOfOne }: NamedEvent & { readonly isOfOne: boolean }) {
  const { targetName, targetGroupName, occurredAt } = event.detail;
  return (
    <li>
      <details>
        <summary>
          <strong>{name}</strong> <span>{describeEvent(event)}</span>
          <br />
          <span class="muted">
            {formatInstant(occurredAt, "UTC")} UTC
            {targetName === undefined ? "" : ` · ${targetName}`}
            {targetGroupName === undefined ? "" : ` · ${targetGroupName}`}
          </span>
        </summary>
        <p class="muted">Other systems are told this as {event["detail-type"]}:</p>
        <pre tabIndex={0} aria-label="The event as it is sent">
          {JSON.stringify(event, undefined, 2)}
        </pre>
      </details>
      {isOfOne ? null : <SubjectLink detail={event.detail} />}
    </li>
  );
}

/** Leads to the customer that the event is about, or to the group when it is about a definition. */
function SubjectLink({ detail: { customerId, targetGroupId: groupId } }: { readonly detail: WireEvent["detail"] }) {
  if (customerId !== undefined) return <a href={addressOf({ name: "customer", customerId })}>Customer {customerId}</a>;
  return groupId === undefined ? null : <a href={addressOf({ name: "group", groupId })}>Group {groupId}</a>;
}

async function readEvents(customerId: number | undefined): Promise<WireEvents> {
  const query = customerId === undefined ? "" : `?customerId=${customerId}`;
  const response = await fetch(`/local/events${query}`, { credentials: "omit" });
  const { data }: Envelope<WireEvents> = await response.json();
  return data;
}
