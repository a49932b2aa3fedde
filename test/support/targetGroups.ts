import { randomUUID } from "node:crypto";

/** The body of `POST /targetGroups`. Its type is loose, so that a test can spoil it. */
export type TargetGroupBody = Record<string, unknown> & {
  readonly periods: readonly Record<string, unknown>[];
  readonly targets: readonly Record<string, unknown>[];
};

/**
 * A milestone of whole-month cycles c1…cN from January 2030, each with the target value 1000. {@link during}, {@link
 * firstInstantOf} and {@link lastInstantOf} give times to call at.
 */
export function milestone({
  cycles = 5,
  ...overrides
}: {
  cycles?: number;
  [field: string]: unknown;
} = {}): TargetGroupBody {
  return {
    name: `Milestone ${randomUUID()}`,
    trackingType: "DEFAULT",
    targetEvaluationType: "FIXED_CALENDAR_WINDOW",
    periods: Array.from({ length: cycles }, (_, index) => ({
      refCode: `c${index + 1}`,
      startDate: firstInstantOf(index + 1),
      endDate: firstInstantOf(index + 2),
    })),
    targets: [
      { name: "Spend 1000", targetEntity: "TRANSACTION", targetType: "SALES", defaultValues: [{ defaultValue: 1000 }] },
    ],
    ...overrides,
  };
}

/** A streak of the same cycles with levels l1…l4. */
export function streak({
  cycles = 12,
  levels = [2, 4, 6, 8],
  ...overrides
}: {
  cycles?: number;
  levels?: number[];
  [field: string]: unknown;
} = {}): TargetGroupBody {
  return {
    ...milestone({ cycles }),
    name: `Streak ${randomUUID()}`,
    trackingType: "STREAKS",
    streaks: levels.map((count, index) => ({ name: `l${index + 1}`, targetCountOfSequence: count })),
    ...overrides,
  };
}

/** The first instant of cycle n, the n-th month from January 2030 on. */
export function firstInstantOf(cycle: number): string {
  return new Date(Date.UTC(2030, cycle - 1, 1)).toISOString();
}

export function lastInstantOf(cycle: number): string {
  return new Date(Date.UTC(2030, cycle, 1) - 1).toISOString();
}

/** Noon of a day of the cycle. */
export function during(cycle: number, day = 15): string {
  return new Date(Date.UTC(2030, cycle - 1, day, 12)).toISOString();
}

/** Filters whose ids take as many bytes as a body has room for, in a target of their own. */
export const manyIds = [
  { entityType: "STORE", entityIds: Array.from({ length: 900 }, (_, index) => `"${index}`.padEnd(64, '"')) },
];
