import { randomUUID } from "node:crypto";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import pMap from "p-map";
import { describe, expect, it, vi } from "vitest";
import { closeShard } from "../../functions/closeShard/closeShard.ts";
import { listDueCycles } from "../../functions/listDueCycles/listDueCycles.ts";
import { closeCycles } from "../../local/closeCycles.ts";
import type { Enrollment } from "../../shared/domain/enrollment.ts";
import { formatInstant } from "../../shared/domain/instant.ts";
import type { Notification } from "../../shared/domain/notifications.ts";
import { ServiceError } from "../../shared/domain/serviceError.ts";
import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import { decideUnenrollment } from "../../shared/domain/unenrolling.ts";
import { createTargetGroup } from "../../shared/operations/createTargetGroup.ts";
import type { ClosingTask, DueShards } from "../../shared/operations/listDueShards.ts";
import { recordActivity } from "../../shared/operations/recordActivity.ts";
import { TargetGroupCache } from "../../shared/operations/targetGroupCache.ts";
import { openTable, patientLimits, type Table } from "../../shared/table/client.ts";
import { putIndexRow } from "../../shared/table/enrollmentIndex.ts";
import { names } from "../../shared/table/enrollmentItem.ts";
import { type EnrollmentRef, findEnrollment } from "../../shared/table/enrollments.ts";
import { enrollmentKey, sweepPartition } from "../../shared/table/keys.ts";
import { ShardList } from "../../shared/table/targetShards.ts";
import { captureConsole } from "../support/capturedConsole.ts";
import { buildActivity, buildGroup, buildTarget, decimal, noonOf, startOfCycle } from "../support/domain.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { startLossyProxy } from "../support/lossyProxy.ts";
import { enroll, unenroll } from "../support/membership.ts";
import { useProjectedTable } from "../support/projectedTable.ts";
import { throttling, transactionConflict } from "../support/seededFaults.ts";

const { table, open, announced } = useProjectedTable();
const hour = 60 * 60 * 1000;

/** A brand that only one test uses, with one group of daily cycles and one target of 100. */
class Brand {
  readonly org: string;
  readonly group: TargetGroup;
  readonly #targetGroups = new TargetGroupCache(table);
  #activityCount = 0;

  private constructor(org: string, group: TargetGroup) {
    this.org = org;
    this.group = group;
  }

  static async create(overrides: Parameters<typeof buildGroup>[0] = {}): Promise<Brand> {
    const org = randomUUID();
    const group = await createTargetGroup(table, org, buildGroup({ cycleCount: 5, ...overrides }), startOfCycle(1));
    if (typeof group === "string") throw new Error("A new org has no groups");
    return new Brand(org, group);
  }

  ref(customerId: number): EnrollmentRef {
    const [target] = this.group.targets;
    if (target === undefined) throw new Error("The group has a target");
    return { org: this.org, customerId, groupId: this.group.id, targetId: target.id };
  }

  async enroll(customerId: number, fromCycle = 1): Promise<void> {
    const plan = { outcome: "accepted", fromCycle, opening: { kind: "resume" }, definitionVersion: 1 } as const;
    await enroll(table, this.ref(customerId), plan, startOfCycle(fromCycle), undefined);
  }

  async unenroll(customerId: number, now: number): Promise<void> {
    await unenroll(table, this.ref(customerId), now, (stored) => decideUnenrollment(this.group, stored, now));
  }

  /** Spends in the cycle. The activity is sent at noon of the cycle, or at a later time. */
  async spend(customerId: number, cycle: number, amount = 100, now = noonOf(cycle)): Promise<void> {
    this.#activityCount += 1;
    const activityId = `a-${this.#activityCount}`;
    const fields = { activityId, customerId, occurredAt: noonOf(cycle), amount: decimal(amount) };
    const activity = { ...buildActivity(fields), contentDigest: activityId };
    await recordActivity(table, this.#targetGroups, this.org, activity, now);
  }

  /** Closes everything that has ended by the start of the cycle. The index is up to date. */
  async closeAtStartOf(cycle: number): Promise<void> {
    await announced(this.org);
    await closeCycles(table, startOfCycle(cycle), this.org);
  }

  /** The first page of the brand's due work. */
  async dueAtStartOf(cycle: number): Promise<DueShards> {
    return listDueCycles(table)({ now: formatInstant(startOfCycle(cycle)), resumeAfter: null, org: this.org });
  }

  async enrollment(customerId: number): Promise<Enrollment> {
    const stored = await findEnrollment(table, this.ref(customerId));
    if (stored === undefined) throw new Error("The customer was never enrolled");
    return stored;
  }

  /** The announced ends of cycles, in order, as `customer type cycle`. Each is listed as often as it was announced. */
  async endings(): Promise<string[]> {
    const notifications = await announced(this.org);
    return notifications
      .filter(({ type }) => endingTypes.includes(type))
      .map((notification) => `${customerIn(notification)} ${notification.type} ${cycleIn(notification)}`)
      .toSorted();
  }
}

const outOfTime = { getRemainingTimeInMillis: () => 0 };
const withTime = { getRemainingTimeInMillis: () => 900_000 };

/** Takes the first task out. */
function nextOf(waiting: ClosingTask[]): ClosingTask {
  return required(waiting.shift());
}

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("There is one");
  return value;
}

const endingTypes: readonly Notification["type"][] = ["targetPeriodCompleted", "targetValueAchieved", "streakEnd"];

function customerIn(notification: Notification): number | undefined {
  return "customerId" in notification ? notification.customerId : undefined;
}

function cycleIn({ detail }: Notification): string | undefined {
  return "cycle" in detail ? detail.cycle?.refCode : undefined;
}

const periodEnd = { targets: [buildTarget({ rewardAllocation: "PERIOD_END" })] };

describe("at the end of a cycle", () => {
  it("announces an immediate reward when it is reached, and the cycle's end once it is over", async () => {
    const brand = await Brand.create();
    await brand.enroll(1);
    await brand.enroll(2);
    await brand.spend(1, 1);
    expect(await brand.endings()).toEqual(["1 targetValueAchieved c1"]);
    await closeCycles(table, startOfCycle(2) - 1, brand.org);
    expect(await brand.endings()).toEqual(["1 targetValueAchieved c1"]);
    await brand.closeAtStartOf(2);
    expect(await brand.endings()).toEqual([
      "1 targetPeriodCompleted c1",
      "1 targetValueAchieved c1",
      "2 targetPeriodCompleted c1",
    ]);
  });

  it("announces a period-end reward with the cycle's end, only for customers who reached its value", async () => {
    const brand = await Brand.create(periodEnd);
    for (const customerId of [1, 2]) await brand.enroll(customerId);
    await brand.spend(1, 1, 100);
    await brand.spend(2, 1, 99);
    expect(await brand.endings()).toEqual([]);
    await brand.closeAtStartOf(2);
    expect(await brand.endings()).toEqual([
      "1 targetPeriodCompleted c1",
      "1 targetValueAchieved c1",
      "2 targetPeriodCompleted c1",
    ]);
  });

  it("announces nothing for a customer who left in the cycle, and everything for one who left after it and before the closing", async () => {
    const brand = await Brand.create(periodEnd);
    for (const customerId of [1, 2]) await brand.enroll(customerId);
    for (const customerId of [1, 2]) await brand.spend(customerId, 1);
    await brand.unenroll(1, startOfCycle(2) - 1);
    await brand.unenroll(2, startOfCycle(2));
    await brand.closeAtStartOf(3);
    expect(await brand.endings()).toEqual(["2 targetPeriodCompleted c1", "2 targetValueAchieved c1"]);
  });

  it("announces everything for a customer who left after the cycle and came back before the closing", async () => {
    const brand = await Brand.create(periodEnd);
    await brand.enroll(1);
    await brand.spend(1, 1);
    await brand.unenroll(1, startOfCycle(2));
    await brand.enroll(1, 2);
    await brand.unenroll(1, startOfCycle(3));
    await brand.enroll(1, 4);
    await brand.closeAtStartOf(5);
    expect(await brand.endings()).toEqual([
      "1 targetPeriodCompleted c1",
      "1 targetPeriodCompleted c2",
      "1 targetPeriodCompleted c4",
      "1 targetValueAchieved c1",
    ]);
  });

  it("announces nothing for a customer who was enrolled from a later cycle on", async () => {
    const brand = await Brand.create();
    await brand.enroll(1, 2);
    await brand.closeAtStartOf(2);
    expect(await brand.endings()).toEqual([]);
    await brand.closeAtStartOf(3);
    expect(await brand.endings()).toEqual(["1 targetPeriodCompleted c2"]);
  });

  it("announces the end of a run that a missed cycle ended, unless the streak allows gaps", async () => {
    const [continuous, gapsAllowed] = [
      await Brand.create({ trackingType: "STREAKS" }),
      await Brand.create({ trackingType: "NON_CONTINUOUS_STREAKS" }),
    ];
    for (const brand of [continuous, gapsAllowed]) {
      await brand.enroll(1);
      for (const cycle of [1, 2]) await brand.spend(1, cycle);
      await brand.closeAtStartOf(5);
    }
    const ends = (await continuous.endings()).filter((line) => line.includes("streakEnd"));
    expect(ends).toEqual(["1 streakEnd c3"]);
    const ended = (await announced(continuous.org)).find(({ type }) => type === "streakEnd");
    expect(ended?.detail).toMatchObject({ endedRun: 2 });
    expect((await gapsAllowed.endings()).filter((line) => line.includes("streakEnd"))).toEqual([]);
  });
});

describe("an activity that comes after its cycle was closed", () => {
  it("is counted, and the cycle's end is announced once more with the new value", async () => {
    const brand = await Brand.create(periodEnd);
    await brand.enroll(1);
    await brand.spend(1, 1, 60);
    await brand.closeAtStartOf(2);
    await brand.spend(1, 1, 40, noonOf(2));
    await brand.closeAtStartOf(2);
    await closeCycles(table, startOfCycle(2) + 26 * hour, brand.org);
    const completed = (await announced(brand.org)).filter(({ type }) => type === "targetPeriodCompleted");
    const ofFirst = completed.filter((notification) => cycleIn(notification) === "c1");
    expect(ofFirst.map(({ detail }) => detail)).toMatchObject([
      { achievedValue: decimal(60), isReached: false },
      { achievedValue: decimal(100), isReached: true },
    ]);
    expect((await brand.endings()).filter((line) => line === "1 targetValueAchieved c1")).toHaveLength(1);
    expect((await brand.enrollment(1)).achieved.get(1)).toBe(decimal(100));
  });

  it("is counted, and its cycle's end is announced, whether it comes before, during or after the closing", async () => {
    const brand = await Brand.create();
    const customerIds = Array.from({ length: 20 }, (_, index) => index + 1);
    for (const customerId of customerIds) await brand.enroll(customerId);
    await announced(brand.org);
    await Promise.all([
      closeCycles(table, startOfCycle(2), brand.org),
      ...customerIds.map((customerId) => brand.spend(customerId, 1, 30, startOfCycle(2))),
    ]);
    for (const customerId of customerIds) {
      const completed = (await announced(brand.org)).filter(
        (notification) => customerIn(notification) === customerId && notification.type === "targetPeriodCompleted",
      );
      // An activity counted before the closing is announced once, with it. One counted after it is announced again. In
      // both cases the last notification is true.
      expect(completed.at(-1)?.detail).toMatchObject({ achievedValue: decimal(30) });
      expect(completed.filter(({ detail }) => "activityId" in detail && detail.activityId === undefined)).toHaveLength(
        1,
      );
    }
  });
});

function onceFor(customerIds: readonly number[]): string[] {
  return customerIds.map((id) => `${id} targetPeriodCompleted c1`);
}

const enrollmentsAtOnce = 25;

async function brandOf(customerIds: readonly number[]): Promise<Brand> {
  const brand = await Brand.create();
  // The SDK counts waiting for a connection as not connecting, so hundreds at once would fail on a slow machine.
  await pMap(customerIds, (customerId) => brand.enroll(customerId), { concurrency: enrollmentsAtOnce });
  await announced(brand.org);
  return brand;
}

describe("each cycle is closed once for each customer", () => {
  const some = Array.from({ length: 100 }, (_, index) => 5_000 + index);

  it("when customers are spread over the shards, and closing is repeated", async () => {
    const brand = await brandOf(some);
    const [targetId] = brand.group.targets.map(({ id }) => id);
    const cycle = { org: brand.org, groupId: brand.group.id, targetId, cycleNumber: 1, customerCount: some.length };
    expect(await closeCycles(table, startOfCycle(2), brand.org)).toEqual([cycle]);
    expect(await closeCycles(table, startOfCycle(2), brand.org)).toEqual([]);
    expect(await brand.endings()).toEqual(onceFor(some));
  });

  it("when two runs work at the same time", async () => {
    const brand = await brandOf(some);
    const runs = [table, open()].map((each) => closeCycles(each, startOfCycle(2), brand.org));
    const counts = (await Promise.all(runs)).flat().map(({ customerCount }) => customerCount);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(some.length);
    expect(await brand.endings()).toEqual(onceFor(some));
  });

  it("when one shard has more customers than a page of the index", async () => {
    const inOneShard = Array.from({ length: 230 }, (_, index) => 16 * (index + 1));
    const brand = await brandOf(inOneShard);
    await closeCycles(table, startOfCycle(2), brand.org);
    expect(await brand.endings()).toEqual(onceFor(inOneShard).toSorted());
  });

  it.each([1, 37, 50, 99])("when the run is killed after %i writes and another follows", async (writes) => {
    const brand = await brandOf(some);
    await expect(closeCycles(dyingAfter(writes), startOfCycle(2), brand.org)).rejects.toThrow("killed");
    await closeCycles(table, startOfCycle(2), brand.org);
    expect(await brand.endings()).toEqual(onceFor(some));
  });

  it.each(["PutItem", "DeleteItem"])("when the %s that ends the sweep fails, which is logged", async (last) => {
    const brand = await Brand.create();
    await brand.enroll(1);
    await announced(brand.org);
    const lines = captureConsole();
    await closeCycles(dyingAtTheList(`${last}Command`), startOfCycle(2), brand.org);
    expect(lines).toContainEqual([expect.objectContaining({ event: "failed" })]);
    vi.restoreAllMocks();
    await closeCycles(table, startOfCycle(4), brand.org);
    expect(await brand.endings()).toEqual([1, 2, 3].map((cycle) => `1 targetPeriodCompleted c${cycle}`));
  });

  it("when workers stop after every customer and others go on from there", async () => {
    const brand = await brandOf(some);
    const { tasks } = await brand.dueAtStartOf(2);
    let stops = 0;
    for (const waiting = [...tasks]; waiting.length > 0; ) {
      const { left } = await closeShard(table)(nextOf(waiting), outOfTime);
      waiting.push(...left);
      stops += left.length;
    }
    expect(stops).toBeGreaterThan(0);
    expect((await brand.dueAtStartOf(2)).tasks).toEqual([]);
    expect(await brand.endings()).toEqual(onceFor(some));
  });

  it("when a call's time is up: it hands back the rest, a task for each shard, the first from where it stopped", async () => {
    const brand = await brandOf([16, 32, 17, 18]);
    const [task] = (await brand.dueAtStartOf(2)).tasks;
    expect(task).toMatchObject({ shards: [0, 1, 2], resumeAfter: null });
    const answer = await closeShard(table)(required(task), outOfTime);
    expect(answer).toMatchObject({ closed: { 1: 1 }, busyCount: 0 });
    const begun = { ...task, resumeAfter: null };
    expect(answer.left).toEqual([
      { ...begun, shards: [0], resumeAfter: 16 },
      { ...begun, shards: [1] },
      { ...begun, shards: [2] },
    ]);
  });

  it("when the sweep is over: the group waits for its next one", async () => {
    const brand = await brandOf(some);
    await closeCycles(table, startOfCycle(2), brand.org);
    const due = { resumeAfter: null, org: brand.org };
    const { tasks } = await listDueCycles(table)({ now: formatInstant(startOfCycle(3) - 1), ...due });
    expect(tasks).toEqual([]);
    const later = await listDueCycles(table)({ now: formatInstant(startOfCycle(3)), ...due });
    expect(later.tasks).toMatchObject([
      { now: startOfCycle(3), shards: Array.from({ length: 16 }, (_, shard) => shard) },
    ]);
  });
});

describe("a failure holds up nothing else", () => {
  it("closes all others when one enrolment cannot be read, and tries that one again", async () => {
    const brand = await Brand.create();
    for (const customerId of [16, 32, 48]) await brand.enroll(customerId);
    await announced(brand.org);
    await setEnrolledAt(brand.ref(32), "not an instant");
    await expect(closeCycles(table, startOfCycle(2), brand.org)).rejects.toThrow("1 enrolments could not be read");
    await setEnrolledAt(brand.ref(32), startOfCycle(1));
    expect(await closeCycles(table, startOfCycle(2), brand.org)).toMatchObject([{ customerCount: 1 }]);
    expect(await brand.endings()).toEqual([16, 32, 48].map((id) => `${id} targetPeriodCompleted c1`));
  });

  it.each([
    ["others write to too often", transactionConflict("UpdateItem"), 10],
    ["the table throttles", throttling("UpdateItem"), 3],
  ])("answers how many enrolments %s, throws nothing and leaves them due", async (_, answer, attempts) => {
    const brand = await Brand.create();
    await brand.enroll(16);
    await announced(brand.org);
    const { tasks } = await brand.dueAtStartOf(2);
    const proxy = await startLossyProxy(() => engineEndpoint());
    const busy = openTable({ tableName: table.name, endpoint: proxy.endpoint, ...localAccess }, patientLimits);
    proxy.plan(...Array.from({ length: attempts }, () => ({ lose: "request", answer }) as const));
    const given = await closeShard(busy)(nextOf([...tasks]), withTime);
    busy.close();
    await proxy.close();
    expect(given).toEqual({ closed: {}, busyCount: 1, left: [] });
    expect(proxy.writes()).toBe(attempts);
    expect((await brand.dueAtStartOf(2)).tasks).toEqual(tasks);
    expect(await closeCycles(table, startOfCycle(2), brand.org)).toMatchObject([{ customerCount: 1 }]);
  });

  it("the second sweep finds customers whom the index did not have at the first", async () => {
    const brand = await Brand.create();
    await brand.enroll(1);
    await closeCycles(table, startOfCycle(2), brand.org);
    expect((await brand.enrollment(1)).closedAt).toEqual(new Map());
    await putIndexRow(table, brand.ref(1));
    await new ShardList(table).add(brand.ref(1));
    await closeCycles(table, startOfCycle(2) + 25 * hour, brand.org);
    const closedAt = startOfCycle(2) + 25 * hour;
    expect((await brand.enrollment(1)).closedAt).toEqual(new Map([1, 2].map((cycle) => [cycle, closedAt])));
  });
});

/** A process that dies after that many updates. */
function dyingAfter(writes: number): Table {
  const dying = open();
  let count = 0;
  dying.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === "UpdateItemCommand") count += 1;
        if (count > writes) throw new ServiceError("killed");
        return next(args);
      },
    { step: "initialize", name: "die" },
  );
  return dying;
}

/** A process that dies at its first request of that kind for the list of what is due. */
function dyingAtTheList(command: string): Table {
  const dying = open();
  dying.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const isForTheList = JSON.stringify(args.input).includes(JSON.stringify(sweepPartition));
        if (isForTheList && commandName === command) throw new ServiceError("killed");
        return next(args);
      },
    { step: "initialize", name: "die" },
  );
  return dying;
}

async function setEnrolledAt(
  { org, customerId, groupId, targetId }: EnrollmentRef,
  value: string | number,
): Promise<void> {
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: enrollmentKey(org, customerId, groupId, targetId),
      ConditionExpression: "attribute_exists(pk)",
      UpdateExpression: "SET #enrolledAt = :value",
      ExpressionAttributeNames: { "#enrolledAt": names.enrolledAt },
      ExpressionAttributeValues: { ":value": value },
    }),
  );
}
