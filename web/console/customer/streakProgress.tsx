import { counted, formatNumber } from "../numbers.ts";
import { formatInstant, formatShortDay, formatSpan } from "../time.ts";
import type { WireStreakLevel } from "../wire.ts";
import { type CustomerCycle, type CycleState, cyclesOfRun, type Enrollment } from "./enrollments.ts";

/** Shows a streak's run, its levels, and its cycles as a strip of calendar leaves. */
export function StreakProgress({ enrollment }: { readonly enrollment: Enrollment }) {
  const { levels, cycles, zone, targetId, groupName } = enrollment;
  const run = cyclesOfRun(enrollment);
  return (
    <>
      <p class="run">
        <strong>{formatNumber(levels[0]?.currentCount ?? 0)}</strong>{" "}
        {levels[0]?.currentCount === 1 ? "cycle" : "cycles"} in the current run
      </p>
      <ol class="levels" aria-label="Levels">
        {levels.map((level) => (
          <Level key={level.streakId} level={level} zone={zone} id={`level-${targetId}-${level.streakId}`} />
        ))}
      </ol>
      <ol class="strip" aria-label={`Cycles of ${groupName}`}>
        {cycles.map((cycle) => (
          <Leaf key={cycle.id} cycle={cycle} isInRun={run.has(cycle.id)} />
        ))}
      </ol>
      <Legend cycles={cycles} hasRun={run.size > 0} />
    </>
  );
}

type LevelProps = { readonly level: WireStreakLevel; readonly zone: string; readonly id: string };

function Level({ level, zone, id }: LevelProps) {
  const { streakName, totalTargetCountOfSequence: wanted, currentCount, streakAchievedDateTime: reachedOn } = level;
  const isReached = reachedOn !== null;
  return (
    <li class={isReached ? "level met" : "level"}>
      <strong id={id}>{streakName}</strong>
      <progress
        class={isReached ? "met" : "open"}
        max={wanted}
        value={isReached ? wanted : Math.min(currentCount, wanted)}
        aria-labelledby={id}
      />
      {isReached ? (
        <span class="good">✓ Reached {formatInstant(reachedOn, zone)}</span>
      ) : (
        <span class="muted">
          {formatNumber(Math.min(currentCount, wanted))} of {counted(wanted, "cycle")}
        </span>
      )}
    </li>
  );
}

const stateNames = {
  met: "Met",
  missed: "Missed",
  open: "Open now",
  upcoming: "Upcoming",
  before: "Before this enrolment",
} as const satisfies Record<CycleState, string>;

const stateMarks = {
  met: "✓",
  missed: "✕",
  open: "●",
  upcoming: "·",
  before: "–",
} as const satisfies Record<CycleState, string>;

function Leaf({ cycle, isInRun }: { readonly cycle: CustomerCycle; readonly isInRun: boolean }) {
  const { refCode, span, state, isCurrent, achievedValue, targetValue } = cycle;
  const told = `${refCode}, ${formatSpan(span)}: ${stateNames[state]}, ${formatNumber(achievedValue)} of ${formatNumber(targetValue)}${describeSubTargets(cycle)}`;
  return (
    <li
      class={`leaf ${state}${isInRun ? " in-run" : ""}${isCurrent ? " current" : ""}`}
      aria-current={isCurrent ? "date" : undefined}
      title={told}
    >
      <span aria-hidden="true">{formatShortDay(span.start)}</span>
      <span class="mark" aria-hidden="true">
        {stateMarks[state]}
      </span>
      <span class="hidden">
        {told}
        {isInRun ? ", in the current run" : ""}
      </span>
    </li>
  );
}

function describeSubTargets({ subTargets }: CustomerCycle): string {
  if (subTargets.length === 0) return "";
  const reached = subTargets.filter(({ isAchieved }) => isAchieved).map(({ triggerName }) => triggerName);
  return `, ${reached.length === 0 ? "no sub-target" : reached.join(", ")} reached`;
}

/** Explains the marks that are shown. A screen reader reads the state of each cycle instead. */
function Legend({ cycles, hasRun }: { readonly cycles: readonly CustomerCycle[]; readonly hasRun: boolean }) {
  const states: readonly CycleState[] = ["met", "missed", "open", "upcoming", "before"];
  return (
    <p class="legend muted" aria-hidden="true">
      {states
        .filter((state) => cycles.some((cycle) => cycle.state === state))
        .map((state) => (
          <span key={state}>
            <span class={`key ${state}`}>{stateMarks[state]}</span> {stateNames[state]}
          </span>
        ))}
      {hasRun ? (
        <span>
          <span class="key met in-run">✓</span> In the current run
        </span>
      ) : null}
    </p>
  );
}
