import type { Decimal } from "./decimal.ts";
import type { Instant } from "./instant.ts";

/**
 * One customer's membership of one target, with everything it has earned.
 *
 * Sums and marks are kept per cycle number and only for cycles that were touched; they outlive an
 * un-enrolment, so that a re-enrolment can go on from them.
 */
export type Enrollment = {
  readonly customerId: number;
  readonly groupId: number;
  readonly targetId: number;
  readonly membership: Membership;
  /** Number of the first cycle in which the latest membership can earn. */
  readonly fromCycle: number;
  readonly enrolledAt: Instant;
  /** The exact sum counted in a cycle. Returns can take it below 0; what is shown never is. */
  readonly achieved: ReadonlyMap<number, Decimal>;
  /** When the cycle's sum last became at least its target value; absent while it is below. */
  readonly reachedAt: ReadonlyMap<number, Instant>;
  /** When a level was reached, by level id. */
  readonly levelReachedAt: ReadonlyMap<number, Instant>;
  /** When the end of a cycle was announced, by cycle number. */
  readonly closedAt: ReadonlyMap<number, Instant>;
  /** Streak: the run of met cycles before {@link leftInCycle} that the last un-enrolment kept. */
  readonly carriedRun: number;
  /**
   * Streak: the cycles from {@link leftInCycle} on that were met, and part of the run, when the customer last left. What
   * becomes of their marks afterwards changes nothing of what was kept.
   */
  readonly metWhenLeft: readonly number[];
  /** The first cycle that had not ended when the customer last left; N + 1 when all had. */
  readonly leftInCycle: number | undefined;
  /** Cycles of this and earlier memberships that had ended, but were not closed yet, when the customer last left. */
  readonly owedCycles: readonly number[];
  /** Returns that named a transaction before it arrived, by that transaction's id. */
  readonly pendingReturns: ReadonlyMap<string, readonly PendingReturn[]>;
  /** Cycles whose value was announced as reached. Coming back keeps them, until the cycle's value is replaced. */
  readonly announced: ReadonlySet<number>;
  /** The operation that last replaced a cycle's value, by a balance or a reset; by cycle number. */
  readonly valueSetBy: ReadonlyMap<number, string>;
  /** Grows by one with every write. */
  readonly revision: number;
  /** The operation that wrote this state; later operations have greater ids (docs/decisions/0002-operation-ids.md). */
  readonly operationId: string;
  /** Of the last {@link rememberedKeys} enrolments that named an `Idempotency-Key`, the latest first. */
  readonly idempotency: readonly IdempotencyMark[];
};

/** What an un-enrolment keeps of a streak's run. */
export type KeptRun = Pick<Enrollment, "carriedRun" | "metWhenLeft">;

export type Membership = { readonly status: "ENROLLED" } | { readonly status: "UNENROLLED"; readonly leftAt: Instant };

/** How much was taken off which cycle until the transaction arrives; no cycle when the return fell in none. */
export type PendingReturn = {
  readonly activityId: string;
  readonly amount: Decimal;
  readonly cycleNumber: number | undefined;
  /** What had replaced that cycle's value last; a value that was replaced since no longer lacks the amount. */
  readonly valueSetBy: string | undefined;
};

/** A repeat may come when the customer has left and come back by other calls; three are kept in the enrolment's one write. */
export const rememberedKeys = 3;

/** Which call enrolled the customer, when it named an `Idempotency-Key`: digests of the key and of its record. */
export type IdempotencyMark = { readonly keyDigest: string; readonly recordDigest: string };

/** The value to show: the sum, but never below 0. */
export function achievedValue(enrollment: Enrollment, cycleNumber: number): Decimal {
  return shownValue(enrollment.achieved.get(cycleNumber) ?? 0n);
}

export function shownValue(sum: Decimal): Decimal {
  return sum > 0n ? sum : 0n;
}
