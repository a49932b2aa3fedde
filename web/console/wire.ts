import type { components } from "../../client/schema.generated.ts";

type Schemas = components["schemas"];

/** Every answer of the API, and of `GET /local/events`. */
export type Envelope<Data> = {
  readonly data: Data;
  readonly errors: readonly WireError[] | null;
  readonly warnings: readonly { readonly message: string }[] | null;
};

export type WireError = { readonly code: number; readonly message: string };

export type WireGroup = Schemas["TargetGroup"];
export type WireTarget = Schemas["Target"];
export type WireLevel = Schemas["Streak"];
export type PeriodStatus = Schemas["Period"]["periodStatus"];
export type TrackingType = WireGroup["trackingType"];
export type WireCustomer = Schemas["Customer"];
export type WireCustomerState = Schemas["CustomerState"];
/** One cycle of one target a customer is enrolled in. */
export type WireTargetCycle = Schemas["TargetProgress"];
export type WireLeftTarget = Schemas["LeftTarget"];
export type WireStreakLevel = Schemas["StreakProgress"];
export type WireHistory = Schemas["TrackedTargetEvents"];
export type WireHistoryRow = Schemas["LedgerEntry"];

export type WireActivityOutcome = Schemas["ActivityOutcome"];

/** What `GET /local/events` answers; it is no part of the API. */
export type WireEvents = { readonly events: readonly WireEvent[] };

export type WireEvent = {
  readonly "detail-type": string;
  readonly detail: WireEventDetail;
};

/** The fields the console shows, of whatever type the event is. */
export type WireEventDetail = {
  readonly eventId: string;
  readonly customerId: number;
  readonly targetRuleId: number;
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
