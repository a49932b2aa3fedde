import { randomUUID } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import type { DataOf } from "../../client/client.ts";
import { statisticsVariable } from "../../shared/config/statisticsConfig.ts";
import { ApiClient } from "../support/apiClient.ts";
import { CustomerClosing } from "../support/customerClosing.ts";
import type { FactActivity, FactGroup } from "../support/factModel.ts";
import { ok, type TestGroup, type TestOrg, targetPath } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { Random } from "../support/random.ts";
import { Life, rosterOf, shardCount, statisticsOf } from "../support/rosterReference.ts";
import { baseSeed, inParallel, isFullLength, report, searchLength } from "../support/seeds.ts";
import { during, firstInstantOf, milestone, streak } from "../support/targetGroups.ts";

const service = useProjectedService();

type Row = DataOf<"listTargetCustomers">["customers"][number];
type Kind = FactGroup["kind"];

const minute = 60_000;
const hour = 60 * minute;
const cycleCount = 4;
const initialValue = 1000;
/** Of a group whose missed cycles end a run, and the most that a customer can have. */
const [initialFreezes, mostFreezes] = [1, 10];
const customerCount = 300;
/** How many enrolments each of the three groups has at least at the end, so that more than 1 000 are compared. */
const enrolmentCount = 334;
/** A roster reads all customers anew, so more of them would take most of the time. */
const rostersPerCycle = searchLength(4);
/** Each shard of the index is asked for in each sweep and roster. Few customers fill a few. */
const shardsWithCustomers = searchLength(shardCount);

function shifted(instant: string, milliseconds: number): string {
  return new Date(Date.parse(instant) + milliseconds).toISOString();
}

const created = shifted(firstInstantOf(1), -24 * hour);

/** What the customers live in. Only the group's target values change. */
type World = { readonly org: TestOrg; readonly group: TestGroup; readonly facts: FactGroup; readonly values: number[] };

/** An activity enrols customers of the milestone too. */
function bodyOf(kind: Kind) {
  const [target] = milestone().targets;
  if (kind === "DEFAULT")
    return milestone({ cycles: cycleCount, targets: [{ ...target, enrolmentMethod: "TRANSACTION" }] });
  const freezes = kind === "STREAKS" ? { streakFreezes: { initial: initialFreezes } } : {};
  return streak({ cycles: cycleCount, levels: [1, 2, 3], trackingType: kind, ...freezes });
}

async function newWorld(kind: Kind): Promise<World> {
  const org = await service.newOrg();
  const { data } = (await ok(org.admin.post("/targetGroups", bodyOf(kind), { now: created }))).body;
  const [targetIds, cycleIds, levelIds] = [data.targets, data.periods, data.streaks].map(idsOf);
  if (targetIds === undefined || cycleIds === undefined || levelIds === undefined) throw new Error("There are three");
  const group = { groupId: data.id, targetId: data.targets[0].id, targetIds, cycleIds, levelIds };
  const cycles = Array.from({ length: cycleCount }, (_, index) => ({
    name: `c${index + 1}`,
    start: Date.parse(firstInstantOf(index + 1)),
    end: Date.parse(firstInstantOf(index + 2)),
  }));
  const levels = kind === "DEFAULT" ? [] : [1, 2, 3];
  const counting = { targetValue: initialValue, countsFromEnrolment: false, offsetMilliseconds: 0 };
  const facts = { kind, cycles, ...counting, levels, initialFreezes };
  return { org, group, facts, values: cycles.map(() => initialValue) };
}

/** Registers a customer whose id is in one of the shards. */
async function register({ org, facts }: World, index: number): Promise<Life> {
  const customerId = shardCount * (1 + Math.floor(index / shardsWithCustomers)) + (index % shardsWithCustomers);
  await ok(org.admin.put(`/customers/${customerId}`, {}));
  return new Life(customerId, facts);
}

function idsOf(rows: readonly { readonly id: number }[]): number[] {
  return rows.map(({ id }) => id);
}

/** One moment in the life of a customer. */
class Moment {
  readonly #world: World;
  readonly #life: Life;
  readonly #cycle: number;
  readonly #now: string;
  readonly #random: Random;

  constructor(world: World, life: Life, { cycle, step, random }: { cycle: number; step: number; random: Random }) {
    this.#world = world;
    this.#life = life;
    this.#cycle = cycle;
    this.#now = shifted(during(cycle), step * minute);
    this.#random = random;
  }

  get #at(): number {
    return Date.parse(this.#now);
  }

  /** Something that customers do, or support does for them. */
  async pass(): Promise<void> {
    const chance = this.#random.fraction();
    if (!this.#life.isIn) return chance < 0.5 ? this.#enroll() : this.#spend(this.#now);
    if (this.#world.facts.kind === "STREAKS" && this.#random.fraction() < 0.4) return this.#forgive();
    if (chance < 0.15) return this.#leave();
    if (chance < 0.3) return this.#adjust();
    if (chance < 0.45) return this.#spend(shifted(during(1 + this.#random.integer(this.#cycle)), -hour));
    return chance < 0.6 ? this.#takeBack() : this.#spend(this.#now);
  }

  async #enroll(): Promise<void> {
    const { org, group, facts } = this.#world;
    const { customerId } = this.#life;
    const isStreak = facts.kind !== "DEFAULT";
    const from = isStreak ? this.#cycle - 1 : Math.min(cycleCount - 1, this.#cycle - 1 + this.#random.integer(2));
    const balance = isStreak ? undefined : this.#random.oneOf([undefined, undefined, 0, 250, 1000]);
    const isReset = isStreak && this.#random.fraction() < 0.3;
    const record = isStreak
      ? { customerId, resetStreakStatus: isReset }
      : { customerId, periodName: `c${from + 1}`, initialBalance: balance ?? null };
    await ok(org.enroll(group, record, { now: this.#now }));
    // What a first enrolment resets is nothing.
    this.#life.note({ kind: "enrolled", at: this.#at, from, balance, resets: isReset });
  }

  async #leave(): Promise<void> {
    await ok(this.#world.org.unenroll(this.#world.group, this.#life.customerId, { now: this.#now }));
    this.#life.note({ kind: "left", at: this.#at });
  }

  async #spend(occurredAt: string): Promise<void> {
    const { kind } = this.#world.facts;
    // Most cycles in which a streak's customers buy are met, so that there are runs.
    const amount = this.#random.integer(kind === "DEFAULT" ? 1500 : 3000);
    const activity = this.#activity({ type: "TRANSACTION", occurredAt, amount });
    const isFirst = kind === "DEFAULT" && !this.#life.hasBeenIn;
    await this.#send(activity, occurredAt);
    if (isFirst) {
      this.#life.isAutomatic = true;
      // It covers the cycles that have ended too, for as long as it lasts.
      this.#life.note({ kind: "enrolled", at: this.#at, from: 0, balance: undefined, resets: false });
    }
    this.#life.transactionIds.push(activity.id);
    this.#life.note({ kind: "arrived", at: this.#at, activity });
  }

  async #takeBack(): Promise<void> {
    const [first, ...others] = this.#life.transactionIds;
    const originalId = first === undefined ? undefined : this.#random.oneOf([first, ...others, undefined]);
    const amount = this.#random.integer(700);
    const activity = this.#activity({ type: "RETURN", occurredAt: this.#now, amount, originalId });
    await this.#send(activity, this.#now);
    this.#life.note({ kind: "arrived", at: this.#at, activity });
  }

  #activity(fields: {
    readonly type: FactActivity["type"];
    readonly occurredAt: string;
    readonly amount: number;
    readonly originalId?: string | undefined;
  }): FactActivity {
    const { originalId, occurredAt } = fields;
    return { ...fields, id: randomUUID(), occurredAt: Date.parse(occurredAt), originalId };
  }

  async #send({ id, type, amount, originalId }: FactActivity, occurredAt: string): Promise<void> {
    const { customerId } = this.#life;
    const named = originalId === undefined ? {} : { originalActivityId: originalId };
    const body = { activityId: id, customerId, type, occurredAt, amount, ...named };
    await ok(this.#world.org.till.post("/activities", body, { now: this.#now }));
  }

  /** Adjusts a cycle of the membership that has started, perhaps one that has ended. In the model that is an activity in it. */
  async #adjust(): Promise<void> {
    const { facts } = this.#world;
    const from = this.#life.history.lastEnrolment?.from ?? 0;
    const cycle = from + this.#random.integer(this.#cycle - from);
    const period = facts.cycles[cycle];
    if (from >= this.#cycle || period === undefined) return;
    const [adjustmentId, amount] = [randomUUID(), this.#random.oneOf([-900, -250, 1, 250, 1000])];
    const record = { adjustmentId, customerId: this.#life.customerId, periodName: period.name, amount, reason: "Test" };
    await this.#support("adjust", record);
    const fields = { type: "TRANSACTION", originalId: undefined } as const;
    const activity = { ...fields, id: adjustmentId, occurredAt: period.start, amount };
    this.#life.note({ kind: "arrived", at: this.#at, activity });
  }

  /** Excuses a cycle of the membership, up to the next one, or takes that back, or gives freezes. */
  #forgive(): Promise<void> {
    const chance = this.#random.fraction();
    if (chance < 0.1) return this.#grant(1 + this.#random.integer(2));
    const from = this.#life.history.lastEnrolment?.from ?? 0;
    const cycle = from + this.#random.integer(Math.min(cycleCount, this.#cycle + 1) - from);
    return this.#excuse(chance < 0.8 ? "excused" : "unexcused", cycle);
  }

  async #excuse(kind: "excused" | "unexcused", cycle: number): Promise<void> {
    const record = { customerId: this.#life.customerId, periodName: `c${cycle + 1}`, reason: "Test" };
    await this.#support(kind === "excused" ? "excuse" : "unExcuse", record);
    this.#life.note({ kind, at: this.#at, cycle });
  }

  async #grant(amount: number): Promise<void> {
    if (this.#life.history.freezesTotal + amount > mostFreezes) return;
    const record = { grantId: randomUUID(), customerId: this.#life.customerId, amount, reason: "Test" };
    await this.#support("freezes", record);
    this.#life.note({ kind: "granted", at: this.#at, amount });
  }

  async #support(action: string, record: object): Promise<void> {
    const { org, group } = this.#world;
    await ok(org.support.post(`${targetPath(group)}/${action}`, [record], { now: this.#now }));
  }
}

/** What happens to a customer in a cycle. */
async function live(world: World, life: Life, cycle: number, random: Random): Promise<void> {
  if (life.isErased) return;
  const steps = random.integer(5);
  for (let step = 0; step < steps; step += 1) await new Moment(world, life, { cycle, step, random }).pass();
}

/** Erases some customers at the end of each cycle, and anonymises others, who stay on the roster. */
async function forgetSome(world: World, lives: readonly Life[], cycle: number): Promise<void> {
  const now = shifted(during(cycle), hour);
  for (const [index, life] of lives.entries()) {
    const mode = new Map([
      [cycle, "ERASE"],
      [cycle + 5, "ANONYMISE"],
    ]).get(index % 30);
    if (mode === undefined) continue;
    await ok(world.org.admin.send("DELETE", `/customers/${life.customerId}?mode=${mode}`, undefined, { now }));
    life.isErased = mode === "ERASE";
  }
}

/** Some leave when the cycle has ended and is not closed yet. They were members when it ended. */
async function leaveAtOnce({ org, group }: World, lives: readonly Life[], now: string): Promise<void> {
  for (const life of everyNth(7, lives).filter(({ isIn }) => isIn)) {
    await ok(org.unenroll(group, life.customerId, { now }));
    life.note({ kind: "left", at: Date.parse(now) });
  }
}

/** Halves the value of the current cycle and doubles the next one's. */
async function changeValues(world: World, cycle: number): Promise<void> {
  const changes = [cycle, cycle + 1].map((number, index) => ({ number, value: [500, 2000][index] ?? 0 }));
  const defaultValues = changes.map(({ number, value }) => ({
    periodId: world.group.cycleIds[number - 1],
    defaultValue: value,
  }));
  const now = shifted(during(cycle), 2 * hour);
  await ok(world.org.admin.put(targetPath(world.group), { defaultValues }, { now }));
  for (const { number, value } of changes) world.values[number - 1] = value;
}

/** Does what is due for the brand at the time. Everything that was written has got into the index. */
async function sweep({ org }: World, now: string): Promise<void> {
  await service.drain();
  const local = new ApiClient(new URL("/local", service.baseUrl).href, undefined);
  await ok(local.post(`/close-cycles?org=${org.org}`, {}, { now }));
}

/** Moves cycles that are settled out of every third enrolment. */
async function settleSome({ org, group }: World, lives: readonly Life[], now: string): Promise<void> {
  const closing = new CustomerClosing(service.table);
  for (const { customerId } of everyNth(3, lives))
    await closing.close({ org: org.org, group, customerId }, Date.parse(now));
}

async function setSomeAside({ org, group }: World, lives: readonly Life[], now: string): Promise<void> {
  const closing = new CustomerClosing(service.table);
  for (const { customerId } of everyNth(5, lives))
    await closing.setAside({ org: org.org, group, customerId }, Date.parse(now));
}

function everyNth(n: number, lives: readonly Life[]): Life[] {
  return rosterOf(lives).filter((_, index) => index % n === 0);
}

async function expectStatistics(world: World, lives: readonly Life[], now: string, isLast: boolean): Promise<void> {
  const path = `${targetPath(world.group)}/statistics`;
  const found: DataOf<"getTargetStatistics"> = (await ok(world.org.reader.get(path, { now }))).body.data;
  const { asOf, isFinal, streaks, periods, ...numbers } = found;
  expect({ asOf, isFinal }).toEqual({ asOf: now, isFinal: isLast });
  expect({
    ...numbers,
    periods: periods.map(({ periodId: _id, progress, ...rest }) => ({
      ...rest,
      progress: progress.map(({ customers }) => customers),
    })),
    reached: streaks.map(({ reached }) => reached),
  }).toEqual(statisticsOf(lives, world.facts, world.values, Date.parse(now)));
  expect(periods.map(({ periodId }) => periodId)).toEqual(world.group.cycleIds);
  expect(streaks.map(({ streakId }) => streakId)).toEqual(world.group.levelIds);
}

/** How many members have a longer run because of what was forgiven. */
function countLengthened(lives: readonly Life[], forgiven: "excused" | "granted", now: number): number {
  const members = rosterOf(lives).filter(({ isIn }) => isIn);
  return members.filter((life) => life.runWithout(forgiven, now) < life.run(now)).length;
}

type Filter = {
  readonly status: "ENROLLED" | "UNENROLLED" | "ALL";
  readonly cycle: number | undefined;
  readonly achieved: boolean | undefined;
};

function randomFilter(random: Random): Filter {
  const status = random.oneOf<Filter["status"]>(["ENROLLED", "UNENROLLED", "ALL"]);
  const cycle = random.oneOf([undefined, 0, 1, 2, 3]);
  return { status, cycle, achieved: cycle === undefined ? undefined : random.oneOf([undefined, true, false]) };
}

/** The roster by going through all customers. */
function expectedRows(world: World, lives: readonly Life[], { status, cycle, achieved }: Filter, now: string) {
  const current = world.facts.cycles.findIndex(({ start, end }) => start <= Date.parse(now) && Date.parse(now) < end);
  const shown = cycle ?? current;
  const hasReached = (life: Life) => life.history.sum(shown) >= (world.values[shown] ?? 0);
  return rosterOf(lives)
    .filter(({ isIn }) => status === "ALL" || isIn === (status === "ENROLLED"))
    .filter((life) => cycle === undefined || life.isOf(cycle))
    .filter((life) => achieved === undefined || hasReached(life) === achieved)
    .map((life) => ({
      customerId: life.customerId,
      source: life.isAutomatic ? "AUTOMATIC" : "API",
      periodId: life.isOf(shown) ? world.group.cycleIds[shown] : null,
      targetAchievedValue: life.isOf(shown) ? life.value(shown) : null,
      isReached: life.isOf(shown) && hasReached(life),
      currentCount: world.facts.kind === "DEFAULT" ? null : life.run(Date.parse(now)),
    }));
}

async function expectRoster(world: World, lives: readonly Life[], filter: Filter, now: string, limit: number) {
  const { status, cycle, achieved } = filter;
  const query = { status, periodId: cycle === undefined ? undefined : world.group.cycleIds[cycle], achieved, limit };
  const text = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : `&${name}=${value}`));
  const rows: Row[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const path = `${targetPath(world.group)}/customers?${cursor && `cursor=${cursor}`}${text.join("")}`;
    const page: DataOf<"listTargetCustomers"> = (await ok(world.org.reader.get(path, { now }))).body.data;
    expect(page.customers.length).toBeLessThanOrEqual(limit);
    rows.push(...page.customers);
    cursor = page.nextCursor;
  }
  const found = rows.map(
    ({ customerId, source, periodId, targetAchievedValue, targetAchievedDateTime, currentCount }) => ({
      customerId,
      source,
      periodId,
      targetAchievedValue,
      isReached: targetAchievedDateTime !== null,
      currentCount,
    }),
  );
  expect({ filter, rows: found }).toEqual({ filter, rows: expectedRows(world, lives, filter, now) });
}

describe("the statistics and the roster of random customers", () => {
  it.each(["DEFAULT", "STREAKS", "NON_CONTINUOUS_STREAKS"] as const)(
    "are those of going through all customers after each cycle, with at least a third of 1 000 enrolments at full length (%s)",
    // On a busy machine, the full length takes longer than other searches do.
    { timeout: 2_400_000 },
    async (kind) => {
      report(`random customers: FAULTS_SEED=${baseSeed}`);
      const world = await newWorld(kind);
      const lives: Life[] = [];
      const lengthened = { excused: 0, granted: 0 };
      for (let index = 0; index < searchLength(customerCount); index += 1) lives.push(await register(world, index));
      for (let cycle = 1; cycle <= cycleCount; cycle += 1) {
        const random = new Random(baseSeed + cycle);
        await inParallel(lives.length, 8, async (index) => {
          const life = lives[index];
          if (life !== undefined) await live(world, life, cycle, new Random(baseSeed + 31 * index + cycle));
        });
        await forgetSome(world, lives, cycle);
        if (kind === "DEFAULT" && cycle === 2) await changeValues(world, cycle);
        const [isLast, end] = [cycle === cycleCount, firstInstantOf(cycle + 1)];
        // The last count is so late that the group is over.
        const now = shifted(end, isLast ? 31 * 24 * hour : 25 * hour);
        await leaveAtOnce(world, lives, end);
        await settleSome(world, lives, end);
        // At full length, the second sweep counts the customers anew. Otherwise they are counted once, to save time.
        if (!isFullLength) vi.stubEnv(statisticsVariable, "0");
        await sweep(world, end);
        vi.unstubAllEnvs();
        if (isLast) await setSomeAside(world, lives, now);
        await sweep(world, now);
        await expectStatistics(world, lives, now, isLast);
        for (let count = 0; count < rostersPerCycle; count += 1)
          await expectRoster(world, lives, randomFilter(random), now, 1 + random.integer(40));
        for (const forgiven of ["excused", "granted"] as const)
          lengthened[forgiven] += countLengthened(lives, forgiven, Date.parse(now));
      }
      const enrolments = rosterOf(lives).reduce((sum, life) => sum + life.enrolmentCount, 0);
      report(`${kind}: ${enrolments} enrolments, runs longer by excuses and freezes: ${JSON.stringify(lengthened)}`);
      // In a tenth of the customers there may be no run that an excuse has made longer.
      if (!isFullLength) return;
      expect(enrolments).toBeGreaterThanOrEqual(enrolmentCount);
      const canBeForgiven = kind === "STREAKS";
      expect([lengthened.excused > 0, lengthened.granted > 0]).toEqual([canBeForgiven, canBeForgiven]);
    },
  );
});
