import { isStreak, trackingNames } from "../model.ts";
import { formatNumber } from "../numbers.ts";
import { formatInstant, formatSpan } from "../time.ts";
import type { CustomerCycle, Enrollment } from "./enrollments.ts";
import { StreakProgress } from "./streakProgress.tsx";

/** What a customer has achieved in one target. */
export function EnrollmentCard({ enrollment }: { readonly enrollment: Enrollment }) {
  const { groupName, trackingType, targetId, targetName, enrolledOn, zone } = enrollment;
  const headingId = `enrolment-${targetId}`;
  return (
    <article class="card" aria-labelledby={headingId}>
      <header>
        <h3 id={headingId}>{groupName}</h3>
        <p class="facts">
          <span class="tag">{trackingNames[trackingType]}</span>
          <span class="muted">{targetName}</span>
          <span class="muted">
            Enrolled {formatInstant(enrolledOn, zone)}, {zone}
          </span>
        </p>
      </header>
      {isStreak(trackingType) ? <StreakProgress enrollment={enrollment} /> : <Cycles enrollment={enrollment} />}
    </article>
  );
}

function Cycles({ enrollment: { cycles, zone, targetId } }: { readonly enrollment: Enrollment }) {
  return (
    <ol class="cycles" aria-label="Cycles">
      {cycles.map((cycle) => (
        <CycleProgress key={cycle.id} cycle={cycle} zone={zone} id={`cycle-${targetId}-${cycle.id}`} />
      ))}
    </ol>
  );
}

type CycleProps = { readonly cycle: CustomerCycle; readonly zone: string; readonly id: string };

function CycleProgress({ cycle, zone, id }: CycleProps) {
  const { refCode, span, achievedValue, targetValue, reachedOn, isCurrent, state } = cycle;
  return (
    <li class={`cycle ${state}`} aria-current={isCurrent ? "date" : undefined}>
      <p class="cycle-name">
        <strong id={id}>{refCode}</strong> {isCurrent ? <span class="tag now-tag">Now</span> : null}
        <br />
        <span class="muted">{formatSpan(span)}</span>
      </p>
      <div class="cycle-progress">
        <progress class={state} max={targetValue} value={Math.min(achievedValue, targetValue)} aria-labelledby={id} />
        <p class="cycle-value">
          <span>
            <strong>{formatNumber(achievedValue)}</strong> of {formatNumber(targetValue)}
          </span>
          <span>{describe(state, reachedOn, zone, achievedValue / targetValue)}</span>
        </p>
      </div>
    </li>
  );
}

function describe(state: CustomerCycle["state"], reachedOn: string | null, zone: string, share: number) {
  if (reachedOn !== null) return <span class="good">✓ Reached {formatInstant(reachedOn, zone)}</span>;
  switch (state) {
    case "upcoming":
      return <span class="muted">Not started</span>;
    case "missed":
      return <span class="bad">✕ Not reached</span>;
    case "met":
    case "open":
    case "before":
      return <span class="muted">{Math.floor(share * 100)} %</span>;
  }
}
