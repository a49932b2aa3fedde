// What the API answers and `GET /local/events` tells, as far as the console shows it.

export type Envelope<Data> = {
  readonly data: Data;
  readonly errors: readonly WireError[] | null;
  readonly warnings: readonly { readonly message: string }[] | null;
};

export type WireError = { readonly code: number; readonly message: string };

export type PeriodStatus = "NOT_STARTED" | "RUNNING" | "ENDED";
export type TrackingType = "DEFAULT" | "STREAKS" | "NON_CONTINUOUS_STREAKS";

type WirePeriod = {
  readonly id: number;
  readonly refCode: string;
  readonly startDate: string;
  readonly endDate: string;
  readonly periodStatus: PeriodStatus;
};

export type WireTarget = {
  readonly id: number;
  readonly name: string;
  readonly active: boolean;
  readonly targetEntity: string;
  readonly eventName: string | null;
  readonly targetType: string;
  readonly attributeName: string | null;
  readonly trackFromEnrollmentDate: boolean;
  readonly rewardAllocation: "IMMEDIATE" | "PERIOD_END";
  readonly defaultValues: readonly { readonly defaultValue: number }[];
};

export type WireLevel = { readonly id: number; readonly name: string; readonly targetCountOfSequence: number };

export type WireGroup = {
  readonly id: number;
  readonly name: string;
  readonly description: string | null;
  readonly active: boolean;
  readonly trackingType: TrackingType;
  readonly timeZoneName: string;
  readonly periods: readonly WirePeriod[];
  readonly targets: readonly WireTarget[];
  readonly streaks: readonly WireLevel[];
};

export type WireCustomer = {
  readonly customerId: number;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly externalId: string | null;
  readonly registeredOn: string;
};

/** One cycle of one target a customer is enrolled in. */
export type WireTargetCycle = {
  readonly targetRuleId: number;
  readonly targetName: string;
  readonly targetType: string;
  readonly periodId: number;
  readonly periodRefCode: string;
  readonly periodStartDate: string;
  readonly periodEndDate: string;
  readonly targetValue: number;
  readonly targetAchievedValue: number;
  readonly targetAchievedDateTime: string | null;
  readonly enrolledOn: string;
  readonly currentPeriod: boolean;
};

export type WireStreakLevel = {
  readonly streakId: number;
  readonly streakName: string;
  readonly targetRuleId: number;
  readonly status: "ACHIEVED" | "INPROGRESS";
  readonly currentCount: number;
  readonly totalTargetCountOfSequence: number;
  readonly streakAchievedDateTime: string | null;
};

export type WireCustomerState = {
  readonly userId: number;
  readonly targetGroups: readonly {
    readonly id: number;
    readonly name: string;
    readonly trackingType: TrackingType;
    readonly targets: readonly WireTargetCycle[];
    readonly streaks: readonly WireStreakLevel[];
  }[];
};

export type WireHistory = {
  readonly trackedTargetEvents: readonly WireHistoryRow[];
};

export type WireHistoryRow = {
  readonly eventName: string;
  readonly activityId: string | null;
  readonly periodRefCode: string | null;
  readonly value: number;
  readonly achievedValue: number;
  readonly eventDate: string;
};

export type WireEvents = { readonly events: readonly WireEvent[] };

export type WireEvent = {
  readonly "detail-type": string;
  readonly detail: WireEventDetail;
};

export type WireEventDetail = {
  readonly eventId: string;
  readonly customerId: number;
  readonly targetGroupName: string;
  readonly targetName: string;
  readonly occurredAt: string;
  readonly periodRefCode?: string;
  readonly oldTargetAchievedValue?: number;
  readonly newTargetAchievedValue?: number;
  readonly targetAchievedValue?: number;
  readonly targetValue?: number;
  readonly currentCount?: number;
  readonly endedCount?: number;
  readonly streakName?: string;
  readonly reEnrolment?: boolean;
};
