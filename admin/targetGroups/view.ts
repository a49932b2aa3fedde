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

function section<Row>(title: string, rows: readonly Row[], describe: (row: Row) => string): string[] {
  return rows.length === 0 ? [] : ["", title, ...rows.map(describe)];
}

function row(id: number, text: string): string {
  return `${String(id).padStart(6)}  ${text}`;
}
