import { isStreak, trackingNames } from "../model.ts";
import { counted, formatNumber } from "../numbers.ts";
import { formatInstant } from "../time.ts";
import type { WireLeftTarget } from "../wire.ts";

type Props = { readonly targets: readonly WireLeftTarget[]; readonly zoneOf: (groupId: number) => string };

/** Shows the targets that the customer left, and the state from which a return would go on. */
export function LeftTargets({ targets, zoneOf }: Props) {
  if (targets.length === 0) return null;
  return (
    <section class="card" aria-labelledby="left">
      <h2 id="left">Left</h2>
      <ul class="plain">
        {targets.map((target) => (
          <li key={target.targetRuleId}>
            <strong>{target.targetGroupName}</strong> <span class="tag">{trackingNames[target.trackingType]}</span>
            <br />
            <span class="muted">
              {target.targetName} · left {formatInstant(target.leftOn, zoneOf(target.targetGroupId))}
            </span>
            <br />
            {describeReturn(target)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function describeReturn(target: WireLeftTarget): string {
  const { trackingType, periodRefCode, targetAchievedValue, targetValue, streakValue, levelsReached } = target;
  if (periodRefCode === null) return "All cycles have ended, so there is no return.";
  const value = `${formatNumber(targetAchievedValue ?? 0)} of ${formatNumber(targetValue ?? 0)}`;
  const inCycle = `A return would go on in ${periodRefCode} with ${value}`;
  if (!isStreak(trackingType)) return `${inCycle}.`;
  const levels = levelsReached.length === 0 ? "no level" : levelsReached.join(", ");
  return `${inCycle}, a run of ${counted(streakValue ?? 0, "cycle")} and ${levels} reached.`;
}
