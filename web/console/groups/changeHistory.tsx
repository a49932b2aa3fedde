import { useState } from "preact/hooks";
import { get } from "../calls.ts";
import type { Group } from "../model.ts";
import { Shown } from "../notice.tsx";
import { useReading } from "../reading.ts";
import { useSession } from "../session/session.ts";
import { formatInstant } from "../time.ts";
import type { WireAuditLog } from "../wire.ts";
import { describeField, describeValue } from "./describeChange.ts";

const pageSize = 25;

/** Shows who has changed what of a group, the newest first. */
export function ChangeHistory({ group }: { readonly group: Group }) {
  const { api } = useSession();
  const [offset, setOffset] = useState(0);
  const path = `/targetGroups/${group.id}/auditLogs?limit=${pageSize}&offset=${offset}`;
  const reading = useReading(() => api.read<readonly WireAuditLog[]>(get(path)), [api, path, group.version]);
  return (
    <section class="card history" aria-labelledby="changes">
      <h2 id="changes">Changes</h2>
      <Shown reading={reading} what="the changes">
        {(rows) => (
          <>
            <Table rows={rows} group={group} />
            <p class="pages">
              {offset > 0 ? (
                <button type="button" onClick={() => setOffset(offset - pageSize)}>
                  Later
                </button>
              ) : null}
              {rows.length === pageSize ? (
                <button type="button" onClick={() => setOffset(offset + pageSize)}>
                  Earlier
                </button>
              ) : null}
            </p>
          </>
        )}
      </Shown>
    </section>
  );
}

type TableProps = { readonly rows: readonly WireAuditLog[]; readonly group: Group };

function Table({ rows, group }: TableProps) {
  if (rows.length === 0) return <p class="muted">No earlier changes.</p>;
  return (
    <section class="scroll" tabIndex={0} aria-label="Changes, as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">When, by whom</th>
            <th scope="col">What</th>
            <th scope="col">Before</th>
            <th scope="col">Then</th>
            <th scope="col" class="number wide">
              Version
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={`${row.version} ${row.field}`} row={row} group={group} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ row, group }: { readonly row: WireAuditLog; readonly group: Group }) {
  const { version, changedOn, changedBy, field, oldValue, newValue } = row;
  return (
    <tr>
      <td>
        {formatInstant(changedOn, group.zone)}
        <br />
        <span class="muted">{changedBy ?? "the service"}</span>
      </td>
      <td>{describeField(field, group)}</td>
      <td>{describeValue(oldValue, field)}</td>
      <td>{describeValue(newValue, field)}</td>
      <td class="number wide">{version}</td>
    </tr>
  );
}
