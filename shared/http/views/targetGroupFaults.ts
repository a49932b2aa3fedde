import { formatDecimal } from "../../domain/decimal.ts";
import type { CycleFault, DraftFault, LevelFault, TargetFault, WindowFault } from "../../domain/drafting.ts";
import { type FilterFault } from "../../domain/filters.ts";
import { formatInstant } from "../../domain/instant.ts";
import type { TriggerFault } from "../../domain/triggers.ts";

/** The sentence of a 300004 for a rule that a target group breaks. It names the field as the caller has written it. */
export function describeDraftFault(fault: DraftFault): string {
  switch (fault.of) {
    case "window":
      return describeWindowFault(fault);
    case "cycle":
      return describeCycleFault(fault);
    case "target":
      return describeTargetFault(fault, `targets[${fault.index}].`);
    case "level":
      return describeLevelFault(fault);
    case "group":
      return "streaks must be absent or empty when trackingType is DEFAULT.";
    case "freezes":
      return "streakFreezes must be absent unless trackingType is STREAKS.";
  }
}

/** The sentence about the time for enrolling. */
export function describeWindowFault(fault: WindowFault): string {
  switch (fault.rule) {
    case "closesAfterItOpens":
      return `enrolmentEndDate must be after enrolmentStartDate; got ${fault.opens} to ${fault.closes}.`;
    case "isForCallsOnly":
      return `enrolmentStartDate and enrolmentEndDate must be absent when a target has the enrolmentMethod TRANSACTION; target ${JSON.stringify(fault.target)} has it.`;
  }
}

function describeCycleFault(fault: CycleFault): string {
  const { index } = fault;
  switch (fault.rule) {
    case "endsAfterItStarts":
      return `periods[${index}].endDate must be after its startDate; got ${fault.startDate} to ${fault.endDate}.`;
    case "startsAfterTheOneBefore":
      return `periods[${index}] must not start before periods[${index - 1}] ends; it starts at ${formatInstant(fault.startsAt)}, which is before ${formatInstant(fault.previousEndsAt)}.`;
    case "hasItsOwnName":
      return `periods[${index}].refCode must be unique in the group; ${JSON.stringify(fault.refCode)} is there already.`;
  }
}

/** The sentence names fields after `prefix`. */
export function describeTargetFault(fault: TargetFault, prefix: string): string {
  switch (fault.rule) {
    case "namesItsEvent":
      return `${prefix}eventName is required when targetEntity is EVENT.`;
    case "namesItsAttribute":
      return `${prefix}attributeName is required when targetType is EVENT_ATTRIBUTE.`;
    case "countsWhatLinesHave":
      return `${prefix}targetType must not be EVENT_ATTRIBUTE when targetEntity is LINEITEM.`;
    case "enrollsByCallOrTracksAll":
      return `${prefix}trackFromEnrollmentDate must be false when enrolmentMethod is TRANSACTION.`;
    case "filtersAreWhole":
      return describeFilterFault(fault.fault, prefix);
    case "triggersAreWhole":
      return describeTriggerFault(fault.fault, prefix);
    case "remindsUnderANameOfItsOwn":
      return `${prefix}reminders[${fault.place}].name must be unique in the target; ${JSON.stringify(fault.name)} is there already.`;
    case "remindsWithinEveryCycle":
      return `${prefix}reminders[${fault.place}].offsetHours must be less than every cycle has; got ${fault.offsetHours}, and cycle ${JSON.stringify(fault.cycle)} has no more.`;
    case "hasOneValueOrOnePerCycle":
      return `${prefix}defaultValues must hold one value for all cycles or one for each of the ${fault.cycles}; got ${fault.values}.`;
  }
}

/** The sentence names fields after `prefix`. */
export function describeFilterFault(fault: FilterFault, prefix: string): string {
  const field = `${prefix}filters[${fault.index}]`;
  switch (fault.rule) {
    case "hasIds":
      return `${field}.entityIds is required when entityType is ${fault.entityType}, and minimum and maximum must be absent.`;
    case "hasBounds":
      return `${field} must have minimum or maximum when entityType is ${fault.entityType}, and entityIds must be absent.`;
    case "hasIdsOrBounds":
      return `${field} must have either entityIds, or minimum or maximum, when entityType is ${fault.entityType}.`;
    case "namesItsAttribute":
      return `${field}.attributeName is required when entityType is ${fault.entityType}.`;
    case "namesNoAttribute":
      return `${field}.attributeName must be absent when entityType is ${fault.entityType}.`;
    case "boundsAreInOrder":
      return `${field}.minimum must not be greater than its maximum.`;
    case "isForLines":
      return `${field}.entityType ${fault.entityType} needs the targetEntity LINEITEM, because it selects lines.`;
  }
}

/** The sentence names fields after `prefix`. */
export function describeTriggerFault(fault: TriggerFault, prefix: string): string {
  const field = `${prefix}targetMilestoneTriggers[${fault.place}]`;
  switch (fault.rule) {
    case "triggersUnderANameOfItsOwn":
      return `${field}.triggerName must be unique in the target; ${JSON.stringify(fault.name)} is there already.`;
    case "isBelow100Percent":
      return `${field}.triggerValue must be less than 100 when triggerValueType is PERCENTAGE; got ${formatDecimal(fault.value)}.`;
    case "isAboveTheTriggerBefore":
      return `${field}.triggerValue must be greater than the one before it in every cycle; in cycle ${fault.cycleNumber} it is ${formatDecimal(fault.resolved)} after ${formatDecimal(fault.limit)}.`;
    case "isBelowTheTargetValue":
      return `${field}.triggerValue must be below the target value of every cycle; in cycle ${fault.cycleNumber} it is ${formatDecimal(fault.resolved)} of ${formatDecimal(fault.limit)}.`;
  }
}

function describeLevelFault(fault: LevelFault): string {
  const field = `streaks[${fault.index}].targetCountOfSequence`;
  switch (fault.rule) {
    case "isAboveTheOneBefore":
      return `${field} must be greater than the level before it; got ${fault.cyclesToMeet} after ${fault.previous}.`;
    case "isWithinTheCycles":
      return `${field} must not exceed the number of cycles (${fault.cycles}); got ${fault.cyclesToMeet}.`;
  }
}
