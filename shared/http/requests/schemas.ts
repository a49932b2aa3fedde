import { activityTypes } from "../../domain/activity.ts";
import { frequencyTypes } from "../../domain/cycleRule.ts";
import { filterEntityTypes } from "../../domain/filters.ts";
import {
  enrollmentMethods,
  mostFreezes,
  reminderConditions,
  rewardAllocations,
  targetEntities,
  targetTypes,
  trackingTypes,
  triggerValueTypes,
} from "../../domain/targetGroup.ts";
import * as limits from "../limits.ts";

// Each schema is written in literals and names only, so that a bundle holds just the schemas it uses. A bundler cannot
// know that a spread, a call or a field of an object has no effect.

const name = { type: "string", maxLength: limits.nameCharacters, pattern: "\\S" } as const;
const description = { type: ["string", "null"], maxLength: limits.descriptionCharacters } as const;
const date = { type: "string", minLength: 10, maxLength: 40 } as const;
const dateOrNull = { type: ["string", "null"], minLength: 10, maxLength: 40 } as const;

const activityIdPattern = "^[A-Za-z0-9._:-]{1,128}$";
const amount = { type: ["number", "null"], minimum: 0, maximum: limits.targetValue } as const;

/** A store, a zone, a tender and the like. A number stands for its digits. */
const entityId = {
  type: ["string", "integer"],
  minLength: 1,
  maxLength: limits.idCharacters,
  minimum: 0,
  maximum: 9_007_199_254_740_991,
} as const;
const optionalEntityId = {
  type: ["string", "integer", "null"],
  minLength: 1,
  maxLength: limits.idCharacters,
  minimum: 0,
  maximum: 9_007_199_254_740_991,
} as const;
const entityIds = { type: ["array", "null"], maxItems: limits.activityIds, items: entityId } as const;

const lineItem = {
  type: "object",
  required: ["itemCode"],
  properties: {
    itemCode: entityId,
    category: optionalEntityId,
    brand: optionalEntityId,
    amount,
    quantity: amount,
  },
} as const;

export const activity = {
  type: "object",
  required: ["activityId", "type", "occurredAt"],
  properties: {
    activityId: { type: "string", pattern: activityIdPattern },
    customerId: {},
    identifierName: {},
    identifierValue: {},
    type: { type: "string", enum: activityTypes },
    name: { type: ["string", "null"], minLength: 1, maxLength: limits.nameCharacters },
    occurredAt: { type: "string", maxLength: 40 },
    amount,
    quantity: amount,
    attributes: { type: ["object", "null"] },
    originalActivityId: { type: ["string", "null"], pattern: activityIdPattern },
    storeId: optionalEntityId,
    channel: optionalEntityId,
    zoneIds: entityIds,
    conceptIds: entityIds,
    tenders: entityIds,
    lineItems: { type: ["array", "null"], maxItems: limits.lineItems, items: lineItem },
  },
} as const;

/** An enrolment record for a milestone, in its strictest reading. The customer's name is judged by a rule of its own. */
export const enrollMilestone = {
  type: "object",
  properties: {
    customerId: {},
    identifierName: {},
    identifierValue: {},
    registerCustomer: { type: ["boolean", "null"] },
    periodName: { type: ["string", "null"] },
    initialBalance: { type: ["integer", "null"], minimum: 0, maximum: limits.initialBalance },
    resetStreakStatus: { type: ["boolean", "null"] },
  },
} as const;

/** The same record for a streak. A streak ignores two of the fields, whatever they hold. */
export const enrollStreak = {
  type: "object",
  properties: {
    customerId: {},
    identifierName: {},
    identifierValue: {},
    registerCustomer: { type: ["boolean", "null"] },
    periodName: {},
    initialBalance: {},
    resetStreakStatus: { type: ["boolean", "null"] },
  },
} as const;

export const unenroll = {
  type: "object",
  properties: { customerId: {}, identifierName: {}, identifierValue: {} },
} as const;

const reason = { type: "string", maxLength: limits.reasonCharacters, pattern: "\\S" } as const;

export const adjust = {
  type: "object",
  required: ["adjustmentId", "amount", "reason"],
  properties: {
    adjustmentId: { type: "string", pattern: activityIdPattern },
    customerId: {},
    identifierName: {},
    identifierValue: {},
    periodName: { type: ["string", "null"] },
    amount: { type: "number", minimum: -99_999_999_999.9999, maximum: limits.targetValue },
    reason,
  },
} as const;

const day = { type: ["string", "null"], pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" } as const;

/** Cycles to excuse, or not to excuse any more. Which of the fields go together is judged by a rule of its own. */
export const excuse = {
  type: "object",
  required: ["reason"],
  properties: {
    customerId: {},
    identifierName: {},
    identifierValue: {},
    periodName: { type: ["string", "null"] },
    startDate: day,
    endDate: day,
    reason,
  },
} as const;

export const grantFreezes = {
  type: "object",
  required: ["grantId", "amount", "reason"],
  properties: {
    grantId: { type: "string", pattern: activityIdPattern },
    customerId: {},
    identifierName: {},
    identifierValue: {},
    amount: { type: "integer", minimum: 1, maximum: mostFreezes },
    reason,
  },
} as const;

export const putCustomer = {
  type: "object",
  properties: {
    firstName: { type: ["string", "null"], maxLength: limits.nameCharacters },
    lastName: { type: ["string", "null"], maxLength: limits.nameCharacters },
    externalId: { type: ["string", "null"], maxLength: limits.externalIdCharacters, pattern: "\\S" },
  },
} as const;

export const registerCustomer = {
  type: "object",
  required: ["externalId"],
  properties: {
    externalId: { type: "string", maxLength: limits.externalIdCharacters, pattern: "\\S" },
    firstName: { type: ["string", "null"], maxLength: limits.nameCharacters },
    lastName: { type: ["string", "null"], maxLength: limits.nameCharacters },
  },
} as const;

const period = {
  type: "object",
  required: ["refCode", "startDate", "endDate"],
  properties: {
    refCode: { type: "string", minLength: 1, maxLength: limits.refCodeCharacters },
    startDate: date,
    endDate: date,
    description,
  },
} as const;

const bound = { type: ["number", "null"], minimum: -99_999_999_999.9999, maximum: limits.targetValue } as const;

const filter = {
  type: "object",
  required: ["entityType"],
  properties: {
    entityType: { type: "string", enum: filterEntityTypes },
    entityIds: { type: ["array", "null"], minItems: 1, maxItems: limits.filterIds, items: entityId },
    attributeName: { type: ["string", "null"], minLength: 1, maxLength: limits.nameCharacters },
    minimum: bound,
    maximum: bound,
    exclude: { type: ["boolean", "null"] },
  },
} as const;

/** Exported, like what else two schemas name, so that bundles have the code that judges it once. */
export const filters = { type: ["array", "null"], maxItems: limits.filters, items: filter } as const;

const reminder = {
  type: "object",
  required: ["name", "offsetHours", "condition"],
  properties: {
    name,
    offsetHours: { type: "integer", minimum: 1, maximum: limits.reminderHours },
    condition: { type: "string", enum: reminderConditions },
  },
} as const;

const trigger = {
  type: "object",
  required: ["triggerName", "triggerValueType", "triggerValue"],
  properties: {
    triggerName: name,
    triggerValueType: { type: "string", enum: triggerValueTypes },
    triggerValue: { type: "number", exclusiveMinimum: 0, maximum: limits.targetValue },
  },
} as const;

export const triggers = { type: ["array", "null"], maxItems: limits.triggers, items: trigger } as const;

const target = {
  type: "object",
  required: ["name", "targetEntity", "targetType", "defaultValues"],
  properties: {
    name,
    description,
    active: { type: "boolean" },
    targetEntity: { type: "string", enum: targetEntities },
    eventName: { type: ["string", "null"], minLength: 1, maxLength: limits.nameCharacters },
    targetType: { type: "string", enum: targetTypes },
    attributeName: { type: ["string", "null"], minLength: 1, maxLength: limits.nameCharacters },
    trackFromEnrollmentDate: { type: "boolean" },
    enrolmentMethod: { type: "string", enum: enrollmentMethods },
    rewardAllocation: { type: "string", enum: rewardAllocations },
    reminders: { type: "array", maxItems: limits.reminders, items: reminder },
    filters,
    targetMilestoneTriggers: triggers,
    defaultValues: {
      type: "array",
      minItems: 1,
      maxItems: limits.generatedCycles,
      items: {
        type: "object",
        required: ["defaultValue"],
        properties: { defaultValue: { type: "number", exclusiveMinimum: 0, maximum: limits.targetValue } },
      },
    },
  },
} as const;

const streak = {
  type: "object",
  required: ["name", "targetCountOfSequence"],
  properties: { name, targetCountOfSequence: { type: "integer", minimum: 1, maximum: limits.generatedCycles } },
} as const;

const frequencyType = { type: "string", enum: frequencyTypes } as const;
const frequency = { type: "integer", minimum: 1, maximum: 366 } as const;
const recurringCycles = { type: "integer", minimum: 1, maximum: limits.generatedCycles } as const;
const fromDate = { type: "string", minLength: 10, maxLength: 10 } as const;

const offsetDays = { type: ["integer", "null"], minimum: 0, maximum: limits.offsetDays } as const;

/** What cycles are made from instead of a list. */
export const cyclePattern = {
  type: "object",
  required: ["frequencyType", "frequency", "recurringCycles", "fromDate"],
  properties: { frequencyType, frequency, recurringCycles, fromDate },
} as const;

/** The three lists of a definition. Each is a schema of its own, so that one can be read when another is faulty. */
export const periods = { type: "array", minItems: 1, maxItems: limits.cycles, items: period } as const;
export const targets = { type: "array", minItems: 1, maxItems: limits.targets, items: target } as const;
export const streaks = { type: "array", maxItems: limits.levels, items: streak } as const;

const streakFreezes = {
  type: ["object", "null"],
  required: ["initial"],
  properties: { initial: { type: "integer", minimum: 0, maximum: mostFreezes } },
} as const;

export const createTargetGroup = {
  type: "object",
  required: ["name", "trackingType", "targetEvaluationType", "targets"],
  properties: {
    name,
    description,
    active: { type: "boolean" },
    trackingType: { type: "string", enum: trackingTypes },
    targetEvaluationType: { type: "string", enum: ["FIXED_CALENDAR_WINDOW"] },
    timeZoneName: { type: ["string", "null"], minLength: 1, maxLength: 64 },
    offsetDays,
    enrolmentStartDate: dateOrNull,
    enrolmentEndDate: dateOrNull,
    periods,
    frequencyType,
    frequency,
    recurringCycles,
    fromDate,
    targets,
    streaks,
    streakFreezes,
  },
} as const;

const id = { type: "integer", minimum: 1, maximum: 9_007_199_254_740_991 } as const;

const levelEdit = {
  type: "object",
  properties: { id, name, targetCountOfSequence: { type: "integer", minimum: 1, maximum: limits.generatedCycles } },
} as const;

/** What cannot be changed may be sent, and is compared with what there is. */
export const editTargetGroup = {
  type: "object",
  properties: {
    id: {},
    name,
    description,
    active: { type: "boolean" },
    enrolmentStartDate: dateOrNull,
    enrolmentEndDate: dateOrNull,
    trackingType: {},
    targetEvaluationType: {},
    timeZoneName: {},
    offsetDays,
    frequencyType: {},
    frequency: {},
    fromDate: {},
    recurringCycles: { type: ["integer", "null"], minimum: 1, maximum: limits.generatedCycles },
    streakFreezes: {},
    streaks: { type: "array", maxItems: limits.levels, items: levelEdit },
  },
} as const;

const periodEdit = {
  type: "object",
  required: ["id"],
  properties: { id, refCode: {}, startDate: date, endDate: date, description },
} as const;

export const editTargetPeriods = { type: "array", minItems: 1, maxItems: limits.cycles, items: periodEdit } as const;

const addedValue = {
  type: "object",
  required: ["targetId", "defaultValue"],
  properties: { targetId: id, defaultValue: { type: "number", exclusiveMinimum: 0, maximum: limits.targetValue } },
} as const;

const addedPeriod = {
  type: "object",
  required: ["refCode", "startDate", "endDate"],
  properties: {
    refCode: { type: "string", minLength: 1, maxLength: limits.refCodeCharacters },
    startDate: date,
    endDate: date,
    description,
    defaultValues: { type: "array", maxItems: limits.targets, items: addedValue },
  },
} as const;

export const appendTargetPeriods = { type: "array", minItems: 1, maxItems: limits.cycles, items: addedPeriod } as const;

/** A target to add. It is what a creation takes, under a name of its own. */
export const addTarget = target;

const valueEdit = {
  type: "object",
  required: ["defaultValue"],
  properties: { periodId: id, defaultValue: { type: "number", exclusiveMinimum: 0, maximum: limits.targetValue } },
} as const;

/** What cannot be changed may be sent, and is compared with what there is. */
export const editTarget = {
  type: "object",
  properties: {
    id: {},
    name,
    description,
    active: { type: "boolean" },
    targetEntity: {},
    eventName: {},
    targetType: {},
    attributeName: {},
    trackFromEnrollmentDate: {},
    enrolmentMethod: {},
    rewardAllocation: {},
    filters,
    targetMilestoneTriggers: triggers,
    defaultValues: { type: "array", minItems: 1, maxItems: limits.generatedCycles, items: valueEdit },
  },
} as const;

/** The fields have types but no limits. A fault quotes what was given, and a secret must not come back in an answer. */
export const generateToken = {
  type: "object",
  required: ["key", "secret"],
  properties: { key: { type: "string" }, secret: { type: "string" } },
} as const;
