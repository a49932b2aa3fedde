import type { DataOf } from "../../client/client.ts";

export type TargetGroup = DataOf<"getTargetGroup">;

/** `     3  STREAKS                 active    Five visits`. */
export function overviewLine({ id, name, active, trackingType }: TargetGroup): string {
  return row(id, `${trackingType.padEnd(22)}  ${active ? "active  " : "inactive"}  ${name}`);
}

export function detailLines(group: TargetGroup): string[] {
  const { timeZoneName, periods = [], targets, streaks } = group;
  return [
    overviewLine(group),
    ...section("Targets", targets, (target) => row(target.id, targetText(target))),
    ...section(`Cycles, ${timeZoneName}`, periods, ({ id, refCode, startDate, endDate, periodStatus }) =>
      row(id, `${refCode}: ${startDate} to ${endDate}, ${periodStatus}`),
    ),
    ...section("Levels", streaks, ({ id, name, targetCountOfSequence }) =>
      row(id, `${name}: ${targetCountOfSequence} cycles`),
    ),
  ];
}

type Target = TargetGroup["targets"][number];

function targetText({ name, targetEntity, targetType, defaultValues, ...target }: Target): string {
  const values = defaultValues.map(({ defaultValue }) => defaultValue).join(", ");
  const restrictions = [
    ...counted(target.filters, "filter"),
    ...counted(target.targetMilestoneTriggers, "sub-target"),
    ...(target.enrolmentMethod === "TRANSACTION" ? ["the first activity enrols"] : []),
  ];
  return [`${name}: ${targetEntity} ${targetType}, to reach ${values}`, ...restrictions].join("; ");
}

function counted(list: readonly unknown[] | null, noun: string): string[] {
  if (list === null) return [];
  return [`${list.length} ${noun}${list.length === 1 ? "" : "s"}`];
}

/** Fields of answers that no request has. */
const onlyAnswered: ReadonlySet<string> = new Set([
  "id",
  "version",
  "attribution",
  "periodStatus",
  "closingOn",
  "closedOn",
  "reevaluation",
  "rules",
]);

/** The fields of the group that a creation takes, without those that have no value. */
export function definitionOf({ periods = [], targets, streaks, ...own }: TargetGroup): object {
  return {
    ...sentFields(own),
    ...(own.frequencyType === null ? { periods: periods.map(sentFields) } : {}),
    targets: targets.map(sentFields),
    ...(streaks.length === 0 ? {} : { streaks: streaks.map(sentFields) }),
  };
}

function sentFields(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name, value]) => value !== null && !onlyAnswered.has(name))
      .map(([name, value]) => [name, sentValue(value)]),
  );
}

/** A sub-target in the list of a target, for example, has an id of its own too. */
function sentValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sentValue);
  return typeof value === "object" && value !== null ? sentFields(value) : value;
}

function section<Row>(title: string, rows: readonly Row[], describe: (row: Row) => string): string[] {
  return rows.length === 0 ? [] : ["", title, ...rows.map(describe)];
}

function row(id: number, text: string): string {
  return `${String(id).padStart(6)}  ${text}`;
}
