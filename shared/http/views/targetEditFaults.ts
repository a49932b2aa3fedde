import type { TargetAdditionFault, TargetEditFault } from "../../domain/targetEditing.ts";
import { describeFixed } from "./editFaults.ts";
import {
  describeFilterFault,
  describeTargetFault,
  describeTriggerFault,
  describeWindowFault,
} from "./targetGroupFaults.ts";

/** The sentence of a 300004 for a rule that an edit of a target breaks. It names the field as the caller has written it. */
export function describeTargetEditFault(fault: TargetEditFault): string {
  switch (fault.rule) {
    case "isFixed":
      return describeFixed(wireNames[fault.property], fault.is, fault.asked);
    case "filtersAreWhole":
      return describeFilterFault(fault.fault, "");
    case "triggersAreWhole":
      return describeTriggerFault(fault.fault, "");
    case "rulesFit":
      return `filters and targetMilestoneTriggers must take at most ${fault.mostBytes} bytes as JSON, together with those of earlier cycles; got ${fault.bytes}.`;
    case "isOfTheGroup":
      return `defaultValues[${fault.index}].periodId must be the id of a cycle of the group; got ${fault.cycleId}.`;
    case "isNamedOnce":
      return `defaultValues[${fault.index}].periodId must be named once; ${fault.cycleId} is there already.`;
    case "hasEnded":
      return `defaultValues[${fault.index}] cannot be changed any more: cycle ${JSON.stringify(fault.cycle.refCode)} has ended.`;
  }
}

const wireNames = {
  id: "id",
  entity: "targetEntity",
  eventName: "eventName",
  type: "targetType",
  attributeName: "attributeName",
  tracksFromEnrollmentDate: "trackFromEnrollmentDate",
  enrollmentMethod: "enrolmentMethod",
  rewardAllocation: "rewardAllocation",
} as const satisfies Record<Extract<TargetEditFault, { readonly rule: "isFixed" }>["property"], string>;

/** The sentence of a 300004 for a rule that a new target breaks. */
export function describeTargetAdditionFault(fault: TargetAdditionFault): string {
  if (fault.of === "target") return describeTargetFault(fault, "");
  if (fault.of === "window") return describeWindowFault(fault);
  switch (fault.rule) {
    case "isNoStreak":
      return "A streak has the targets that it was created with; targets can be added to a milestone only.";
    case "isWithinTheMost":
      return `A group must not have more than ${fault.most} targets, and it has as many.`;
  }
}
