import { describeTrigger } from "../groups/describeFilter.ts";
import { isStreak, trackingNames } from "../model.ts";
import { formatNumber } from "../numbers.ts";
import { formatInstant, formatSpan } from "../time.ts";
import type { WireTriggerProgress } from "../wire.ts";
import type { CustomerCycle, Enrollment } from "./enrollments.ts";
import { StreakProgress } from "./streakProgress.tsx";

type Props = {
  readonly enrollment: Enrollment;
  readonly customerId: number;
  /** The customer was forgiven something. */
  readonly onSent: () => void;
};

/** What a customer has achieved in one target. */
export function EnrollmentCard({ enrollment, ...props }: Props) {
  const { groupName, trackingType, targetId, targetName, enrolledOn, isByActivity, zone } = enrollment;
  const headingId = `enrolment-${targetId}`;
  return (
    <article class="card" aria-labelledby={headingId}>
      <header>
        <h3 id={headingId}>{groupName}</h3>
        <p class="facts">
          <span class="tag">{trackingNames[trackingType]}</span>
          <span class="muted">{targetName}</span>
          <span class="muted">
            Enrolled {isByActivity ? "by an activity " : ""}
            {formatInstant(enrolledOn, zone)}, {zone}
          </span>
        </p>
      </header>
      {isStreak(trackingType) ? (
        <StreakProgress enrollment={enrollment} {...props} />
      ) : (
        <Cycles enrollment={enrollment} />
      )}
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
  const { refCode, span, achievedValue, targetValue, reachedOn, isCurrent, state, subTargets } = cycle;
  return (
    <li class={`cycle ${state}`} aria-current={isCurrent ? "date" : undefined}>
      <p class="cycle-name">
        <strong id={id}>{refCode}</strong> {isCurrent ? <span class="tag now-tag">Now</span> : null}
        <br />
        <span class="muted">{formatSpan(span)}</span>
      </p>
      <div class="cycle-progress">
        <div class="bar">
          <progress class={state} max={targetValue} value={Math.min(achievedValue, targetValue)} aria-labelledby={id} />
          {subTargets.map((one) => (
            <SubTargetMark key={one.id} subTarget={one} targetValue={targetValue} />
          ))}
        </div>
        <p class="cycle-value">
          <span>
            <strong>{formatNumber(achievedValue)}</strong> of {formatNumber(targetValue)}
          </span>
          <span>{describe(state, reachedOn, zone, achievedValue / targetValue)}</span>
        </p>
        <SubTargets subTargets={subTargets} zone={zone} refCode={refCode} />
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
    case "excused":
    case "bridged":
      return <span class="muted">{Math.floor(share * 100)} %</span>;
  }
}

type MarkProps = { readonly subTarget: WireTriggerProgress; readonly targetValue: number };

/** Marks a sub-target on the bar. The list below says the same in words. */
function SubTargetMark({ subTarget, targetValue }: MarkProps) {
  const { triggerValueType, triggerValue, isAchieved } = subTarget;
  const share = triggerValueType === "PERCENTAGE" ? triggerValue / 100 : triggerValue / targetValue;
  return (
    <span
      class={isAchieved ? "sub-target met" : "sub-target"}
      style={{ "--at": `${100 * share}%` }}
      title={describeTrigger(subTarget)}
      aria-hidden="true"
    />
  );
}

type SubTargetsProps = {
  readonly subTargets: readonly WireTriggerProgress[];
  readonly zone: string;
  readonly refCode: string;
};

function SubTargets({ subTargets, zone, refCode }: SubTargetsProps) {
  if (subTargets.length === 0) return null;
  return (
    <ul class="sub-targets" aria-label={`Sub-targets of ${refCode}`}>
      {subTargets.map((one) => (
        <li key={one.id} class={one.achievedDate === null ? "muted" : "good"}>
          {one.achievedDate === null
            ? describeTrigger(one)
            : `✓ ${describeTrigger(one)}, ${formatInstant(one.achievedDate, zone)}`}
        </li>
      ))}
    </ul>
  );
}
