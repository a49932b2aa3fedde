import { useState } from "preact/hooks";
import { get, targetPath } from "../calls.ts";
import { Select } from "../forms/field.tsx";
import { CycleSelect } from "../groups/cycleSelect.tsx";
import { type Group, isStreak } from "../model.ts";
import { Shown } from "../notice.tsx";
import { counted, formatNumber } from "../numbers.ts";
import { useReading } from "../reading.ts";
import { addressOf } from "../route.ts";
import { useSession } from "../session/session.ts";
import { formatInstant } from "../time.ts";
import type { WireRosterPage, WireRosterRow } from "../wire.ts";

const pageSize = 25;

type Props = { readonly group: Group; readonly targetId: number };

type Filters = {
  readonly status: keyof typeof statusNames;
  /** Empty means that of the current cycle nobody is left out. */
  readonly periodId: string;
  readonly achieved: keyof typeof achievedNames;
};

const statusNames = { ENROLLED: "Enrolled", UNENROLLED: "Left", ALL: "Enrolled or left" } as const;
const achievedNames = { either: "Reached or not", true: "Reached", false: "Not reached" } as const;

/** Lists who is or was in the target, a page at a time. */
export function Roster({ group, targetId }: Props) {
  const [filters, setFilters] = useState<Filters>({ status: "ENROLLED", periodId: "", achieved: "either" });
  const [asked, setAsked] = useState(0);
  const change = (changed: Partial<Filters>) => setFilters({ ...filters, ...changed });
  const path = `${targetPath({ groupId: group.id, targetId })}/customers?${queryOf(filters)}`;
  return (
    <section class="card history" aria-labelledby="roster">
      <header class="section-head">
        <h2 id="roster">Customers</h2>
        <button type="button" onClick={() => setAsked(asked + 1)}>
          Refresh
        </button>
      </header>
      <div class="fields-in-line">
        <Select label="Who" names={statusNames} chosen={filters.status} onChange={(status) => change({ status })} />
        <CycleSelect
          label="Cycle"
          cycles={group.cycles}
          other="The current one"
          chosen={filters.periodId}
          onChange={(periodId) => change({ periodId })}
        />
        <Select
          label="Target value"
          names={achievedNames}
          chosen={filters.achieved}
          onChange={(achieved) => change({ achieved })}
        />
      </div>
      <Pages key={`${path} ${asked}`} path={path} group={group} />
    </section>
  );
}

function queryOf({ status, periodId, achieved }: Filters): URLSearchParams {
  return new URLSearchParams({
    status,
    ...(periodId === "" ? {} : { periodId }),
    ...(achieved === "either" ? {} : { achieved }),
    limit: String(pageSize),
  });
}

/** A page of the list, with the cursors that led to it. The first page has none. */
type ShownPage = WireRosterPage & { readonly cursors: readonly string[] };

function Pages({ path, group }: { readonly path: string; readonly group: Group }) {
  const { api } = useSession();
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const readPage = async (): Promise<ShownPage> => {
    const cursor = cursors.at(-1);
    const query = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    return { ...(await api.read<WireRosterPage>(get(`${path}${query}`))), cursors };
  };
  const reading = useReading(readPage, [api, path, cursors]);
  return (
    <Shown reading={reading} what="the customers">
      {(page) => (
        <>
          <p class="muted" role="status">
            {describePage(page)}
          </p>
          {page.customers.length === 0 ? null : <Table rows={page.customers} group={group} />}
          <PageButtons page={page} onChange={setCursors} />
        </>
      )}
    </Shown>
  );
}

/** A page may be shorter than asked for, or empty, although others follow. Only the missing cursor is the end. */
function describePage({ customers, nextCursor, cursors }: ShownPage): string {
  const isOnly = nextCursor === null && cursors.length === 0;
  if (isOnly) return customers.length === 0 ? "No customers like that." : `${counted(customers.length, "customer")}.`;
  const place = `Page ${cursors.length + 1}, ${nextCursor === null ? "the last" : "more follow"}`;
  return `${place}: ${counted(customers.length, "customer")}.`;
}

type ButtonProps = { readonly page: ShownPage; readonly onChange: (cursors: readonly string[]) => void };

/** The buttons go on from the page that is shown, so a second click while the next one is read changes nothing. */
function PageButtons({ page: { cursors, nextCursor }, onChange }: ButtonProps) {
  return (
    <p class="pages">
      {cursors.length === 0 ? null : (
        <button type="button" onClick={() => onChange(cursors.slice(0, -1))}>
          Previous page
        </button>
      )}
      {nextCursor === null ? null : (
        <button type="button" onClick={() => onChange([...cursors, nextCursor])}>
          Next page
        </button>
      )}
    </p>
  );
}

type TableProps = { readonly rows: readonly WireRosterRow[]; readonly group: Group };

function Table({ rows, group }: TableProps) {
  const hasRun = isStreak(group.trackingType);
  return (
    <section class="scroll" tabIndex={0} aria-label="Customers, as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">Customer</th>
            <th scope="col">Membership</th>
            <th scope="col" class="wide">
              From cycle
            </th>
            <th scope="col" class="number">
              Value
            </th>
            {hasRun ? (
              <th scope="col" class="number">
                Run
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.customerId} row={row} zone={group.zone} hasRun={hasRun} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

type RowProps = { readonly row: WireRosterRow; readonly zone: string; readonly hasRun: boolean };

function Row({ row, zone, hasRun }: RowProps) {
  const { customerId, externalId, source, enrolledOn, unEnrolledOn, fromPeriod, currentCount } = row;
  return (
    <tr>
      <td>
        <a href={addressOf({ name: "customer", customerId })}>{customerId}</a>
        {externalId === null ? null : <p class="muted">{externalId}</p>}
      </td>
      <td>
        Enrolled {formatInstant(enrolledOn, zone)}
        {source === "AUTOMATIC" ? ", first by an activity" : ""}
        {unEnrolledOn === null ? null : <p class="bad">Left {formatInstant(unEnrolledOn, zone)}</p>}
      </td>
      <td class="wide">{fromPeriod.refCode}</td>
      <td class="number">
        <Value row={row} zone={zone} />
      </td>
      {hasRun ? <td class="number">{formatNumber(currentCount ?? 0)}</td> : null}
    </tr>
  );
}

/** The value in the cycle that was asked for. A membership that does not cover the cycle has none. */
function Value({ row, zone }: { readonly row: WireRosterRow; readonly zone: string }) {
  const { targetValue, targetAchievedValue, targetAchievedDateTime: reachedOn } = row;
  if (targetValue === null || targetAchievedValue === null) return <>–</>;
  return (
    <>
      {formatNumber(targetAchievedValue)} of {formatNumber(targetValue)}
      {reachedOn === null ? null : <p class="good">✓ {formatInstant(reachedOn, zone)}</p>}
    </>
  );
}
