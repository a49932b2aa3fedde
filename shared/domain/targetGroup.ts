import type { Decimal } from "./decimal.ts";
import type { Instant } from "./instant.ts";
import { ServiceError } from "./serviceError.ts";

/** `DEFAULT` is a milestone. The two others are streaks; a missed cycle breaks `STREAKS` only. */
export const trackingTypes = ["DEFAULT", "STREAKS", "NON_CONTINUOUS_STREAKS"] as const;
type TrackingType = (typeof trackingTypes)[number];

export const targetEntities = ["TRANSACTION", "EVENT"] as const;
type TargetEntity = (typeof targetEntities)[number];

export const targetTypes = ["SALES", "GROSS_SALES", "QUANTITY", "COUNT", "VISIT", "EVENT_ATTRIBUTE"] as const;
type TargetType = (typeof targetTypes)[number];

/** `IMMEDIATE` rewards are due when the value is reached, `PERIOD_END` rewards when the cycle has ended. */
export const rewardAllocations = ["IMMEDIATE", "PERIOD_END"] as const;
export type RewardAllocation = (typeof rewardAllocations)[number];

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

export type Target = {
  readonly id: number;
  readonly name: string;
  readonly isActive: boolean;
  readonly entity: TargetEntity;
  readonly eventName: string | undefined;
  readonly type: TargetType;
  readonly attributeName: string | undefined;
  readonly tracksFromEnrollmentDate: boolean;
  readonly rewardAllocation: RewardAllocation;
  /**
   * The filters as the brand sent them. They are stored and answered, and do not restrict what counts
   * (docs/decisions/0006-target-groups.md).
   */
  readonly filters: unknown;
  /** One value for all cycles, or one for each in order. */
  readonly values: readonly Decimal[];
};

export type TargetGroup = {
  readonly id: number;
  /** 1 when the group is created; it grows with every change of the definition. */
  readonly version: number;
  readonly name: string;
  readonly description: string | undefined;
  readonly isActive: boolean;
  readonly trackingType: TrackingType;
  /** IANA name of the zone in which plain dates are read. */
  readonly timeZone: string;
  /** 1…100 cycles in order, not overlapping. */
  readonly cycles: readonly Cycle[];
  /** Strictly ascending; empty for a milestone. */
  readonly levels: readonly Level[];
  readonly targets: readonly Target[];
  /**
   * Since when its enrolments are set aside, because it is over; `undefined` before. A group with this mark must not get
   * further cycles.
   */
  readonly retiredAt: Instant | undefined;
};

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
export function targetValue(target: Target, cycle: Cycle): Decimal {
  const value = target.values.length === 1 ? target.values[0] : target.values[cycle.number - 1];
  if (value === undefined) throw new ServiceError(`Target ${target.id} has no value for cycle ${cycle.number}`);
  return value;
}
