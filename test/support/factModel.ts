/**
 * The facts about one customer in a target, from which everything else is computed. The model keeps no state: for each
 * question it goes through the list of everything that happened. It was written from the rules of docs/enrolment.md,
 * docs/activities.md and docs/forgiveness.md. It shares no code with the product or with referenceModel.ts, which both go
 * from state to state.
 */
export type FactGroup = {
  readonly kind: "DEFAULT" | "STREAKS" | "NON_CONTINUOUS_STREAKS";
  readonly cycles: readonly { readonly name: string; readonly start: number; readonly end: number }[];
  /** The target value of every cycle, above 0. */
  readonly targetValue: number;
  readonly countsFromEnrolment: boolean;
  /** How long after its end a cycle that was not met breaks a run. */
  readonly offsetMilliseconds: number;
  readonly levels: readonly number[];
  /** The freezes that each customer has, before any grant. */
  readonly initialFreezes: number;
};

export type FactActivity = {
  readonly id: string;
  readonly type: "TRANSACTION" | "RETURN";
  readonly occurredAt: number;
  readonly amount: number;
  readonly originalId: string | undefined;
};

type Enrolled = {
  readonly kind: "enrolled";
  readonly at: number;
  /** The index of the first cycle that counts. */
  readonly from: number;
  readonly balance: number | undefined;
  readonly resets: boolean;
};
type Left = { readonly kind: "left"; readonly at: number };
type Arrived = { readonly kind: "arrived"; readonly at: number; readonly activity: FactActivity };
/** Support excuses a cycle, by its index, or takes that back. */
type Excused = { readonly kind: "excused" | "unexcused"; readonly at: number; readonly cycle: number };
type Granted = { readonly kind: "granted"; readonly at: number; readonly amount: number };
/** A call that was accepted. Facts are listed in the order of acceptance. */
export type Fact = Enrolled | Left | Arrived | Excused | Granted;

/** An amount that counts in a cycle from the fact with that index on. */
type Posting = { readonly cycle: number; readonly index: number; readonly amount: number };

function metIn(letters: string): number {
  return letters.split("M").length - 1;
}

/** The facts of one customer in one group up to some moment. */
export class History {
  readonly group: FactGroup;
  readonly facts: readonly Fact[];
  readonly #sums: Map<string, number>;

  constructor(group: FactGroup, facts: readonly Fact[] = [], sums = new Map<string, number>()) {
    this.group = group;
    this.facts = facts;
    this.#sums = sums;
  }

  with(fact: Fact): History {
    return new History(this.group, [...this.facts, fact], this.#sums);
  }

  /** The history before the fact with that index. */
  before(index: number): History {
    return new History(this.group, this.facts.slice(0, index), this.#sums);
  }

  get isIn(): boolean {
    return this.facts.findLast(({ kind }) => kind === "enrolled" || kind === "left")?.kind === "enrolled";
  }

  get lastEnrolment(): Enrolled | undefined {
    return this.facts.findLast((fact) => fact.kind === "enrolled");
  }

  /** The index of the current cycle or, if there is none, of the next one. The number of cycles when all are over. */
  firstNotOver(now: number): number {
    return this.group.cycles.filter(({ end }) => end <= now).length;
  }

  /** The exact sum of a cycle. */
  sum(cycle: number): number {
    const name = `${this.facts.length} ${cycle}`;
    const sum = this.#sums.get(name) ?? this.#addUp(cycle);
    this.#sums.set(name, sum);
    return sum;
  }

  #addUp(cycle: number): number {
    const replacement = this.#replacement(cycle);
    const postings = this.facts.flatMap((_, index) => this.#posting(index) ?? []);
    const held = postings.filter((posting) => posting.cycle === cycle && posting.index > replacement);
    const fact = this.facts[replacement];
    const opening = fact?.kind === "enrolled" ? (fact.balance ?? 0) : 0;
    return held.reduce((sum, { amount }) => sum + amount, opening);
  }

  /** The index of the fact that last set the cycle's value, by a balance or a reset. It is −1 when there is none. */
  #replacement(cycle: number): number {
    return this.facts.findLastIndex(
      (fact) =>
        fact.kind === "enrolled" &&
        (fact.resets ? cycle >= fact.from : fact.balance !== undefined && cycle === fact.from),
    );
  }

  /** The cycle in which an activity of that moment counts now, if any. */
  #covered(occurredAt: number): number | undefined {
    const enrolment = this.lastEnrolment;
    if (enrolment === undefined || !this.isIn) return undefined;
    const cycle = this.group.cycles.findIndex(({ start, end }) => start <= occurredAt && occurredAt < end);
    const isTooEarly = this.group.countsFromEnrolment && occurredAt < enrolment.at;
    return cycle < enrolment.from || isTooEarly ? undefined : cycle;
  }

  /** The amount that an activity adds to a cycle. All facts are considered, those after it too. */
  #posting(index: number): Posting | undefined {
    const fact = this.facts[index];
    if (fact?.kind !== "arrived") return undefined;
    const { type, occurredAt, amount } = fact.activity;
    const before = this.before(index);
    const cycle = before.#covered(occurredAt);
    const own = { index, amount: type === "RETURN" ? -amount : amount };
    const named = type === "RETURN" ? this.#indexOf(fact.activity.originalId) : undefined;
    if (named === undefined) return cycle === undefined ? undefined : { ...own, cycle };
    return before.isIn ? this.#returned(own, named) : undefined;
  }

  /** The index of the fact by which the transaction of that id arrived, if it has. */
  #indexOf(id: string | undefined): number | undefined {
    const index = this.facts.findIndex(
      (fact) => fact.kind === "arrived" && fact.activity.type === "TRANSACTION" && fact.activity.id === id,
    );
    return index === -1 ? undefined : index;
  }

  /**
   * A return is taken off the cycle in which its transaction counts, unless that cycle's value was replaced before the
   * return arrived.
   */
  #returned({ index, amount }: Omit<Posting, "cycle">, named: number): Posting | undefined {
    const cycle = this.#posting(named)?.cycle;
    if (cycle === undefined || (named < index && this.before(index).#replacement(cycle) > named)) return undefined;
    return { cycle, index: Math.max(index, named), amount };
  }

  isMet(cycle: number): boolean {
    return this.sum(cycle) >= this.group.targetValue;
  }

  /** The moment at which the cycle's value last rose to the target value. */
  metAt(cycle: number): number | undefined {
    let metAt: number | undefined;
    for (const [index, { at }] of this.facts.entries()) {
      const after = this.before(index + 1);
      const isNew = metAt === undefined || after.#replacement(cycle) === index;
      metAt = after.isMet(cycle) ? (isNew ? at : metAt) : undefined;
    }
    return metAt;
  }

  /** The streak value. While the customer is out, it is the value at the moment of leaving. */
  streakValue(now: number): number {
    const { lastEnrolment } = this;
    if (lastEnrolment === undefined) return 0;
    if (this.isIn) return this.#run(now, this.group.cycles.length);
    const left = this.facts.findLastIndex(({ kind }) => kind === "left");
    return this.before(left).#run(this.facts[left]?.at ?? 0, this.group.cycles.length);
  }

  /** The run of the latest membership, counted over the cycles before the one with the index `before`. */
  #run(now: number, before: number): number {
    const from = this.lastEnrolment?.from ?? 0;
    const inTime = this.#letters(now).slice(0, Math.max(0, before - from));
    const counted = inTime.replace(/o.*/, "");
    const run = counted.slice(counted.lastIndexOf(".") + 1);
    return (run === counted ? this.#kept() : 0) + metIn(run);
  }

  /**
   * A letter for each cycle that the latest membership covers: M met, x not met and excused, `.` missed and closed, w missed
   * and waiting for late activities, o not met and not over. Then, one after another, as many freezes as there are turn the
   * first missed cycle of a run into a dash. In a streak that is not continuous, no cycle needs to be met.
   */
  #letters(now: number): string {
    const { cycles, kind, offsetMilliseconds } = this.group;
    const from = this.lastEnrolment?.from ?? 0;
    const excused = this.#excused();
    const letters = cycles.slice(from).map(({ end }, index) => {
      if (this.isMet(from + index)) return "M";
      if (kind !== "STREAKS" || excused.has(from + index)) return "x";
      if (end > now) return "o";
      return end > now - offsetMilliseconds ? "w" : ".";
    });
    const carried = this.#kept() > 0 ? "K" : "";
    const freezes = Array.from({ length: this.freezesTotal - this.#bridgedBefore() });
    const bridged = freezes.reduce<string>((text) => text.replace(/(?<=[KM-]x*)\./, "-"), carried + letters.join(""));
    return bridged.slice(carried.length);
  }

  #excused(): Set<number> {
    const excused = new Set<number>();
    for (const fact of this.facts) {
      if (fact.kind === "enrolled" && fact.resets) excused.clear();
      if (fact.kind === "excused") excused.add(fact.cycle);
      if (fact.kind === "unexcused") excused.delete(fact.cycle);
    }
    return excused;
  }

  /** The freezes of the group and of all grants since the last reset. */
  get freezesTotal(): number {
    const granted = this.facts.slice(this.#lastReset() + 1).map((fact) => (fact.kind === "granted" ? fact.amount : 0));
    return granted.reduce((total, amount) => total + amount, this.group.initialFreezes);
  }

  /** How many cycles freezes bridge, those of earlier memberships included. */
  #bridged(now: number): number {
    return this.#bridgedBefore() + this.#letters(now).split("-").length - 1;
  }

  #bridgedBefore(): number {
    const left = this.#leftBefore();
    return left === -1 ? 0 : this.before(left).#bridged(this.facts[left]?.at ?? 0);
  }

  /**
   * The streak value that the latest enrolment carried over: the run at the moment of leaving, without the cycles that
   * the enrolment covers itself.
   */
  #kept(): number {
    const left = this.#leftBefore();
    return left === -1 ? 0 : this.before(left).#run(this.facts[left]?.at ?? 0, this.lastEnrolment?.from ?? 0);
  }

  /** The index of the leaving that the latest enrolment goes on from. It is −1 when there is none, or a reset. */
  #leftBefore(): number {
    const entered = this.facts.findLastIndex(({ kind }) => kind === "enrolled");
    if (this.#lastReset() === entered) return -1;
    return this.facts.slice(0, entered).findLastIndex(({ kind }) => kind === "left");
  }

  #lastReset(): number {
    return this.facts.findLastIndex((fact) => fact.kind === "enrolled" && fact.resets);
  }

  /** The longest run in the latest membership, whether its cycles are over or not. */
  #longestRun(now: number): number {
    const [first = 0, ...others] = this.#letters(now).split(/[.wo]/).map(metIn);
    return Math.max(this.#kept() + first, ...others);
  }

  /**
   * The moment at which each level was reached since the last reset. Only an activity that moved a sum while the
   * customer was in, an excuse and a grant can reach one.
   */
  levels(): (number | undefined)[] {
    const reset = this.#lastReset();
    const moments = this.facts.flatMap(({ at, kind }, index) => {
      const canReach = kind === "excused" || kind === "granted" || this.touched(index).length > 0;
      const isJudged = canReach && index > reset && this.before(index).isIn;
      return isJudged ? [{ at, longest: this.before(index + 1).#longestRun(at) }] : [];
    });
    return this.group.levels.map((level) => moments.find(({ longest }) => longest >= level)?.at);
  }

  /** Whether the activity with that index counted, judged by what was known when it arrived. */
  counted(index: number): boolean {
    return this.before(index + 1).#posting(index) !== undefined;
  }

  /**
   * The cycles whose sums an activity moved, perhaps by 0. These are its own cycle and those of the returns that waited
   * for it.
   */
  touched(index: number): number[] {
    const fact = this.facts[index];
    if (fact?.kind !== "arrived") return [];
    const own = this.before(index + 1).#posting(index);
    const waiting = fact.activity.type === "TRANSACTION" ? this.#provisional(index, fact.activity.id) : [];
    return [...new Set([...(own === undefined ? [] : [own.cycle]), ...waiting])];
  }

  /** Whether a return that waited for the activity was taken off a cycle. The cycle may have been replaced since. */
  isAwaited(arrival: number): boolean {
    const fact = this.facts[arrival];
    if (fact?.kind !== "arrived" || fact.activity.type !== "TRANSACTION") return false;
    const before = this.before(arrival);
    return before.facts.some(
      (one, index) =>
        one.kind === "arrived" && one.activity.originalId === fact.activity.id && before.#posting(index) !== undefined,
    );
  }

  /**
   * The cycles from which returns were taken off before their transaction arrived, unless their value was replaced
   * since.
   */
  #provisional(arrival: number, id: string): number[] {
    const before = this.before(arrival);
    return before.facts.flatMap((fact, index) => {
      if (fact.kind !== "arrived" || fact.activity.originalId !== id) return [];
      const posting = before.#posting(index);
      return posting === undefined || before.#replacement(posting.cycle) > index ? [] : [posting.cycle];
    });
  }
}
