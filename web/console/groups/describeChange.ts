import type { Group } from "../model.ts";
import { formatNumber } from "../numbers.ts";
import type { WireAuditLog, WireFilter, WireTrigger } from "../wire.ts";
import { describeFilter, describeTrigger } from "./describeFilter.ts";

/**
 * A changed field in words, such as `Value of Monthly spend in FEB` for `targets[3].defaultValues[37]`. A field of a
 * version that the console does not know keeps its path.
 */
export function describeField(field: string, group: Group): string {
  const [, list, id, name = field, cycleId] = /^(\w+)\[(\d+)\]\.(\w+)(?:\[(\d+)\])?$/.exec(field) ?? [];
  const words = fieldNames.get(name);
  if (words === undefined) return field;
  const part = partNames.get(list ?? "")?.(Number(id), group);
  const ofPart = part === undefined ? words : `${words} of ${part}`;
  return cycleId === undefined ? ofPart : `${ofPart} in ${cycleName(Number(cycleId), group)}`;
}

const fieldNames: ReadonlyMap<string, string> = new Map([
  ["targetGroup", "The group itself"],
  ["name", "Name"],
  ["description", "Description"],
  ["active", "Active"],
  ["targetCountOfSequence", "Cycles to meet"],
  ["recurringCycles", "Number of cycles"],
  ["offsetDays", "Days until a cycle's end is told"],
  ["enrolmentStartDate", "Can be joined from"],
  ["enrolmentEndDate", "Can be joined until"],
  ["refCode", "Name"],
  ["startDate", "Start"],
  ["endDate", "End"],
  ["defaultValues", "Value"],
  ["filters", "Filters"],
  ["targetMilestoneTriggers", "Sub-targets"],
]);

type NameOfPart = (id: number, group: Group) => string;

const partNames: ReadonlyMap<string, NameOfPart> = new Map([
  ["periods", (id, group) => `cycle ${cycleName(id, group)}`],
  ["targets", (id, { targets }) => `target ${targets.find((target) => target.id === id)?.name ?? id}`],
  ["streaks", (id, { levels }) => `level ${levels.find((level) => level.id === id)?.name ?? id}`],
]);

const cycleName: NameOfPart = (id, { cycles }) => cycles.find((cycle) => cycle.id === id)?.refCode ?? String(id);

/** A value before or after a change of the field in words. */
export function describeValue(value: WireAuditLog["newValue"], field: string): string {
  if (value === null) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return formatNumber(value);
  return describeLists.get(field.slice(field.lastIndexOf(".") + 1))?.(value) ?? value;
}

/** The log has these lists as JSON. */
const describeLists: ReadonlyMap<string, (json: string) => string> = new Map([
  [
    "filters",
    (json: string) => {
      const filters: readonly WireFilter[] = JSON.parse(json);
      return filters.map(describeFilter).join("; ");
    },
  ],
  [
    "targetMilestoneTriggers",
    (json: string) => {
      const triggers: readonly WireTrigger[] = JSON.parse(json);
      return triggers.map(describeTrigger).join("; ");
    },
  ],
]);
