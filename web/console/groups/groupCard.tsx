import { type Group, isStreak, trackingNames } from "../model.ts";
import { counted, formatNumber } from "../numbers.ts";
import { addressOf } from "../route.ts";
import { formatInstant } from "../time.ts";
import type { WireTarget } from "../wire.ts";
import { CycleTable } from "./cycleTable.tsx";
import { Timeline } from "./timeline.tsx";

type Props = {
  readonly group: Group;
  /** Whether the name leads to the group's own view. */
  readonly isLinked: boolean;
};

/** Shows a target group: its kind, its place in its cycles, and the target values. */
export function GroupCard({ group, isLinked }: Props) {
  const headingId = `group-${group.id}`;
  return (
    <article class="card" aria-labelledby={headingId}>
      <header>
        <h2 id={headingId}>
          {isLinked ? <a href={addressOf({ name: "group", groupId: group.id })}>{group.name}</a> : group.name}
        </h2>
        <p class="facts">
          <span class="tag">{trackingNames[group.trackingType]}</span>
          {group.isActive ? null : <span class="tag bad">Inactive</span>}
          <span class="muted">
            Group {group.id}, version {group.version}
          </span>
          <span class="muted">Time zone {group.zone}</span>
          {group.description === null ? null : <span class="muted">{group.description}</span>}
        </p>
      </header>
      <Timeline group={group} />
      <div class="columns">
        <section>
          <h3>Targets</h3>
          <ul class="plain">
            {group.targets.map((target) => (
              <Target key={target.id} target={target} zone={group.zone} />
            ))}
          </ul>
        </section>
        {isStreak(group.trackingType) ? <Levels group={group} /> : null}
      </div>
      <details>
        <summary>All {counted(group.cycles.length, "cycle")}</summary>
        <CycleTable group={group} />
      </details>
    </article>
  );
}

type TargetProps = { readonly target: WireTarget; readonly zone: string };

function Target({ target, zone }: TargetProps) {
  const values = new Set(target.defaultValues.map(({ defaultValue }) => defaultValue));
  const numbers = target.defaultValues.map(({ defaultValue }) => formatNumber(defaultValue));
  return (
    <li>
      <strong>{target.name}</strong>:{" "}
      {values.size === 1 ? `${numbers[0]} in each cycle` : `${numbers.join(", ")} by cycle`}{" "}
      {target.active ? null : <span class="tag bad">Inactive</span>}
      <br />
      <span class="muted">
        {measureOf(target)} · target {target.id} · reward{" "}
        {target.rewardAllocation === "IMMEDIATE" ? "at once" : "at the end of the cycle"}
        {target.trackFromEnrollmentDate ? " · counts from the enrolment on" : ""}
        {target.enrolmentMethod === "TRANSACTION" ? " · the first activity enrols" : ""}
        {describeJudging(target, zone)}
      </span>
    </li>
  );
}

/** Says whether customers have been judged by a value that was changed. */
function describeJudging({ reevaluation }: WireTarget, zone: string): string {
  if (reevaluation === null) return "";
  const { startedOn, finishedOn } = reevaluation;
  return finishedOn === null
    ? ` · being judged again since ${formatInstant(startedOn, zone)}`
    : ` · judged again until ${formatInstant(finishedOn, zone)}`;
}

/** Describes what is counted, such as `SALES of transactions` or `COUNT of the event app-login`. */
function measureOf({ targetType, targetEntity, eventName, attributeName }: WireTarget): string {
  const measure = attributeName ?? targetType;
  return targetEntity === "EVENT" ? `${measure} of the event ${eventName}` : `${measure} of transactions`;
}

function Levels({ group }: { readonly group: Group }) {
  return (
    <section>
      <h3>Levels</h3>
      <ol class="plain">
        {group.levels.map(({ id, name, targetCountOfSequence }) => (
          <li key={id}>
            <strong>{name}</strong> <span class="muted">{counted(targetCountOfSequence, "cycle")} met</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
