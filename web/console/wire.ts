import type { components } from "../../client/schema.generated.ts";

type Schemas = components["schemas"];

/** The envelope of every answer of the API and of `GET /local/events`. */
export type Envelope<Data> = {
  readonly data: Data;
  readonly errors: readonly WireError[] | null;
  readonly warnings: readonly { readonly message: string }[] | null;
  /** What an enrolment would write. Only the answer of its simulation has it. */
  readonly simulation?: Schemas["Simulation"];
};

export type WireError = { readonly code: number; readonly message: string };

export type WireGroup = Schemas["TargetGroup"];
export type WireTarget = Schemas["Target"];
export type WireFilter = Schemas["Filter"];
/** A sub-target. */
export type WireTrigger = Schemas["Trigger"];
export type WireReminder = Schemas["Reminder"];
/** What is in force from a cycle on. */
export type WireRule = Schemas["TargetRule"];
export type WireLevel = Schemas["Streak"];
export type PeriodStatus = Schemas["Period"]["periodStatus"];
export type TrackingType = WireGroup["trackingType"];
export type WireCustomer = Schemas["Customer"];
export type WireCustomerState = Schemas["CustomerState"];
/** One cycle of one target in which a customer is enrolled. */
export type WireTargetCycle = Schemas["TargetProgress"];
/** A sub-target of a cycle, and whether the customer has reached it. */
export type WireTriggerProgress = Schemas["TriggerProgress"];
export type WireLeftTarget = Schemas["LeftTarget"];
export type WireStreakLevel = Schemas["StreakProgress"];
/** A request to erase or anonymise a customer. */
export type WireErasure = Schemas["Erasure"];
/** A page of what is stored of a customer. */
export type WireExport = Schemas["CustomerExport"];
/** A customer on the list of a target. */
export type WireRosterRow = Schemas["RosterRow"];
export type WireRosterPage = Schemas["RosterPage"];
/** What the last complete count of a target's customers has found. */
export type WireStatistics = Schemas["TargetStatistics"];
export type WirePeriodStatistics = Schemas["PeriodStatistics"];
export type WireHistoryRow = Schemas["LedgerEntry"];

/** A changed field of a group. */
export type WireAuditLog = Schemas["AuditLog"];

export type WireActivityOutcome = Schemas["ActivityOutcome"];
export type WireActivityEffect = Schemas["ActivityEffect"];
export type WireAdjustmentOutcome = Schemas["AdjustmentOutcome"];
/** How a streak stands after cycles were excused, and after a grant of freezes. */
export type WireForgivenessOutcome = Schemas["ExcuseOutcome"] | Schemas["FreezesOutcome"];
export type WireNotCounted = Schemas["ActivityNotCounted"];

/** The answer of `GET /local/events`, which is no part of the API. */
export type WireEvents = { readonly events: readonly WireEvent[] };

export type WireEvent = {
  readonly "detail-type": string;
  readonly detail: WireEventDetail;
};

/** The fields of any event that the console shows. */
export type WireEventDetail = {
  readonly eventId: string;
  /** An event about a definition is about no customer and no target. */
  readonly customerId?: number;
  readonly targetRuleId?: number;
  /** An event about a customer's data is about no group. */
  readonly targetGroupId?: number;
  readonly targetGroupName?: string;
  readonly targetName?: string;
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
  /** By which way it came in. `AUTOMATIC` for an enrolment: an activity has made it. */
  readonly source?: string;
  readonly version?: number;
  readonly reminderName?: string;
  readonly triggerName?: string;
  readonly oldTargetValue?: number;
  readonly newTargetValue?: number;
  readonly adjustmentId?: string;
  readonly freezesLeft?: number;
  /** Why, of what an adjustment has brought about. */
  readonly reason?: string;
  /** What is done with a customer's data. */
  readonly mode?: string;
};
