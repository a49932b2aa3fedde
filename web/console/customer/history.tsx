import { useState } from "preact/hooks";
import { get, type TargetRef } from "../calls.ts";
import type { Group } from "../model.ts";
import { Shown } from "../notice.tsx";
import { formatNumber } from "../numbers.ts";
import { type Reading, useReading } from "../reading.ts";
import { useSession } from "../session/session.ts";
import { formatInstant } from "../time.ts";
import type { WireHistoryRow } from "../wire.ts";
import { refOf, TargetSelect, valueOf } from "./targetSelect.tsx";

const pageSize = 50;
const neverEnrolled = 310149;

type Props = {
  readonly customerId: number;
  readonly groups: readonly Group[];
  /** The customer's own targets, the one to begin with first. */
  readonly own: readonly TargetRef[];
  readonly version: number;
};

/** Shows the history of the customer in a target, enrolled or not. It follows each event within about a second. */
export function History({ customerId, groups, own, version }: Props) {
  const [asked, setAsked] = useState(0);
  const [selected, setSelected] = useState<string>();
  const [first] = own;
  const chosen = selected ?? (first === undefined ? "" : valueOf(first));
  return (
    <section class="card history" aria-labelledby="history">
      <header class="section-head">
        <h2 id="history">History</h2>
        <button type="button" onClick={() => setAsked(asked + 1)}>
          Refresh
        </button>
      </header>
      <TargetSelect label="Target" groups={groups} own={own} value={chosen} onChange={setSelected} />
      {chosen === "" ? null : (
        <Rows
          key={chosen}
          customerId={customerId}
          targetId={refOf(chosen).targetId}
          zone={groups.find(({ id }) => id === refOf(chosen).groupId)?.zone ?? "UTC"}
          version={version + asked}
        />
      )}
    </section>
  );
}

type RowsProps = {
  readonly customerId: number;
  readonly targetId: number;
  readonly zone: string;
  readonly version: number;
};

function Rows({ customerId, targetId, zone, version }: RowsProps) {
  const { api } = useSession();
  const [offset, setOffset] = useState(0);
  const path = `/users/${customerId}/trackedTargetEvents/${targetId}?limit=${pageSize}&offset=${offset}`;
  const reading = useReading(() => api.read<readonly WireHistoryRow[]>(get(path)), [api, path, version]);
  if (isNeverEnrolled(reading)) return <p class="muted">Never enrolled in this target.</p>;
  return (
    <Shown reading={reading} what="the history">
      {(rows) => (
        <>
          <Table rows={rows} zone={zone} />
          <p class="pages">
            {offset > 0 ? (
              <button type="button" onClick={() => setOffset(offset - pageSize)}>
                Earlier
              </button>
            ) : null}
            {rows.length === pageSize ? (
              <button type="button" onClick={() => setOffset(offset + pageSize)}>
                Later
              </button>
            ) : null}
          </p>
        </>
      )}
    </Shown>
  );
}

function isNeverEnrolled(reading: Reading<readonly WireHistoryRow[]>): boolean {
  return reading.state === "failed" && reading.codes.includes(neverEnrolled);
}

function Table({ rows, zone }: { readonly rows: readonly WireHistoryRow[]; readonly zone: string }) {
  return (
    <section class="scroll" tabIndex={0} aria-label="History, as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">When, by whom</th>
            <th scope="col">What</th>
            <th scope="col" class="wide">
              Cycle
            </th>
            <th scope="col" class="number">
              Change
            </th>
            <th scope="col" class="number">
              Then
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.eventLogId} row={row} zone={zone} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ row, zone }: { readonly row: WireHistoryRow; readonly zone: string }) {
  const { eventName, activityId, periodRefCode, value, achievedValue, eventDate, enteredBy, source, reason } = row;
  return (
    <tr>
      <td>
        {formatInstant(eventDate, zone)}
        <p class="muted">{enteredBy ?? "the service"}</p>
      </td>
      <td title={activityId ?? undefined}>
        {eventName === "ENROL" && source === "AUTOMATIC" ? "Enrolled by an activity" : rowNames[eventName]}
        {reason === undefined ? null : <p class="muted">{reason}</p>}
        <span class="narrow muted">{periodRefCode}</span>
      </td>
      <td class="wide">{periodRefCode ?? "–"}</td>
      <td class="number">{value > 0 ? `+${formatNumber(value)}` : formatNumber(value)}</td>
      <td class="number">{formatNumber(achievedValue)}</td>
    </tr>
  );
}

const rowNames = {
  ENROL: "Enrolled",
  UNENROL: "Un-enrolled",
  ADD_TRANSACTION: "Purchase",
  RETURN_BILL: "Return",
  GENERIC_EVENT: "Event",
  ADJUSTMENT: "Adjusted",
  EXCUSE: "Excused",
  UNEXCUSE: "Excuse taken back",
  FREEZES: "Freezes given",
} as const satisfies Record<WireHistoryRow["eventName"], string>;
