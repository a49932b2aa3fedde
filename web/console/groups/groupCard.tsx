import { type Group, isStreak, trackingNames } from "../model.ts";
import { counted, formatNumber } from "../numbers.ts";
import { addressOf } from "../route.ts";
import { formatDate, formatInstant } from "../time.ts";
import type { WireReminder, WireTarget } from "../wire.ts";
import { CycleTable } from "./cycleTable.tsx";
import { RulesOfTarget } from "./rulesOfTarget.tsx";
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
          {describeTimes(group).map((words) => (
            <span key={words} class="muted">
              {words}
            </span>
          ))}
          {group.description === null ? null : <span class="muted">{group.description}</span>}
        </p>
      </header>
      <Timeline group={group} />
      <div class="columns">
        <section>
          <h3>Targets</h3>
          <ul class="plain">
            {group.targets.map((target) => (
              <Target key={target.id} target={target} group={group} />
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

/** From when to when the group can be joined, when its cycles' ends are told, and its freezes, where the group says so. */
function describeTimes({ opens, closes, offsetDays, freezes, zone }: Group): readonly string[] {
  const from = opens === null ? [] : [`from ${formatDate(opens, zone)}`];
  const until = closes === null ? [] : [`until ${formatDate(closes, zone)}`];
  const bounds = [...from, ...until].join(" ");
  return [
    ...(bounds === "" ? [] : [`Can be joined ${bounds}`]),
    ...(offsetDays === 0 ? [] : [`Ends are told ${counted(offsetDays, "day")} later`]),
    ...(freezes === 0 ? [] : [`${counted(freezes, "freeze")} for each customer`]),
  ];
}

type TargetProps = { readonly target: WireTarget; readonly group: Group };

function Target({ target, group }: TargetProps) {
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
        {target.reminders.map((reminder) => ` · ${describeReminder(reminder)}`)}
        {describeJudging(target, group.zone)}
      </span>
      <RulesOfTarget target={target} cycles={group.cycles} />
      <a href={addressOf({ name: "target", groupId: group.id, targetId: target.id })}>
        Who is in<span class="hidden"> target {target.id}</span>
      </a>
    </li>
  );
}

function describeReminder({ name, offsetHours }: WireReminder): string {
  return `reminder ${name} ${counted(offsetHours, "hour")} before the end`;
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
  switch (targetEntity) {
    case "TRANSACTION":
      return `${measure} of transactions`;
    case "LINEITEM":
      return `${measure} of lines of transactions`;
    case "EVENT":
      return `${measure} of the event ${eventName}`;
  }
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
