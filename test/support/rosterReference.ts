import { type Fact, type FactGroup, History } from "./factModel.ts";

/**
 * A customer of a target, for the count of the roster and the statistics by going through all customers. What happened to
 * the customer is a history of facts, which computes sums and runs apart from the service.
 */
export class Life {
  readonly customerId: number;
  history: History;
  /** The activities that a return can name. */
  readonly transactionIds: string[] = [];
  /** Whether an activity enrolled the customer first. */
  isAutomatic = false;
  isErased = false;

  constructor(customerId: number, group: FactGroup) {
    this.customerId = customerId;
    this.history = new History(group);
  }

  note(fact: Fact): void {
    this.history = this.history.with(fact);
  }

  get hasBeenIn(): boolean {
    return this.history.lastEnrolment !== undefined;
  }

  get isIn(): boolean {
    return this.history.isIn;
  }

  /** Whether the membership covers the cycle, or one did when the cycle ended. */
  isOf(cycle: number): boolean {
    if (covers(this.history, cycle)) return true;
    const end = this.history.group.cycles[cycle]?.end ?? 0;
    const later = this.history.facts.findIndex(({ at }) => at >= end);
    return later !== -1 && covers(this.history.before(later), cycle);
  }

  value(cycle: number): number {
    return Math.max(0, this.history.sum(cycle));
  }

  /** The run; of a customer who has left, the one that a return without a reset would go on from. */
  run(now: number): number {
    const from = this.history.firstNotOver(now);
    if (this.isIn || from === this.history.group.cycles.length) return this.history.streakValue(now);
    return this.history.with({ kind: "enrolled", at: now, from, balance: undefined, resets: false }).streakValue(now);
  }

  /** The run if there had been no excuse, or no freeze. */
  runWithout(forgiven: "excused" | "granted", now: number): number {
    const { group, facts } = this.history;
    const other = new Life(this.customerId, forgiven === "excused" ? group : { ...group, initialFreezes: 0 });
    for (const fact of facts.filter(({ kind }) => kind !== forgiven)) other.note(fact);
    return other.run(now);
  }

  get enrolmentCount(): number {
    return this.history.facts.filter(({ kind }) => kind === "enrolled").length;
  }
}

function covers({ isIn, lastEnrolment }: History, cycle: number): boolean {
  return isIn && lastEnrolment !== undefined && lastEnrolment.from <= cycle;
}

/** Those who are on the roster, in its order. */
export function rosterOf(lives: readonly Life[]): Life[] {
  const listed = lives.filter(({ hasBeenIn, isErased }) => hasBeenIn && !isErased);
  return listed.toSorted((one, other) => shardOf(one) - shardOf(other) || one.customerId - other.customerId);
}

export const shardCount = 16;

function shardOf({ customerId }: Life): number {
  return customerId % shardCount;
}

/** The statistics by going through all customers. `values` are the target values of the cycles. */
export function statisticsOf(lives: readonly Life[], group: FactGroup, values: readonly number[], now: number) {
  const listed = rosterOf(lives);
  const members = listed.filter(({ isIn }) => isIn);
  const automatic = listed.filter(({ isAutomatic }) => isAutomatic).length;
  return {
    enrolled: members.length,
    unEnrolled: listed.length - members.length,
    bySource: { API: listed.length - automatic, AUTOMATIC: automatic },
    periods: values.map((value, cycle) => statisticsOfCycle(listed, cycle, value)),
    reached: group.levels.map(
      (_, level) => listed.filter(({ history }) => history.levels()[level] !== undefined).length,
    ),
    runLengths: group.kind === "DEFAULT" ? [] : lengthsOf(members.map((life) => life.run(now))),
  };
}

function statisticsOfCycle(listed: readonly Life[], cycle: number, value: number) {
  const sums = listed.filter((life) => life.isOf(cycle)).map((life) => life.value(cycle));
  return {
    covered: sums.length,
    started: sums.filter((sum) => sum > 0).length,
    reached: sums.filter((sum) => sum >= value).length,
    achievedTotal: sums.reduce((total, sum) => total + sum, 0),
    progress: [0, 1, 2, 3, 4, 5].map((band) => sums.filter((sum) => bandOf(sum, value) === band).length),
  };
}

function bandOf(sum: number, value: number): number {
  if (sum === 0) return 0;
  return sum >= value ? 5 : 1 + Math.floor((4 * sum) / value);
}

function lengthsOf(runs: readonly number[]): { readonly length: number; readonly customers: number }[] {
  return [...new Set(runs)]
    .toSorted((one, other) => one - other)
    .map((length) => ({ length, customers: runs.filter((run) => run === length).length }));
}
