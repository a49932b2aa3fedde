/**
 * The answers of the service, computed in memory from the rules of docs/enrolment.md and docs/activities.md. The model
 * shares no code with the product. Values are whole ten-thousandths, so sums are exact.
 */
export type GroupKind = "DEFAULT" | "STREAKS" | "NON_CONTINUOUS_STREAKS";
export type ModelCycle = { readonly name: string; readonly start: number; readonly end: number };

/** A target group with one target that counts sales. */
export type ModelGroup = {
  readonly kind: GroupKind;
  readonly cycles: readonly ModelCycle[];
  /** The target value of every cycle. */
  readonly targetValue: number;
  readonly countsFromEnrolment: boolean;
  readonly levels: readonly number[];
};

export type ModelEnrolment = {
  isIn: boolean;
  /** The index of the first cycle that counts. */
  from: number;
  enrolledAt: number;
  readonly sums: number[];
  readonly reachedAt: (number | undefined)[];
  readonly levelReachedAt: (number | undefined)[];
  /**
   * The streak value that was kept at the last leaving, from the cycles that were over then. `keptOpen` holds the other
   * cycles that were met in the same run.
   */
  kept: number;
  keptOpen: readonly number[];
  waiting: Waiting[];
  /** The number of times that each cycle's value was replaced. */
  readonly replaced: number[];
  /** The keys of the last three enrolments that had one, the latest first. */
  keys: readonly string[];
};

/**
 * A return that names a transaction which has not arrived. `cycle` is the one from which it was taken off, if any. Its
 * value may have been replaced since, so that nothing is to be given back.
 */
type Waiting = {
  readonly forId: string;
  readonly amount: number;
  readonly cycle: number | undefined;
  readonly isReplaced: boolean;
};

export type ModelActivity = {
  readonly id: string;
  readonly type: "TRANSACTION" | "RETURN";
  readonly at: number;
  readonly amount: number;
  readonly originalId: string | undefined;
};

type CountedChange = { readonly cycle: string; readonly old: number; readonly new: number };
export type ModelEffect = { readonly changes: readonly CountedChange[]; readonly reason: string | undefined };

type Recorded = { readonly activity: ModelActivity; readonly countedIn: ReadonlyMap<ModelGroup, Counted> };
/** The cycle in which an activity counted, and how often that cycle's value had been replaced by then. */
type Counted = { readonly cycle: number; readonly replaced: number };

export type EnrolRequest = {
  readonly cycleName: string | undefined;
  readonly balance: number | undefined;
  readonly resets: boolean;
};

export class ModelCustomer {
  readonly enrolments = new Map<ModelGroup, ModelEnrolment>();
  readonly recorded = new Map<string, Recorded>();

  /** Answers the code of the refusal, or `undefined` for success. */
  enrol(group: ModelGroup, request: EnrolRequest, now: number, key: string | undefined): number | undefined {
    const from =
      group.kind === "DEFAULT" && request.cycleName !== undefined
        ? group.cycles.findIndex(({ name, end }) => name === request.cycleName && now < end)
        : firstNotOver(group, now);
    if (from === -1 || from === group.cycles.length) return 310019;
    const enrolment = this.enrolments.get(group) ?? newEnrolment(group);
    if (enrolment.isIn) return 310119;
    this.enrolments.set(group, enrolment);
    const keys = key === undefined ? enrolment.keys : [key, ...enrolment.keys].slice(0, 3);
    Object.assign(enrolment, { isIn: true, from, enrolledAt: now, keys });
    open(group, enrolment, request, now);
    return undefined;
  }

  unenrol(group: ModelGroup, now: number): number | undefined {
    const enrolment = this.enrolments.get(group);
    if (enrolment === undefined || !enrolment.isIn) return 310126;
    const leftIn = firstNotOver(group, now);
    if (group.kind !== "DEFAULT") {
      const kept = runs(group, enrolment, now, leftIn).current;
      enrolment.keptOpen = metOpen(group, enrolment, Math.max(leftIn, enrolment.from));
      enrolment.kept = kept;
    }
    enrolment.isIn = false;
    return undefined;
  }

  /** The effect of a new activity on each enrolment that the customer has or had and that the answer names. */
  record(activity: ModelActivity, now: number): Map<ModelGroup, ModelEffect> {
    const named = activity.originalId === undefined ? undefined : this.recorded.get(activity.originalId);
    const original = activity.type === "RETURN" ? named : undefined;
    const countedIn = new Map<ModelGroup, Counted>();
    const effects = new Map<ModelGroup, ModelEffect>();
    for (const [group, enrolment] of this.enrolments) {
      if (!isConcerned(group, enrolment, activity, named, now)) continue;
      const place = placeOf(group, enrolment, activity, original);
      if (typeof place === "number") {
        countedIn.set(group, { cycle: place, replaced: enrolment.replaced[place] ?? 0 });
      }
      effects.set(group, {
        changes: count(group, enrolment, activity, place, original, now),
        reason: typeof place === "number" ? undefined : place,
      });
    }
    this.recorded.set(activity.id, { activity, countedIn });
    return effects;
  }
}

function open(group: ModelGroup, enrolment: ModelEnrolment, { balance, resets }: EnrolRequest, now: number): void {
  const { from } = enrolment;
  if (group.kind === "DEFAULT" && balance !== undefined) {
    enrolment.sums[from] = balance;
    enrolment.reachedAt[from] = balance >= group.targetValue ? now : undefined;
    replace(enrolment);
  }
  if (group.kind !== "DEFAULT" && resets) {
    enrolment.sums[from] = 0;
    enrolment.reachedAt[from] = undefined;
    enrolment.levelReachedAt.fill(undefined);
    enrolment.kept = 0;
    enrolment.keptOpen = [];
    replace(enrolment);
  }
}

/** A replaced value starts anew. Returns that had been taken off the old value are not taken off the new one. */
function replace(enrolment: ModelEnrolment): void {
  enrolment.replaced[enrolment.from] = (enrolment.replaced[enrolment.from] ?? 0) + 1;
  enrolment.waiting = enrolment.waiting.map((one) =>
    one.cycle === enrolment.from ? { ...one, isReplaced: true } : one,
  );
}

function newEnrolment(group: ModelGroup): ModelEnrolment {
  return {
    isIn: false,
    from: 0,
    enrolledAt: 0,
    sums: group.cycles.map(() => 0),
    reachedAt: group.cycles.map(() => undefined),
    levelReachedAt: group.levels.map(() => undefined),
    kept: 0,
    keptOpen: [],
    waiting: [],
    replaced: group.cycles.map(() => 0),
    keys: [],
  };
}

/** The index of the current cycle or, if there is none, of the next one. The number of cycles when all are over. */
function firstNotOver(group: ModelGroup, now: number): number {
  return group.cycles.filter(({ end }) => end <= now).length;
}

/** How long after its last cycle a group is over. */
const overAfter = 30 * 24 * 3_600_000;

/**
 * Whether an answer names the group. One that is over, 30 days after its last cycle, is named only when something of
 * before can count: the activity or what it returns happened more than 30 days ago, or a return that was taken off has
 * waited for the transaction.
 */
function isConcerned(
  group: ModelGroup,
  { waiting }: ModelEnrolment,
  { id, type, at, originalId }: ModelActivity,
  named: Recorded | undefined,
  now: number,
): boolean {
  const lastEnd = Math.max(...group.cycles.map(({ end }) => end));
  const returned = named?.activity.at ?? Number.NEGATIVE_INFINITY;
  const happenedAt = type === "RETURN" && originalId !== undefined ? Math.min(at, returned) : at;
  return (
    now < lastEnd + overAfter ||
    happenedAt < now - overAfter ||
    (type === "TRANSACTION" && waiting.some(({ forId, cycle }) => forId === id && cycle !== undefined))
  );
}

/** The index of the cycle in which the activity counts, or the reason why it does not count. */
function placeOf(
  group: ModelGroup,
  enrolment: ModelEnrolment,
  { at }: ModelActivity,
  original: Recorded | undefined,
): number | string {
  if (!enrolment.isIn) return "NOT_ENROLLED";
  if (original?.activity.type === "TRANSACTION") {
    const counted = original.countedIn.get(group);
    const isHeld = counted !== undefined && enrolment.replaced[counted.cycle] === counted.replaced;
    return isHeld ? counted.cycle : "ORIGINAL_NOT_COUNTED";
  }
  const cycle = group.cycles.findIndex(({ start, end }) => start <= at && at < end);
  if (cycle === -1) return "OUTSIDE_ANY_CYCLE";
  const isTooEarly = group.countsFromEnrolment && at < enrolment.enrolledAt;
  return cycle < enrolment.from || isTooEarly ? "BEFORE_ENROLMENT" : cycle;
}

function count(
  group: ModelGroup,
  enrolment: ModelEnrolment,
  activity: ModelActivity,
  place: number | string,
  original: Recorded | undefined,
  now: number,
): CountedChange[] {
  const changes: CountedChange[] = [];
  const add = (cycle: number | undefined, amount: number) => {
    if (cycle === undefined) return;
    const old = enrolment.sums[cycle] ?? 0;
    enrolment.sums[cycle] = old + amount;
    changes.push({ cycle: group.cycles[cycle]?.name ?? "", old: Math.max(0, old), new: Math.max(0, old + amount) });
  };
  const cycle = typeof place === "number" ? place : undefined;
  if (activity.type === "TRANSACTION") {
    add(cycle, activity.amount);
    const awaited = enrolment.waiting.filter(({ forId }) => forId === activity.id);
    for (const { amount, cycle: guessed, isReplaced } of awaited) {
      if (!isReplaced) add(guessed, amount);
      add(cycle, -amount);
    }
    enrolment.waiting = enrolment.waiting.filter(({ forId }) => forId !== activity.id);
  } else if (enrolment.isIn) {
    add(cycle, -activity.amount);
    const { originalId, amount } = activity;
    if (originalId !== undefined && original === undefined)
      enrolment.waiting = [...enrolment.waiting, { forId: originalId, amount, cycle, isReplaced: false }];
  }
  if (changes.length > 0) markReached(group, enrolment, now);
  return changes;
}

function markReached(group: ModelGroup, enrolment: ModelEnrolment, now: number): void {
  for (const [index, sum] of enrolment.sums.entries()) {
    const isReached = sum >= group.targetValue;
    enrolment.reachedAt[index] = isReached ? (enrolment.reachedAt[index] ?? now) : undefined;
  }
  if (!enrolment.isIn) return;
  const { longest } = runs(group, enrolment, Number.POSITIVE_INFINITY, group.cycles.length);
  for (const [index, level] of group.levels.entries()) {
    if (level <= longest) enrolment.levelReachedAt[index] ??= now;
  }
}

/**
 * The run of met cycles that ends before the cycle `before`, and the longest run up to there. A cycle that is over and
 * was not met ends a run.
 */
function runs(group: ModelGroup, enrolment: ModelEnrolment, now: number, before: number) {
  const { keptOpen, from, kept, reachedAt } = enrolment;
  let current = kept + keptOpen.filter((index) => index < from).length;
  let longest = current;
  for (const [index, { end }] of group.cycles.entries()) {
    if (index < from || index >= before) continue;
    if (reachedAt[index] !== undefined) current += 1;
    else if (group.kind === "STREAKS" && end <= now) current = 0;
    longest = Math.max(longest, current);
  }
  return { current, longest };
}

/**
 * The met cycles of the current run that are not over. In a streak that a missed cycle breaks, they end at the first
 * cycle that is not met.
 */
function metOpen(group: ModelGroup, { reachedAt }: ModelEnrolment, leftIn: number): number[] {
  const notOver = [...group.cycles.keys()].filter((index) => index >= leftIn);
  const gap = group.kind === "STREAKS" ? notOver.find((index) => reachedAt[index] === undefined) : undefined;
  return notOver.filter((index) => reachedAt[index] !== undefined && (gap === undefined || index < gap));
}

/** The part of an enrolment that a read of all cycles shows. */
export function shownEnrolment(group: ModelGroup, enrolment: ModelEnrolment, now: number) {
  const { current } = runs(group, enrolment, now, group.cycles.length);
  return {
    cycles: group.cycles.flatMap(({ name, start, end }, index) =>
      group.kind === "DEFAULT" && index < enrolment.from
        ? []
        : [
            {
              name,
              value: Math.max(0, enrolment.sums[index] ?? 0),
              reachedAt: enrolment.reachedAt[index] ?? null,
              enrolledAt: enrolment.enrolledAt,
              isCurrent: start <= now && now < end,
            },
          ],
    ),
    levels: group.levels.map((level, index) => ({
      level,
      streakValue: current,
      reachedAt: enrolment.levelReachedAt[index] ?? null,
    })),
  };
}
