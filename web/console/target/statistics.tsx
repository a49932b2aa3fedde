import { useState } from "preact/hooks";
import { get, targetPath } from "../calls.ts";
import { CycleSelect } from "../groups/cycleSelect.tsx";
import { type Group, isStreak } from "../model.ts";
import { Shown } from "../notice.tsx";
import { counted, formatNumber, shareOf } from "../numbers.ts";
import { useReading } from "../reading.ts";
import { useSession } from "../session/session.ts";
import { formatInstant } from "../time.ts";
import type { WirePeriodStatistics, WireStatistics } from "../wire.ts";
import { type Bar, Bars } from "./bars.tsx";
import { type CountedCycle, CycleChart } from "./cycleChart.tsx";

type Props = { readonly group: Group; readonly targetId: number };

/** Shows what the last complete count of the target's customers has found. */
export function Statistics({ group, targetId }: Props) {
  const { api } = useSession();
  const [asked, setAsked] = useState(0);
  const path = `${targetPath({ groupId: group.id, targetId })}/statistics`;
  const reading = useReading(() => api.read<WireStatistics>(get(path)), [api, path, asked]);
  return (
    <section class="card" aria-labelledby="numbers">
      <header class="section-head">
        <h2 id="numbers">Numbers</h2>
        <button type="button" onClick={() => setAsked(asked + 1)}>
          Refresh
        </button>
      </header>
      <Shown reading={reading} what="the numbers">
        {(numbers) =>
          numbers.asOf === null ? (
            <p class="muted">
              Not counted yet. A group is counted once somebody has been enrolled, an hour after its creation at the
              earliest.
            </p>
          ) : (
            <Counted group={group} numbers={numbers} asOf={numbers.asOf} />
          )
        }
      </Shown>
    </section>
  );
}

type CountedProps = { readonly group: Group; readonly numbers: WireStatistics; readonly asOf: string };

function Counted({ group, numbers, asOf }: CountedProps) {
  const cycles = startedCycles(group, numbers);
  return (
    <>
      <p class="facts">
        <span class="tag">{numbers.isFinal ? "Final" : "Will be counted again"}</span>
        <span class="muted">
          As of {formatInstant(asOf, group.zone)}, {group.zone}
        </span>
      </p>
      <Figures numbers={numbers} />
      <section class="part" aria-labelledby="by-cycle">
        <h3 id="by-cycle">Cycles</h3>
        {cycles.length === 0 ? <p class="muted">No cycle has started yet.</p> : <CycleChart cycles={cycles} />}
      </section>
      {cycles.length === 0 ? null : <Progress cycles={cycles} />}
      {isStreak(group.trackingType) ? <Runs group={group} numbers={numbers} /> : null}
    </>
  );
}

/** Cycles to come have nothing to show but the customers who are in. */
function startedCycles({ cycles }: Group, { periods }: WireStatistics): readonly CountedCycle[] {
  const byCycle = new Map(periods.map((numbers) => [numbers.periodId, numbers]));
  return cycles.flatMap((cycle) => {
    const numbers = byCycle.get(cycle.id);
    return numbers === undefined || cycle.status === "NOT_STARTED" ? [] : [{ cycle, numbers }];
  });
}

function Figures({ numbers: { enrolled, unEnrolled, bySource } }: { readonly numbers: WireStatistics }) {
  const figures = [
    ["Enrolled", enrolled],
    ["Left", unEnrolled],
    ["First came by a call", bySource.API],
    ["First came by an activity", bySource.AUTOMATIC],
  ] as const;
  return (
    <dl class="figures">
      {figures.map(([name, count]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{formatNumber(count)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Shows how far the members of one cycle have come. It begins with the running cycle, or else the last that has ended. */
function Progress({ cycles }: { readonly cycles: readonly CountedCycle[] }) {
  const [chosen, setChosen] = useState("");
  const shown =
    cycles.find(({ cycle }) => String(cycle.id) === chosen) ??
    cycles.find(({ cycle }) => cycle.status === "RUNNING") ??
    cycles.at(-1);
  if (shown === undefined) return null;
  const { cycle, numbers } = shown;
  return (
    <section class="part" aria-labelledby="progress">
      <h3 id="progress">How far they have come</h3>
      <CycleSelect
        label="Cycle"
        cycles={cycles.map((one) => one.cycle)}
        chosen={String(cycle.id)}
        onChange={setChosen}
      />
      <p role="status">{describeCycle(numbers)}</p>
      <Bars label={`Progress in ${cycle.refCode}`} bars={numbers.progress.map(barOf)} whole={numbers.covered} />
    </section>
  );
}

function describeCycle({ covered, started, reached, achievedTotal }: WirePeriodStatistics): string {
  if (covered === 0) return "Nobody was a member of this cycle.";
  const [startedShare, reachedShare] = [shareOf(started, covered), shareOf(reached, covered)];
  return `Of ${counted(covered, "member")} ${formatNumber(started)} (${startedShare}) have started and ${formatNumber(reached)} (${reachedShare}) have reached the target. Together they have achieved ${formatNumber(achievedTotal)}.`;
}

/** The first band is 0 alone, so the second begins above it. */
function barOf({ from, to, customers }: WirePeriodStatistics["progress"][number], place: number): Bar {
  return { name: place === 0 ? "Nothing yet" : nameOfBand(from, to), count: customers };
}

function nameOfBand(from: number, to: number | null): string {
  if (to === null) return `${from} % and more`;
  return from === 0 ? `Less than ${to} %` : `${from} % to less than ${to} %`;
}

type RunsProps = { readonly group: Group; readonly numbers: WireStatistics };

function Runs({ group, numbers: { enrolled, unEnrolled, streaks, runLengths } }: RunsProps) {
  const nameOfLevel = (streakId: number) => group.levels.find(({ id }) => id === streakId)?.name ?? `Level ${streakId}`;
  return (
    <>
      <section class="part" aria-labelledby="run-lengths">
        <h3 id="run-lengths">Current runs</h3>
        {runLengths.length === 0 ? (
          <p class="muted">Nobody is enrolled.</p>
        ) : (
          <section class="scroll tall" tabIndex={0} aria-label="Lengths of runs">
            <Bars
              label="Customers by the length of their run"
              bars={runLengths.map(({ length, customers }) => ({ name: counted(length, "cycle"), count: customers }))}
              whole={enrolled}
            />
          </section>
        )}
      </section>
      <section class="part" aria-labelledby="levels-reached">
        <h3 id="levels-reached">Levels reached, also by those who have left</h3>
        <Bars
          label="Customers by level"
          bars={streaks.map(({ streakId, reached }) => ({ name: nameOfLevel(streakId), count: reached }))}
          whole={enrolled + unEnrolled}
        />
      </section>
    </>
  );
}
