import type { BoundName, CycleEditFault } from "../../domain/cycleEditing.ts";
import { formatInstant } from "../../domain/instant.ts";
import type { Cycle } from "../../domain/targetGroup.ts";
import { describeFixed } from "./editFaults.ts";
import { describeTriggerFault } from "./targetGroupFaults.ts";

const wireNames = { startsAt: "startDate", endsAt: "endDate" } as const satisfies Record<BoundName, string>;

/** The sentence of a 300004 for a rule that an edit of cycles breaks. It names the field as the caller has written it. */
export function describeCycleEditFault(fault: CycleEditFault): string {
  if ("bound" in fault) return describeBoundFault(fault);
  if (isOfAll(fault)) return describeFaultOfAll(fault);
  const item = `[${fault.index}]`;
  switch (fault.rule) {
    case "isOfTheGroup":
      return `${item}.id must be the id of a cycle of the group; got ${fault.id}.`;
    case "isNamedOnce":
      return `${item}.id must be named once; ${fault.id} is there already.`;
    case "keepsItsName":
      return describeFixed(`${item}.refCode`, fault.is, fault.asked);
    case "endsAfterItStarts":
      return `${item}.endDate must be after its startDate; got ${span(fault.cycle)}.`;
    case "overlaps":
      return `${item} must not overlap cycle ${named(fault.neighbour)}, which is ${span(fault.neighbour)}; got ${span(fault.cycle)}.`;
    case "hasRoomForReminders":
      return `${item} must be longer than the offsetHours of every reminder; a target has one of ${fault.offsetHours} hours.`;
    case "hasItsOwnName":
      return `${item}.refCode must be unique in the group; ${JSON.stringify(fault.refCode)} is there already.`;
    case "namesItsTargets":
      return `${item}.defaultValues must name targets of the group; got ${fault.targetId}.`;
    case "fitsTheTriggers":
      return `${item}.defaultValues must keep the sub-targets of target ${fault.targetId} in order and below its value. ${describeTriggerFault(fault.fault, "")}`;
  }
}

type FaultOfAll = Extract<CycleEditFault, { readonly rule: "descriptionsFit" | "isWithinTheMost" | "comesInTime" }>;

/** Whether all cycles of the group together break the rule. */
function isOfAll(fault: CycleEditFault): fault is FaultOfAll {
  return fault.rule === "descriptionsFit" || fault.rule === "isWithinTheMost" || fault.rule === "comesInTime";
}

function describeFaultOfAll(fault: FaultOfAll): string {
  switch (fault.rule) {
    case "descriptionsFit":
      return `The descriptions of all cycles must not take more than ${fault.mostBytes} bytes; they take ${fault.bytes}.`;
    case "isWithinTheMost":
      return `A group must not have more than ${fault.most} listed cycles; with the new ones they are ${fault.cycles}.`;
    case "comesInTime":
      return `Cycles can be appended up to 30 days after the last one has ended; it ended at ${formatInstant(fault.lastEndedAt)}.`;
  }
}

function describeBoundFault(fault: Extract<CycleEditFault, { readonly bound: unknown }>): string {
  const item = `[${fault.index}]`;
  switch (fault.rule) {
    case "hasStarted":
      return `${item}.${wireNames[fault.bound]} cannot be changed any more: cycle ${named(fault.cycle)} has ${fault.hasEnded ? "ended" : "started"}.`;
    case "comesFromTheRule":
      return fault.bound === undefined
        ? "The cycles of this group are made from a rule; raise recurringCycles instead of appending."
        : `${item}.${wireNames[fault.bound]} cannot be changed, because the cycles are made from a rule.`;
    case "wasTooNear":
      return `${item}.${wireNames[fault.bound]} can be moved until 10 minutes before it; it is ${formatInstant(fault.was)}, which is before ${formatInstant(fault.earliest)}.`;
    case "isTooNear":
      return `${item}.${wireNames[fault.bound]} must lie at least 10 minutes ahead; got ${formatInstant(fault.asked)}, which is before ${formatInstant(fault.earliest)}.`;
  }
}

function named({ refCode }: Cycle): string {
  return JSON.stringify(refCode);
}

function span({ startsAt, endsAt }: Pick<Cycle, "startsAt" | "endsAt">): string {
  return `${formatInstant(startsAt)} to ${formatInstant(endsAt)}`;
}
