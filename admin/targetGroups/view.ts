import { isJsonObject, type JsonObject } from "../../shared/http/validation.ts";

/** A target group as the API answers it, and as commands print it. */
export type GroupView = { readonly data: JsonObject };

export function readGroup(data: unknown): GroupView {
  return { data: isJsonObject(data) ? data : {} };
}

/** `   3  STREAKS                 active    Five visits`. */
export function overviewLine({ data }: GroupView): string {
  const state = data["active"] === true ? "active  " : "inactive";
  return `${text(data["id"]).padStart(6)}  ${text(data["trackingType"]).padEnd(22)}  ${state}  ${text(data["name"])}`;
}

export function detailLines(group: GroupView): string[] {
  const { data } = group;
  return [
    overviewLine(group),
    ...section("Targets", data["targets"], ({ id, name, targetEntity, targetType, defaultValues }) => {
      const values = rows(defaultValues).map(({ defaultValue }) => text(defaultValue));
      return `${text(id).padStart(6)}  ${text(name)}: ${text(targetEntity)} ${text(targetType)}, to reach ${values.join(", ")}`;
    }),
    ...section(
      `Cycles, ${text(data["timeZoneName"])}`,
      data["periods"],
      ({ id, refCode, startDate, endDate, ...rest }) => {
        const dates = `${text(startDate)} to ${text(endDate)}`;
        return `${text(id).padStart(6)}  ${text(refCode)}: ${dates}, ${text(rest["periodStatus"])}`;
      },
    ),
    ...section("Levels", data["streaks"], ({ id, name, targetCountOfSequence }) => {
      return `${text(id).padStart(6)}  ${text(name)}: ${text(targetCountOfSequence)} cycles`;
    }),
  ];
}

function section(title: string, list: unknown, describe: (row: JsonObject) => string): string[] {
  const lines = rows(list).map(describe);
  return lines.length === 0 ? [] : ["", title, ...lines];
}

function rows(list: unknown): JsonObject[] {
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
