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
    ...section("Targets", targets, ({ id, name, targetEntity, targetType, defaultValues }) => {
      const values = defaultValues.map(({ defaultValue }) => defaultValue).join(", ");
      return row(id, `${name}: ${targetEntity} ${targetType}, to reach ${values}`);
    }),
    ...section(`Cycles, ${timeZoneName}`, periods, ({ id, refCode, startDate, endDate, periodStatus }) =>
      row(id, `${refCode}: ${startDate} to ${endDate}, ${periodStatus}`),
    ),
    ...section("Levels", streaks, ({ id, name, targetCountOfSequence }) =>
      row(id, `${name}: ${targetCountOfSequence} cycles`),
    ),
  ];
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
    Object.entries(fields).filter(([name, value]) => value !== null && !onlyAnswered.has(name)),
  );
}

function section<Row>(title: string, rows: readonly Row[], describe: (row: Row) => string): string[] {
  return rows.length === 0 ? [] : ["", title, ...rows.map(describe)];
}

function row(id: number, text: string): string {
  return `${String(id).padStart(6)}  ${text}`;
}
