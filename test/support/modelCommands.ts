import * as fc from "fast-check";
import { expect } from "vitest";
import type { CustomerClosing } from "./customerClosing.ts";
import { ok, type TestOrg } from "./org.ts";
import {
  type EnrolRequest,
  type GroupKind,
  type ModelActivity,
  ModelCustomer,
  type ModelCycle,
  type ModelGroup,
  shownEnrolment,
} from "./referenceModel.ts";
import type { Schemas } from "./wireTypes.ts";

const hour = 3_600_000;
const day = 24 * hour;
const firstDay = Date.UTC(2030, 2, 1);

/** Four cycles of ten days, with two days between the second and the third. */
const cycles: readonly ModelCycle[] = [0, 10, 22, 32].map((offset, index) => ({
  name: `c${index + 1}`,
  start: firstDay + offset * day,
  end: firstDay + (offset + 10) * day,
}));

/** Two customers of one org, with the expected state of each. */
export class Model {
  /** The time starts some days before the first cycle. */
  now = firstDay - 3 * day;
  readonly groups: ModelGroup[] = [];
  readonly customers = [new ModelCustomer(), new ModelCustomer()] as const;
}

/** The same customers in the real service. */
export class Real {
  readonly org: TestOrg;
  readonly customerIds: readonly number[];
  readonly groups: { readonly groupId: number; readonly targetId: number }[] = [];
  readonly firstAnswers = new Map<string, unknown>();
  readonly prefix: string;
  /** Closes and settles what has ended, whenever time has passed; `undefined` when nothing is closed. */
  readonly #closing: CustomerClosing | undefined;
  #keys = 0;

  constructor(org: TestOrg, customerIds: readonly number[], prefix: string, closing: CustomerClosing | undefined) {
    this.org = org;
    this.customerIds = customerIds;
    this.prefix = prefix;
    this.#closing = closing;
  }

  async close(now: number): Promise<void> {
    const { org } = this.org;
    const aims = this.customerIds.flatMap((customerId) => this.groups.map((group) => ({ org, customerId, group })));
    await Promise.all(aims.map(async (aim) => this.#closing?.close(aim, now)));
  }

  nextKey(): number {
    this.#keys += 1;
    return this.#keys;
  }

  path(group: number, verb: string): string {
    const { groupId = 0, targetId = 0 } = this.groups[group] ?? {};
    return `/targetGroups/${groupId}/targets/${targetId}/${verb}`;
  }
}

type Command = fc.AsyncCommand<Model, Real>;

/** The number on the wire for a value in ten-thousandths. */
function wire(value: number): number {
  return value / 10_000;
}

function units(value: number): number {
  return Math.round(value * 10_000);
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}

function expectSame(actual: unknown, expected: unknown): void {
  expect(actual).toEqual(expected);
}

class Create implements Command {
  readonly group: Omit<ModelGroup, "cycles">;
  constructor(group: Omit<ModelGroup, "cycles">) {
    this.group = group;
  }

  check({ groups }: Readonly<Model>): boolean {
    return groups.length < 3;
  }

  async run(model: Model, real: Real): Promise<void> {
    const { kind, targetValue, countsFromEnrolment, levels } = this.group;
    const target = { name: "Sales", targetEntity: "TRANSACTION", targetType: "SALES" };
    const body = {
      name: `${real.prefix} ${model.groups.length}`,
      trackingType: kind,
      targetEvaluationType: "FIXED_CALENDAR_WINDOW",
      periods: cycles.map(({ name, start, end }) => ({ refCode: name, startDate: iso(start), endDate: iso(end) })),
      targets: [
        {
          ...target,
          trackFromEnrollmentDate: countsFromEnrolment,
          defaultValues: [{ defaultValue: wire(targetValue) }],
        },
      ],
      ...(kind === "DEFAULT"
        ? {}
        : { streaks: levels.map((level) => ({ name: `l${level}`, targetCountOfSequence: level })) }),
    };
    const options = { now: iso(model.now) };
    const { data } = (await ok(real.org.admin.post("/targetGroups", body, options))).body;
    model.groups.push({ ...this.group, levels: kind === "DEFAULT" ? [] : levels, cycles });
    real.groups.push({ groupId: data.id, targetId: data.targets[0].id });
    const again = await real.org.admin.post("/targetGroups", { ...body, name: body.name.toUpperCase() }, options);
    expectSame(again.body.errors?.[0]?.code, 310069);
  }

  toString(): string {
    return `create ${JSON.stringify(this.group)}`;
  }
}

type Aim = { readonly customer: 0 | 1; readonly group: number };

function aimedGroup(model: Readonly<Model>, { group }: Aim): number {
  return group % model.groups.length;
}

function modelGroup(model: Model, aim: Aim): ModelGroup {
  const group = model.groups[aimedGroup(model, aim)];
  if (group === undefined) throw new Error("A command is checked before it is run");
  return group;
}

/**
 * Whether an enrolment has no key, a new one, or one of the last three that enrolled. `repeated` sends the same record
 * again, `reused` another one.
 */
type KeyUse = "none" | "new" | "repeated" | "reused";
type KeyChoice = { readonly keyUse: KeyUse /** How many keys came after it. */; readonly keyAge: number };

class Enrol implements Command {
  readonly aim: Aim;
  readonly request: EnrolRequest;
  readonly keyUse: KeyUse;
  readonly keyAge: number;
  constructor(aim: Aim, request: EnrolRequest, { keyUse, keyAge }: KeyChoice) {
    this.aim = aim;
    this.request = request;
    this.keyUse = keyUse;
    this.keyAge = keyAge;
  }

  check({ groups }: Readonly<Model>): boolean {
    return groups.length > 0;
  }

  async run(model: Model, real: Real): Promise<void> {
    const group = modelGroup(model, this.aim);
    const customer = model.customers[this.aim.customer];
    const customerId = real.customerIds[this.aim.customer];
    const earlierKey = customer.enrolments.get(group)?.keys[this.keyAge];
    const isRepeat = earlierKey !== undefined && (this.keyUse === "repeated" || this.keyUse === "reused");
    const { record, key } = isRepeat ? this.#again(earlierKey) : this.#anew(real);
    const expected = isRepeat ? this.#answerAgain() : customer.enrol(group, this.request, model.now, key);
    const options = { now: iso(model.now), headers: key === undefined ? {} : { "Idempotency-Key": key } };
    const path = real.path(aimedGroup(model, this.aim), "enroll");
    const { status, body } = await real.org.till.post(path, [{ ...record, customerId }], options);
    const refusal = [expected === 300004 ? 422 : 400, expected, null];
    expectSame(
      [status, body.errors?.[0]?.code, body.data],
      expected === undefined ? [200, undefined, customerId] : refusal,
    );
    await expectShown(model, real, this.aim.customer);
  }

  #anew(real: Real) {
    const { cycleName = null, balance, resets } = this.request;
    const initialBalance = balance === undefined ? null : wire(balance);
    const record = { periodName: cycleName, initialBalance, resetStreakStatus: resets };
    // The key names the record, so that the record can be sent again.
    return { record, key: this.keyUse === "new" ? `${real.nextKey()}${JSON.stringify(record)}` : undefined };
  }

  #again(key: string) {
    const record = JSON.parse(key.slice(key.indexOf("{")));
    if (this.keyUse === "repeated") return { record, key };
    return { record: { ...record, resetStreakStatus: record.resetStreakStatus !== true }, key };
  }

  #answerAgain(): number | undefined {
    return this.keyUse === "reused" ? 300004 : undefined;
  }

  toString(): string {
    return `enrol ${JSON.stringify(this)}`;
  }
}

class Unenrol implements Command {
  readonly aim: Aim;
  constructor(aim: Aim) {
    this.aim = aim;
  }

  check({ groups }: Readonly<Model>): boolean {
    return groups.length > 0;
  }

  async run(model: Model, real: Real): Promise<void> {
    const customerId = real.customerIds[this.aim.customer];
    const path = real.path(aimedGroup(model, this.aim), "unEnroll");
    const { status, body } = await real.org.till.post(path, [{ customerId }], { now: iso(model.now) });
    const expected = model.customers[this.aim.customer].unenrol(modelGroup(model, this.aim), model.now);
    expectSame([status, body.errors?.[0]?.code], expected === undefined ? [200, undefined] : [400, expected]);
    await expectShown(model, real, this.aim.customer);
  }

  toString(): string {
    return `unenrol ${JSON.stringify(this.aim)}`;
  }
}

/** The customer leaves and comes back at the same moment. */
class Return implements Command {
  readonly leave: Unenrol;
  readonly enter: Enrol;
  constructor(where: Aim, wanted: EnrolRequest) {
    this.leave = new Unenrol(where);
    this.enter = new Enrol(where, wanted, { keyUse: "none", keyAge: 0 });
  }

  check(model: Readonly<Model>): boolean {
    return this.leave.check(model);
  }

  async run(model: Model, real: Real): Promise<void> {
    await this.leave.run(model, real);
    await this.enter.run(model, real);
  }

  toString(): string {
    return `${this.leave.toString()}, ${this.enter.toString()}`;
  }
}

type Sent = Omit<ModelActivity, "id" | "at"> & { readonly agoMilliseconds: number };

class Act implements Command {
  readonly customer: 0 | 1;
  readonly sent: Sent;
  constructor(customer: 0 | 1, sent: Sent) {
    this.customer = customer;
    this.sent = sent;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, real: Real): Promise<void> {
    const customer = model.customers[this.customer];
    const { agoMilliseconds, ...fields } = this.sent;
    const activity = { ...fields, id: `a${customer.recorded.size}`, at: model.now - agoMilliseconds };
    const { body } = await ok(send(real, this.customer, activity, model.now));
    const effects = customer.record(activity, model.now);
    real.firstAnswers.set(`${this.customer} ${activity.id}`, body.data);
    expectSame(readEffects(body.data), expectedEffects(model, real, effects));
    await expectShown(model, real, this.customer);
  }

  toString(): string {
    return `act ${JSON.stringify(this)}`;
  }
}

/** Sends an earlier activity once more, unchanged or with another amount. */
class Redeliver implements Command {
  readonly customer: 0 | 1;
  readonly index: number;
  readonly isOther: boolean;
  constructor(customer: 0 | 1, index: number, isOther: boolean) {
    this.customer = customer;
    this.index = index;
    this.isOther = isOther;
  }

  check({ customers }: Readonly<Model>): boolean {
    return customers[this.customer].recorded.size > 0;
  }

  async run(model: Model, real: Real): Promise<void> {
    const { recorded } = model.customers[this.customer];
    const { activity } = [...recorded.values()][this.index % recorded.size] ?? {};
    if (activity === undefined) throw new Error("A command is checked before it is run");
    const sent = this.isOther ? { ...activity, amount: activity.amount + 1 } : activity;
    const { status, body } = await send(real, this.customer, sent, model.now);
    if (this.isOther) expectSame([status, body.errors?.[0]?.code], [422, 300004]);
    else expectSame(body.data, real.firstAnswers.get(`${this.customer} ${activity.id}`));
    await expectShown(model, real, this.customer);
  }

  toString(): string {
    return `redeliver ${JSON.stringify(this)}`;
  }
}

function send(real: Real, customer: 0 | 1, activity: ModelActivity, now: number) {
  const { id, type, at, amount, originalId } = activity;
  const body = {
    activityId: id,
    customerId: real.customerIds[customer],
    type,
    occurredAt: iso(at),
    amount: wire(amount),
    ...(originalId === undefined ? {} : { originalActivityId: originalId }),
  };
  return real.org.till.post("/activities", body, { now: iso(now) });
}

function readEffects({ targets, notCounted }: Schemas["ActivityOutcome"]) {
  return {
    counted: sorted(
      targets.map((row) => [
        row.targetGroupId,
        row.periodRefCode,
        units(row.oldAchievedValue),
        units(row.newAchievedValue),
      ]),
    ),
    notCounted: sorted(notCounted.map(({ targetGroupId, reason }) => [targetGroupId, reason])),
  };
}

function expectedEffects(model: Model, real: Real, effects: ReturnType<ModelCustomer["record"]>) {
  const rows = [...effects].map(([group, effect]) => ({
    id: real.groups[model.groups.indexOf(group)]?.groupId,
    effect,
  }));
  const notCounted = rows.flatMap(({ id, effect }) => (effect.reason === undefined ? [] : [[id, effect.reason]]));
  return {
    counted: sorted(
      rows.flatMap(({ id, effect }) => effect.changes.map((change) => [id, change.cycle, change.old, change.new])),
    ),
    notCounted: sorted(rows.length === 0 ? [[null, "NOT_ENROLLED"]] : notCounted),
  };
}

function sorted(rows: readonly (readonly unknown[])[]): string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}

type TimeStep = number | "toBoundary" | "shortOfBoundary";

class AdvanceTime implements Command {
  readonly by: TimeStep;
  constructor(by: TimeStep) {
    this.by = by;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, real: Real): Promise<void> {
    const boundaries = cycles.flatMap(({ start, end }) => [start, end]);
    const next = boundaries.find((boundary) => boundary > model.now + 1) ?? model.now + day;
    const steps = { toBoundary: next, shortOfBoundary: next - 1 };
    model.now = typeof this.by === "number" ? model.now + this.by : steps[this.by];
    await real.close(model.now);
    await Promise.all([expectShown(model, real, 0), expectShown(model, real, 1)]);
  }

  toString(): string {
    return `advance ${this.by}`;
  }
}

async function expectShown(model: Model, real: Real, customer: 0 | 1): Promise<void> {
  const path = `/users/${real.customerIds[customer]}/targetGroups?includeInactive=true`;
  const { data } = (await ok(real.org.reader.get(path, { now: iso(model.now) }))).body;
  const groups: readonly Schemas["TargetGroupProgress"][] = data.targetGroups;
  const expected = [...model.customers[customer].enrolments]
    .filter(([, enrolment]) => enrolment.isIn)
    .map(([group, enrolment]) => ({
      id: real.groups[model.groups.indexOf(group)]?.groupId ?? 0,
      ...shownEnrolment(group, enrolment, model.now),
    }))
    .toSorted((one, other) => one.id - other.id);
  expectSame(groups.map(readShown), expected);
}

function readShown({ id, targets, streaks }: Schemas["TargetGroupProgress"]) {
  return {
    id,
    cycles: targets.map((row) => ({
      name: row.periodRefCode,
      value: units(row.targetAchievedValue),
      reachedAt: readInstant(row.targetAchievedDateTime),
      enrolledAt: Date.parse(row.enrolledOn),
      isCurrent: row.currentPeriod,
    })),
    levels: streaks.map((row) => ({
      level: row.totalTargetCountOfSequence,
      streakValue: row.currentCount,
      reachedAt: row.status === "ACHIEVED" ? readInstant(row.streakAchievedDateTime) : null,
    })),
  };
}

function readInstant(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}

// Most calls are for one customer and one group, because many calls for the same pair find more faults than a few for
// each.
const customer = fc.constantFrom<(0 | 1)[]>(0, 0, 0, 0, 1);
const aim = fc.record({ customer, group: fc.constantFrom(0, 0, 0, 1, 2) });
const group = fc.record({
  kind: fc.constantFrom<GroupKind[]>("DEFAULT", "STREAKS", "NON_CONTINUOUS_STREAKS"),
  targetValue: fc.constantFrom(500_000, 505_000, 1_000_001),
  countsFromEnrolment: fc.boolean(),
  levels: fc.constantFrom([1], [2], [1, 3], [2, 3, 4]),
});
const request = fc.record({
  cycleName: fc.constantFrom(undefined, undefined, "c1", "c2", "c3", "c4", "c5"),
  balance: fc.constantFrom(undefined, undefined, 0, 200_000, 500_000, 1_010_000),
  resets: fc.boolean(),
});
const ago = fc.constantFrom(0, 0, 0, 1, hour, 3 * day, 11 * day, 45 * day);
const amount = fc.oneof(
  fc.constantFrom(1, 499_999, 500_000, 505_000, 1_000_001, 1_000_001, 1_000_001),
  fc.nat({ max: 600_000 }),
);
const transaction = fc.record({
  type: fc.constant("TRANSACTION" as const),
  agoMilliseconds: ago,
  amount,
  originalId: fc.constant(undefined),
});
const goodsReturn = fc.record({
  type: fc.constant("RETURN" as const),
  agoMilliseconds: ago,
  amount,
  // Some of these are returns themselves, some come later, and some never.
  originalId: fc.option(
    fc.nat({ max: 9 }).map((index) => `a${index}`),
    { nil: undefined },
  ),
});

const enrol = fc
  .tuple(
    aim,
    request,
    fc.record({
      keyUse: fc.constantFrom<KeyUse[]>("none", "none", "new", "repeated", "reused"),
      keyAge: fc.constantFrom(0, 0, 1, 2),
    }),
  )
  .map((fields) => new Enrol(...fields));
const act = fc.tuple(customer, fc.oneof({ weight: 3, arbitrary: transaction }, { weight: 2, arbitrary: goodsReturn }));

/** The longest step, taken seldom, leads to groups that are over. */
const timeStep = fc.oneof(
  {
    weight: 24,
    arbitrary: fc.constantFrom<TimeStep[]>(hour, 6 * day, 12 * day, "toBoundary", "toBoundary", "shortOfBoundary"),
  },
  { weight: 1, arbitrary: fc.constant(50 * day) },
);

/** The first customer is in the first group for two cycles. With a closing, the first of them is settled then. */
export const liveTwoCycles: fc.Arbitrary<readonly Command[]> = fc
  .tuple(group, request, fc.array(transaction, { minLength: 3, maxLength: 3 }))
  .map(([fields, wish, sales]) => [
    new Create(fields),
    new Enrol({ customer: 0, group: 0 }, { ...wish, cycleName: undefined }, { keyUse: "none", keyAge: 0 }),
    ...sales.flatMap((sale) => [new Act(0, sale), new AdvanceTime("toBoundary")]),
  ]);

/** A kind of command that is listed several times is made more often. */
export const modelCommands = fc.commands<Model, Real, false>(
  [
    group.map((fields) => new Create(fields)),
    enrol,
    enrol,
    aim.map((fields) => new Unenrol(fields)),
    fc.tuple(aim, request).map((fields) => new Return(...fields)),
    act.map((fields) => new Act(...fields)),
    act.map((fields) => new Act(...fields)),
    act.map((fields) => new Act(...fields)),
    fc.tuple(customer, fc.nat({ max: 9 }), fc.boolean()).map((fields) => new Redeliver(...fields)),
    timeStep.map((by) => new AdvanceTime(by)),
  ],
  { maxCommands: 40, size: "max" },
);
