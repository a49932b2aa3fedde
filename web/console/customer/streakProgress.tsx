import { useState } from "preact/hooks";
import { counted, formatNumber } from "../numbers.ts";
import { useSession } from "../session/session.ts";
import { formatInstant, formatShortDay, formatSpan } from "../time.ts";
import type { WireStreakLevel } from "../wire.ts";
import { type CustomerCycle, type CycleState, cyclesOfRun, type Enrollment } from "./enrollments.ts";
import { ExcuseForm, FreezesForm } from "./forgivenessForms.tsx";

type Props = {
  readonly enrollment: Enrollment;
  readonly customerId: number;
  /** The customer was forgiven something. */
  readonly onSent: () => void;
};

/**
 * Shows a streak's run, its levels, its freezes, and its cycles as a strip of calendar leaves. Where the credential may
 * adjust and the membership covers the cycle, a leaf is a button that opens the form to excuse it.
 */
export function StreakProgress({ enrollment, ...props }: Props) {
  const { permissions } = useSession();
  const [chosenId, setChosenId] = useState<number>();
  const { levels, cycles, zone, targetId, groupName, trackingType } = enrollment;
  const run = cyclesOfRun(enrollment);
  const canForgive = permissions.adjust && trackingType === "STREAKS";
  const chosen = cycles.find(({ id }) => id === chosenId);
  return (
    <>
      <p class="run">
        <strong>{formatNumber(levels[0]?.currentCount ?? 0)}</strong>{" "}
        {levels[0]?.currentCount === 1 ? "cycle" : "cycles"} in the current run
      </p>
      <Safety level={levels[0]} zone={zone} />
      <ol class="levels" aria-label="Levels">
        {levels.map((level) => (
          <Level key={level.streakId} level={level} zone={zone} id={`level-${targetId}-${level.streakId}`} />
        ))}
      </ol>
      <ol class="strip" aria-label={`Cycles of ${groupName}`}>
        {cycles.map((cycle) => (
          <Leaf
            key={cycle.id}
            cycle={cycle}
            isInRun={run.has(cycle.id)}
            isChosen={cycle === chosen}
            onChoose={
              canForgive && cycle.isCovered ? () => setChosenId(cycle === chosen ? undefined : cycle.id) : undefined
            }
          />
        ))}
      </ol>
      <Legend cycles={cycles} hasRun={run.size > 0} />
      {canForgive ? <p class="muted">Choose a cycle to excuse it, or to take its excuse back.</p> : null}
      {chosen === undefined ? null : <ExcuseForm key={chosen.id} enrollment={enrollment} cycle={chosen} {...props} />}
      {canForgive ? <FreezesForm enrollment={enrollment} {...props} /> : null}
    </>
  );
}

/** Says how many freezes are left, and until when the current cycle has to be met. */
function Safety({ level, zone }: { readonly level: WireStreakLevel | undefined; readonly zone: string }) {
  const told = level === undefined ? [] : [...tellFreezes(level), ...tellRisk(level, zone)];
  if (told.length === 0) return null;
  return (
    <p class="facts">
      {told.map((words) => (
        <span key={words}>{words}</span>
      ))}
    </p>
  );
}

function tellFreezes({ freezesTotal, freezesLeft, bridgedPeriods }: WireStreakLevel): readonly string[] {
  if (freezesTotal === 0) return [];
  const bridged = bridgedPeriods.length === 0 ? "" : `, ${counted(bridgedPeriods.length, "cycle")} bridged`;
  return [`${freezesLeft} of ${counted(freezesTotal, "freeze")} left${bridged}`];
}

/** A run of 0 has nothing to lose. */
function tellRisk({ expiresOn, currentCount, freezesLeft }: WireStreakLevel, zone: string): readonly string[] {
  if (expiresOn === null || currentCount === 0) return [];
  const otherwise = freezesLeft > 0 ? "or a freeze bridges it" : "or the run ends";
  return [`The current cycle has to be met by ${formatInstant(expiresOn, zone)}, ${otherwise}`];
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
  excused: "Excused",
  bridged: "Bridged by a freeze",
  missed: "Missed",
  open: "Open now",
  upcoming: "Upcoming",
  before: "Before this enrolment",
} as const satisfies Record<CycleState, string>;

const stateMarks = {
  met: "✓",
  excused: "○",
  bridged: "❄",
  missed: "✕",
  open: "●",
  upcoming: "·",
  before: "–",
} as const satisfies Record<CycleState, string>;

type LeafProps = {
  readonly cycle: CustomerCycle;
  readonly isInRun: boolean;
  readonly isChosen: boolean;
  /** `undefined` where the cycle cannot be excused. */
  readonly onChoose: (() => void) | undefined;
};

function Leaf({ cycle, isInRun, isChosen, onChoose }: LeafProps) {
  const { state, isCurrent } = cycle;
  const told = tellCycle(cycle);
  const face = <LeafFace cycle={cycle} told={isInRun ? `${told}, in the current run` : told} />;
  return (
    <li
      class={`leaf ${state}${isInRun ? " in-run" : ""}${isCurrent ? " current" : ""}`}
      aria-current={isCurrent ? "date" : undefined}
      title={told}
    >
      {onChoose === undefined ? (
        face
      ) : (
        <button type="button" class="leaf-button" aria-pressed={isChosen} onClick={onChoose}>
          {face}
        </button>
      )}
    </li>
  );
}

function LeafFace({ cycle: { span, state }, told }: { readonly cycle: CustomerCycle; readonly told: string }) {
  return (
    <>
      <span aria-hidden="true">{formatShortDay(span.start)}</span>
      <span class="mark" aria-hidden="true">
        {stateMarks[state]}
      </span>
      <span class="hidden">{told}</span>
    </>
  );
}

function tellCycle(cycle: CustomerCycle): string {
  const { refCode, span, state, isExcused, achievedValue, targetValue } = cycle;
  const value = `${formatNumber(achievedValue)} of ${formatNumber(targetValue)}`;
  const excused = isExcused && state !== "excused" ? ", excused" : "";
  return `${refCode}, ${formatSpan(span)}: ${stateNames[state]}${excused}, ${value}${describeSubTargets(cycle)}`;
}

function describeSubTargets({ subTargets }: CustomerCycle): string {
  if (subTargets.length === 0) return "";
  const reached = subTargets.filter(({ isAchieved }) => isAchieved).map(({ triggerName }) => triggerName);
  return `, ${reached.length === 0 ? "no sub-target" : reached.join(", ")} reached`;
}

/** Explains the marks that are shown. A screen reader reads the state of each cycle instead. */
function Legend({ cycles, hasRun }: { readonly cycles: readonly CustomerCycle[]; readonly hasRun: boolean }) {
  const states: readonly CycleState[] = ["met", "excused", "bridged", "missed", "open", "upcoming", "before"];
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
