import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeShard } from "../../functions/closeShard/closeShard.ts";
import { listDueCycles } from "../../functions/listDueCycles/listDueCycles.ts";
import { createTableIfMissing } from "../../local/createTable.ts";
import { mostCyclesInOneClosing } from "../../shared/domain/closing.ts";
import { formatInstant, type Instant } from "../../shared/domain/instant.ts";
import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import { createTargetGroup } from "../../shared/operations/createTargetGroup.ts";
import { type ClosingTask, pageLimits } from "../../shared/operations/listDueShards.ts";
import { openTable, patientLimits } from "../../shared/table/client.ts";
import { putIndexRow } from "../../shared/table/enrollmentIndex.ts";
import { shardCount } from "../../shared/table/keys.ts";
import { ShardList } from "../../shared/table/targetShards.ts";
import { buildGroup, buildTarget, startOfCycle } from "../support/domain.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { enroll } from "../support/membership.ts";
import { EngineRecorder, type EngineRequest } from "../support/recorder.ts";

// A table of its own: nothing but what a test makes is due in it.
const table = openTable(
  { tableName: `milestreak-${randomUUID()}`, endpoint: engineEndpoint(), ...localAccess },
  patientLimits,
);
const recorder = EngineRecorder.on(table.client);
beforeAll(() => createTableIfMissing(table, { isStreamed: false }));
afterAll(() => table.close());

const withTime = { getRemainingTimeInMillis: () => 900_000 };

type Setting = { readonly org: string; readonly group: TargetGroup };

async function groupOf(
  { cycleCount = 5, targetCount = 1 },
  { org = randomUUID(), now = startOfCycle(1) }: { readonly org?: string; readonly now?: Instant } = {},
): Promise<Setting> {
  const targets = Array.from({ length: targetCount }, (_, index) => buildTarget({ name: `target ${index}` }));
  const group = await createTargetGroup(table, org, buildGroup({ name: randomUUID(), cycleCount, targets }), now);
  if (typeof group === "string") throw new Error("The name is new");
  return { org, group };
}

/** Enrols the customers in every target of the group, and has it in the index as the projector does. */
async function enrollInAll({ org, group }: Setting, customerIds: readonly number[]): Promise<void> {
  const shards = new ShardList(table);
  const plan = { outcome: "accepted", fromCycle: 1, opening: { kind: "resume" }, definitionVersion: 1 } as const;
  for (const { id: targetId } of group.targets) {
    for (const customerId of customerIds) {
      const ref = { org, customerId, groupId: group.id, targetId };
      await enroll(table, ref, plan, startOfCycle(1));
      await Promise.all([putIndexRow(table, ref), shards.add(ref)]);
    }
  }
}

function due(now: Instant, org?: string) {
  const only = org === undefined ? {} : { org };
  return listDueCycles(table)({ now: formatInstant(now), resumeAfter: null, ...only });
}

async function closeAll(tasks: readonly ClosingTask[]): Promise<void> {
  for (const task of tasks) await closeShard(table)(task, withTime);
}

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("There is one");
  return value;
}

function summary(requests: readonly EngineRequest[]): string[] {
  return requests.map(({ command, units }) => `${command} ${units}`).toSorted();
}

describe("what nobody is enrolled in", () => {
  it("makes no task and is not on the list when a group's cycles had all ended at its creation, whatever its size", async () => {
    const now = startOfCycle(102);
    const { org } = await groupOf({ cycleCount: 100, targetCount: 50 }, { now });
    const requests = await recorder.during(async () => expect((await due(now, org)).tasks).toEqual([]));
    expect(requests.map(({ command }) => command)).toEqual(["Query"]);
  });

  it.each([1, 50])(
    "makes no task of a group with %i targets: one look notes starts and closing, and puts the next sweep of each kind on the list",
    async (targetCount) => {
      const { org } = await groupOf({ targetCount });
      const first = await recorder.during(async () => expect((await due(startOfCycle(2), org)).tasks).toEqual([]));
      expect(first.map(({ command }) => command).toSorted()).toEqual([
        ...Array.from({ length: 3 }, () => "DeleteItem"),
        // Two started cycles, and the next sweep of each of the three kinds: closing, starts and counting.
        ...Array.from({ length: 5 }, () => "PutItem"),
        ...Array.from({ length: 6 }, () => "Query"),
        "UpdateItem",
      ]);
      const second = await recorder.during(async () => expect((await due(startOfCycle(2), org)).tasks).toEqual([]));
      expect(second.map(({ command }) => command)).toEqual(["Query"]);
    },
  );

  it("is looked at in those shards only that hold an enrolment", async () => {
    const one = await groupOf({ targetCount: 3 });
    const [, second] = one.group.targets;
    await enrollInAll({ ...one, group: { ...one.group, targets: second === undefined ? [] : [second] } }, [7, 23, 8]);
    const { tasks } = await due(startOfCycle(2), one.org);
    expect(tasks).toMatchObject([{ targetId: second?.id, shards: [7, 8] }]);
  });
});

describe("the closing of a target", () => {
  it("notes all its shards in one write of one unit, also when it has every shard there can be", async () => {
    const one = await groupOf({});
    await enrollInAll(
      one,
      Array.from({ length: shardCount }, (_, index) => index + 1),
    );
    const { tasks } = await due(startOfCycle(2), one.org);
    const requests = await recorder.during(() => closeAll(tasks));
    const enrollments = Array.from({ length: shardCount }, () => "UpdateItem 1");
    expect(summary(requests).filter((line) => line.startsWith("UpdateItem"))).toEqual([...enrollments, "UpdateItem 1"]);
    expect((await due(startOfCycle(2), one.org)).tasks).toEqual([]);
  });

  it("costs of 50 targets with few customers a note each, and each note one unit", async () => {
    const one = await groupOf({ targetCount: 50 });
    await enrollInAll(one, [1, 2, 17]);
    const { tasks } = await due(startOfCycle(2), one.org);
    expect(tasks).toHaveLength(50);
    const requests = await recorder.during(() => closeAll(tasks));
    const writes = requests.filter(({ command }) => command === "UpdateItem");
    expect(writes.map(({ units }) => units)).toEqual(Array.from({ length: 50 * 3 + 50 }, () => 1));
  });

  it("closes 99 cycles that ended between two looks in one pass, 25 with a read and a write", async () => {
    const one = await groupOf({ cycleCount: 100 });
    await enrollInAll(one, [1]);
    const now = startOfCycle(100);
    const [task] = (await due(now, one.org)).tasks;
    const requests = await recorder.during(async () => {
      const { closed } = await closeShard(table)(required(task), withTime);
      expect(closed).toEqual(Object.fromEntries(one.group.cycles.slice(0, 99).map(({ number }) => [number, 1])));
    });
    const commands = requests.map(({ command }) => command);
    const closings = Math.ceil(99 / mostCyclesInOneClosing);
    expect(commands.filter((command) => command === "GetItem")).toHaveLength(closings);
    // Each closing can write a row of settled cycles besides, and there is one note.
    expect(commands.filter((command) => command === "UpdateItem").length).toBeLessThanOrEqual(2 * closings + 1);
    expect((await due(now, one.org)).tasks).toEqual([]);
    expect((await due(startOfCycle(101) - 1, one.org)).tasks).toMatchObject([{ shards: [1] }]);
  });
});

describe("a page of what is due", () => {
  it("has the brands' work by turns, so that one with much due work delays the others by one task", async () => {
    const [busy, quiet] = [`a-${randomUUID()}`, `b-${randomUUID()}`];
    const now = startOfCycle(2);
    for (const org of [busy, busy, busy, quiet]) {
      await enrollInAll(await groupOf({ targetCount: 2 }, { org }), [1]);
    }
    // The starts of the first cycle are told, so that what is left is due at one moment.
    await due(startOfCycle(1));
    const { tasks } = await due(now);
    const orgs = tasks.map(({ org }) => org).filter((org) => org === busy || org === quiet);
    // The counts of the busy brand's groups come first. They make no task here, so the quiet brand's turn is first.
    expect(orgs).toEqual([quiet, busy, quiet, busy, busy, busy, busy, busy]);
  });

  it("fits into the 256 kB of a state machine's input, however large its groups are", () => {
    const id = Number.MAX_SAFE_INTEGER;
    const org = "o".repeat(64);
    const shards = Array.from({ length: shardCount }, (_, shard) => shard);
    const progress = { resumeAfter: null, hasFailures: false, failedCount: 0, busyCount: 0 };
    const sweepOfTask = { kind: "JUDGING", dueAt: id, editedAt: id, targetId: id, version: id } as const;
    const task: ClosingTask = { org, groupId: id, targetId: id, sweep: sweepOfTask, now: id, shards, ...progress };
    const sweep = { kind: "CLOSING", org, groupId: id, fromCycle: 100, dueAt: id } as const;
    const tasksOfLastGroups = Array.from({ length: 50 * pageLimits.groupsAtOnce }, () => task);
    const waiting = Array.from({ length: pageLimits.sweeps }, () => sweep);
    const bytes = pageLimits.taskBytes + JSON.stringify({ tasksOfLastGroups, waiting }).length;
    expect(bytes).toBeLessThan(256 * 1024 - 5_000);
  });
});
