import type { CycleRule } from "./cycleRule.ts";
import type { Decimal } from "./decimal.ts";
import type { Filter } from "./filters.ts";
import type { Instant } from "./instant.ts";
import { ServiceError } from "./serviceError.ts";

/** `DEFAULT` is a milestone. The two others are streaks; a missed cycle breaks `STREAKS` only. */
export const trackingTypes = ["DEFAULT", "STREAKS", "NON_CONTINUOUS_STREAKS"] as const;
type TrackingType = (typeof trackingTypes)[number];

export const targetEntities = ["TRANSACTION", "EVENT", "LINEITEM"] as const;
type TargetEntity = (typeof targetEntities)[number];

export const targetTypes = ["SALES", "GROSS_SALES", "QUANTITY", "COUNT", "VISIT", "EVENT_ATTRIBUTE"] as const;
type TargetType = (typeof targetTypes)[number];

/** `IMMEDIATE` rewards are due when the value is reached, `PERIOD_END` rewards when the cycle has ended. */
export const rewardAllocations = ["IMMEDIATE", "PERIOD_END"] as const;
export type RewardAllocation = (typeof rewardAllocations)[number];

/** `IMPORT` takes customers in by calls only, `TRANSACTION` also with their first matching activity. */
export const enrollmentMethods = ["IMPORT", "TRANSACTION"] as const;
type EnrollmentMethod = (typeof enrollmentMethods)[number];

/** One evaluation window, half-open: it holds `startsAt` and every instant before `endsAt`. */
export type Cycle = {
  readonly id: number;
  /** 1…N, in calendar order. */
  readonly number: number;
  readonly refCode: string;
  readonly description: string | undefined;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  /** The two bounds as the brand wrote them: a plain date in the group's zone, or an instant. */
  readonly startDate: string;
  readonly endDate: string;
};

/** A streak threshold: reached by a run of that many met cycles. */
export type Level = {
  readonly id: number;
  readonly name: string;
  readonly cyclesToMeet: number;
};

/** `ABSOLUTE` is a value in the target's unit, `PERCENTAGE` a part of the target value. */
export const triggerValueTypes = ["ABSOLUTE", "PERCENTAGE"] as const;

/** A sub-target on the way to the target value of a cycle. */
export type Trigger = {
  /** Unique in the org. A trigger that an edit names again keeps it. */
  readonly id: number;
  readonly name: string;
  readonly valueType: (typeof triggerValueTypes)[number];
  readonly value: Decimal;
};

/** What is in force in the cycles from `fromCycle` on. */
export type CountingRule = {
  readonly fromCycle: number;
  /** What an activity must fulfil to count: all of them must hold. */
  readonly filters: readonly Filter[];
  /** In the order of their values, which are below the target value of every cycle. */
  readonly triggers: readonly Trigger[];
};

export type Target = {
  readonly id: number;
  readonly name: string;
  readonly description: string | undefined;
  readonly isActive: boolean;
  readonly entity: TargetEntity;
  readonly eventName: string | undefined;
  readonly type: TargetType;
  readonly attributeName: string | undefined;
  readonly tracksFromEnrollmentDate: boolean;
  readonly enrollmentMethod: EnrollmentMethod;
  readonly rewardAllocation: RewardAllocation;
  /**
   * What counts, and which sub-targets there are, from which cycle on: each rule is in force until the next one begins.
   * Before the first one, and when there is none, everything counts and there is no sub-target. A rule changes for cycles
   * that have not started only, so a cycle is counted under one rule (docs/decisions/0034-filters.md).
   */
  readonly rules: readonly CountingRule[];
  /** The values of the cycles in order. The last one is the value of all later cycles too, so one can be enough. */
  readonly values: readonly Decimal[];
  /** Each with a name of its own. They are those of the creation. */
  readonly reminders: readonly Reminder[];
  /** The last change of values, after which enrolments are judged again; `undefined` when there was none. */
  readonly revaluation: Revaluation | undefined;
};

export const reminderConditions = ["NOT_REACHED", "ALWAYS", "STREAK_AT_RISK"] as const;

/** Something that a customer is told so many hours before the end of each cycle, if the condition is met. */
export type Reminder = {
  readonly name: string;
  readonly offsetHours: number;
  readonly condition: (typeof reminderConditions)[number];
};

/** A change of values of cycles that had not ended. */
export type Revaluation = {
  readonly changes: readonly ChangedValues[];
  readonly startedAt: Instant;
  /** When all enrolments were judged by the new values; `undefined` before. */
  readonly finishedAt: Instant | undefined;
};

/** Neighbouring cycles whose value was changed, and the one value that they had before. */
export type ChangedValues = {
  readonly fromCycle: number;
  readonly throughCycle: number;
  readonly oldValue: Decimal;
};

/** Who created the definition and who changed it last. Both are the same until it is changed. */
export type Attribution = {
  readonly createdAt: Instant;
  /** The credential's user name; `undefined` when the service itself made the definition. */
  readonly createdBy: string | undefined;
  readonly lastUpdatedAt: Instant;
  readonly lastUpdatedBy: string | undefined;
};

/** How many days after its end a cycle is closed, for this cycle and the following ones. */
export type ClosingOffset = { readonly fromCycle: number; readonly days: number };
/** A bound as the brand wrote it, and the instant that it stands for. */
export type WrittenBound = { readonly at: Instant; readonly written: string };

export type TargetGroup = {
  readonly id: number;
  /** 1 when the group is created; it grows with every change of the definition. */
  readonly version: number;
  readonly attribution: Attribution;
  readonly name: string;
  readonly description: string | undefined;
  readonly isActive: boolean;
  readonly trackingType: TrackingType;
  /** IANA name of the zone in which plain dates are read. */
  readonly timeZone: string;
  /** Since when, and before when, calls can enrol customers. Without a bound there is none on that side. */
  readonly enrollmentOpens: WrittenBound | undefined;
  readonly enrollmentCloses: WrittenBound | undefined;
  /** What the cycles are made from; `undefined` when they were listed one by one. */
  readonly cycleRule: CycleRule | undefined;
  /** The cycles in order, not overlapping. */
  readonly cycles: readonly Cycle[];
  /** In the order of their cycles; the first is for cycle 1 on, and the last for all later cycles too. */
  readonly closingOffsets: readonly ClosingOffset[];
  /** Strictly ascending; empty for a milestone. */
  readonly levels: readonly Level[];
  /** The freezes that each customer has from the start, at most {@link mostFreezes}. 0 unless a missed cycle breaks the run. */
  readonly initialFreezes: number;
  readonly targets: readonly Target[];
  /**
   * Since when its enrolments are set aside, because it is over; `undefined` before. A group with this mark must not get
   * further cycles.
   */
  readonly retiredAt: Instant | undefined;
  /** When the cycles were found closed for all members, by cycle number. It is no part of the definition's version. */
  readonly closedAt: ReadonlyMap<number, Instant>;
};

/** The most freezes of a customer in a target, those of the group included. */
export const mostFreezes = 10;

/** The attribution of a definition that was created at this moment and never changed. */
export function createdBy(username: string | undefined, now: Instant): Attribution {
  return { createdAt: now, createdBy: username, lastUpdatedAt: now, lastUpdatedBy: username };
}

export function isStreak(group: Pick<TargetGroup, "trackingType">): boolean {
  return group.trackingType !== "DEFAULT";
}

/** Whether the group is a streak that a missed cycle breaks. */
export function isContinuous(group: Pick<TargetGroup, "trackingType">): boolean {
  return group.trackingType === "STREAKS";
}

/** The cycle with the number. Throws when the group has no such cycle, as a stored number always names one. */
export function cycleOf(group: Pick<TargetGroup, "id" | "cycles">, number: number): Cycle {
  const cycle = group.cycles[number - 1];
  if (cycle === undefined) throw new ServiceError(`Target group ${group.id} has no cycle ${number}`);
  return cycle;
}

/** The value to reach in the given cycle. */
export function targetValue(target: Pick<Target, "id" | "values">, cycle: Pick<Cycle, "number">): Decimal {
  const value = target.values[Math.min(cycle.number, target.values.length) - 1];
  if (value === undefined) throw new ServiceError(`Target ${target.id} has no value for cycle ${cycle.number}`);
  return value;
}

const noRule: CountingRule = { fromCycle: 1, filters: [], triggers: [] };

/** The rule that a cycle is counted under. Cycles with the same rule get the same object. */
export function ruleIn({ rules }: Pick<Target, "rules">, cycleNumber: number): CountingRule {
  return rules.findLast(({ fromCycle }) => fromCycle <= cycleNumber) ?? noRule;
}

/** The rule of the last cycles, which further cycles have too. */
export function lastRule({ rules }: Pick<Target, "rules">): CountingRule {
  return rules.at(-1) ?? noRule;
}
