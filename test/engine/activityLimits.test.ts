import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import type { Activity } from "../../shared/domain/activity.ts";
import { sumOf } from "../../shared/domain/enrollment.ts";
import { rowsToRead } from "../../shared/domain/past.ts";
import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import { closeEnrollment } from "../../shared/operations/closeShards.ts";
import { createTargetGroup } from "../../shared/operations/createTargetGroup.ts";
import { recordActivity } from "../../shared/operations/recordActivity.ts";
import { TargetGroupCache } from "../../shared/operations/targetGroupCache.ts";
import type { Table } from "../../shared/table/client.ts";
import { listEnrollments } from "../../shared/table/enrollments.ts";
import { readRows } from "../../shared/table/past.ts";
import { buildActivity, buildGroup, buildTarget, decimal, noonOf, startOfCycle } from "../support/domain.ts";
import { enroll } from "../support/membership.ts";
import { EngineRecorder } from "../support/recorder.ts";
import { openTestTable } from "../support/service.ts";

const table = openTestTable();
afterAll(() => table.close());

const now = noonOf(1);
const customerId = 11;
const resume = { outcome: "accepted", fromCycle: 1, opening: { kind: "resume" }, definitionVersion: 1 } as const;

/**
 * A brand whose customer is enrolled in every target of its groups. Each number is the number of targets of one group.
 */
async function brandWith(...targetCounts: readonly number[]): Promise<Brand> {
  const brand = new Brand();
  for (const [index, count] of targetCounts.entries()) await brand.addGroup(`Group ${index}`, count);
  return brand;
}

class Brand {
  readonly org = randomUUID();
  readonly groups: TargetGroup[] = [];

  async addGroup(name: string, targetCount: number): Promise<void> {
    const targets = Array.from({ length: targetCount }, (_, index) => buildTarget({ name: `Target ${index}` }));
    const group = await createTargetGroup(table, this.org, buildGroup({ name, targets }), startOfCycle(1));
    if (typeof group === "string") throw new Error("The names differ");
    this.groups.push(group);
    for (const { id: targetId } of group.targets) {
      await enroll(table, { org: this.org, customerId, groupId: group.id, targetId }, resume, now, undefined);
    }
  }

  record(fields: Partial<Activity> = {}, through: Table = table) {
    const activity = buildActivity({ customerId, amount: decimal(10), ...fields });
    const contentDigest = activity.activityId;
    return recordActivity(through, new TargetGroupCache(through), this.org, { ...activity, contentDigest }, now);
  }

  /** Closes and settles the first cycle in every target. It leaves the enrolments. */
  async settleFirstCycle(): Promise<void> {
    for (const cycle of [2, 3]) await this.closeAt(startOfCycle(cycle));
  }

  async closeAt(instant: number): Promise<void> {
    const settling: Table = { ...table, settling: { delayMilliseconds: 0, cyclesPerRow: 1 } };
    for (const group of this.groups) {
      for (const { id: targetId } of group.targets) {
        await closeEnrollment(settling, group, { org: this.org, customerId, groupId: group.id, targetId }, instant);
      }
    }
  }

  /** The sums of the first cycle, which has left, and how many enrolments keep it themselves. */
  async firstCycle() {
    const enrollments = await listEnrollments(table, this.org, customerId);
    const whole = await Promise.all(enrollments.map((one) => readRows(table, this.org, one, rowsToRead(one, [1]))));
    return {
      kept: enrollments.filter(({ past }) => past.kept.has(1)).length,
      sums: whole.map((one) => sumOf(one, 1)),
    };
  }

  async sums(): Promise<bigint[]> {
    const enrollments = await listEnrollments(table, this.org, customerId);
    return enrollments.flatMap(({ achieved }) => [...achieved.values()]);
  }
}

describe("an activity that counts for many targets of a customer", () => {
  it("counts for 98 of them, and so does a return of an unknown transaction", async () => {
    const brand = await brandWith(50, 48);
    expect(await brand.record()).toMatchObject({ outcome: "recorded" });
    const returned = await brand.record({ activityId: "r-1", type: "RETURN", originalActivityId: "later" });
    expect(returned).toMatchObject({ outcome: "recorded" });
    expect(new Set(await brand.sums())).toEqual(new Set([0n]));
    expect(await brand.record({ activityId: "later", amount: decimal(30) })).toMatchObject({ outcome: "recorded" });
    expect(new Set(await brand.sums())).toEqual(new Set([decimal(30)]));
  });

  it("is refused for 99 and changes nothing; an activity counted before is answered as before", async () => {
    const brand = await brandWith(50, 48);
    const first = await brand.record();
    await brand.addGroup("One more", 1);
    const refused = await brand.record({ activityId: "a-2" });
    expect(refused).toEqual({ outcome: "tooManyTargets", targets: 99, changes: 99, most: 98 });
    expect((await brand.sums()).toSorted()).toEqual([0n, ...Array.from({ length: 98 }, () => decimal(10))]);
    const again = await brand.record();
    expect(again).toMatchObject({ outcome: "repeated" });
    expect("activity" in again && "activity" in first && again.activity.effects).toEqual(
      "activity" in first && first.activity.effects,
    );
  });
});

it("an activity that is late for cycles which have left counts for 98 targets, and is refused for 99", async () => {
  const brand = await brandWith(50, 48);
  await brand.settleFirstCycle();
  expect(await brand.record()).toMatchObject({ outcome: "recorded" });
  expect(await brand.record()).toMatchObject({ outcome: "repeated" });
  expect(await brand.record({ activityId: "a-2" })).toMatchObject({ outcome: "recorded" });
  const goodsReturn = { activityId: "r-1", type: "RETURN", originalActivityId: "a-2", amount: decimal(4) } as const;
  expect(await brand.record(goodsReturn)).toMatchObject({ outcome: "recorded" });
  expect(await brand.firstCycle()).toEqual({ kept: 98, sums: Array.from({ length: 98 }, () => decimal(16)) });
  await brand.closeAt(startOfCycle(4));
  expect(await brand.firstCycle()).toEqual({ kept: 0, sums: Array.from({ length: 98 }, () => decimal(16)) });
  expect(await brand.record({ activityId: "a-3" })).toMatchObject({ outcome: "recorded" });
  expect(await brand.firstCycle()).toEqual({ kept: 98, sums: Array.from({ length: 98 }, () => decimal(26)) });
  await brand.addGroup("One more", 1);
  await brand.settleFirstCycle();
  const refused = await brand.record({ activityId: "a-4" });
  expect(refused).toEqual({ outcome: "tooManyTargets", targets: 99, changes: 99, most: 98 });
});

it("an activity that does not count in a hundred enrolments makes its record hardly larger", async () => {
  const brand = await brandWith(50, 50);
  const recorded = openTestTable();
  const record = EngineRecorder.on(recorded.client);
  const long = { occurredAt: noonOf(-3) };
  let outcome: unknown;
  const requests = await record.during(async () => {
    outcome = await brand.record(long, recorded);
  });
  recorded.close();
  expect(requests.filter(({ command }) => command === "TransactWriteItems").map(({ units }) => units)).toEqual([6]);
  const effects = Array.from({ length: 100 }, () => expect.objectContaining({ notCounted: "OUTSIDE_ANY_CYCLE" }));
  expect(outcome).toMatchObject({ activity: { effects } });
  expect(await brand.record(long)).toMatchObject({ outcome: "repeated", activity: { effects } });
});

/** A table on which `act` happens before the first transaction is sent. */
function meddled(act: () => Promise<unknown>): Table {
  const meddling = openTestTable();
  let hasActed = false;
  meddling.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === "TransactWriteItemsCommand" && !hasActed) {
          hasActed = true;
          await act();
        }
        return next(args);
      },
    { step: "initialize", name: "meddle" },
  );
  return meddling;
}

describe("a return and its transaction, which happened before every cycle and changes no enrolment, give the same result", () => {
  const [transaction, back] = [
    { activityId: "t-1", occurredAt: noonOf(-3) },
    { activityId: "r-1", type: "RETURN", originalActivityId: "t-1" },
  ] as const;

  it("when the transaction arrives between the return's read and its write", async () => {
    const brand = await brandWith(1);
    const meddling = meddled(() => brand.record(transaction));
    const result = await brand.record(back, meddling);
    meddling.close();
    expect(result).toMatchObject({ activity: { effects: [{ notCounted: "ORIGINAL_NOT_COUNTED" }] } });
    expect(await brand.sums()).toEqual([0n]);
  });

  it("when the return arrives between the transaction's read and its write", async () => {
    const brand = await brandWith(1);
    const meddling = meddled(() => brand.record(back));
    const result = await brand.record(transaction, meddling);
    meddling.close();
    expect(result).toMatchObject({ activity: { effects: [{ notCounted: "OUTSIDE_ANY_CYCLE" }] } });
    expect(await brand.sums()).toEqual([0n]);
  });
});
