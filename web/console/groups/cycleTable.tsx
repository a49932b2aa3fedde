import { statusNames } from "../model.ts";
import { formatSpan } from "../time.ts";
import type { WithCycles } from "./timeline.tsx";

export function CycleTable({ group }: { readonly group: WithCycles }) {
  return (
    <section class="scroll" tabIndex={0} aria-label={`Cycles of ${group.name}, as a table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Cycle</th>
            <th scope="col">Dates in {group.zone}</th>
            <th scope="col">Status</th>
          </tr>
        </thead>
        <tbody>
          {group.cycles.map(({ id, refCode, span, status }) => (
            <tr key={id}>
              <th scope="row">{refCode}</th>
              <td>{formatSpan(span)}</td>
              <td>{statusNames[status]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
