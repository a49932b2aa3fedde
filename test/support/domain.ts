import type { Activity } from "../../shared/domain/activity.ts";
import type { Decimal } from "../../shared/domain/decimal.ts";
import { type Enrollment, withoutEarnings } from "../../shared/domain/enrollment.ts";
import type { Filter } from "../../shared/domain/filters.ts";
import {
  type Cycle,
  createdBy,
  type Level,
  type Target,
  type TargetGroup,
  type Trigger,
} from "../../shared/domain/targetGroup.ts";
import { byTest } from "./membership.ts";

const day = 24 * 60 * 60 * 1000;
/** Cycles of built groups are one day long. The first one starts here. */
const firstDay = Date.UTC(2030, 0, 1);

/** The start of the n-th cycle. */
export function startOfCycle(number: number): number {
  return firstDay + (number - 1) * day;
}

/** Noon of the n-th cycle. */
export function noonOf(number: number): number {
  return startOfCycle(number) + day / 2;
}

export function decimal(value: number): Decimal {
  return BigInt(Math.round(value * 10_000));
}

export function buildTarget(overrides: Partial<Target> = {}): Target {
  return {
    id: 7,
    name: "Target",
    description: undefined,
    isActive: true,
    entity: "TRANSACTION",
    eventName: undefined,
    type: "SALES",
    attributeName: undefined,
    tracksFromEnrollmentDate: false,
    enrollmentMethod: "IMPORT",
    rewardAllocation: "IMMEDIATE",
    rules: [],
    values: [decimal(100)],
    reminders: [],
    revaluation: undefined,
    ...overrides,
  };
}

/** Sub-targets at these parts of the target value, named after them: `50%`. */
export function buildTriggers(...percentages: readonly number[]): Trigger[] {
  return percentages.map((percentage, index) => ({
    id: index + 1,
    name: `${percentage}%`,
    valueType: "PERCENTAGE",
    value: decimal(percentage),
  }));
}

/** A filter of the store "1". */
export function buildFilter(overrides: Partial<Filter> = {}): Filter {
  return {
    entityType: "STORE",
    entityIds: new Set(["1"]),
    attributeName: undefined,
    minimum: undefined,
    maximum: undefined,
    isExcluding: false,
    ...overrides,
  };
}

export function buildGroup(overrides: Partial<TargetGroup> & { readonly cycleCount?: number } = {}): TargetGroup {
  const { cycleCount = 10, ...fields } = overrides;
  const cycles = Array.from({ length: cycleCount }, (_, index): Cycle => {
    const number = index + 1;
    const [startsAt, endsAt] = [startOfCycle(number), startOfCycle(number + 1)];
    return {
      id: number,
      number,
      refCode: `c${number}`,
      description: undefined,
      startsAt,
      endsAt,
      startDate: "",
      endDate: "",
    };
  });
  return {
    id: 3,
    version: 1,
    attribution: createdBy("test", firstDay),
    name: "Group",
    description: undefined,
    isActive: true,
    trackingType: "DEFAULT",
    timeZone: "UTC",
    enrollmentOpens: undefined,
    enrollmentCloses: undefined,
    cycleRule: undefined,
    closingOffsets: [{ fromCycle: 1, days: 0 }],
    cycles,
    levels: [],
    initialFreezes: 0,
    targets: [buildTarget()],
    retiredAt: undefined,
    closedAt: new Map(),
    ...fields,
  };
}

export function buildLevels(...counts: readonly number[]): Level[] {
  return counts.map((cyclesToMeet, index) => ({ id: index + 1, name: `l${index + 1}`, cyclesToMeet }));
}

export function buildEnrollment(overrides: Partial<Enrollment> = {}): Enrollment {
  return {
    customerId: 11,
    groupId: 3,
    targetId: 7,
    membership: { status: "ENROLLED" },
    fromCycle: 1,
    enrolledAt: firstDay,
    enrolledByActivity: undefined,
    ...byTest,
    definitionVersion: 1,
    ...withoutEarnings,
    revision: 1,
    operationId: "operation-1",
    ...overrides,
  };
}

export function buildActivity(overrides: Partial<Activity> = {}): Activity & { readonly attributesJson: undefined } {
  return {
    activityId: "a-1",
    ...byTest,
    customerId: 11,
    type: "TRANSACTION",
    name: undefined,
    occurredAt: noonOf(1),
    amount: decimal(10),
    quantity: undefined,
    attributes: new Map(),
    attributeTexts: new Map(),
    storeId: undefined,
    channel: undefined,
    zoneIds: [],
    conceptIds: [],
    tenders: [],
    lineItems: [],
    attributesJson: undefined,
    originalActivityId: undefined,
    ...overrides,
  };
}
