import type { EditFault } from "../../domain/editing.ts";
import { formatInstant } from "../../domain/instant.ts";
import { describeDraftFault } from "./targetGroupFaults.ts";

/** The sentence of a 300004 for a rule that an edit breaks. It names the field as the caller has written it. */
export function describeEditFault(fault: EditFault): string {
  switch (fault.of) {
    case "fixed":
      return describeFixed(wireNames[fault.property], fault.is, fault.asked);
    case "window":
    case "level":
    case "group":
      return describeDraftFault(fault);
    case "cycleCount":
      return describeCycleCount(fault);
    case "levels":
      return `streaks must not be more than ${fault.most} in all; with the new ones they are ${fault.levels}.`;
    case "levelEdit":
      return describeLevelEdit(fault);
  }
}

const wireNames = {
  id: "id",
  trackingType: "trackingType",
  timeZone: "timeZoneName",
  frequencyType: "frequencyType",
  frequency: "frequency",
  firstDay: "fromDate",
  initialFreezes: "streakFreezes.initial",
} as const;

/** The sentence about a field that stays as the creation has set it. */
export function describeFixed(field: string, is: string | number | boolean | undefined, asked: unknown): string {
  return `${field} cannot be changed after creation; it is ${JSON.stringify(is ?? null)}, got ${shown(asked)}.`;
}

function shown(asked: unknown): string {
  if (typeof asked === "object" && asked !== null) return Array.isArray(asked) ? "an array" : "an object";
  return JSON.stringify(typeof asked === "string" ? asked.slice(0, 60) : asked);
}

function describeCycleCount(fault: Extract<EditFault, { readonly of: "cycleCount" }>): string {
  switch (fault.rule) {
    case "isOfARule":
      return "recurringCycles can be changed only where cycles are made from a rule; append periods instead.";
    case "isInTheYears":
      return `recurringCycles must not lead beyond the year 9999; got ${fault.asked}.`;
    case "hasRoomForReminders":
      return `recurringCycles must not add a cycle that is not longer than the offsetHours of every reminder; a target has one of ${fault.offsetHours} hours, and cycle ${JSON.stringify(fault.cycle)} has no more.`;
    case "isNotLowered":
      return `recurringCycles cannot be lowered; it is ${fault.is}, got ${fault.asked}.`;
    case "comesInTime":
      return `recurringCycles can be raised until 10 minutes before the last cycle ends; it ends at ${formatInstant(fault.endsAt)}, which is before ${formatInstant(fault.earliest)}.`;
  }
}

function describeLevelEdit(fault: Extract<EditFault, { readonly of: "levelEdit" }>): string {
  const field = `streaks[${fault.index}]`;
  switch (fault.rule) {
    case "isOfTheGroup":
      return `${field}.id must be the id of a level of the group; got ${fault.id}.`;
    case "isNamedOnce":
      return `${field}.id must be named once; ${fault.id} is there already.`;
    case "keepsItsCount":
      return describeFixed(`${field}.targetCountOfSequence`, fault.is, fault.asked);
  }
}
