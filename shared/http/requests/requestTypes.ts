import type { ActivityType } from "../../domain/activity.ts";
import type { RewardAllocation, TargetEntity, TargetType, TrackingType } from "../../domain/targetGroup.ts";

/** What the schema of the same name lets through; fields it does not know may be there too. */
export type CreateTargetGroupRequest = {
  readonly name: string;
  readonly description?: string | null;
  readonly active?: boolean;
  readonly trackingType: TrackingType;
  readonly timeZoneName?: string | null;
  readonly periods: readonly PeriodRequest[];
  readonly targets: readonly TargetRequest[];
  readonly streaks?: readonly StreakRequest[];
};

export type PeriodRequest = {
  readonly refCode: string;
  readonly startDate: string;
  readonly endDate: string;
  readonly description?: string | null;
};

export type StreakRequest = { readonly name: string; readonly targetCountOfSequence: number };

export type TargetRequest = {
  readonly name: string;
  readonly active?: boolean;
  readonly targetEntity: TargetEntity;
  readonly eventName?: string | null;
  readonly targetType: TargetType;
  readonly attributeName?: string | null;
  readonly trackFromEnrollmentDate?: boolean;
  readonly rewardAllocation?: RewardAllocation;
  readonly filters?: unknown;
  readonly defaultValues: readonly { readonly defaultValue: number }[];
};

export type ActivityRequest = {
  readonly activityId: string;
  readonly customerId: unknown;
  readonly type: ActivityType;
  readonly name?: string | null;
  readonly occurredAt: string;
  readonly amount?: number | null;
  readonly quantity?: number | null;
  readonly attributes?: Readonly<Record<string, unknown>> | null;
  readonly originalActivityId?: string | null;
};

export type PutCustomerRequest = {
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  readonly externalId?: string | null;
};

export type GenerateTokenRequest = { readonly key: string; readonly secret: string };
