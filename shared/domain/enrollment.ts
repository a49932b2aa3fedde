import type { Authorship } from "./authorship.ts";
import type { Decimal } from "./decimal.ts";
import type { Instant } from "./instant.ts";
import { noPast, type Past, requireRead } from "./past.ts";
import type { Cycle } from "./targetGroup.ts";

/**
 * One customer's membership of one target, with everything it has earned.
 *
 * Sums and marks are kept by cycle number, for cycles that were touched. They stay after an un-enrolment, so that a
 * re-enrolment can go on from them. Of {@link past} cycles they are there only when the cycle's row was read. The
 * functions below and those of past.ts throw for a cycle whose row was not.
 */
export type Enrollment = MembershipChange & {
  readonly customerId: number;
  readonly groupId: number;
  readonly targetId: number;
  readonly membership: Membership;
  /** Number of the first cycle in which the latest membership can earn. */
  readonly fromCycle: number;
  readonly enrolledAt: Instant;
  /** The activity that enrolled the customer for the first time; `undefined` when a call did. */
  readonly enrolledByActivity: string | undefined;
  /** The exact sum counted in a cycle. Returns can take it below 0, but the shown value is never below 0. */
  readonly achieved: ReadonlyMap<number, Decimal>;
  /** When the cycle's sum last became at least its target value; absent while it is below. */
  readonly reachedAt: ReadonlyMap<number, Instant>;
  /** When the sub-targets of a cycle were first reached, by cycle number and trigger id. These marks stay. */
  readonly triggerReachedAt: ReadonlyMap<number, ReadonlyMap<number, Instant>>;
  /** When a level was reached, by level id. */
  readonly levelReachedAt: ReadonlyMap<number, Instant>;
  /** When the end of a cycle was announced, by cycle number. */
  readonly closedAt: ReadonlyMap<number, Instant>;
  /** Streak: the run of met cycles before {@link leftInCycle} that the last un-enrolment kept. */
  readonly carriedRun: number;
  /**
   * Streak: the cycles from {@link leftInCycle} on that were met and part of the run when the customer last left. Later
   * changes of their marks do not change what was kept.
   */
  readonly metWhenLeft: readonly number[];
  /** Streak: cycles that a freeze had bridged when the customer last left. Each takes a freeze until a reset. */
  readonly bridgedWhenLeft: readonly number[];
  /** Streak: cycles that neither count nor break the run while they are not met. Settled ones are among them. */
  readonly excused: ReadonlySet<number>;
  /** Streak: freezes that were granted, besides those of the group. */
  readonly freezesGranted: number;
  /** The first cycle that had not ended when the customer last left; N + 1 when all had. */
  readonly leftInCycle: number | undefined;
  /** Cycles of this and earlier memberships that had ended, but were not closed yet, when the customer last left. */
  readonly owedCycles: readonly number[];
  /** Returns that arrived before the transaction they name, by that transaction's id. */
  readonly pendingReturns: ReadonlyMap<string, readonly PendingReturn[]>;
  /** Cycles that were announced as reached. A re-enrolment keeps the mark unless it sets the cycle's value. */
  readonly announced: ReadonlySet<number>;
  /** The operation that last set a cycle's value with a balance or a reset, by cycle number. */
  readonly valueSetBy: ReadonlyMap<number, string>;
  /**
   * The cycles up to this one are settled: no enrolment writes to them any more. 0 when none is.
   */
  readonly settledThrough: number;
  /** The last judging by changed values that the customer was told of. */
  readonly judged: Judged | undefined;
  /** The reminders of the last cycle in which the customer was reminded. */
  readonly reminded: Reminded | undefined;
  /** The settled cycles that are kept outside of the enrolment. */
  readonly past: Past;
  /** Whether it is kept apart from the customer's other enrolments, because its group is over. */
  readonly isSetAside: boolean;
  /** Grows by one with every write. Setting it aside changes nothing in it. */
  readonly revision: number;
  /** The operation that wrote this state. Later operations have greater ids (docs/decisions/0002-operation-ids.md). */
  readonly operationId: string;
  /** The marks of the last {@link rememberedKeys} enrolments that named an idempotency key, the latest first. */
  readonly idempotency: readonly IdempotencyMark[];
};

/** Who last enrolled or un-enrolled the customer, and the version of the group's definition that decided it. */
type MembershipChange = Authorship & { readonly definitionVersion: number };

/** Reminders are named by their place in the target. */
export type Reminded = {
  /** The enrolment's revision after the write that told {@link places}. */
  readonly revision: number;
  readonly at: Instant;
  readonly cycleNumber: number;
  readonly places: readonly number[];
  /** All that were told in the cycle. */
  readonly told: readonly number[];
};

/** Cycles whose mark has changed because their target value was changed. */
export type Judged = {
  /** The enrolment's revision after that write. A later revision was made by a write of another kind. */
  readonly revision: number;
  readonly at: Instant;
  readonly cycles: readonly JudgedCycle[];
};

export type JudgedCycle = {
  readonly cycleNumber: number;
  readonly oldValue: Decimal;
  readonly newValue: Decimal;
  /** Whether this write has announced the cycle as reached. */
  readonly isAnnounced: boolean;
};

/** What an un-enrolment keeps of a streak's run. */
export type KeptRun = Pick<Enrollment, "carriedRun" | "metWhenLeft" | "bridgedWhenLeft">;

export type Membership = { readonly status: "ENROLLED" } | { readonly status: "UNENROLLED"; readonly leftAt: Instant };

/**
 * A return that waits for its transaction. Until then `amount` is taken off `cycleNumber`, unless it occurred in no
 * cycle.
 */
export type PendingReturn = {
  readonly activityId: string;
  readonly amount: Decimal;
  readonly cycleNumber: number | undefined;
  /**
   * The operation that had last set that cycle's value. If another one has set it since, the new value does not lack
   * the amount.
   */
  readonly valueSetBy: string | undefined;
};

/**
 * How many idempotency keys an enrolment remembers. A repeat may arrive after the customer has left and come back by
 * other calls, so one is not enough.
 */
export const rememberedKeys = 3;

/** The call that enrolled the customer, if it named an idempotency key: digests of the key and of the call's record. */
export type IdempotencyMark = { readonly keyDigest: string; readonly recordDigest: string };

export const nothingKept: KeptRun = { carriedRun: 0, metWhenLeft: [], bridgedWhenLeft: [] };

/**
 * What an enrolment has before anything was counted for it. It is written without a spread, which a bundler would keep in
 * functions that do not use it.
 */
export const withoutEarnings = {
  achieved: new Map(),
  reachedAt: new Map(),
  levelReachedAt: new Map(),
  triggerReachedAt: new Map(),
  closedAt: new Map(),
  carriedRun: 0,
  metWhenLeft: [],
  bridgedWhenLeft: [],
  excused: new Set<number>(),
  freezesGranted: 0,
  leftInCycle: undefined,
  owedCycles: [],
  pendingReturns: new Map(),
  announced: new Set<number>(),
  valueSetBy: new Map(),
  settledThrough: 0,
  judged: undefined,
  reminded: undefined,
  past: noPast,
  isSetAside: false,
  idempotency: [],
} as const satisfies Partial<Enrollment>;

/** Whether it is not stored yet. The first write gives it revision 1. */
export function isNew({ revision }: Enrollment): boolean {
  return revision === 0;
}

/** The exact sum of a cycle; 0 for a cycle that was never touched. */
export function sumOf(enrollment: Enrollment, cycleNumber: number): Decimal {
  requireRead(enrollment, cycleNumber);
  return enrollment.achieved.get(cycleNumber) ?? 0n;
}

export function isClosed(enrollment: Enrollment, cycleNumber: number): boolean {
  requireRead(enrollment, cycleNumber);
  return enrollment.closedAt.has(cycleNumber);
}

/**
 * Whether the membership covers the cycle although it had ended before. An activity enrols into all cycles of a group. No
 * closing tells the end of such a cycle, so a late activity tells at once what is due for it.
 */
export function endedBeforeEnrolling({ fromCycle, enrolledAt }: Enrollment, { number, endsAt }: Cycle): boolean {
  return number >= fromCycle && endsAt <= enrolledAt;
}

/** Whether the membership covers the cycle and began before its end, so that its closing tells the end. */
export function coversEndOf({ fromCycle, enrolledAt }: Enrollment, { number, endsAt }: Cycle): boolean {
  return number >= fromCycle && endsAt > enrolledAt;
}

/**
 * The activity whose write this is, if it has enrolled the customer. An enrolment keeps its name, so only the first write
 * counts.
 */
export function enrollingActivity(
  before: Enrollment | undefined,
  { enrolledByActivity }: Enrollment,
): string | undefined {
  return before === undefined ? enrolledByActivity : undefined;
}

export function isAnnounced(enrollment: Enrollment, cycleNumber: number): boolean {
  requireRead(enrollment, cycleNumber);
  return enrollment.announced.has(cycleNumber);
}

/** The operation that last set the cycle's value with a balance or a reset, if any has. */
export function valueSetter(enrollment: Enrollment, cycleNumber: number): string | undefined {
  requireRead(enrollment, cycleNumber);
  return enrollment.valueSetBy.get(cycleNumber);
}

/** The value to show for a cycle: its sum, but at least 0. */
export function achievedValue(enrollment: Enrollment, cycleNumber: number): Decimal {
  return shownValue(sumOf(enrollment, cycleNumber));
}

export function shownValue(sum: Decimal): Decimal {
  return sum > 0n ? sum : 0n;
}
