import { randomUUID } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closeCycles } from "../../local/closeCycles.ts";
import type { Activity } from "../../shared/domain/activity.ts";
import { overAt } from "../../shared/domain/over.ts";
import { listDueShards } from "../../shared/operations/listDueShards.ts";
import type { Table } from "../../shared/table/client.ts";
import { TooMuchContention } from "../../shared/table/failures.ts";
import { listLedger } from "../../shared/table/ledger.ts";
import { retireGroup } from "../../shared/table/targetGroups.ts";
import { ignoreRevisionWhenSettingAside, readSetAsideFirst } from "../support/brokenSettingAside.ts";
import { loseLateChanges } from "../support/brokenSettling.ts";
import { decimal, noonOf, startOfCycle } from "../support/domain.ts";
import { before, newGroup, OverLife } from "../support/overLife.ts";
import { useProjectedTable } from "../support/projectedTable.ts";
import { historyCount } from "../support/seeds.ts";

const { table, open, announced } = useProjectedTable();
const hour = 60 * 60 * 1000;
const late = { activityId: "late", occurredAt: noonOf(2), amount: decimal(5) } as const;

// It comes first, because it waits until everything that was written before it is projected.
describe("the history and the notifications", () => {
  it("say nothing of an enrolment that is set aside, and everything of what happens to it later", async () => {
    const life = await OverLife.begin(table);
    await life.sweep(overAt(life.over));
    const told = async () => {
      // Each sweep tells of the starts of the group that goes on.
      const types = (await announced(life.org))
        .map(({ type }) => type)
        .filter((type) => type !== "targetPeriodStarted");
      const { org, customerId, targetId } = life.ref;
      const { rows } = await listLedger(
        table,
        { org, customerId, targetId },
        { cycleNumber: undefined, limit: 99, offset: 0 },
      );
      return { types, rows: rows.map(({ kind }) => kind) };
    };
    const earlier = await told();
    await life.sweep();
    expect((await life.places()).aside).toEqual([life.over.id]);
    expect(await told()).toEqual(earlier);
    await life.count(late);
    await life.leave();
    const { types, rows } = await told();
    // The sale counts in a cycle of the other group too.
    const ofSale = ["targetAchievedValueUpdated", "targetPeriodCompleted"];
    const expected = [...ofSale, ...ofSale, "targetCustomerUnEnrolment"].toSorted();
    expect(types.slice(earlier.types.length).toSorted()).toEqual(expected);
    expect(rows.slice(earlier.rows.length)).toHaveLength(2);
  });
});

describe("a group whose last cycle ended 30 days ago", () => {
  it("has its enrolments set aside an hour later, unchanged, those that were left included", async () => {
    const life = await OverLife.begin(table, 2);
    await life.count({ activityId: "t1" }, noonOf(1));
    await life.leave(noonOf(2));
    await life.sweep(overAt(life.over) + hour - 1);
    const earlier = await life.enrollment();
    expect((await life.places()).aside).toEqual([]);
    await life.sweep(overAt(life.over) + hour);
    expect(await life.places()).toEqual({ stay: [life.current.id], aside: [life.over.id, life.over.id] });
    expect(await life.enrollment()).toEqual({ ...earlier, isSetAside: true });
    expect(earlier.closedAt.size).toBe(1);
  });

  it("is swept no more after that, and a second worker finds nothing to do", async () => {
    const life = await OverLife.begin(table);
    await life.sweep();
    await life.setAside();
    const later = life.afterwards + 1000 * hour;
    const { tasks } = await listDueShards(table, later, null, { org: life.org, groupId: life.over.id });
    expect(tasks).toEqual([]);
    expect((await life.places()).aside).toEqual([life.over.id]);
  });

  it("costs nothing but its mark when nobody was ever enrolled", async () => {
    const org = randomUUID();
    const group = await newGroup(table, org, 2, 50);
    const { tasks } = await listDueShards(table, overAt(group) + hour, null, { org });
    expect(tasks).toEqual([]);
    expect(await retireGroup(table, org, { ...group, version: 2 }, overAt(group))).toBe(true);
  });

  it("is not marked when its definition has changed since it was read, as when it is extended", async () => {
    const org = randomUUID();
    const group = await newGroup(table, org, 2, 1);
    expect(await retireGroup(table, org, { ...group, version: 2 }, overAt(group))).toBe(false);
    expect(await retireGroup(table, org, group, overAt(group))).toBe(true);
  });

  it("is finished by a later call when the first ran out of time", async () => {
    const life = await OverLife.begin(table, 3);
    const broken = open();
    endAtSecondTransaction(broken);
    await expect(closeCycles(broken, life.afterwards, life.org)).rejects.toThrow("It was logged as failed");
    await life.sweep();
    expect((await life.places()).aside).toHaveLength(3);
  });
});

/** The function ends while it sets the second enrolment aside. */
function endAtSecondTransaction({ client }: Table): void {
  let transactions = 0;
  client.middlewareStack.add(
    (next) => (args) => {
      if ("TransactItems" in args.input) transactions += 1;
      if (transactions === 2) throw new Error("The function was ended");
      return next(args);
    },
    { step: "initialize", name: "endAtSecondTransaction" },
  );
}

describe("an activity names a target of a group that is over", () => {
  it.each([
    ["only when it happened that long ago, before the enrolment was set aside", false],
    ["only when it happened that long ago, after the enrolment was set aside", true],
  ])("%s", async (_, isSwept) => {
    const life = await OverLife.begin(table);
    if (isSwept) await life.sweep();
    const groupsOf = async (fields: Partial<Activity>) =>
      (await life.count(fields)).effects.map(({ groupId }) => groupId).toSorted();
    expect(await groupsOf({ activityId: "recent", occurredAt: life.afterwards - hour })).toEqual([life.current.id]);
    expect(await groupsOf(late)).toEqual([life.over.id, life.current.id].toSorted());
    expect(await groupsOf({ ...late, activityId: "before any cycle", occurredAt: 0 })).toHaveLength(2);
  });
});

/** Everything a customer can send about a transaction of long ago, `t1`, and one of now, `t2`. */
function sent(life: OverLife): readonly Partial<Activity>[] {
  const now = life.afterwards;
  const back = { type: "RETURN", amount: decimal(1) } as const;
  return [
    { activityId: "t1", occurredAt: noonOf(2), amount: decimal(1000) },
    { activityId: "t2", occurredAt: now - hour, amount: decimal(1000) },
    { ...back, activityId: "r1", originalActivityId: "t1", occurredAt: now - hour },
    { ...back, activityId: "r2", originalActivityId: "t1", occurredAt: noonOf(1), amount: decimal(20) },
    { ...back, activityId: "r3", originalActivityId: "t2", occurredAt: now - hour, amount: decimal(300) },
    // It happened before what it returns, in a cycle of the group that is over.
    { ...back, activityId: "r4", originalActivityId: "t2", occurredAt: noonOf(1), amount: decimal(400) },
    { ...back, activityId: "r5", occurredAt: noonOf(2), amount: decimal(5) },
  ];
}

/** The order in which everything is sent, the step before which the enrolment is set aside, and how often each is sent. */
const anyDeliveries = fc.record({
  order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7 }),
  moved: fc.integer({ min: 0, max: 7 }),
  times: fc.integer({ min: 1, max: 2 }),
});
type Deliveries = typeof anyDeliveries extends fc.Arbitrary<infer One> ? One : never;

/** Each settled cycle leaves the enrolment by itself: the first one with the sweep that sets the enrolment aside. */
function settlingEach(of: Table): Table {
  return { ...of, settling: { ...of.settling, cyclesPerRow: 1 } };
}

async function expectTheSameSums(of: Table, { order, moved, times }: Deliveries): Promise<void> {
  const life = await OverLife.begin(settlingEach(of));
  await life.sweep(startOfCycle(2) + hour);
  const activities = sent(life);
  for (const [step, place] of order.entries()) {
    if (step === moved) await life.sweep();
    for (let delivery = 1; delivery <= times; delivery += 1) await life.count(activities[place] ?? {});
  }
  if (moved === 7) await life.sweep();
  expect((await life.places()).aside).toEqual([life.over.id]);
  expect((await life.enrollment()).past.writtenRows).toEqual(new Set([1]));
  // The other enrolment has a cycle of now too, in which t2 counted.
  expect([await life.sum(), await life.sum(life.current)]).toEqual([decimal(974), decimal(1274)]);
}

describe("late activities and returns into an enrolment that is set aside", () => {
  it("count the same in every order, repeated or not, whenever it is set aside, for a settled cycle too", async () => {
    const property = fc.asyncProperty(anyDeliveries, (one) => expectTheSameSums(table, one));
    await fc.assert(property, { numRuns: historyCount(80) });
  }, 240_000);

  it("that are lost for a settled cycle are noticed", async () => {
    const broken = open();
    loseLateChanges(broken);
    const property = fc.asyncProperty(anyDeliveries, (one) => expectTheSameSums(broken, one));
    expect((await fc.check(property, { numRuns: 80, endOnFailure: true })).failed).toBe(true);
  }, 240_000);

  it("each count once while the enrolment is being set aside", async () => {
    const life = await OverLife.begin(table);
    const ids = Array.from({ length: 12 }, (_, index) => `late${index}`);
    const deliveries = [...ids, ...ids].map((activityId) => life.count({ ...late, activityId, amount: decimal(1) }));
    // So many activities at once may overtake the worker in each of its rounds. Then the task is tried again.
    await Promise.all([...deliveries, life.setAside().catch(unlessOvertaken)]);
    await life.setAside();
    expect((await life.places()).aside).toEqual([life.over.id]);
    expect(await life.sum()).toBe(decimal(12));
  });
});

function unlessOvertaken(error: unknown): void {
  if (!(error instanceof TooMuchContention)) throw error;
}

/** More than any of the calls sends. */
const mostRequests = 9;

type Sabotage = typeof readSetAsideFirst;

/**
 * Sets an enrolment aside before each of the requests of a late activity, and counts one before each of the requests
 * that set an enrolment aside. Answers the interleavings in which it did not count once, each as soon as it is found.
 */
async function* wrongInterleavings(sabotage?: Sabotage): AsyncGenerator<string> {
  for (let request = 1; request <= mostRequests; request += 1) {
    for (const [name, interrupted] of [
      ["count", "setAside"],
      ["setAside", "count"],
    ] as const) {
      const life = await OverLife.begin(table);
      const [process, other] = [open(), open()];
      sabotage?.(process);
      sabotage?.(other);
      const count = (by = process) => life.count(late, life.afterwards, by);
      const setAside = (by = process) => life.setAside(by);
      before(process, request, () => (interrupted === "count" ? count(other) : setAside(other)));
      await (name === "count" ? count() : setAside());
      await (interrupted === "count" ? count(other) : setAside(other));
      const { aside } = await life.places();
      if ((await life.sum()) !== decimal(5) || aside.length !== 1) yield `${interrupted} before ${request} of ${name}`;
    }
  }
}

describe("in every interleaving of a late activity and the worker that sets its enrolment aside", () => {
  it("the activity counts once", async () => {
    const wrong: string[] = [];
    for await (const one of wrongInterleavings()) wrong.push(one);
    expect(wrong).toEqual([]);
  }, 120_000);

  it.each([
    ["reads what was set aside first", readSetAsideFirst],
    ["sets aside whatever is there", ignoreRevisionWhenSettingAside],
  ])(
    "a store that %s is noticed",
    async (_, sabotage) => {
      expect(await wrongInterleavings(sabotage).next()).toMatchObject({ done: false });
    },
    120_000,
  );
});

describe("an enrolment that was set aside", () => {
  it("can be left once, and is refused with 310126 after that", async () => {
    const life = await OverLife.begin(table);
    await life.sweep();
    expect(await life.leave()).toBeUndefined();
    expect(await life.leave()).toMatchObject({ code: 310126 });
    expect(await life.enrollment()).toMatchObject({ isSetAside: true, membership: { status: "UNENROLLED" } });
    expect(await life.count(late)).toMatchObject({
      effects: [{ notCounted: undefined }, { notCounted: "NOT_ENROLLED" }],
    });
  });

  it("is left once, whenever the worker sets it aside in between", async () => {
    for (let request = 1; request <= 4; request += 1) {
      const life = await OverLife.begin(table);
      const process = open();
      before(process, request, () => life.setAside());
      expect(await life.leave(life.afterwards, process)).toBeUndefined();
      await life.setAside();
      expect(await life.enrollment()).toMatchObject({
        isSetAside: true,
        membership: { status: "UNENROLLED" },
        revision: 3,
      });
    }
  });
});
