import * as fc from "fast-check";
import { expect } from "vitest";
import type { CustomerClosing } from "./customerClosing.ts";
import { type Fact, type FactActivity, type FactGroup, History } from "./factModel.ts";
import { ok, type TestGroup, type TestOrg, targetPath } from "./org.ts";
import type { Schemas } from "./wireTypes.ts";

const hour = 3_600_000;
const day = 24 * hour;
const minute = 60_000;
const firstDay = Date.UTC(2030, 2, 1);

/** Five cycles of a day, with a day between the second and the third. */
const cycles = [0, 1, 3, 4, 5].map((offset, index) => ({
  name: `c${index + 1}`,
  start: firstDay + offset * day,
  end: firstDay + (offset + 1) * day,
}));
const boundaries = [...new Set(cycles.flatMap(({ start, end }) => [start, end]))];
const overAt = ({ offsetMilliseconds }: FactGroup) => Math.max(...boundaries) + offsetMilliseconds + 30 * day;
const longestOffset = day;
const targetValue = 100;

const kinds = ["DEFAULT", "STREAKS", "STREAKS", "NON_CONTINUOUS_STREAKS"] as const;
/** Groups of every kind. Programmes share them, because each programme has a customer of its own. */
export const factGroups: readonly FactGroup[] = kinds.flatMap((kind, place) =>
  [false, true].flatMap((countsFromEnrolment) =>
    (kind === "DEFAULT"
      ? [[]]
      : [
          [1, 2, 3, 4],
          [2, 3, 5],
        ]
    ).map((levels) => ({
      kind,
      cycles,
      targetValue,
      countsFromEnrolment,
      // The second of the two streaks waits for late activities.
      offsetMilliseconds: place === 2 ? longestOffset : 0,
      levels,
      initialFreezes: 0,
    })),
  ),
);

export function createFactGroup(org: TestOrg, group: FactGroup, name: string): Promise<TestGroup> {
  const target = { name: "Sales", targetEntity: "TRANSACTION", targetType: "SALES" };
  const values = { trackFromEnrollmentDate: group.countsFromEnrolment, defaultValues: [{ defaultValue: targetValue }] };
  return org.createGroup({
    name,
    trackingType: group.kind,
    offsetDays: group.offsetMilliseconds / day,
    targetEvaluationType: "FIXED_CALENDAR_WINDOW",
    periods: cycles.map((cycle) => ({ refCode: cycle.name, startDate: iso(cycle.start), endDate: iso(cycle.end) })),
    targets: [{ ...target, ...values }],
    streaks: group.levels.map((level) => ({ name: `l${level}`, targetCountOfSequence: level })),
  });
}

type Enrol = {
  readonly kind: "enrol";
  readonly group: number;
  readonly cycleName: string | null;
  readonly balance: number | null;
  readonly resets: boolean;
  /**
   * Whether the enrolment has no key, a new one, or one of the last four. `repeated` sends the same record again,
   * `reused` another one.
   */
  readonly key: "none" | "new" | "repeated" | "reused";
  readonly keyAge: number;
};
type Send = {
  readonly kind: "send";
  readonly type: FactActivity["type"];
  readonly agoMilliseconds: number;
  readonly amount: number;
  /**
   * The number of the activity in the programme that this return names. It may be a later one, or the return itself.
   */
  readonly named: number | undefined;
};
type Step =
  | Enrol
  | Send
  | { readonly kind: "leave"; readonly group: number }
  | { readonly kind: "redeliver"; readonly index: number }
  | { readonly kind: "wait"; readonly until: number | "boundary" | "shortOfBoundary" }
  /** Waits until the groups are over, and sets the enrolments aside if the programme closes cycles. */
  | { readonly kind: "outlive" };

/** What one customer does in two groups, from the first of them on. */
export type Programme = {
  readonly groups: readonly [number, number];
  readonly steps: readonly Step[];
  /** Whether ended cycles are closed, and settled, whenever time has passed. */
  readonly closes: boolean;
};

export type Surroundings = {
  readonly org: TestOrg;
  readonly groups: readonly TestGroup[];
  readonly closing: CustomerClosing;
};

export type Carried = { readonly calls: number; readonly hasSettled: boolean };

/** Carries a programme out, and compares every answer and what is read with the facts. */
export async function carryOut({ org, groups, closing }: Surroundings, programme: Programme): Promise<Carried> {
  const places = programme.groups.map((index): Place => {
    const [group, definition] = [groups[index], factGroups[index]];
    if (group === undefined || definition === undefined) throw new Error(`There is no group ${index}`);
    return { group, history: new History(definition), keys: [] };
  });
  const customerId = await org.newCustomer();
  const run = new Run(org, customerId, places, programme.closes ? closing : undefined);
  for (const step of programme.steps) await run.take(step);
  await run.compareReads();
  return { calls: run.calls, hasSettled: await closing.hasSettled(org.org, customerId) };
}

function expectSame(actual: unknown, expected: unknown): void {
  expect(actual).toEqual(expected);
}

/** What an enrolment sends of a place. */
type EnrolRecord = {
  readonly periodName: string | null;
  readonly initialBalance: number | null;
  readonly resetStreakStatus: boolean;
};
type Key = { readonly key: string; readonly record: EnrolRecord };
type Place = { readonly group: TestGroup; history: History; keys: readonly Key[] };

class Run {
  readonly #org: TestOrg;
  readonly #customerId: number;
  readonly #places: readonly Place[];
  readonly #closing: CustomerClosing | undefined;
  readonly #sent: FactActivity[] = [];
  readonly #answers: unknown[] = [];
  #now = firstDay - 2 * hour;
  #keys = 0;
  calls = 0;

  constructor(org: TestOrg, customerId: number, places: readonly Place[], closing: CustomerClosing | undefined) {
    this.#org = org;
    this.#customerId = customerId;
    this.#places = places;
    this.#closing = closing;
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case "enrol":
        return this.#enrol(step);
      case "leave":
        return this.#leave(step.group);
      case "send":
        return this.#send(step);
      case "redeliver":
        return this.#redeliver(step.index);
      case "wait":
        this.#now = after(this.#now, step.until);
        return this.#close();
      case "outlive":
        this.#now = Math.max(...factGroups.map(overAt)) + 2 * hour;
        return this.#setAside();
    }
  }

  async #setAside(): Promise<void> {
    const entered = this.#places.filter(({ history }) => history.lastEnrolment !== undefined);
    const aims = entered.map(({ group }) => ({ org: this.#org.org, customerId: this.#customerId, group }));
    await Promise.all(aims.map(async (aim) => this.#closing?.setAside(aim, this.#now)));
  }

  async #close(): Promise<void> {
    const aims = this.#places.map(({ group }) => ({ org: this.#org.org, customerId: this.#customerId, group }));
    await Promise.all(aims.map(async (aim) => this.#closing?.close(aim, this.#now)));
  }

  #place(group: number): Place {
    const place = this.#places[group % this.#places.length];
    if (place === undefined) throw new Error("A programme has groups");
    return place;
  }

  async #enrol(step: Enrol): Promise<void> {
    const place = this.#place(step.group);
    const { record, key } = this.#request(place, step);
    const from = startOf(place.history, record, this.#now);
    const code = expectedCode(place, record, key, from);
    const headers = key === undefined ? {} : { "Idempotency-Key": key };
    const path = `${targetPath(place.group)}/enroll`;
    const body = [{ ...record, customerId: this.#customerId }];
    const answer = await this.#org.till.post(path, body, { now: iso(this.#now), headers });
    this.calls += 1;
    expectSame(
      [answer.status, answer.body.errors?.[0]?.code],
      code === undefined ? [200, undefined] : [code === 300004 ? 422 : 400, code],
    );
    if (code !== undefined || place.keys.slice(0, 3).some((known) => known.key === key)) return;
    if (key !== undefined) place.keys = [{ key, record }, ...place.keys];
    const isMilestone = place.history.group.kind === "DEFAULT";
    const opening = {
      balance: isMilestone ? (record.initialBalance ?? undefined) : undefined,
      resets: !isMilestone && record.resetStreakStatus,
    };
    this.#note(place, { kind: "enrolled", at: this.#now, from, ...opening });
    await this.compareReads();
  }

  #request(
    { keys }: Place,
    { cycleName, balance, resets, key, keyAge }: Enrol,
  ): { record: EnrolRecord; key: string | undefined } {
    const earlier = keys[keyAge];
    if (earlier !== undefined && key === "repeated") return earlier;
    if (earlier !== undefined && key === "reused") {
      return {
        ...earlier,
        record: { ...earlier.record, resetStreakStatus: !earlier.record.resetStreakStatus },
      };
    }
    this.#keys += 1;
    const record = { periodName: cycleName, initialBalance: balance, resetStreakStatus: resets };
    return { record, key: key === "none" ? undefined : `key-${this.#keys}` };
  }

  async #leave(group: number): Promise<void> {
    const place = this.#place(group);
    const { status, body } = await this.#org.unenroll(place.group, this.#customerId, { now: iso(this.#now) });
    this.calls += 1;
    expectSame([status, body.errors?.[0]?.code], place.history.isIn ? [200, undefined] : [400, 310126]);
    if (place.history.isIn) this.#note(place, { kind: "left", at: this.#now });
  }

  async #send({ type, agoMilliseconds, amount, named }: Send): Promise<void> {
    const activity: FactActivity = {
      id: idOf(this.#sent.length),
      type,
      occurredAt: this.#now - agoMilliseconds,
      amount,
      originalId: type === "RETURN" && named !== undefined ? idOf(named) : undefined,
    };
    const data = await this.#deliver(activity);
    const reachesBack = this.#reachesBack(activity);
    this.#sent.push(activity);
    this.#answers.push(data);
    for (const place of this.#places) {
      const before = place.history;
      this.#note(place, { kind: "arrived", at: this.#now, activity });
      const isRecent = this.#now >= overAt(before.group) && !reachesBack;
      if (before.lastEnrolment !== undefined) expectEffect(data, place, this.#now, isRecent);
    }
  }

  /** Whether the activity, or what it names, happened 30 days ago. What it names may be unknown. */
  #reachesBack({ type, occurredAt, originalId }: FactActivity): boolean {
    const named = this.#sent.find(({ id }) => id === originalId)?.occurredAt ?? Number.NEGATIVE_INFINITY;
    const isNaming = type === "RETURN" && originalId !== undefined;
    return Math.min(occurredAt, isNaming ? named : occurredAt) < this.#now - 30 * day;
  }

  async #redeliver(index: number): Promise<void> {
    const activity = this.#sent[index % Math.max(1, this.#sent.length)];
    if (activity === undefined) return;
    expectSame(await this.#deliver(activity), this.#answers[this.#sent.indexOf(activity)]);
  }

  async #deliver({ id, type, occurredAt, amount, originalId }: FactActivity): Promise<Schemas["ActivityOutcome"]> {
    const fields = { activityId: id, customerId: this.#customerId, type, occurredAt: iso(occurredAt), amount };
    const body = originalId === undefined ? fields : { ...fields, originalActivityId: originalId };
    this.calls += 1;
    return (await ok(this.#org.till.post("/activities", body, { now: iso(this.#now) }))).body.data;
  }

  #note(place: Place, fact: Fact): void {
    place.history = place.history.with(fact);
  }

  /** Compares both reads, the one of all cycles and the default one. */
  async compareReads(): Promise<void> {
    for (const all of [true, false]) {
      const path = `/users/${this.#customerId}/targetGroups?includeInactive=${all}`;
      const { data } = (await ok(this.#org.reader.get(path, { now: iso(this.#now) }))).body;
      this.calls += 1;
      const shown: readonly Schemas["TargetGroupProgress"][] = data.targetGroups;
      const expected = this.#places.flatMap((place) => expectedGroup(place, this.#now, all));
      expectSame(
        shown.map(readGroup),
        expected.toSorted((one, other) => one.id - other.id),
      );
    }
  }
}

function after(now: number, until: number | "boundary" | "shortOfBoundary"): number {
  if (typeof until === "number") return now + until;
  const next = boundaries.find((boundary) => boundary > now + 2 * minute) ?? now + day;
  return until === "boundary" ? next : next - 2 * minute;
}

function idOf(index: number): string {
  return `a${index}`;
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}

/** The index of the first cycle that the request covers. It is −1 when there is none. */
function startOf(history: History, { periodName }: EnrolRecord, now: number): number {
  if (history.group.kind === "DEFAULT" && periodName !== null) {
    return cycles.findIndex(({ name, end }) => name === periodName && now < end);
  }
  const next = history.firstNotOver(now);
  return next === cycles.length ? -1 : next;
}

function expectedCode(
  { history, keys }: Place,
  record: EnrolRecord,
  key: string | undefined,
  from: number,
): number | undefined {
  const known = keys.slice(0, 3).find((one) => one.key === key);
  if (known !== undefined) return JSON.stringify(known.record) === JSON.stringify(record) ? undefined : 300004;
  if (from === -1) return 310019;
  return history.isIn ? 310119 : undefined;
}

/**
 * Compares an activity's answered effect on one target with the histories before and after it. A target of a group that
 * is over is not named for a recent activity, unless a return was taken off there that waited for it.
 */
function expectEffect(
  { targets, notCounted }: Schemas["ActivityOutcome"],
  { group, history }: Place,
  now: number,
  isRecent: boolean,
): void {
  const index = history.facts.length - 1;
  const before = history.before(index);
  const rows = targets.filter(({ targetGroupId }) => targetGroupId === group.groupId);
  const changed = [...new Set(rows.map(({ periodRefCode }) => periodRefCode))].map((name) => {
    const ofCycle = rows.filter(({ periodRefCode }) => periodRefCode === name);
    return [name, ofCycle[0]?.oldAchievedValue, ofCycle.at(-1)?.newAchievedValue];
  });
  const touched = history.touched(index);
  const expected = touched.map((cycle) => [
    cycles[cycle]?.name,
    Math.max(0, before.sum(cycle)),
    Math.max(0, history.sum(cycle)),
  ]);
  expectSame(changed.map(String).toSorted(), expected.map(String).toSorted());
  const moved = [...cycles.keys()].filter((cycle) => before.sum(cycle) !== history.sum(cycle));
  expectSame(
    moved.filter((cycle) => !touched.includes(cycle)),
    [],
  );
  const isNotCounted = notCounted.some(({ targetGroupId }) => targetGroupId === group.groupId);
  expectSame(isNotCounted, !history.counted(index) && (!isRecent || history.isAwaited(index)));
  const value = history.group.kind === "DEFAULT" ? null : history.streakValue(now);
  const had = before.levels();
  const levels = history
    .levels()
    .flatMap((at, level) => (at !== undefined && had[level] === undefined ? [`l${history.group.levels[level]}`] : []));
  for (const row of rows) {
    expectSame([row.streakValue, row.levelsReached.map(({ streakName }) => streakName)], [value, levels]);
  }
  if (rows.length === 0) expectSame(levels, []);
}

function readGroup({ id, targets, streaks }: Schemas["TargetGroupProgress"]) {
  return {
    id,
    cycles: targets.map((row) => [
      row.periodRefCode,
      row.targetAchievedValue,
      row.targetAchievedDateTime,
      row.enrolledOn,
    ]),
    levels: streaks.map((row) => [row.totalTargetCountOfSequence, row.currentCount, row.streakAchievedDateTime]),
  };
}

/** The group as it must be listed. The answer is empty when it must not be listed. */
function expectedGroup({ group, history }: Place, now: number, all: boolean) {
  const { lastEnrolment } = history;
  if (lastEnrolment === undefined || !history.isIn) return [];
  const isStreak = history.group.kind !== "DEFAULT";
  const shown = [...cycles.entries()].filter(
    ([index, { start, end }]) => (all || (start <= now && now < end)) && (isStreak || index >= lastEnrolment.from),
  );
  if (shown.length === 0 && (!isStreak || now >= overAt(history.group))) return [];
  const achievedAt = history.levels();
  return [
    {
      id: group.groupId,
      cycles: shown.map(([index, { name }]) => [
        name,
        Math.max(0, history.sum(index)),
        isoOrNull(history.metAt(index)),
        iso(lastEnrolment.at),
      ]),
      levels: history.group.levels.map((level, index) => [
        level,
        history.streakValue(now),
        isoOrNull(achievedAt[index]),
      ]),
    },
  ];
}

function isoOrNull(instant: number | undefined): string | null {
  return instant === undefined ? null : iso(instant);
}

const group = fc.constantFrom(0, 0, 0, 1);
const enrol = fc.record({
  kind: fc.constant("enrol" as const),
  group,
  cycleName: fc.constantFrom(null, null, null, "c1", "c3", "c4"),
  balance: fc.constantFrom(null, null, 0, 40, 100, 130),
  resets: fc.constantFrom(false, false, false, true),
  key: fc.constantFrom<Enrol["key"][]>("none", "none", "new", "new", "new", "repeated", "repeated", "reused"),
  keyAge: fc.constantFrom(0, 1, 2, 2, 3),
});
const leave = fc.record({ kind: fc.constant("leave" as const), group });
/** A till's clock may be ahead by up to five minutes. */
const ago = fc.constantFrom(0, 0, 0, 0, hour, day, 2 * day, 3 * day, -4 * minute);
const amount = fc.constantFrom(0, 1, 40, 99, 100, 100, 100, 101, 150);
const sale = fc.record({
  kind: fc.constant("send" as const),
  type: fc.constant("TRANSACTION" as const),
  agoMilliseconds: ago,
  amount,
  named: fc.constant(undefined),
});
const giveBack = fc.record({
  kind: fc.constant("send" as const),
  type: fc.constant("RETURN" as const),
  agoMilliseconds: ago,
  amount,
  named: fc.option(fc.nat({ max: 12 }), { nil: undefined, freq: 8 }),
});
const wait = fc.record({
  kind: fc.constant("wait" as const),
  until: fc.constantFrom<(number | "boundary" | "shortOfBoundary")[]>(
    minute,
    6 * hour,
    "boundary",
    "boundary",
    "boundary",
    "shortOfBoundary",
  ),
});
const redeliver = fc.record({ kind: fc.constant("redeliver" as const), index: fc.nat({ max: 12 }) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: enrol },
  { weight: 3, arbitrary: leave },
  { weight: 7, arbitrary: sale },
  { weight: 5, arbitrary: giveBack },
  { weight: 7, arbitrary: wait },
  { weight: 1, arbitrary: redeliver },
);
const longAgo = fc.constantFrom(0, hour, ...[31, 32, 33, 34, 35, 36].map((days) => days * day));
/** What happens once the groups are over. */
const afterwards = fc.oneof(
  { weight: 1, arbitrary: enrol },
  { weight: 1, arbitrary: leave },
  { weight: 4, arbitrary: sale.chain((one) => longAgo.map((agoMilliseconds) => ({ ...one, agoMilliseconds }))) },
  { weight: 4, arbitrary: giveBack.chain((one) => longAgo.map((agoMilliseconds) => ({ ...one, agoMilliseconds }))) },
  { weight: 1, arbitrary: redeliver },
);
/** A purchase, and then time until a cycle begins or ends. After three of them, the first cycle is settled. */
const lived = fc.tuple(sale, fc.constant({ kind: "wait", until: "boundary" } as const));
const groupIndex = fc.nat({ max: factGroups.length - 1 });

export const programmes: fc.Arbitrary<Programme> = fc.record({
  groups: fc.tuple(groupIndex, groupIndex).filter(([one, other]) => one !== other),
  steps: fc
    .tuple(
      enrol,
      fc.oneof(
        { weight: 4, arbitrary: fc.array(lived, { minLength: 3, maxLength: 5 }) },
        { weight: 1, arbitrary: fc.constant([]) },
      ),
      fc.array(step, { minLength: 8, maxLength: 20, size: "max" }),
      fc.option(fc.array(afterwards, { minLength: 3, maxLength: 8 }), { nil: undefined, freq: 2 }),
    )
    .map(([first, before, others, last]) => [
      first,
      ...before.flat(),
      ...others,
      ...(last === undefined ? [] : [{ kind: "outlive" } as const, ...last]),
    ]),
  closes: fc.constantFrom(true, true, true, true, true, false),
});
