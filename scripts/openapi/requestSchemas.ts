import { externalIdCharacters } from "../../shared/http/limits.ts";
import * as schemas from "../../shared/http/requests/schemas.ts";
import { idRules, listOf } from "./fields.ts";
import { documented, type FieldsOf, type JsonSchema } from "./jsonSchema.ts";

/** The validators accept any value here, because an invalid customer id has a code of its own (310011). */
const customerId = {
  anyOf: [idRules, { type: "string", pattern: "^[1-9][0-9]{0,15}$" }, { type: "null" }],
  description:
    "The customer: an integer from 1 to 2^53 − 1, or the same as a string of digits. Anything else, and a customer who is not registered, is refused with 310011. Required unless `identifierName` and `identifierValue` are there.",
  examples: [345651201],
} as const;

/** The fields by which a record names its customer. Both ways together are refused with 300004. */
const customer = {
  customerId,
  identifierName: {
    enum: ["externalId", "id", null],
    description:
      "In place of `customerId`: what `identifierValue` is. `externalId`: the brand's own id. `id`: the same as `customerId`. No other kind is held.",
    examples: [null],
  },
  identifierValue: {
    anyOf: [
      { type: "string", minLength: 1, maxLength: externalIdCharacters },
      { type: "integer", minimum: 1 },
      { type: "null" },
    ],
    description: "The customer, by the id that `identifierName` names. No answer repeats it.",
    examples: [null],
  },
} as const;

const enrollment = {
  ...customer,
  registerCustomer: {
    description:
      "`true`: a customer who is not registered is registered without a profile, and enrolled. Needs the permission `manage`, or `enroll` where the deployment says so; who may not is refused with 4000.",
    examples: [false],
  },
  periodName: {
    description:
      "Milestone: the `refCode` of the cycle to start with, compared exactly. The customer is a member of that cycle and every later one. Absent or `null`: the current cycle, or else the next one. A cycle that has ended or does not exist is refused with 310019. Streak: not needed; ignored with a warning.",
    examples: ["JAN"],
  },
  initialBalance: {
    description:
      "Milestone: the achieved value with which the cycle starts, in the target's unit. Absent or `null`: the value that the cycle had when the customer left it, or else 0. A number replaces that value. Streak: ignored with a warning.",
    examples: [250],
  },
  resetStreakStatus: {
    description:
      "Streak, on re-enrolment: with `true` it starts at 0, and every level can be earned again. With `false`, with `null` or without the field, it goes on from the streak value and the levels that the customer left with. Milestone: `true` is ignored with a warning.",
    examples: [false],
  },
} as const satisfies FieldsOf<typeof schemas.enrollMilestone>;

/** Ids are texts; a number stands for its digits. */
function entityId(description: string, example: string | null = null) {
  return { description: `${description} A number stands for its digits.`, examples: [example] } as const;
}

function entityIds(description: string) {
  return { description: `${description} A number stands for its digits.`, examples: [null] } as const;
}

const lineItem = {
  itemCode: entityId("The item. Filters of the type `ITEM` compare it.", "4006381333931"),
  category: entityId("Filters of the type `CATEGORY` compare it.", "pens"),
  brand: entityId("Filters of the type `BRAND` compare it.", "Quill"),
  amount: { description: "Money for this line. At most 4 fractional digits.", examples: [12.5] },
  quantity: { description: "Number of items. At most 4 fractional digits.", examples: [5] },
} as const satisfies FieldsOf<typeof schemas.activity.properties.lineItems.items>;

const activity = {
  activityId: {
    description:
      "Names this activity of the customer for ever. Sent again with the same content, it gets the first answer and counts only once. With other content it is refused with 300004 (HTTP 422).",
    examples: ["till-7:000123"],
  },
  ...customer,
  type: {
    description: "What the customer did. A `RETURN` takes its amount and quantity off; it does not undo a visit.",
    examples: ["TRANSACTION"],
  },
  name: {
    description: "Required for an `EVENT`. It is compared with the target's `eventName`.",
    examples: [null],
  },
  occurredAt: {
    description:
      "The time at which it happened, as an ISO 8601 instant with its offset. It decides the cycle; the moment of arrival does not. It may be at most five minutes ahead of the service's clock.",
    examples: ["2026-01-10T09:15:00Z"],
  },
  amount: {
    description: "Money, in the brand's currency, counted by `SALES` and `GROSS_SALES`. At most 4 fractional digits.",
    examples: [249.9],
  },
  quantity: {
    description: "Number of items, counted by `QUANTITY`. At most 4 fractional digits.",
    examples: [3],
  },
  attributes: {
    description:
      "Any fields of the brand, which are kept with the activity. Targets of the type `EVENT_ATTRIBUTE` can count their numbers. At most 16 384 bytes as JSON.",
    additionalProperties: true,
    examples: [{ litres: 42.5 }],
  },
  originalActivityId: {
    description:
      "For a `RETURN`: the transaction that is taken back. The amount is taken off that transaction's cycle. Without this field, it is taken off the cycle of `occurredAt`.",
    examples: [null],
  },
  storeId: entityId("The store. Filters of the type `STORE` compare it."),
  channel: entityId("The channel, such as web or shop. Filters of the type `CHANNEL` compare it."),
  zoneIds: entityIds("The zones of the store, in any order. Filters of the type `ZONE` compare them."),
  conceptIds: entityIds("The concepts of the store, in any order. Filters of the type `CONCEPT` compare them."),
  tenders: entityIds("The means of payment, in any order. Filters of the type `TENDER` compare them."),
  lineItems: {
    items: documented(schemas.activity.properties.lineItems.items, "One line.", lineItem),
    description:
      "The lines of what was bought or brought back, in any order. Targets with the `targetEntity` `LINEITEM` count those that their filters select.",
    examples: [[{ itemCode: "4006381333931", category: "pens", brand: "Quill", amount: 12.5, quantity: 5 }]],
  },
} as const satisfies FieldsOf<typeof schemas.activity>;

const adjustment = {
  adjustmentId: {
    description:
      "Names this adjustment of the customer for ever. Sent again with the same content, it gets the first answer and counts only once. With other content it is refused with 300004 (HTTP 422). Adjustments and activities share their ids.",
    examples: ["support:4711"],
  },
  ...customer,
  periodName: {
    description:
      "The `refCode` of the cycle, compared exactly; also in a streak. It may have ended. Absent or `null`: the current cycle. One that does not exist, has not started, or is before the enrolment is refused with 310019.",
    examples: ["JAN"],
  },
  amount: {
    description:
      "What is added, in the target's unit; below 0 it is taken off. Not 0, and at most 4 fractional digits. It is a difference and never the value to set. A deployment may limit what access group `support` may adjust by; more is refused with 4000.",
    examples: [-20.5],
  },
  reason: {
    description: "Why: 1 to 255 characters, not blank. It stands in the customer's history and in the events.",
    examples: ["Receipt 881 was counted twice"],
  },
} as const satisfies FieldsOf<typeof schemas.adjust>;

const span = {
  periodName: {
    description:
      "The `refCode` of one cycle, compared exactly. It may have ended, or not have started. One that does not exist or is before the membership is refused with 310019. Not together with dates.",
    examples: ["JAN"],
  },
  startDate: {
    description:
      "In place of `periodName`: the first day, in the group's time zone. Every cycle of the membership that overlaps the days is meant; none is refused with 310019.",
    examples: [null],
  },
  endDate: { description: "The last day.", examples: [null] },
} as const;

const excuse = {
  ...customer,
  ...span,
  reason: { ...adjustment.reason, examples: ["The till was down"] },
} as const satisfies FieldsOf<typeof schemas.excuse>;

const grant = {
  grantId: {
    description:
      "Names this grant of the customer for ever. Sent again with the same content, it gets the first answer and counts only once. With other content it is refused with 300004 (HTTP 422).",
    examples: ["support:4713"],
  },
  ...customer,
  amount: {
    description:
      "How many freezes are added. With those of the group and of earlier grants they are at most 10; more is refused with 300004.",
    examples: [1],
  },
  reason: { ...adjustment.reason, examples: ["Complaint of 3 May"] },
} as const satisfies FieldsOf<typeof schemas.grantFreezes>;

const profile = {
  firstName: { description: "First name. Absent: as it was. `null`: none.", examples: ["Ada"] },
  lastName: { description: "Last name. Absent: as it was. `null`: none.", examples: ["Lovelace"] },
  externalId: {
    description:
      "What another system calls the customer: 1 to 200 characters, not blank, compared exactly. At most one customer of the org has it. Absent: as it was. `null`: none.",
    examples: ["crm-77"],
  },
} as const satisfies FieldsOf<typeof schemas.putCustomer>;

const boundary =
  "a plain date in the group's time zone, or an ISO 8601 instant with its offset. Cycles are in order and do not overlap.";

const period = {
  refCode: {
    description: "The cycle's name, unique in the group; an enrolment names the cycle by it.",
    examples: ["JAN"],
  },
  startDate: {
    description: `First moment of the cycle: ${boundary} A date stands for its 00:00.`,
    examples: ["2030-01-01"],
  },
  endDate: {
    description: `End of the cycle: ${boundary} A date stands for its 24:00, so it is the last day; an instant is the first that is not in the cycle.`,
    examples: ["2030-01-31"],
  },
  description: { description: "For people. Absent or `null`: none.", examples: ["January"] },
} as const satisfies FieldsOf<typeof schemas.periods.items>;

const filter = {
  entityType: {
    description:
      "What is compared. `ITEM`, `CATEGORY` and `BRAND` select lines and need the `targetEntity` `LINEITEM`; the others judge the activity.",
    examples: ["STORE"],
  },
  entityIds: {
    description: "Any of these texts, compared exactly. A number stands for its digits. `AMOUNT` has none.",
    examples: [["shop-7", "shop-9"]],
  },
  attributeName: {
    description: "`ATTRIBUTE`: the attribute that is compared, by `entityIds` or by bounds.",
    examples: [null],
  },
  minimum: {
    description: "`AMOUNT`, `ATTRIBUTE`: the least that passes. At most 4 fractional digits.",
    examples: [null],
  },
  maximum: {
    description: "`AMOUNT`, `ATTRIBUTE`: the most that passes. At most 4 fractional digits.",
    examples: [null],
  },
  exclude: {
    description:
      "`true`: none of the texts may be there, or the number must be out of the bounds. An activity without the field passes then, and otherwise it does not.",
    examples: [false],
  },
} as const satisfies FieldsOf<typeof schemas.targets.items.properties.filters.items>;

const filters = {
  items: documented(schemas.targets.items.properties.filters.items, "A condition on what counts.", filter),
  description:
    "What an activity must fulfil to count. All filters must hold. They have at most 1000 `entityIds` together.",
  examples: [[{ entityType: "STORE", entityIds: ["shop-7"] }]],
} as const;

const triggers = {
  items: documented(schemas.targets.items.properties.targetMilestoneTriggers.items, "A sub-target of each cycle.", {
    triggerName: { description: "The sub-target's name, unique in the target.", examples: ["Half of it"] },
    triggerValueType: {
      description:
        "`ABSOLUTE`: `triggerValue` has the unit of `targetType`. `PERCENTAGE`: it is a part of the target value, rounded up to 4 fractional digits.",
      examples: ["PERCENTAGE"],
    },
    triggerValue: {
      description:
        "The value to reach, with at most 4 fractional digits. In every cycle it must be above the sub-target before it and below the target value.",
      examples: [50],
    },
  }),
  description:
    "Sub-targets inside a cycle, told as `targetMilestoneAchieved`, each once in a cycle. Absent or `null`: none.",
  examples: [[{ triggerName: "Half of it", triggerValueType: "PERCENTAGE", triggerValue: 50 }]],
} as const;

const target = {
  name: { description: "The target's name.", examples: ["Monthly spend"] },
  description: { description: "For people. Absent or `null`: none.", examples: ["Purchases in shops"] },
  active: { default: true, description: "Whether customers can be enrolled in it.", examples: [true] },
  targetEntity: {
    description:
      "The kind of activity that is counted: transactions and returns (`TRANSACTION`), events with the name `eventName` (`EVENT`), or the lines of transactions and returns (`LINEITEM`).",
    examples: ["TRANSACTION"],
  },
  eventName: {
    description: "Required when `targetEntity` is `EVENT`: the `name` of the events that are counted.",
    examples: [null],
  },
  targetType: {
    description:
      "The number that each activity adds. `SALES` and `GROSS_SALES`: its amount. `QUANTITY`: its quantity. `COUNT` and `VISIT`: 1. `EVENT_ATTRIBUTE`: the number in the attribute `attributeName`.",
    examples: ["SALES"],
  },
  attributeName: {
    description: "Required when `targetType` is `EVENT_ATTRIBUTE`: the attribute that is counted.",
    examples: [null],
  },
  trackFromEnrollmentDate: {
    default: false,
    description:
      "`true`: what happened in the cycle before the enrolment does not count. `false`: it counts when it arrives after the enrolment.",
    examples: [false],
  },
  enrolmentMethod: {
    default: "IMPORT",
    description:
      "`IMPORT`: customers take part when a call enrols them. `TRANSACTION`: a customer takes part with the first activity that matches, in all periods; `trackFromEnrollmentDate` must be `false` and the group must have no dates of enrolment. An org has at most 90 active targets with `TRANSACTION`.",
    examples: ["IMPORT"],
  },
  rewardAllocation: {
    default: "IMMEDIATE",
    description: "The moment at which a reward is due: as soon as the value is reached, or when the cycle has ended.",
    examples: ["IMMEDIATE"],
  },
  reminders: {
    items: documented(schemas.targets.items.properties.reminders.items, "A reminder before the end of each cycle.", {
      name: { description: "The reminder's name, unique in the target.", examples: ["Three days left"] },
      offsetHours: {
        description: "How many hours before the end of each cycle. It must be less than every cycle has.",
        examples: [72],
      },
      condition: {
        description:
          "Whom it is for: who has not reached the value, everybody, or whose run of a streak the cycle would end.",
        examples: ["NOT_REACHED"],
      },
    }),
    description:
      "What customers are told before the end of each cycle, as `targetPeriodReminder`, each once in a cycle. Absent: none.",
    examples: [[{ name: "Three days left", offsetHours: 72, condition: "NOT_REACHED" }]],
  },
  filters,
  targetMilestoneTriggers: triggers,
  defaultValues: {
    items: documented(schemas.targets.items.properties.defaultValues.items, "The value of one cycle, or of all.", {
      defaultValue: {
        description: "The value to reach, in the unit of `targetType`. It has at most 4 fractional digits.",
        examples: [1000],
      },
    }),
    description: "The value to reach: one for all cycles, or one for each in their order.",
    examples: [[{ defaultValue: 1000 }]],
  },
} as const satisfies FieldsOf<typeof schemas.targets.items>;

const level = {
  name: { description: "The level's name.", examples: ["Two months in a row"] },
  targetCountOfSequence: {
    description:
      "The number of cycles to meet. It grows strictly from level to level, and is at most the number of cycles.",
    examples: [2],
  },
} as const satisfies FieldsOf<typeof schemas.streaks.items>;

const definition = {
  name: {
    description: "Unique in the org, compared without regard to case; a name that is taken is refused with 310069.",
    examples: ["Spend 1000 a month"],
  },
  description: { description: "For people. Absent or `null`: none.", examples: ["Winter campaign"] },
  active: { default: true, description: "Whether customers can be enrolled in any of its targets.", examples: [true] },
  trackingType: {
    description:
      "`DEFAULT`: a milestone, each cycle for itself. `STREAKS`: cycles met one after another, broken by a missed one. `NON_CONTINUOUS_STREAKS`: a missed one does not break it.",
    examples: ["DEFAULT"],
  },
  targetEvaluationType: { description: "The one there is.", examples: ["FIXED_CALENDAR_WINDOW"] },
  timeZoneName: {
    description: "IANA time zone that plain dates are read in, daylight saving included. Absent or `null`: UTC.",
    examples: ["Europe/Vienna"],
  },
  offsetDays: {
    default: 0,
    description:
      "How many days of 24 hours after the end of a cycle its end is told, so that late activities still count before.",
    examples: [3],
  },
  enrolmentStartDate: {
    description:
      "First day on which calls can enrol customers, or the first instant. Before, enrolments are refused with 310019. Absent or `null`: no bound.",
    examples: ["2029-12-01"],
  },
  enrolmentEndDate: {
    description:
      "Last day on which calls can enrol customers, or the first instant at which they cannot. Un-enrolment is always possible. Absent or `null`: no bound.",
    examples: ["2030-03-31"],
  },
  periods: listOf("PeriodDefinition", "The cycles, in order. Absent when they are made from a rule."),
  frequencyType: {
    description:
      "Makes cycles from a rule in place of `periods`: the unit of a cycle. A cycle is named after its first day, and ends where the next one begins.",
    examples: ["DAILY"],
  },
  frequency: { description: "How many of these units a cycle has.", examples: [1] },
  recurringCycles: { description: "How many cycles there are.", examples: [365] },
  fromDate: {
    description:
      "First day of the first cycle, in the group's time zone. Months are counted from it, so from 31 January on a cycle starts at the end of each shorter month.",
    examples: ["2030-01-01"],
  },
  targets: listOf("TargetDefinition", "What is counted. A customer is enrolled in one target at a time."),
  streaks: listOf("StreakDefinition", "The levels of a streak. A milestone has none."),
  streakFreezes: {
    description:
      "`STREAKS` only: how many missed cycles of each customer are bridged. It cannot be changed later. Absent or `null`: none.",
    examples: [{ initial: 2 }],
    properties: {
      initial: {
        ...schemas.createTargetGroup.properties.streakFreezes.properties.initial,
        description: "How many freezes each customer has from the start.",
        examples: [2],
      },
    },
  },
} as const satisfies FieldsOf<typeof schemas.createTargetGroup>;

const fixed = (value: string) => ({
  description: "Cannot be changed: another value than that of the creation is refused with 300004.",
  examples: [value],
});

const levelEdit = {
  id: {
    description: "The level to rename. Absent: a new level, which needs a name and a count above the highest.",
    examples: [1],
  },
  name: { description: "The level's name.", examples: ["Two months in a row"] },
  targetCountOfSequence: {
    description:
      "How many cycles have to be met. Of a level that is there it cannot be changed. A new one is above the highest and at most the number of cycles.",
    examples: [2],
  },
} as const satisfies FieldsOf<typeof schemas.editTargetGroup.properties.streaks.items>;

const edit = {
  id: { ...fixed(""), examples: [12] },
  name: definition.name,
  description: { description: "For people. Absent: as it is; `null`: none.", examples: ["Prolonged"] },
  active: {
    description:
      "`false` stops the group: at the latest 30 s later enrolments are refused with 310017, and activities that arrive do not count, for good. `true` goes on, until the last cycle has ended (310019).",
    examples: [true],
  },
  enrolmentStartDate: {
    description: "First day or instant at which calls can enrol customers. Absent: as it is; `null`: no bound.",
    examples: ["2029-12-01"],
  },
  enrolmentEndDate: {
    description: "Last day on which calls can enrol customers, or an instant. Absent: as it is; `null`: no bound.",
    examples: ["2030-03-31"],
  },
  trackingType: fixed("DEFAULT"),
  targetEvaluationType: fixed("FIXED_CALENDAR_WINDOW"),
  timeZoneName: fixed("Europe/Vienna"),
  offsetDays: {
    description:
      "How many days of 24 hours after the end of a cycle its end is told. Of the cycles that end at least 10 minutes from now; earlier ones keep theirs. `null`: 0.",
    examples: [3],
  },
  frequencyType: fixed("DAILY"),
  frequency: { ...fixed("DAILY"), examples: [1] },
  fromDate: fixed("2030-01-01"),
  recurringCycles: {
    description:
      "How many cycles the rule makes. It can be raised until 10 minutes before the last one ends, and never lowered.",
    examples: [365],
  },
  streakFreezes: { ...fixed(""), examples: [null] },
  streaks: listOf("StreakEdit", "Levels to rename, by their ids, and new ones. The others stay as they are."),
} as const satisfies FieldsOf<typeof schemas.editTargetGroup>;

const targetEdit = {
  id: { ...fixed(""), examples: [3] },
  name: target.name,
  description: { description: "For people. Absent: as it is; `null`: none.", examples: ["Purchases in shops"] },
  active: {
    description:
      "`false` stops the target: at the latest 30 s later enrolments are refused with 310018, and activities that arrive do not count, for good. `true` goes on, until the last cycle has ended (310019).",
    examples: [true],
  },
  targetEntity: fixed("TRANSACTION"),
  eventName: { ...fixed(""), examples: [null] },
  targetType: fixed("SALES"),
  attributeName: { ...fixed(""), examples: [null] },
  trackFromEnrollmentDate: { ...fixed(""), examples: [false] },
  enrolmentMethod: fixed("IMPORT"),
  rewardAllocation: fixed("IMMEDIATE"),
  filters: {
    ...filters,
    description: `${filters.description} They are in force from the first cycle on that starts at least 10 minutes from now. Absent: as they are; \`null\`: none.`,
  },
  targetMilestoneTriggers: {
    ...triggers,
    description:
      "Sub-targets from the first cycle on that starts at least 10 minutes from now. One with a known name keeps its id. Absent: as they are; `null`: none.",
  },
  defaultValues: {
    items: documented(schemas.editTarget.properties.defaultValues.items, "The value of one cycle.", {
      periodId: {
        description: "The cycle, one of the group's `periods`. Absent in an only row: all cycles that can get a value.",
        examples: [37],
      },
      defaultValue: {
        description: "The value to reach, in the unit of `targetType`. It has at most 4 fractional digits.",
        examples: [1200],
      },
    }),
    description: "New values of cycles that have not ended. One row without `periodId` is the value of all of them.",
    examples: [[{ periodId: 37, defaultValue: 1200 }]],
  },
} as const satisfies FieldsOf<typeof schemas.editTarget>;

const addedValue = {
  targetId: { description: "The target, one of the group's `targets`.", examples: [3] },
  defaultValue: { description: "What must be reached in this cycle. At most 4 fractional digits.", examples: [1000] },
} as const satisfies FieldsOf<typeof schemas.appendTargetPeriods.items.properties.defaultValues.items>;

const addedPeriod = {
  ...period,
  defaultValues: {
    items: documented(
      schemas.appendTargetPeriods.items.properties.defaultValues.items,
      "The value of one target.",
      addedValue,
    ),
    description: "The value to reach, for targets that are to have another one than in the cycle before.",
    examples: [[{ targetId: 3, defaultValue: 1000 }]],
  },
} as const satisfies FieldsOf<typeof schemas.appendTargetPeriods.items>;

const periodEdit = {
  id: { description: "The cycle, one of the group's `periods`.", examples: [36] },
  refCode: fixed("c1"),
  startDate: { ...period.startDate, description: `${period.startDate.description} Absent: as it is.` },
  endDate: { ...period.endDate, description: `${period.endDate.description} Absent: as it is.` },
  description: { description: "For people. Absent: as it is; `null`: none.", examples: ["January"] },
} as const satisfies FieldsOf<typeof schemas.editTargetPeriods.items>;

/** The schemas of requests, by their name in the document: the validators' schemas with a text for every field. */
export const requestSchemas = {
  EnrollmentRecord: documented(schemas.enrollMilestone, "One customer to enrol or re-enrol.", enrollment),
  UnenrollmentRecord: documented(
    schemas.unenroll,
    "One customer to un-enrol.",
    customer satisfies FieldsOf<typeof schemas.unenroll>,
  ),
  AdjustmentRecord: documented(schemas.adjust, "One correction of what a customer has achieved.", adjustment),
  ExcuseRecord: documented(schemas.excuse, "Cycles of one customer's streak to excuse, or no longer.", excuse),
  FreezesRecord: documented(schemas.grantFreezes, "Freezes for one customer's streak.", grant),
  Activity: documented(schemas.activity, "Something a customer did.", activity),
  CustomerRegistration: documented(schemas.registerCustomer, "A customer to register by the brand's own id.", {
    ...profile,
    externalId: { description: "What another system calls the customer. It is one customer's.", examples: ["crm-77"] },
  } satisfies FieldsOf<typeof schemas.registerCustomer>),
  CustomerProfile: documented(
    schemas.putCustomer,
    "A change of what is kept of a customer. An absent field stays as it is, `null` empties it.",
    profile,
  ),
  PeriodDefinition: documented(schemas.periods.items, "One cycle.", period),
  TargetDefinition: documented(schemas.targets.items, "One target.", target),
  StreakDefinition: documented(schemas.streaks.items, "One level of a streak.", level),
  TargetGroupDefinition: documented(schemas.createTargetGroup, "A milestone or streak to be created.", definition),
  PeriodEdit: documented(schemas.editTargetPeriods.items, "What to change of one cycle.", periodEdit),
  PeriodAddition: documented(schemas.appendTargetPeriods.items, "A cycle to append.", addedPeriod),
  TargetEdit: documented(schemas.editTarget, "What to change of a target.", targetEdit),
  StreakEdit: documented(schemas.editTargetGroup.properties.streaks.items, "A level to rename or to add.", levelEdit),
  TargetGroupEdit: documented(schemas.editTargetGroup, "What to change of a group.", edit),
  KeyAndSecret: documented(schemas.generateToken, "A credential.", {
    key: { description: "The credential's user name.", examples: ["till.1"] },
    secret: { description: "The credential's secret.", examples: ["the secret of till.1"] },
  } satisfies FieldsOf<typeof schemas.generateToken>),
} as const satisfies Readonly<Record<string, JsonSchema>>;
