import { type Pagination, successEnvelope } from "../../shared/http/envelope.ts";

/** All examples tell one story: a milestone of three months, and a customer who is enrolled in January. */
const customerId = 345651201;
const byCard = { identifierName: "externalId", identifierValue: "crm-77" };
const byTill = { enteredBy: "till.1", source: "API" };

function one(name: string, summary: string, value: unknown) {
  return { [name]: { summary, value } } as const;
}

function answer(summary: string, data: unknown, pagination?: Pagination) {
  return one("success", summary, successEnvelope(data, [], pagination));
}

export const enrollRequests = {
  ...one("milestone", "Into the January cycle of a milestone, and every later one", [
    { customerId, periodName: "JAN", initialBalance: 250, resetStreakStatus: false },
  ]),
  ...one("currentCycle", "Into the current or next cycle, resuming what it had", [{ customerId }]),
  ...one("streakAnew", "Into a streak, from the start", [{ customerId, resetStreakStatus: true }]),
  ...one("ownId", "By the brand's own id, registered if it is new", [{ ...byCard, registerCustomer: true }]),
};

export const enrolled = {
  ...answer("The customer's id", customerId),
  ...one(
    "withWarning",
    "A mistyped field does not vanish silently",
    successEnvelope(customerId, ['"intialBalance" was ignored: it is not a field of this request.']),
  ),
};

export const unenrollRequests = {
  ...one("customer", "One customer", [{ customerId }]),
  ...one("ownId", "By the brand's own id", [byCard]),
};

const purchase = {
  activityId: "till-7:000123",
  customerId,
  type: "TRANSACTION",
  occurredAt: "2026-01-10T09:15:00Z",
  amount: 249.9,
};

export const activityRequests = {
  ...one("purchase", "A purchase", purchase),
  ...one("return", "A return of it", {
    activityId: "till-7:000124",
    customerId,
    type: "RETURN",
    occurredAt: "2026-01-11T10:00:00Z",
    amount: 49.9,
    originalActivityId: "till-7:000123",
  }),
  ...one("lines", "A purchase with its store and its lines", {
    ...purchase,
    activityId: "till-7:000125",
    storeId: "shop-7",
    tenders: ["card"],
    lineItems: [
      { itemCode: "4006381333931", category: "pens", brand: "Quill", amount: 49.9, quantity: 2 },
      { itemCode: "4006381333948", category: "ink", brand: "Nib", amount: 200, quantity: 1 },
    ],
  }),
  ...one("several", "Several, each answered for itself", [
    purchase,
    {
      activityId: "app:review-9",
      customerId,
      type: "EVENT",
      name: "review",
      occurredAt: "2026-01-10T20:00:00Z",
      attributes: { stars: 5 },
    },
  ]),
};

const effect = {
  targetGroupId: 3,
  targetRuleId: 3,
  targetName: "Monthly spend",
  periodId: 36,
  periodRefCode: "JAN",
  oldAchievedValue: 250,
  newAchievedValue: 499.9,
  targetValue: 1000,
  reached: false,
  streakValue: null,
  milestonesReached: [],
  levelsReached: [],
};

const counted = { activityId: "till-7:000123", customerId, targets: [effect], notCounted: [] };

export const activitiesCounted = {
  ...one("one", "One activity", successEnvelope(counted, [])),
  ...one(
    "several",
    "An array: the second did not match any target's rule",
    successEnvelope(
      [
        successEnvelope(counted, []),
        successEnvelope(
          {
            activityId: "app:review-9",
            customerId,
            targets: [],
            notCounted: [{ targetGroupId: 3, targetRuleId: 3, reason: "RULE_DOES_NOT_MATCH" }],
          },
          [],
        ),
      ],
      [],
    ),
  ),
  ...one(
    "enrolling",
    "The first activity of a customer, which enrols",
    successEnvelope(
      { ...counted, targets: [{ ...effect, oldAchievedValue: 0, newAchievedValue: 249.9, enrolled: true }] },
      [],
    ),
  ),
  ...one(
    "filtered",
    "An activity that a filter of the target keeps out",
    successEnvelope(
      {
        activityId: "till-7:000125",
        customerId,
        targets: [],
        notCounted: [
          {
            targetGroupId: 3,
            targetRuleId: 3,
            reason: "RULE_DOES_NOT_MATCH",
            filter: { index: 0, entityType: "STORE" },
          },
        ],
      },
      [],
    ),
  ),
  ...one(
    "repeated",
    "An activity that was delivered before",
    successEnvelope(counted, ["Activity till-7:000123 was already counted; this is what it did then."]),
  ),
};

export const adjustRequests = {
  ...one("off", "Taking off what was counted twice", {
    adjustmentId: "support:4711",
    customerId,
    periodName: "JAN",
    amount: -20.5,
    reason: "Receipt 881 was counted twice",
  }),
  ...one("on", "Adding to the current cycle", {
    adjustmentId: "support:4712",
    customerId,
    amount: 50,
    reason: "The till was offline",
  }),
};

const adjusted = {
  adjustmentId: "support:4711",
  customerId,
  ...effect,
  oldAchievedValue: 499.9,
  newAchievedValue: 479.4,
};

export const adjustmentsMade = {
  ...one("made", "Taken off", successEnvelope(adjusted, [])),
  ...one(
    "repeated",
    "An adjustment that was made before",
    successEnvelope(adjusted, ["Adjustment support:4711 was already made; this is what it did then."]),
  ),
};

const excuseOf = { customerId, reason: "The till was down" };

export const excuseRequests = {
  ...one("period", "One cycle", { ...excuseOf, periodName: "JAN" }),
  ...one("dates", "A holiday", { ...excuseOf, startDate: "2030-02-10", endDate: "2030-02-24", reason: "On holiday" }),
};

const standing = { streakValue: 6, freezesTotal: 2, freezesLeft: 1, levelsReached: [] };
const ofStreak = { customerId, targetGroupId: 4, targetRuleId: 4, targetName: "Visit" };
const excusedNow = { ...ofStreak, periods: [{ periodId: 36, periodRefCode: "JAN" }], ...standing };

export const excused = {
  ...one(
    "excused",
    "A cycle, by which a level is reached",
    successEnvelope({ ...excusedNow, levelsReached: [{ streakId: 8, streakName: "Six in a row" }] }, []),
  ),
  ...one(
    "already",
    "Excused before",
    successEnvelope(excusedNow, ["All of these periods were excused already; nothing was changed."]),
  ),
};

export const unexcused = one("taken", "Taken back", successEnvelope({ ...excusedNow, streakValue: 0 }, []));

export const freezesRequests = one("one", "One more freeze", {
  grantId: "support:4713",
  customerId,
  amount: 1,
  reason: "Complaint of 3 May",
});

const granted = { grantId: "support:4713", ...ofStreak, amount: 1, ...standing };

export const freezesGranted = {
  ...one("granted", "Granted", successEnvelope(granted, [])),
  ...one(
    "repeated",
    "A grant that was made before",
    successEnvelope(granted, ["Grant support:4713 was already made; this is what it did then."]),
  ),
};

const nothingWritten = "Nothing was written: this is a simulation.";

export const enrollmentSimulated = one("success", "What would be written", {
  ...successEnvelope(customerId, [nothingWritten]),
  simulation: { periodName: "JAN", targetAchievedValueAfter: 250, reached: false, coveredPeriods: 3 },
});
export const unenrollmentSimulated = one("success", "The customer's id", successEnvelope(customerId, [nothingWritten]));
export const activitiesSimulated = one("success", "One activity", successEnvelope(counted, [nothingWritten]));

const periods = [
  { refCode: "JAN", startDate: "2030-01-01", endDate: "2030-01-31" },
  { refCode: "FEB", startDate: "2030-02-01", endDate: "2030-02-28" },
  { refCode: "MAR", startDate: "2030-03-01", endDate: "2030-03-31" },
];

const targetRule = { name: "Monthly spend", targetEntity: "TRANSACTION", targetType: "SALES" };

const half = { triggerName: "Half of it", triggerValueType: "PERCENTAGE", triggerValue: 50 };

const definition = {
  name: "Spend 1000 a month",
  trackingType: "DEFAULT",
  targetEvaluationType: "FIXED_CALENDAR_WINDOW",
  periods,
  targets: [{ ...targetRule, defaultValues: [{ defaultValue: 1000 }] }],
};

export const definitions = {
  ...one("milestone", "A milestone of three months, with a sub-target in each", {
    ...definition,
    targets: [{ ...targetRule, targetMilestoneTriggers: [half], defaultValues: [{ defaultValue: 1000 }] }],
  }),
  ...one("filtered", "What two brands sold in two shops counts", {
    ...definition,
    targets: [
      {
        ...targetRule,
        targetEntity: "LINEITEM",
        filters: [
          { entityType: "STORE", entityIds: ["shop-7", "shop-9"] },
          { entityType: "BRAND", entityIds: ["Quill", "Nib"] },
          { entityType: "TENDER", entityIds: ["voucher"], exclude: true },
        ],
        defaultValues: [{ defaultValue: 1000 }],
      },
    ],
  }),
  ...one("automatic", "Who buys takes part, without a call", {
    ...definition,
    targets: [{ ...targetRule, enrolmentMethod: "TRANSACTION", defaultValues: [{ defaultValue: 1000 }] }],
  }),
  ...one("streak", "A streak over the same months with two levels", {
    ...definition,
    name: "Three months in a row",
    description: "Spend 500 in each month",
    timeZoneName: "Europe/Vienna",
    enrolmentStartDate: "2029-12-01",
    enrolmentEndDate: "2030-01-31",
    trackingType: "STREAKS",
    targets: [{ ...targetRule, defaultValues: [{ defaultValue: 500 }], rewardAllocation: "PERIOD_END" }],
    streaks: [
      { name: "Two months in a row", targetCountOfSequence: 2 },
      { name: "Three months in a row", targetCountOfSequence: 3 },
    ],
    streakFreezes: { initial: 1 },
  }),
};

const target = {
  id: 3,
  ...targetRule,
  description: null,
  active: true,
  eventName: null,
  attributeName: null,
  trackFromEnrollmentDate: false,
  enrolmentMethod: "IMPORT",
  rewardAllocation: "IMMEDIATE",
  filters: null,
  targetMilestoneTriggers: [{ id: 1, ...half }],
  rules: null,
  defaultValues: [{ defaultValue: 1000 }],
  reminders: [],
  reevaluation: null,
};

const storedGroup = {
  id: 3,
  version: 1,
  attribution: {
    createdOn: "2030-01-01T08:00:00.000Z",
    createdBy: "admin.1",
    lastUpdatedOn: "2030-01-01T08:00:00.000Z",
    lastUpdatedBy: "admin.1",
  },
  name: "Spend 1000 a month",
  description: null,
  active: true,
  trackingType: "DEFAULT",
  targetEvaluationType: "FIXED_CALENDAR_WINDOW",
  timeZoneName: "UTC",
  offsetDays: 0,
  enrolmentStartDate: null,
  enrolmentEndDate: null,
  frequencyType: null,
  frequency: null,
  recurringCycles: null,
  fromDate: null,
  targets: [target],
  streaks: [],
  streakFreezes: null,
};

const storedPeriods = periods.map((period, index) => ({
  id: 36 + index,
  ...period,
  description: null,
  periodStatus: index === 0 ? "RUNNING" : "NOT_STARTED",
  closingOn: ["2030-02-01T00:00:00.000Z", "2030-03-01T00:00:00.000Z", "2030-04-01T00:00:00.000Z"][index],
  closedOn: null,
}));

export const created = answer("As it was sent, with ids", { ...storedGroup, periods: storedPeriods });
export const group = answer("With its cycles", { ...storedGroup, periods: storedPeriods });
export const groups = answer("Without cycles", [storedGroup]);

const prolonged = { lastUpdatedOn: "2030-01-10T09:00:00.000Z", lastUpdatedBy: "admin.2" };

export const edits = {
  ...one("description", "Another description", { description: "Prolonged" }),
  ...one("stop", "Stop the group", { active: false }),
  ...one("levels", "Rename a level and add one", {
    streaks: [
      { id: 1, name: "Two in a row" },
      { name: "Three in a row", targetCountOfSequence: 3 },
    ],
  }),
};
export const edited = answer("With its next version", {
  ...storedGroup,
  version: 2,
  attribution: { ...storedGroup.attribution, ...prolonged },
  description: "Prolonged",
  periods: storedPeriods,
});
export const periodEdits = {
  ...one("extend", "A longer last cycle", [{ id: 38, endDate: "2030-04-15" }]),
  ...one("describe", "No description any more", [{ id: 36, description: null }]),
};
const april = { refCode: "APR", startDate: "2030-04-01", endDate: "2030-04-30" };
export const periodAdditions = one("april", "Another month", [
  { ...april, defaultValues: [{ targetId: 3, defaultValue: 1200 }] },
]);
const nextVersion = {
  ...storedGroup,
  version: 2,
  attribution: { ...storedGroup.attribution, ...prolonged },
  periods: storedPeriods,
};
export const extended = answer("With its next version", {
  ...storedGroup,
  version: 2,
  attribution: { ...storedGroup.attribution, ...prolonged },
  targets: [{ ...target, defaultValues: [1000, 1000, 1000, 1200].map((defaultValue) => ({ defaultValue })) }],
  periods: [
    ...storedPeriods,
    {
      id: 39,
      ...april,
      description: null,
      periodStatus: "NOT_STARTED",
      closingOn: "2030-05-01T00:00:00.000Z",
      closedOn: null,
    },
  ],
});
const visits = {
  name: "Visits",
  targetEntity: "TRANSACTION",
  targetType: "VISIT",
  defaultValues: [{ defaultValue: 3 }],
};
export const targetAdditions = one("visits", "Three visits a month", visits);
export const withAnotherTarget = answer("With its next version", {
  ...nextVersion,
  targets: [target, { ...target, id: 4, ...visits }],
});
export const targetEdits = {
  ...one("value", "Another value for one month", { defaultValues: [{ periodId: 37, defaultValue: 1200 }] }),
  ...one("values", "Another value for all months that can get one", { defaultValues: [{ defaultValue: 1200 }] }),
  ...one("stop", "Stop the target", { active: false }),
};
export const withOtherValues = answer("With its next version", {
  ...nextVersion,
  targets: [
    {
      ...target,
      defaultValues: [1000, 1200, 1000].map((defaultValue) => ({ defaultValue })),
      reevaluation: { periodIds: [37], startedOn: prolonged.lastUpdatedOn, finishedOn: null },
    },
  ],
});
export const withoutTarget = answer("With its next version", {
  ...nextVersion,
  targets: [{ ...target, active: false }],
});
export const deleted = answer("The group's id", 3);
export const auditLogs = answer("An edit and the creation", [
  {
    version: 2,
    changedOn: "2030-01-10T09:00:00.000Z",
    changedBy: "admin.2",
    field: "description",
    oldValue: null,
    newValue: "Prolonged",
  },
  {
    version: 1,
    changedOn: "2030-01-01T08:00:00.000Z",
    changedBy: "admin.1",
    field: "targetGroup",
    oldValue: null,
    newValue: "Spend 1000 a month",
  },
]);

export const profiles = {
  ...one("profile", "With a profile", { firstName: "Ada", lastName: "Lovelace", externalId: "crm-77" }),
  ...one("idOnly", "Nothing but the id", {}),
};

export const registrations = {
  ...one("profile", "With a name", { externalId: "crm-77", firstName: "Ada", lastName: "Lovelace" }),
  ...one("idOnly", "Nothing but the id", { externalId: "crm-77" }),
};

const keptCustomer = {
  customerId,
  firstName: "Ada",
  lastName: "Lovelace",
  externalId: "crm-77",
  registeredOn: "2030-01-10T08:00:00.000Z",
  lastUpdatedOn: "2030-01-10T08:00:00.000Z",
};

export const customer = answer("As it is kept", keptCustomer);

const exportedProfile = { type: "profile", ...keptCustomer, anonymisedOn: null };

export const customerExport = answer("The only page", { rows: [exportedProfile], nextCursor: null });

export const customerExportLines = one(
  "lines",
  "The only page",
  [exportedProfile, { type: "page", nextCursor: null }].map((line) => `${JSON.stringify(line)}\n`).join(""),
);

export const erasure = answer("Just asked for", {
  requestId: customerId,
  customerId,
  mode: "ANONYMISE",
  status: "RUNNING",
  requestedAt: "2030-01-10T08:00:00.000Z",
});

export const state = answer("250 of 1000 in the current cycle", {
  userId: customerId,
  targetGroups: [
    {
      id: 3,
      name: "Spend 1000 a month",
      trackingType: "DEFAULT",
      targetEvaluationType: "FIXED_CALENDAR_WINDOW",
      targets: [
        {
          targetRuleId: 3,
          targetId: 3,
          targetName: "Monthly spend",
          targetType: "SALES",
          targetEntity: "TRANSACTION",
          periodId: 36,
          periodRefCode: "JAN",
          periodStartDate: "2030-01-01",
          periodEndDate: "2030-01-31",
          periodStartDateWithTimeStamp: "2030-01-01T00:00:00.000Z",
          periodEndDateWithTimeStamp: "2030-02-01T00:00:00.000Z",
          targetValue: 1000,
          targetAchievedValue: 250,
          targetAchievedDateTime: null,
          enrolledOn: "2030-01-10T09:00:00.000Z",
          ...byTill,
          currentPeriod: true,
          milestones: [
            {
              id: 1,
              ...half,
              triggerType: "SYSTEM_TRIGGER",
              isAchieved: false,
              achievedDate: null,
              isActive: true,
            },
          ],
        },
      ],
      streaks: [],
    },
  ],
});

/** What all rows of the customer's history have in common. */
const inJanuary = { targetGroupId: 3, targetRuleId: 3, periodId: 36, periodRefCode: "JAN" };

export const history = answer(
  "An enrolment and a purchase",
  [
    {
      eventLogId: `${customerId}-3-0000000001-0000`,
      eventName: "ENROL",
      customerId,
      uniqueId: null,
      eventDate: "2030-01-10T09:00:00.000Z",
      eventProcessedDate: "2030-01-10T09:00:00.000Z",
      ...inJanuary,
      targetValue: 250,
      activityId: null,
      value: 250,
      recordedOn: "2030-01-10T09:00:00.000Z",
      achievedValue: 250,
      ...byTill,
      definitionVersion: 1,
    },
    {
      eventLogId: `${customerId}-3-0000000002-0000`,
      eventName: "ADD_TRANSACTION",
      customerId,
      uniqueId: "till-7:000123",
      eventDate: "2030-01-10T09:15:00.000Z",
      eventProcessedDate: "2030-01-10T09:15:01.000Z",
      ...inJanuary,
      targetValue: 249.9,
      activityId: "till-7:000123",
      value: 249.9,
      recordedOn: "2030-01-10T09:15:01.000Z",
      achievedValue: 499.9,
      ...byTill,
      definitionVersion: 1,
    },
  ],
  { limit: 50, offset: 0, total: 2 },
);

export const enrolledTargets = answer("One target", [
  {
    ...target,
    enrolmentMethod: "IMPORT",
    targetGroupId: 3,
    targetGroupName: "Spend 1000 a month",
    targetGroupActive: true,
    trackingType: "DEFAULT",
    streaks: [],
    fromPeriod: { id: 36, refCode: "JAN" },
    enrolledOn: "2030-01-10T09:00:00.000Z",
    ...byTill,
    definitionVersion: 1,
  },
]);

export const roster = answer("One customer", {
  customers: [
    {
      customerId,
      externalId: "crm-77",
      status: "ENROLLED",
      source: "API",
      enrolledOn: "2030-01-10T09:00:00.000Z",
      unEnrolledOn: null,
      fromPeriod: { id: 36, refCode: "JAN" },
      periodId: 36,
      targetValue: 1000,
      targetAchievedValue: 250,
      targetAchievedDateTime: null,
      currentCount: null,
    },
  ],
  nextCursor: null,
});

export const statistics = answer("Three customers", {
  asOf: "2030-01-11T03:00:00.000Z",
  isFinal: false,
  enrolled: 2,
  unEnrolled: 1,
  bySource: { API: 3, AUTOMATIC: 0 },
  periods: [
    {
      periodId: 36,
      covered: 2,
      started: 1,
      reached: 0,
      achievedTotal: 250,
      progress: [
        { from: 0, to: 0, customers: 1 },
        { from: 0, to: 25, customers: 0 },
        { from: 25, to: 50, customers: 1 },
        { from: 50, to: 75, customers: 0 },
        { from: 75, to: 100, customers: 0 },
        { from: 100, to: null, customers: 0 },
      ],
    },
  ],
  streaks: [],
  runLengths: [],
});

export const keys = one("key", "A credential", { key: "till.1", secret: "the secret of till.1" });

export const accessToken = "YptFq1s0qZ3mR7y0cW8t3v5n2b6k9d1f4h7j0l3p6r8";
export const generatedToken = answer("Good for 30 minutes", { accessToken, ttlSeconds: 1800 });
