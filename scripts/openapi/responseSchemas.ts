import { sources } from "../../shared/domain/authorship.ts";
import { frequencyTypes } from "../../shared/domain/cycleRule.ts";
import type { CycleStatus } from "../../shared/domain/cycles.ts";
import { erasureModes, erasureStatuses } from "../../shared/domain/erasing.ts";
import { filterEntityTypes } from "../../shared/domain/filters.ts";
import { ledgerKinds } from "../../shared/domain/ledger.ts";
import { notCountedReasons } from "../../shared/domain/placing.ts";
import {
  enrollmentMethods,
  reminderConditions,
  rewardAllocations,
  targetEntities,
  targetTypes,
  trackingTypes,
  triggerValueTypes,
} from "../../shared/domain/targetGroup.ts";
import {
  count,
  day,
  decimal,
  decimalOrNull,
  flag,
  id,
  idOrNull,
  idRules,
  instant,
  instantOrNull,
  listOf,
  objectOf,
  oneOfTexts,
  text,
  textOrNull,
} from "./fields.ts";
import { answerObject, type JsonSchema, ref } from "./jsonSchema.ts";
import { rosterSchemas } from "./rosterSchemas.ts";

const cycleStatuses: readonly CycleStatus[] = ["NOT_STARTED", "RUNNING", "ENDED"];
const unit = "in the target's unit.";

const groupId = id("The target group.", 3);
const targetRuleId = id("The target.", 3);
const targetName = text("The target's name.", "Monthly spend");
const periodId = id("The cycle.", 36);
const periodRefCode = text("The cycle's name.", "JAN");
const trackingType = oneOfTexts("`DEFAULT` is a milestone, the others are streaks.", trackingTypes, "DEFAULT");
const evaluationType = oneOfTexts("The one there is.", ["FIXED_CALENDAR_WINDOW"], "FIXED_CALENDAR_WINDOW");
const targetType = oneOfTexts("What is counted of each activity.", targetTypes, "SALES");
const targetEntity = oneOfTexts("What kind of activity is counted.", targetEntities, "TRANSACTION");
const definitionVersion = count("The version of the group's definition that decided it.", 1, { minimum: 1 });
const enrolledOn = instant("When the present enrolment began", "2030-01-10T09:00:00.000Z");

/** Who entered something and by which way. */
function authorship(what: string, enteredBy: string) {
  return {
    enteredBy: textOrNull(
      `Who entered ${what}: the credential's user name, \`jwt:\` with the subject of an external issuer's token, or \`aws:\` with the sender of a queued message. \`null\` when nobody did.`,
      enteredBy,
    ),
    source: oneOfTexts(`By which way ${what} came in.`, sources, "API"),
  };
}

const period = {
  id: periodId,
  refCode: periodRefCode,
  description: textOrNull("For people; `null` when there is none.", null),
  startDate: text("First moment, as it was sent: a date or an instant.", "2030-01-01"),
  endDate: text("End, as it was sent: a date, which is the last day, or an instant.", "2030-01-31"),
  periodStatus: oneOfTexts("The state of the cycle at the time of the request.", cycleStatuses, "RUNNING"),
  closingOn: instant("When the cycle is closed and its end told: `offsetDays` after it", "2030-02-01T00:00:00.000Z"),
  closedOn: instantOrNull("When the closing was found finished for all members", null),
};

function filtersField(description: string) {
  return { type: ["array", "null"], items: ref("Filter"), description, examples: [null] } as const;
}

function triggersField(description: string) {
  return { type: ["array", "null"], items: ref("Trigger"), description, examples: [null] } as const;
}

const trigger = {
  id: id("The sub-target.", 1),
  triggerName: text("The sub-target's name.", "Half of it"),
  triggerValueType: oneOfTexts(
    "What `triggerValue` is: a value in the target's unit, or a part of the target value.",
    triggerValueTypes,
    "PERCENTAGE",
  ),
  triggerValue: decimal("The value to reach, as it was defined.", 50, { exclusiveMinimum: 0 }),
} as const;

const filter = {
  entityType: oneOfTexts("What is compared.", filterEntityTypes, "STORE"),
  entityIds: {
    type: "array",
    items: { type: "string" },
    description: "Any of these texts. Absent: it is compared by bounds.",
    examples: [["shop-7"]],
  },
  attributeName: text("The attribute that is compared. Absent: none is.", "litres"),
  minimum: decimal("The least that passes. Absent: no bound.", 10, {}),
  maximum: decimal("The most that passes. Absent: no bound.", 100, {}),
  exclude: flag("`true`: it must not be like that. Absent: it must be.", true),
} as const;

const target = {
  id: targetRuleId,
  name: targetName,
  description: textOrNull("For people; `null` when there is none.", null),
  active: flag("Whether customers can be enrolled in it.", true),
  targetEntity,
  eventName: textOrNull("The `name` of the events that count; `null` unless `targetEntity` is `EVENT`.", null),
  targetType,
  attributeName: textOrNull("The attribute that is counted; `null` when none was given.", null),
  trackFromEnrollmentDate: flag("Whether what happened before the enrolment is left out.", false),
  enrolmentMethod: oneOfTexts("What enrols a customer: a call, or also an activity.", enrollmentMethods, "IMPORT"),
  rewardAllocation: oneOfTexts("When a reward is due.", rewardAllocations, "IMMEDIATE"),
  filters: filtersField("What an activity must fulfil to count, in the last cycles; `null` when everything counts."),
  targetMilestoneTriggers: triggersField("The sub-targets inside each of the last cycles; `null` when there are none."),
  rules: {
    type: ["array", "null"],
    items: ref("TargetRule"),
    description: "What is in force from which cycle on; `null` when it is the same in all cycles.",
    examples: [null],
  },
  defaultValues: listOf("TargetValue", "One for all cycles, or one for each in their order."),
  reminders: listOf("Reminder", "What customers are told before the end of each cycle."),
  reevaluation: {
    anyOf: [ref("Reevaluation"), { type: "null" }],
    description: "The last change of values of cycles that had not ended; `null` when there was none.",
    examples: [null],
  },
};

function auditValue(description: string, example: string | null) {
  return { type: ["string", "number", "boolean", "null"], description, examples: [example] } as const;
}

const ruleNumber = { type: ["integer", "null"], minimum: 1 };

const group = {
  id: groupId,
  version: count("1 when the group is created; it grows with every change of the definition.", 1, { minimum: 1 }),
  attribution: objectOf("Attribution", "Who created the definition, and who changed it last."),
  name: text("The group's name.", "Spend 1000 a month"),
  description: textOrNull("For people; `null` when there is none.", "Winter campaign"),
  active: flag("Whether customers can be enrolled in its targets.", true),
  trackingType,
  targetEvaluationType: evaluationType,
  timeZoneName: text("IANA time zone that plain dates are read in.", "UTC"),
  offsetDays: count("Days of 24 hours between the end of a cycle and its closing, of the cycles to come.", 0, {
    minimum: 0,
    maximum: 30,
  }),
  enrolmentStartDate: textOrNull("Since when calls can enrol customers, as it was sent; `null`: no bound.", null),
  enrolmentEndDate: textOrNull("Until when calls can enrol customers, as it was sent; `null`: no bound.", null),
  frequencyType: {
    type: ["string", "null"],
    enum: [...frequencyTypes, null],
    description: "The unit of a cycle that a rule makes; `null` when the cycles were listed.",
    examples: [null],
  },
  frequency: count("How many of these units a cycle has; `null` when the cycles were listed.", null, ruleNumber),
  recurringCycles: count("How many cycles the rule makes; `null` when the cycles were listed.", null, ruleNumber),
  fromDate: textOrNull("First day of the first cycle; `null` when the cycles were listed.", null),
  periods: listOf("Period", "The cycles, in order. Absent when `includePeriods` is `false`."),
  targets: listOf("Target", "What is counted."),
  streaks: listOf("Streak", "The levels; empty for a milestone."),
  streakFreezes: {
    anyOf: [ref("StreakFreezes"), { type: "null" }],
    description: "The freezes of each customer; `null` when there are none.",
    examples: [null],
  },
};

const targetProgress = {
  targetRuleId,
  targetId: id("The target, by its other name.", 3),
  targetName,
  targetType,
  targetEntity,
  periodId,
  periodRefCode,
  periodStartDate: day("First day of the cycle, in the group's time zone.", "2030-01-01"),
  periodEndDate: day(
    "Last day of the cycle, in the group's time zone: the day of the last moment that belongs to it.",
    "2030-01-31",
  ),
  periodStartDateWithTimeStamp: instant("First moment of the cycle", "2030-01-01T00:00:00.000Z"),
  periodEndDateWithTimeStamp: instant("First moment after the cycle", "2030-02-01T00:00:00.000Z"),
  targetValue: decimal(`What must be reached in the cycle, ${unit}`, 1000, { exclusiveMinimum: 0 }),
  targetAchievedValue: decimal(`What has been counted so far, not capped at \`targetValue\`, ${unit}`, 250),
  targetAchievedDateTime: instantOrNull("When the value was last reached", null),
  enrolledOn,
  ...authorship("the present enrolment", "till.1"),
  currentPeriod: flag("Whether the cycle is the current one.", true),
  milestones: {
    type: ["array", "null"],
    items: ref("TriggerProgress"),
    description: "The sub-targets of the cycle; `null` when it has none.",
    examples: [null],
  },
};

const levelProgress = {
  streakId: id("The level.", 1),
  streakName: text("The level's name.", "Two months in a row"),
  targetRuleId: id("The target, of which the group may have several.", 3),
  status: oneOfTexts(
    "Whether the level was reached since enrolment or reset.",
    ["ACHIEVED", "INPROGRESS"],
    "INPROGRESS",
  ),
  currentCount: count("Streak value: met cycles in the present run.", 1),
  totalTargetCountOfSequence: count("Met cycles that the level takes.", 2, { minimum: 1 }),
  streakAchievedDateTime: instantOrNull("When the level was reached", null),
  freezesTotal: count("Freezes of the group and of all grants.", 2),
  freezesLeft: count("Freezes that bridge no cycle.", 1),
  excusedPeriods: ids("The excused cycles, also those that are met."),
  bridgedPeriods: ids("The missed cycles that freezes bridge."),
  expiresOn: {
    ...instantOrNull("When the current cycle is closed", "2030-02-01T00:00:00.000Z"),
    description:
      "When the current cycle is closed, in UTC: the run then ends unless the cycle is met or a freeze bridges it. `null` when it is met or excused, when there is none, and where no missed cycle ends a run.",
  },
};

function ids(description: string) {
  return { type: "array", items: idRules, description, examples: [[36]] } as const;
}

const streakStanding = {
  streakValue: count("Met cycles in the run, afterwards.", 6),
  freezesTotal: count("Freezes of the group and of all grants.", 2),
  freezesLeft: count("Freezes that bridge no cycle.", 1),
  levelsReached: listOf("ReachedLevel", "The levels that this call reached."),
};

const activityEffect = {
  targetGroupId: groupId,
  targetRuleId,
  targetName,
  periodId,
  periodRefCode,
  oldAchievedValue: decimal(`Achieved value before, ${unit}`, 250),
  newAchievedValue: decimal(`Achieved value after, ${unit}`, 499.9),
  targetValue: decimal(`What must be reached in the cycle, ${unit}`, 1000, { exclusiveMinimum: 0 }),
  reached: flag("Whether the achieved value is at least the target value now.", false),
  streakValue: count("Met cycles in the run; `null` for a milestone.", null, {
    type: ["integer", "null"],
    minimum: 0,
  }),
  milestonesReached: listOf(
    "Trigger",
    "The sub-targets that this activity reached in the cycle. Of several rows of one cycle the last has them.",
  ),
  levelsReached: listOf("ReachedLevel", "The levels that this activity reached."),
  enrolled: flag("`true`: this activity has enrolled the customer. Absent: it has not.", true),
};

const { enrolled, ...adjustmentEffect } = activityEffect;

const ledgerEntry = {
  eventLogId: text(
    "The row's id: a string that never changes and that no other row of the org has. Compare it, and read nothing in it.",
    "345651201-3-0000000002-0000",
  ),
  eventName: oneOfTexts("What happened.", ledgerKinds, "ADD_TRANSACTION"),
  customerId: id("The customer.", 345651201),
  uniqueId: textOrNull("The activity, adjustment or grant of freezes; `null` for other calls.", "till-7:000123"),
  eventDate: instant("When it happened", "2030-01-10T09:15:00.000Z"),
  eventProcessedDate: instant("When it was recorded", "2030-01-10T09:15:01.000Z"),
  periodId: idOrNull("The cycle; `null` when none was touched.", 36),
  targetGroupId: groupId,
  targetRuleId,
  targetValue: decimal(`What it changed the cycle's sum by, ${unit} The rows of a cycle add up to its sum.`, 249.9, {}),
  activityId: textOrNull("The same as `uniqueId`.", "till-7:000123"),
  periodRefCode: textOrNull("The cycle's name; `null` when none was touched.", "JAN"),
  value: decimal(`The same as \`targetValue\`, ${unit}`, 249.9, {}),
  recordedOn: instant("The same as `eventProcessedDate`", "2030-01-10T09:15:01.000Z"),
  achievedValue: decimal(`Achieved value afterwards, ${unit}`, 499.9),
  ...authorship("it", "till.1"),
  reason: text("Why, of a change that support made. Absent otherwise.", "Receipt 881 was counted twice"),
  definitionVersion,
};

const exportedTypes = ["profile", "activity", "enrolment", "history", "forgiveness", "settledPeriods"];

const customer = {
  customerId: id("The customer.", 345651201),
  firstName: textOrNull("First name; `null` when none was given.", "Ada"),
  lastName: textOrNull("Last name; `null` when none was given.", "Lovelace"),
  externalId: textOrNull("What another system calls the customer; `null` when not given.", "crm-77"),
  registeredOn: instant("When the customer was first registered", "2030-01-10T08:00:00.000Z"),
  lastUpdatedOn: instant("When the profile was last written", "2030-01-10T08:00:00.000Z"),
};

const enrolledTarget = {
  ...target,
  targetGroupId: groupId,
  targetGroupName: text("The group's name.", "Spend 1000 a month"),
  targetGroupActive: flag("Whether customers can be enrolled in the group's targets.", true),
  trackingType,
  streaks: listOf("Streak", "The levels; empty for a milestone."),
  fromPeriod: objectOf("PeriodName", "The first cycle that the enrolment covers; it covers every later one too."),
  enrolledOn,
  ...authorship("the enrolment", "till.1"),
  definitionVersion,
};

const leftTarget = {
  targetGroupId: groupId,
  targetGroupName: text("The group's name.", "Spend 1000 a month"),
  trackingType,
  targetRuleId,
  targetName,
  leftOn: instant("When the customer left", "2030-01-20T09:00:00.000Z"),
  ...authorship("the leaving", "app.1"),
  periodRefCode: textOrNull(
    "The cycle in which a return without `periodName` would start; `null` when all have ended.",
    "JAN",
  ),
  targetValue: decimalOrNull(`What must be reached in that cycle, ${unit} \`null\` when all have ended.`, 1000),
  targetAchievedValue: decimalOrNull(
    `What that cycle had, which a return without a balance goes on from, ${unit} \`null\` when all have ended.`,
    250,
  ),
  streakValue: count("The run that a return without a reset goes on from; `null` for a milestone.", null, {
    type: ["integer", "null"],
    minimum: 0,
  }),
  levelsReached: {
    type: "array",
    items: { type: "string" },
    description: "Names of the levels that are held; empty for a milestone.",
    examples: [[]],
  },
};

/** The schemas of answers, by their name in the document. The API's tests check every answer against them. */
export const responseSchemas = {
  Warning: answerObject("Something that was ignored.", {
    message: text(
      "For people; its wording may change.",
      '"intialBalance" was ignored: it is not a field of this request.',
    ),
  }),
  Customer: answerObject("A registered customer.", customer),
  ExportRow: {
    ...answerObject("Something that is stored of a customer. The other fields depend on `type`.", {
      type: oneOfTexts("What the row is.", exportedTypes, "profile"),
    }),
    additionalProperties: true,
  },
  CustomerExport: answerObject("A page of what is stored of a customer.", {
    rows: listOf("ExportRow", "The rows, those of one type one after the other."),
    nextCursor: textOrNull("Where the next page begins; `null` on the last.", null),
  }),
  Erasure: answerObject("A request to erase or anonymise a customer.", {
    requestId: id("The request. It is the customer's id, because a customer has one request at a time.", 345651201),
    customerId: id("The customer.", 345651201),
    mode: oneOfTexts("What is done.", erasureModes, "ANONYMISE"),
    status: oneOfTexts(
      "`RUNNING` until all items were gone through, `WAITING` until a second pass 25 hours after the request, then `COMPLETED`.",
      erasureStatuses,
      "RUNNING",
    ),
    requestedAt: instant("When it was asked for", "2030-01-10T08:00:00.000Z"),
  }),
  Simulation: answerObject("What an enrolment would write.", {
    periodName: text("The first cycle that it would cover.", "JAN"),
    targetAchievedValueAfter: decimal(`The achieved value of that cycle afterwards, ${unit}`, 250),
    reached: flag("Whether the cycle would count as reached.", false),
    coveredPeriods: count("How many cycles it would cover.", 3, { type: "integer", minimum: 1 }),
  }),
  Period: answerObject("A cycle.", period),
  PeriodName: answerObject("A cycle's id and name.", { id: periodId, refCode: periodRefCode }),
  Target: answerObject("A target.", target),
  Reminder: answerObject("A reminder before the end of each cycle.", {
    name: text("The reminder's name.", "Three days left"),
    offsetHours: count("How many hours before the end.", 72, { minimum: 1 }),
    condition: oneOfTexts("Whom it is for.", reminderConditions, "NOT_REACHED"),
  }),
  Reevaluation: answerObject("A change of values, by which customers are judged again.", {
    periodIds: { type: "array", items: idRules, description: "The cycles whose value was changed.", examples: [[36]] },
    startedOn: instant("When the values were changed", "2030-01-10T09:00:00.000Z"),
    finishedOn: instantOrNull("When all customers had been judged by them", null),
  }),
  TargetValue: answerObject("The value of one cycle, or of all.", {
    defaultValue: decimal(`What must be reached, ${unit}`, 1000, { exclusiveMinimum: 0 }),
  }),
  Streak: answerObject("A level of a streak.", {
    id: id("The level.", 1),
    name: text("The level's name.", "Two months in a row"),
    targetCountOfSequence: count("Met cycles that the level takes.", 2, { minimum: 1 }),
  }),
  Attribution: answerObject("Who created a definition, and who changed it last.", {
    createdOn: instant("When it was created", "2030-01-01T08:00:00.000Z"),
    createdBy: textOrNull("The user name of the credential; `null` when the service itself did.", "admin.1"),
    lastUpdatedOn: instant("When it was changed last", "2030-01-01T08:00:00.000Z"),
    lastUpdatedBy: textOrNull("The user name of the credential; `null` when the service itself did.", "admin.1"),
  }),
  AuditLog: answerObject("One changed field.", {
    version: count("The version that the edit made.", 2, { minimum: 1 }),
    changedOn: instant("When it was changed", "2030-01-10T09:00:00.000Z"),
    changedBy: textOrNull("The user name of the credential; `null` when the service itself did.", "admin.1"),
    field: text(
      "The field as the group is answered, with ids in place of indexes. `targetGroup` is the creation.",
      "description",
    ),
    oldValue: auditValue(
      "What it was; `null` when there was nothing. A text of more than 1000 characters is cut, and ends with `…`.",
      null,
    ),
    newValue: auditValue("What it is, cut in the same way; `null` when it was emptied.", "Prolonged"),
  }),
  TargetGroup: answerObject("A milestone or streak.", group, ["periods"]),
  TargetProgress: answerObject("Where a customer stands in one cycle of one target.", targetProgress),
  StreakProgress: answerObject("Where a customer stands on the way to one level.", levelProgress),
  TargetGroupProgress: answerObject("Where a customer stands in one group.", {
    id: groupId,
    name: text("The group's name.", "Spend 1000 a month"),
    trackingType,
    targetEvaluationType: evaluationType,
    targets: listOf("TargetProgress", "One row for each target and cycle."),
    streaks: listOf("StreakProgress", "One row for each target and level; empty for a milestone."),
  }),
  CustomerState: answerObject(
    "The targets in which a customer is enrolled, with what was achieved.",
    {
      userId: id("The customer.", 345651201),
      targetGroups: listOf(
        "TargetGroupProgress",
        "The milestones with a cycle to show, and the streaks. A streak's `targets` is empty when no cycle is current; 30 days after its last cycle it is shown with `includeInactive=true` only. Enrolments that were left are not listed. Empty with `enrolmentStatus=AVAILABLE` or `LEFT`.",
      ),
      leftTargets: listOf("LeftTarget", "What was left; only with `includeLeft=true` or `enrolmentStatus=LEFT`."),
      availableTargets: listOf(
        "AvailableTarget",
        "What the customer can be enrolled in now; only with `enrolmentStatus=AVAILABLE`.",
      ),
    },
    ["leftTargets", "availableTargets"],
  ),
  AvailableTarget: answerObject("A target that a customer is not in and can be enrolled in now.", {
    targetGroupId: groupId,
    targetGroupName: text("The group's name.", "Spend 1000 a month"),
    trackingType,
    targetRuleId,
    targetName,
    canEnrolFrom: objectOf(
      "PeriodName",
      "The cycle in which an enrolment now would start: the current one, else the next.",
    ),
  }),
  LeftTarget: answerObject("A target that a customer left, and what a return would go on from.", leftTarget),
  ReachedLevel: answerObject("A level that was reached.", {
    streakId: id("The level.", 1),
    streakName: text("The level's name.", "Two months in a row"),
  }),
  ActivityEffect: answerObject("What an activity did to one cycle of one target.", activityEffect, ["enrolled"]),
  Filter: answerObject("A condition on what counts.", filter, [
    "entityIds",
    "attributeName",
    "minimum",
    "maximum",
    "exclude",
  ]),
  Trigger: answerObject("A sub-target inside a cycle.", trigger),
  TriggerProgress: answerObject("Where a customer stands on the way to a sub-target.", {
    ...trigger,
    triggerType: oneOfTexts("The one there is.", ["SYSTEM_TRIGGER"], "SYSTEM_TRIGGER"),
    isAchieved: flag("Whether it was reached in the cycle. It stays so when returns take the value below it.", false),
    achievedDate: instantOrNull("When it was reached", null),
    isActive: flag("Whether the target is active.", true),
  }),
  TargetRule: answerObject("What counts from a cycle on.", {
    fromPeriodId: idOrNull("The first cycle of the rule; `null` when that cycle is not set up yet.", 37),
    filters: filtersField("What an activity must fulfil to count; `null` when everything counts."),
    targetMilestoneTriggers: triggersField("The sub-targets inside each cycle; `null` when there are none."),
  }),
  FailedFilter: answerObject("The first filter that an activity failed.", {
    index: count("Its place among the target's `filters`, from 0.", 0),
    entityType: oneOfTexts("What it compares.", filterEntityTypes, "STORE"),
  }),
  ActivityNotCounted: answerObject(
    "Why an activity did not count.",
    {
      targetGroupId: idOrNull("The target group; `null` when the customer is in none.", 3),
      targetRuleId: idOrNull("The target; `null` when the customer is in none.", 3),
      reason: oneOfTexts("Why.", notCountedReasons, "NOT_ENROLLED"),
      filter: objectOf("FailedFilter", "`RULE_DOES_NOT_MATCH`: the first filter that failed. Absent: none did."),
      enrolled,
    },
    ["filter", "enrolled"],
  ),
  ActivityOutcome: answerObject("What an activity did.", {
    activityId: text("As it was sent.", "till-7:000123"),
    customerId: id("The customer.", 345651201),
    targets: listOf("ActivityEffect", "One row for each cycle whose value it changed."),
    notCounted: listOf("ActivityNotCounted", "One row for each target that it did not count for."),
  }),
  AdjustmentOutcome: answerObject("What an adjustment did.", {
    adjustmentId: text("As it was sent.", "support:4711"),
    customerId: id("The customer.", 345651201),
    ...adjustmentEffect,
  }),
  ExcuseOutcome: answerObject("How a streak stands after cycles were excused, or no longer.", {
    customerId: id("The customer.", 345651201),
    targetGroupId: groupId,
    targetRuleId,
    targetName,
    periods: listOf("ExcusedPeriod", "The cycles of the membership that the call names."),
    ...streakStanding,
  }),
  StreakFreezes: answerObject("The freezes of each customer.", {
    initial: count("How many there are from the start.", 2, { minimum: 1, maximum: 10 }),
  }),
  ExcusedPeriod: answerObject("A cycle.", { periodId, periodRefCode }),
  FreezesOutcome: answerObject("How a streak stands after a grant of freezes.", {
    grantId: text("As it was sent.", "support:4713"),
    customerId: id("The customer.", 345651201),
    targetGroupId: groupId,
    targetRuleId,
    targetName,
    amount: count("How many were added.", 1, { minimum: 1, maximum: 10 }),
    ...streakStanding,
  }),
  LedgerEntry: answerObject("Something that happened to a customer in a target.", ledgerEntry, ["reason"]),
  Pagination: answerObject("The part of all rows that an answer has.", {
    limit: count("The most rows that were asked for.", 50, { minimum: 1 }),
    offset: count("The rows before the first one of the answer.", 0),
    total: count("All rows; `null` when more rows than the answer has may follow.", 2, {
      type: ["integer", "null"],
      minimum: 0,
    }),
  }),
  EnrolledTarget: answerObject("The definition of a target that a customer is enrolled in.", enrolledTarget),
  ...rosterSchemas,
  GeneratedToken: answerObject("An access token.", {
    accessToken: text("Goes into `Authorization: Bearer`.", "YptFq1s0qZ3mR7y0cW8t3v5n2b6k9d1f4h7j0l3p6r8"),
    ttlSeconds: count("Seconds for which it is good.", 1800, { minimum: 1 }),
  }),
} as const satisfies Readonly<Record<string, JsonSchema>>;
