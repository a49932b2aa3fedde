import * as fc from "fast-check";
import type { Activity } from "../../shared/domain/activity.ts";
import { changesBetween, type FieldChange } from "../../shared/domain/auditLog.ts";
import type { TargetEffect } from "../../shared/domain/counting.ts";
import { decideCycleAddition, decideCycleEdit } from "../../shared/domain/cycleEditing.ts";
import { decideGroupEdit } from "../../shared/domain/editing.ts";
import type { Enrollment } from "../../shared/domain/enrollment.ts";
import type { Instant } from "../../shared/domain/instant.ts";
import { decideTargetEdit, type TargetEdit } from "../../shared/domain/targetEditing.ts";
import type { ChangedValues, Cycle, TargetGroup } from "../../shared/domain/targetGroup.ts";
import type { ReachedTrigger } from "../../shared/domain/triggers.ts";
import { asOriginal } from "../../shared/table/activityItem.ts";
import type { Arrival } from "./changedReference.ts";
import { buildActivity, buildTriggers, decimal, startOfCycle } from "./domain.ts";
import { SettledLife } from "./settledLife.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** How long a process may go on with a definition that was changed. */
export const cachedMilliseconds = 30_000;

/** A moment for a bound: an hour of the cycle's day, or some minutes from now. */
type When = { readonly hourOfDay: number } | { readonly minutesAhead: number };

/** What is sent: a sale, or a return that may name an activity by its place among all that were sent. */
export type Sent = {
  readonly type: "TRANSACTION" | "RETURN";
  readonly minutesAgo: number;
  readonly cents: number;
  readonly names: number | undefined;
};

/** One thing that happens. `lags`: it is decided by the oldest definition that a process may still have. */
type Step =
  | { readonly kind: "value"; readonly cycle: number | undefined; readonly value: number }
  | { readonly kind: "triggers"; readonly percentages: readonly number[] }
  | { readonly kind: "bounds"; readonly cycle: number; readonly startsAt: When | undefined; readonly endsAt: When }
  | { readonly kind: "append"; readonly daysLater: number; readonly value: number | undefined }
  | { readonly kind: "active"; readonly of: "group" | "target"; readonly isActive: boolean }
  | { readonly kind: "activity"; readonly sent: Sent; readonly lags: boolean }
  | { readonly kind: "sweep"; readonly lags: boolean };

/** A step, and how long after the one before it. */
export type TimedStep = { readonly afterMilliseconds: number; readonly step: Step };

/** The least time ahead that an edit may move a bound to. */
const leadMinutes = 10;

const when = fc.oneof(
  fc.record({ hourOfDay: fc.integer({ min: 0, max: 24 }) }),
  fc.record({ minutesAhead: fc.oneof(fc.constant(leadMinutes), fc.integer({ min: 0, max: 20 })) }),
);
const anyCycle = fc.integer({ min: 1, max: 9 });
const value = fc.integer({ min: 10, max: 90 });
const sent: fc.Arbitrary<Sent> = fc.record({
  type: fc.constantFrom("TRANSACTION", "TRANSACTION", "TRANSACTION", "RETURN"),
  // Five minutes ahead is what a till's clock may be.
  minutesAgo: fc.oneof(fc.integer({ min: -5, max: 0 }), fc.integer({ min: 0, max: 5 * 24 * 60 })),
  cents: fc.integer({ min: 0, max: 6_000 }),
  names: fc.option(fc.nat({ max: 30 }), { nil: undefined }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("value"), cycle: fc.option(anyCycle, { nil: undefined }), value }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("triggers"),
      percentages: fc.subarray([10, 30, 60, 90]),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("bounds"),
      cycle: anyCycle,
      startsAt: fc.option(when, { nil: undefined }),
      endsAt: when,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("append"),
      daysLater: fc.integer({ min: 0, max: 2 }),
      value: fc.option(value, { nil: undefined }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("active"),
      of: fc.constantFrom("group", "target"),
      isActive: fc.constantFrom(true, true, false),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("activity"), sent, lags: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("sweep"), lags: fc.boolean() }) },
);

const pause = fc.oneof(
  fc.constantFrom(0, 1, cachedMilliseconds - 1, cachedMilliseconds),
  fc.integer({ min: 1, max: 20 }).map((minutes) => minutes * minute),
  fc.integer({ min: 1, max: 24 }).map((hours) => hours * hour),
);

/** The steps of one programme, in their order. */
export const timedSteps = fc.array(fc.record({ afterMilliseconds: pause, step }), { minLength: 20, maxLength: 40 });

/** A definition, and since when it is stored. */
type Version = { readonly at: Instant; readonly group: TargetGroup };

/** One customer in a group that is edited meanwhile. Decides with the product's rules, and keeps what has arrived. */
export class ChangingProgramme {
  readonly life: SettledLife;
  readonly arrivals: Arrival[] = [];
  /** The changes of each edit that changed something. */
  readonly log: (readonly FieldChange[])[] = [];
  /** Every announcement of a reached cycle, and every closing of a cycle, by the cycle's number. */
  readonly announced: number[] = [];
  /** Every sub-target that is told. */
  readonly triggersTold: ReachedTrigger[] = [];
  readonly closed: { readonly cycle: number; readonly at: Instant }[] = [];
  readonly #versions: Version[];
  readonly #counted = new Map<string, { readonly activity: Activity; readonly effect: TargetEffect }>();
  readonly #leadTaken: number;
  /** The sweeps that judge by changed values, a minute and about a day after the edit. */
  #judgings: { readonly dueAt: Instant; readonly changes: readonly ChangedValues[] }[] = [];
  now: Instant;

  /** `leadTaken`: edits are decided as if it were that much earlier, so that bounds move which must not. */
  constructor(group: TargetGroup, start: Enrollment, now: Instant, leadTaken = 0) {
    this.life = new SettledLife(group, start);
    this.#versions = [{ at: now, group }];
    this.#leadTaken = leadTaken;
    this.now = now;
  }

  get group(): TargetGroup {
    return this.#groupAt(this.now);
  }

  /** The group after each edit, the first one before all. */
  get versions(): readonly TargetGroup[] {
    return this.#versions.map(({ group }) => group);
  }

  #groupAt(instant: Instant): TargetGroup {
    const version = this.#versions.findLast(({ at }) => at <= instant) ?? this.#versions[0];
    if (version === undefined) throw new Error("A programme has a first version");
    return version.group;
  }

  /** What a process decides by that may have loaded the definition a moment less than 30 s ago. */
  #cached(lags: boolean): TargetGroup {
    return lags ? this.#groupAt(this.now - cachedMilliseconds + 1) : this.group;
  }

  take({ afterMilliseconds, step: one }: TimedStep): void {
    this.now += afterMilliseconds;
    this.#judge(this.now);
    switch (one.kind) {
      case "activity":
        return this.#count(this.#activity(one.sent), one.lags);
      case "sweep":
        return this.sweep(one.lags);
      case "value":
      case "triggers":
      case "bounds":
      case "append":
      case "active":
        return this.#edit(one);
    }
  }

  #edit(one: Edit): void {
    const before = this.group;
    const decision = decide(before, one, this.now - this.#leadTaken);
    if (decision.outcome !== "edit") return;
    const changes = changesBetween(before, decision.group);
    if (changes.length === 0) return;
    this.log.push(changes);
    this.#versions.push({ at: this.now, group: { ...decision.group, version: before.version + 1 } });
    if (one.kind === "value") this.#judgeLater(decision.group);
  }

  #judgeLater({ targets }: TargetGroup): void {
    const changes = targets.flatMap(({ revaluation }) => revaluation?.changes ?? []);
    for (const after of [minute, 25 * hour]) this.#judgings.push({ dueAt: this.now + after, changes });
  }

  #judge(until: Instant): void {
    const due = this.#judgings.filter(({ dueAt }) => dueAt <= until);
    this.#judgings = this.#judgings.filter(({ dueAt }) => dueAt > until);
    this.life.decideBy(this.group);
    for (const { changes } of due) this.announced.push(...this.life.judge(changes, this.now));
  }

  /** Lets the sweeps come that are due within a minute, the last one that closes among them. */
  end(): void {
    this.now += minute;
    this.#judge(this.now);
    this.sweep();
  }

  #activity({ type, minutesAgo, cents, names }: Sent): Activity {
    return buildActivity({
      activityId: `a${this.#counted.size}`,
      type,
      occurredAt: this.now - minutesAgo * minute,
      amount: BigInt(cents) * 100n,
      originalActivityId: type === "RETURN" && names !== undefined ? `a${names}` : undefined,
    });
  }

  #count(activity: Activity, lags: boolean): void {
    const group = this.#cached(lags);
    this.life.decideBy(group);
    const effect = this.life.count(activity, this.#originalOf(activity), this.now);
    this.#counted.set(activity.activityId, { activity, effect });
    this.announced.push(...effect.announced);
    this.triggersTold.push(...effect.triggersReached);
    const isActive = group.isActive && group.targets.every((target) => target.isActive);
    this.arrivals.push({ activity, isActive });
  }

  #originalOf({ originalActivityId = "" }: Activity) {
    const original = this.#counted.get(originalActivityId);
    if (original === undefined) return undefined;
    const { type, occurredAt } = original.activity;
    return asOriginal({ type, occurredAt, effects: [original.effect] });
  }

  /** Closes what has ended. One write closes all of it, because the programmes are short. */
  sweep(lags = false): void {
    this.life.decideBy(this.#cached(lags));
    for (const { before, after } of this.life.closeAt(this.now)) {
      const ended = [...after.closedAt.keys()].filter((cycle) => !before.closedAt.has(cycle));
      this.closed.push(...ended.map((cycle) => ({ cycle, at: this.now })));
      this.announced.push(...[...after.announced].filter((cycle) => !before.announced.has(cycle)));
    }
  }
}

export type Edit = Extract<Step, { kind: "value" | "triggers" | "bounds" | "append" | "active" }>;
type Decision = { readonly outcome: "edit"; readonly group: TargetGroup } | { readonly outcome: "refused" | "invalid" };

function decide(group: TargetGroup, one: Edit, now: Instant): Decision {
  switch (one.kind) {
    case "value":
      return decideValue(group, one, now);
    case "triggers":
      return decideTriggers(group, one, now);
    case "bounds":
      return decideBounds(group, one, now);
    case "append":
      return decideAppending(group, one, now);
    case "active":
      return decideActive(group, one, now);
  }
}

function decideValue(
  group: TargetGroup,
  { cycle, value: asked }: Extract<Edit, { kind: "value" }>,
  now: Instant,
): Decision {
  const [target] = group.targets;
  if (target === undefined) return { outcome: "invalid" };
  const open = group.cycles.filter(({ number, endsAt }) => (cycle === undefined || cycle === number) && endsAt > now);
  if (open.length === 0) return { outcome: "invalid" };
  const values = open.map(({ id }, index) => ({ index, cycleId: id, value: decimal(asked) }));
  return decideTargetEdit(group, target.id, { ...noTargetEdit, values }, now);
}

/** Sub-targets at these parts of the value. A new one has an id that no earlier version has given. */
function decideTriggers(
  group: TargetGroup,
  { percentages }: Extract<Edit, { kind: "triggers" }>,
  now: Instant,
): Decision {
  const [target] = group.targets;
  if (target === undefined) return { outcome: "invalid" };
  const triggers = buildTriggers(...percentages);
  return decideTargetEdit(group, target.id, { ...noTargetEdit, triggers, firstTriggerId: group.version * 100 }, now);
}

const noTargetEdit: TargetEdit = {
  own: {},
  fixed: {},
  filters: undefined,
  triggers: undefined,
  firstTriggerId: 0,
  values: undefined,
};

function decideBounds(group: TargetGroup, edit: Extract<Edit, { kind: "bounds" }>, now: Instant): Decision {
  const cycle = group.cycles[edit.cycle - 1];
  if (cycle === undefined) return { outcome: "invalid" };
  const bound = (asked: When) => ({ at: momentOf(asked, cycle, now), text: `${momentOf(asked, cycle, now)}` });
  const startsAt = edit.startsAt && bound(edit.startsAt);
  const named = { index: 0, id: cycle.id, refCode: undefined };
  return decideCycleEdit(group, [{ ...named, startsAt, endsAt: bound(edit.endsAt), texts: {} }], now);
}

/** The moment that is asked for. An hour is one of the day on which the cycle starts now. */
export function momentOf(asked: When, { startsAt }: Pick<Cycle, "startsAt">, now: Instant): Instant {
  if ("minutesAhead" in asked) return now + asked.minutesAhead * minute;
  return Math.floor(startsAt / day) * day + asked.hourOfDay * hour;
}

function decideAppending(
  group: TargetGroup,
  { daysLater, value: own }: Extract<Edit, { kind: "append" }>,
  now: Instant,
): Decision {
  const [number, [target]] = [group.cycles.length + 1, group.targets];
  const last = group.cycles.at(-1)?.endsAt ?? startOfCycle(1);
  const startsAt = startOfAppended(last, daysLater, now);
  const values = own === undefined || target === undefined ? [] : [{ targetId: target.id, value: decimal(own) }];
  const named = { id: number, refCode: `c${number}`, description: undefined, startDate: "", endDate: "" };
  return decideCycleAddition(group, [{ ...named, index: 0, startsAt, endsAt: startsAt + 20 * hour, values }], now, 100);
}

/** The first midnight after the last cycle, or after now when all cycles have ended, or some days later. */
export function startOfAppended(lastEndsAt: Instant, daysLater: number, now: Instant): Instant {
  return Math.ceil(Math.max(lastEndsAt, now + hour) / day) * day + daysLater * day;
}

function decideActive(group: TargetGroup, { of, isActive }: Extract<Edit, { kind: "active" }>, now: Instant): Decision {
  const [target] = group.targets;
  if (of === "target" && target !== undefined)
    return decideTargetEdit(group, target.id, { ...noTargetEdit, own: { isActive } }, now);
  const edit = {
    own: { isActive },
    fixed: {},
    levels: [],
    offsetDays: undefined,
    cycleCount: undefined,
    newLevelIds: [],
  };
  return decideGroupEdit(group, edit, now, { mostLevels: 10, lengthen: () => undefined });
}
