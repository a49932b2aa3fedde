import { useEffect, useRef } from "preact/hooks";
import type { Cycle } from "../model.ts";
import { counted, formatNumber } from "../numbers.ts";
import { formatSpan } from "../time.ts";
import type { WirePeriodStatistics } from "../wire.ts";

/** A cycle with what was counted of it. */
export type CountedCycle = { readonly cycle: Cycle; readonly numbers: WirePeriodStatistics };

type Props = { readonly cycles: readonly CountedCycle[] };

/** Draws how many customers were members of each cycle, have started and have reached it. */
export function CycleChart({ cycles }: Props) {
  const box = useRef<HTMLElement>(null);
  // The latest cycles stand at the right end, and they are what one looks for.
  useEffect(() => box.current?.scrollTo({ left: box.current.scrollWidth }), [cycles]);
  const most = Math.max(1, ...cycles.flatMap(({ numbers }) => series.map((name) => numbers[name])));
  return (
    <>
      <p class="legend muted" aria-hidden="true">
        {series.map((name) => (
          <span key={name}>
            <span class={`chart-key ${name}`} /> {seriesNames[name]}
          </span>
        ))}
        <span>The highest column is {formatNumber(most)}</span>
      </p>
      <section class="scroll" tabIndex={0} aria-label="Customers by cycle, as a chart" ref={box}>
        <ol class="chart">
          {cycles.map((one) => (
            <Column key={one.cycle.id} of={one} most={most} />
          ))}
        </ol>
      </section>
      <details>
        <summary>As a table</summary>
        <Table cycles={cycles} />
      </details>
    </>
  );
}

const series = ["covered", "started", "reached"] as const;
const seriesNames = { covered: "Members", started: "Started", reached: "Reached" } as const satisfies Record<
  (typeof series)[number],
  string
>;

/** The three numbers stand before each other, each narrower than the one behind it, so that no colour is needed. */
function Column({ of: { cycle, numbers }, most }: { readonly of: CountedCycle; readonly most: number }) {
  const { refCode, span } = cycle;
  const told = `${refCode}, ${formatSpan(span)}: ${counted(numbers.covered, "member")}, ${formatNumber(numbers.started)} started, ${formatNumber(numbers.reached)} reached`;
  return (
    <li title={told}>
      <span class="chart-columns" aria-hidden="true">
        {series
          .filter((name) => numbers[name] > 0)
          .map((name) => (
            <span key={name} class={name} style={{ height: `${(100 * numbers[name]) / most}%` }} />
          ))}
      </span>
      <span class="chart-name" aria-hidden="true">
        {refCode}
      </span>
      <span class="hidden">{told}</span>
    </li>
  );
}

function Table({ cycles }: Props) {
  return (
    <section class="scroll" tabIndex={0} aria-label="Customers by cycle, as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">Cycle</th>
            {series.map((name) => (
              <th key={name} scope="col" class="number">
                {seriesNames[name]}
              </th>
            ))}
            <th scope="col" class="number">
              Achieved
            </th>
          </tr>
        </thead>
        <tbody>
          {cycles.map(({ cycle: { id, refCode }, numbers }) => (
            <tr key={id}>
              <th scope="row">{refCode}</th>
              {series.map((name) => (
                <td key={name} class="number">
                  {formatNumber(numbers[name])}
                </td>
              ))}
              <td class="number">{formatNumber(numbers.achievedTotal)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
