import { inspect } from "node:util";
import { afterEach, expect, it, vi } from "vitest";
import { closeShard } from "../../functions/closeShard/closeShard.ts";
import { listDueCycles } from "../../functions/listDueCycles/listDueCycles.ts";
import type { Instant } from "../../shared/domain/instant.ts";
import { type ClosingTask, isErasing } from "../../shared/operations/listDueShards.ts";
import { readStatistics } from "../../shared/operations/readStatistics.ts";
import { openTable, patientLimits } from "../../shared/table/client.ts";
import { buildSweepItem, listDueSweeps, putNextSweep } from "../../shared/table/dueSweeps.ts";
import { putIndexRow } from "../../shared/table/enrollmentIndex.ts";
import { enrollmentKey, statisticsKey } from "../../shared/table/keys.ts";
import { put } from "../../shared/table/store.ts";
import { findTargetGroup } from "../../shared/table/targetGroups.ts";
import { ShardList } from "../../shared/table/targetShards.ts";
import { captureConsole } from "../support/capturedConsole.ts";
import { captureMetrics } from "../support/capturedMetrics.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { holdFirst } from "../support/heldWrite.ts";
import { ok, type TestGroup, type TestOrg, targetPath } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { Random } from "../support/random.ts";
import { scanAll } from "../support/storedTraces.ts";
import { firstInstantOf, milestone } from "../support/targetGroups.ts";

// Sweeps go over every brand, so the file has a table of its own. Nothing projects it: the tests write the index.
const service = useProjectedService();

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

type Setting = { readonly org: TestOrg; readonly group: TestGroup; readonly members: readonly number[] };

const day = 86_400_000;
const created = new Date(Date.parse(firstInstantOf(1)) - day).toISOString();
/** The first count of the group is due an hour after its creation. */
const first = Date.parse(firstInstantOf(1));

/** A group whose customers are in the index, all in one shard unless they are in two. */
async function setting(count: number, shards = 1, firstId = 16): Promise<Setting> {
  const org = await service.newOrg();
  const { data } = (await ok(org.admin.post("/targetGroups", milestone(), { now: created }))).body;
  const group = { groupId: data.id, targetId: data.targets[0].id, targetIds: [], cycleIds: [], levelIds: [] };
  const members = Array.from({ length: count }, (_, index) => firstId + 16 * index + (index % shards));
  for (const customerId of members) {
    await ok(org.admin.put(`/customers/${customerId}`, {}));
    await ok(org.enroll(group, { customerId }, { now: created }));
    await putInIndex({ org, group }, customerId);
  }
  return { org, group, members };
}

async function putInIndex({ org, group }: Pick<Setting, "org" | "group">, customerId: number): Promise<void> {
  const ref = { org: org.org, groupId: group.groupId, targetId: group.targetId, customerId };
  await putIndexRow(service.table, ref);
  await new ShardList(service.table).add(ref);
}

/** The tasks of the count that is due. */
async function tasksOf(
  { org }: Setting,
  now: Instant = first,
  statisticsEveryHours = 24,
): Promise<readonly ClosingTask[]> {
  const list = listDueCycles(service.table, statisticsEveryHours);
  const { tasks } = await list({ now: new Date(now).toISOString(), resumeAfter: null, org: org.org });
  return tasks.filter(({ sweep }) => sweep.kind === "STATISTICS");
}

const inTime = { getRemainingTimeInMillis: () => Number.POSITIVE_INFINITY };
/** A call with it takes one page and one customer, and is then out of time. */
const outOfTime = { getRemainingTimeInMillis: () => 0 };

async function work(task: ClosingTask, context = inTime): Promise<readonly ClosingTask[]> {
  return (await closeShard(service.table)(task, context)).left;
}

/** The complete count of the group. */
async function countOf({ org, group }: Setting) {
  const found = await findTargetGroup(service.table, org.org, group.groupId);
  if (found === undefined) throw new Error("There is no group");
  return readStatistics(service.table, org.org, found, group.targetId);
}

it("a worker that is stopped after every customer counts each once", async () => {
  const one = await setting(7);
  const waiting = [...(await tasksOf(one))];
  let calls = 0;
  for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
    waiting.push(...(await work(task, outOfTime)));
    calls += 1;
  }
  expect(calls).toBeGreaterThanOrEqual(7);
  expect(await countOf(one)).toBeUndefined();
  expect(await tasksOf(one)).toEqual([]);
  expect((await countOf(one))?.counts).toMatchObject({ enrolled: 7, unenrolled: 0 });
});

it("workers that are killed at any moment, and started anew from the list, count each customer once", async () => {
  const one = await setting(12, 2);
  const random = new Random(11);
  for (let turn = 1; turn <= 60; turn += 1) {
    const [task] = await tasksOf(one);
    if (task === undefined) break;
    // What the killed call has answered is lost. What it has written is not.
    await work(task, random.fraction() < 0.8 ? outOfTime : inTime);
  }
  expect((await countOf(one))?.counts.enrolled).toBe(12);
});

it("two workers on one shard count each customer once", async () => {
  const one = await setting(9);
  const [task] = await tasksOf(one);
  if (task === undefined) throw new Error("The shard is due");
  const finish = async () => {
    const waiting = [task];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      waiting.push(...(await work(next, outOfTime)));
    }
  };
  await Promise.all([finish(), finish(), work(task)]);
  expect(await tasksOf(one)).toEqual([]);
  expect((await countOf(one))?.counts.enrolled).toBe(9);
});

it("a part that arrives late, when another worker has gone on after its own, changes nothing", async () => {
  const one = await setting(9);
  const [task] = await tasksOf(one);
  if (task === undefined) throw new Error("The shard is due");
  const slow = openTable({ tableName: service.table.name, endpoint: engineEndpoint(), ...localAccess }, patientLimits);
  const { isHeld, release } = holdFirst(slow, "PutItemCommand");
  const late = closeShard(slow)(task, inTime);
  await isHeld;
  const [next] = await work(task, outOfTime);
  if (next === undefined) throw new Error("The shard is counted in several parts");
  const [rest] = await work(next, outOfTime);
  release();
  await late;
  if (rest !== undefined) await work(rest);
  slow.close();
  expect(await tasksOf(one)).toEqual([]);
  expect((await countOf(one))?.counts.enrolled).toBe(9);
});

/** Ids that are no count and no time. */
const firstLongId = 16 * 10 ** 9;

/** The customers whose ids are anywhere in the statistics of the group. */
async function namedIn({ org, group, members }: Setting): Promise<readonly number[]> {
  const { pk } = statisticsKey(org.org, group.groupId);
  const stored = inspect(
    (await scanAll(service.table)).filter((item) => item["pk"] === pk),
    { depth: Number.POSITIVE_INFINITY },
  );
  expect(stored).toContain("isLast");
  return members.filter((customerId) => stored.includes(String(customerId)));
}

it("a shard that is being counted names the one customer after whom the count goes on, and no customer when it is counted", async () => {
  const one = await setting(12, 2, firstLongId);
  for (let turn = 1; turn <= 3; turn += 1) {
    for (const task of await tasksOf(one)) await work(task, outOfTime);
    expect(await namedIn(one)).toHaveLength(1);
  }
  for (let turn = 1; turn <= 40; turn += 1) {
    const [task] = await tasksOf(one);
    if (task !== undefined) await work(task, outOfTime);
  }
  expect(await tasksOf(one)).toEqual([]);
  expect(await namedIn(one)).toEqual([]);
  expect((await countOf(one))?.counts.enrolled).toBe(12);
});

it("a worker that is killed after a shard's last part leaves the next one to take the ids away, and takes none from a later count", async () => {
  const one = await setting(9, 1, firstLongId);
  const [task] = await tasksOf(one);
  if (task === undefined) throw new Error("The shard is due");
  await work(task, outOfTime);
  const slow = openTable({ tableName: service.table.name, endpoint: engineEndpoint(), ...localAccess }, patientLimits);
  // The last part is written, and the one before it is held.
  const { isHeld, release } = holdFirst(slow, "PutItemCommand", 1);
  const late = closeShard(slow)(task, inTime);
  await isHeld;
  expect(await namedIn(one)).toHaveLength(1);
  expect(await work(task)).toEqual([]);
  expect(await namedIn(one)).toEqual([]);
  for (const turn of [0, 1]) {
    for (const next of await tasksOf(one, first + turn * day)) await work(next);
    expect(await tasksOf(one, first + turn * day)).toEqual([]);
  }
  // The third count takes the place of the first.
  const [third] = await tasksOf(one, first + 2 * day);
  if (third === undefined) throw new Error("The third count is due");
  await work(third, outOfTime);
  release();
  await late;
  slow.close();
  expect(await namedIn(one)).toHaveLength(1);
  await work(third);
  expect(await tasksOf(one, first + 2 * day)).toEqual([]);
  expect(await countOf(one)).toMatchObject({ asOf: first + 2 * day, counts: { enrolled: 9 } });
  expect(await namedIn(one)).toEqual([]);
});

/** The task of the shard's count, after three of its calls. */
async function countedInPart(one: Setting) {
  const [task] = await tasksOf(one);
  if (task === undefined || isErasing(task) || task.sweep.kind !== "STATISTICS")
    throw new Error("The shard is due to be counted");
  for (let turn = 1; turn <= 3; turn += 1) await work(task, outOfTime);
  return { ...task, sweep: task.sweep };
}

it("a count that overtakes an older one in its place takes away the ids that the older one has left there", async () => {
  const one = await setting(9, 1, firstLongId);
  const older = await countedInPart(one);
  await work({ ...older, sweep: { ...older.sweep, dueAt: first + 1 } });
  expect(await namedIn(one)).toEqual([]);
  expect(await work(older)).toEqual([]);
});

it("a part that an overtaken count writes late names a customer only until the count looks at its parts again", async () => {
  const one = await setting(9, 1, firstLongId);
  const older = await countedInPart(one);
  const slow = openTable({ tableName: service.table.name, endpoint: engineEndpoint(), ...localAccess }, patientLimits);
  const { isHeld, release } = holdFirst(slow, "PutItemCommand");
  const late = closeShard(slow)(older, outOfTime);
  await isHeld;
  await work({ ...older, sweep: { ...older.sweep, dueAt: first + 1 } });
  release();
  const { left } = await late;
  slow.close();
  expect(await namedIn(one)).toHaveLength(1);
  for (const task of left) expect(await work(task)).toEqual([]);
  expect(await namedIn(one)).toEqual([]);
});

it("a count that has begun is finished when counting is switched off meanwhile, and no other begins", async () => {
  const one = await setting(3, 1, firstLongId);
  for (const task of await tasksOf(one)) await work(task, outOfTime);
  for (const task of await tasksOf(one, first, 0)) await work(task);
  expect(await tasksOf(one, first, 0)).toEqual([]);
  expect(await namedIn(one)).toEqual([]);
  expect(await tasksOf(one, first + 2 * day, 0)).toEqual([]);
  expect(await countOf(one)).toMatchObject({ asOf: first, counts: { enrolled: 3 } });
});

it("a look that comes after the final count is the group's last one, also while counting is switched off", async () => {
  const one = await setting(1);
  const after = Date.parse(firstInstantOf(7));
  for (const task of await tasksOf(one, after)) await work(task);
  expect(await tasksOf(one, after)).toEqual([]);
  expect(await countOf(one)).toMatchObject({ asOf: after, isFinal: true });
  const sweep = { kind: "STATISTICS", dueAt: after + 1, org: one.org.org, groupId: one.group.groupId } as const;
  await putNextSweep(service.table, buildSweepItem(sweep));
  expect(await tasksOf(one, after + 1, 0)).toEqual([]);
  const { sweeps } = await listDueSweeps(service.table, after + 30 * day, undefined, 400);
  expect(sweeps.filter(({ org, kind }) => org === one.org.org && kind === "STATISTICS")).toEqual([]);
});

/** A balance that tells in a sum which customers are in it, and how often: each has a digit of its own to the base 3. */
function digitOf(index: number): number {
  return 3 ** index;
}

function digitsOf(sum: number): number[] {
  return sum.toString(3).split("").map(Number);
}

it("customers who join, leave and come back meanwhile are counted at most once, and those who stay once", async () => {
  const one = await setting(0);
  const { org, group } = one;
  const target = 16 * 100;
  // Some join at ids that were gone through already, and some at ids that were not.
  const ids = Array.from({ length: 24 }, (_, index) => target + 16 * ((index * 7) % 24));
  const join = async (index: number) => {
    const customerId = ids[index] ?? 0;
    await ok(org.admin.put(`/customers/${customerId}`, {}));
    await ok(org.enroll(group, { customerId, initialBalance: digitOf(index) }, { now: created }));
    await putInIndex(one, customerId);
  };
  for (let index = 0; index < 12; index += 1) await join(index);
  const waiting = [...(await tasksOf(one))];
  let turn = 0;
  for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
    if (turn < 12) await join(12 + turn);
    // The first four leave and come back, with the balance that they had.
    const customerId = ids[turn % 4] ?? 0;
    if (turn < 8)
      await ok(
        turn < 4
          ? org.unenroll(group, customerId, { now: created })
          : org.enroll(group, { customerId }, { now: created }),
      );
    turn += 1;
    waiting.push(...(await work(task, turn < 15 ? outOfTime : inTime)));
  }
  await tasksOf(one);
  const { cycles } = (await countOf(one))?.counts ?? { cycles: new Map() };
  const digits = digitsOf(Number(cycles.get(1)?.achievedTotal ?? 0n) / 10_000).toReversed();
  expect(Math.max(...digits)).toBe(1);
  expect(digits.slice(4, 12)).toEqual(Array.from({ length: 8 }, () => 1));
});

it("the last complete count is read until the next one is complete", async () => {
  const one = await setting(3);
  const { org, group } = one;
  for (const task of await tasksOf(one)) await work(task);
  await tasksOf(one);
  await ok(org.unenroll(group, 16, { now: created }));
  const next = first + day;
  const [task] = await tasksOf(one, next);
  if (task === undefined) throw new Error("The next count is due");
  await work(task, outOfTime);
  expect(await countOf(one)).toMatchObject({ asOf: first, counts: { enrolled: 3 } });
  await work(task);
  expect(await tasksOf(one, next)).toEqual([]);
  expect(await countOf(one)).toMatchObject({ asOf: next, counts: { enrolled: 2, unenrolled: 1 } });
});

it("a worker of an older count changes nothing of a later one", async () => {
  const one = await setting(3);
  const [old] = await tasksOf(one);
  if (old === undefined) throw new Error("The shard is due");
  for (let turn = 0; turn < 3; turn += 1) {
    for (const task of await tasksOf(one, first + turn * day)) await work(task);
    expect(await tasksOf(one, first + turn * day)).toEqual([]);
  }
  const before = await countOf(one);
  await ok(one.org.unenroll(one.group, 16, { now: created }));
  expect(await work(old)).toEqual([]);
  expect(await countOf(one)).toEqual(before);
});

it("a count that another one of the group overtakes midway has every customer when it is complete", async () => {
  const one = await setting(6, 2);
  const sweep = { kind: "STATISTICS", dueAt: first + 1, org: one.org.org, groupId: one.group.groupId } as const;
  await putNextSweep(service.table, buildSweepItem(sweep));
  const [older, newer] = await tasksOf(one, first + 1);
  if (older === undefined || newer === undefined || isErasing(older) || isErasing(newer))
    throw new Error("Two counts are due");
  await work({ ...older, shards: [0] });
  await work({ ...newer, shards: [0] });
  await work({ ...older, shards: [1] });
  // This look notes the older count.
  await tasksOf(one, first + 1);
  for (const task of await tasksOf(one, first + 1)) await work(task);
  expect(await tasksOf(one, first + 1)).toEqual([]);
  expect((await countOf(one))?.counts.enrolled).toBe(6);
});

it("a shard with an enrolment that cannot be read stays due, the others are counted, and the failure is measured", async () => {
  const one = await setting(4, 2);
  const { org, group } = one;
  const key = enrollmentKey(org.org, 16, group.groupId, group.targetId);
  await put(service.table, { Item: { ...key, s: "NEITHER" }, ConditionExpression: "attribute_exists(pk)" });
  captureConsole();
  const metrics = captureMetrics();
  const [task] = await tasksOf(one);
  if (task === undefined) throw new Error("Two shards are due");
  await expect(work(task)).rejects.toThrow("1 enrolments could not be read");
  expect(await tasksOf(one)).toMatchObject([{ shards: [0] }]);
  expect(await countOf(one)).toBeUndefined();
  expect(JSON.stringify(metrics)).toContain("statistics");
});

it("two targets of one group have customers and counts of their own, and no count is complete while one was stopped midway", async () => {
  const org = await service.newOrg();
  const [spending] = milestone().targets;
  const body = milestone({ targets: [spending, { ...spending, name: "Visits", targetType: "VISIT" }] });
  const { data } = (await ok(org.admin.post("/targetGroups", body, { now: created }))).body;
  const settingOf = (index: number, members: readonly number[]): Setting => {
    const group = { groupId: data.id, targetId: data.targets[index].id, targetIds: [], cycleIds: [], levelIds: [] };
    return { org, group, members };
  };
  const [one, other] = [settingOf(0, [16, 32, 48]), settingOf(1, [32, 64])];
  for (const { group, members } of [one, other])
    for (const customerId of members) {
      await ok(org.admin.put(`/customers/${customerId}`, {}));
      await ok(org.enroll(group, { customerId }, { now: created }));
      await putInIndex({ org, group }, customerId);
    }
  const tasks = (await tasksOf(one)).flatMap((task) => (isErasing(task) ? [] : [task]));
  const taskOf = ({ group }: Setting) => tasks.filter(({ targetId }) => targetId === group.targetId);
  for (const task of taskOf(other)) await work(task);
  const left: ClosingTask[] = [];
  for (const task of taskOf(one)) left.push(...(await work(task, outOfTime)));
  expect(await tasksOf(one)).toMatchObject([{ targetId: one.group.targetId }]);
  expect([await countOf(one), await countOf(other)]).toEqual([undefined, undefined]);
  for (const task of left) await work(task);
  expect(await tasksOf(one)).toEqual([]);
  expect((await countOf(one))?.counts.enrolled).toBe(3);
  expect((await countOf(other))?.counts.enrolled).toBe(2);
  const rosterOf = async ({ group }: Setting) =>
    (await ok(org.reader.get(`${targetPath(group)}/customers`, { now: created }))).body.data.customers;
  expect(await rosterOf(one)).toMatchObject(one.members.map((customerId) => ({ customerId })));
  expect(await rosterOf(other)).toMatchObject(other.members.map((customerId) => ({ customerId })));
});

it("nothing is noted of a group in which nobody was ever enrolled", async () => {
  const one = await setting(0);
  expect(await tasksOf(one)).toEqual([]);
  expect(await countOf(one)).toBeUndefined();
});
