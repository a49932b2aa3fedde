import { randomUUID } from "node:crypto";
import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import type { Activity } from "../../shared/domain/activity.ts";
import { decideEnrollment } from "../../shared/domain/enrolling.ts";
import type { Enrollment } from "../../shared/domain/enrollment.ts";
import { recordsBetween } from "../../shared/domain/past.ts";
import { settlingRules } from "../../shared/domain/settling.ts";
import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import { decideUnenrollment } from "../../shared/domain/unenrolling.ts";
import { closeEnrollment } from "../../shared/operations/closeShards.ts";
import { createTargetGroup } from "../../shared/operations/createTargetGroup.ts";
import { writeEnrollment } from "../../shared/operations/enroll.ts";
import { judgeEnrollment } from "../../shared/operations/judgeShards.ts";
import { recordActivity } from "../../shared/operations/recordActivity.ts";
import { TargetGroupCache } from "../../shared/operations/targetGroupCache.ts";
import { writeUnenrollment } from "../../shared/operations/unenroll.ts";
import type { Table } from "../../shared/table/client.ts";
import { type EnrollmentRef, findEnrollment } from "../../shared/table/enrollments.ts";
import { pastKey } from "../../shared/table/keys.ts";
import { listPastRows, readRows, writeSettledRows } from "../../shared/table/past.ts";
import {
  buildActivity,
  buildGroup,
  buildLevels,
  buildTarget,
  decimal,
  noonOf,
  startOfCycle,
} from "../support/domain.ts";
import { byTest } from "../support/membership.ts";
import { openTestTable } from "../support/service.ts";

const hour = 60 * 60 * 1000;
/** Two cycles leave an enrolment together. The other table keeps everything in the enrolment. */
const settling: Table = { ...openTestTable(), settling: { delayMilliseconds: hour, cyclesPerRow: 2 } };
const keeping: Table = { ...settling, settling: { ...settlingRules, delayMilliseconds: Number.POSITIVE_INFINITY } };

/** A customer of a brand of its own, in a streak of daily cycles with a target of 100. */
class Life {
  readonly table: Table;
  readonly ref: EnrollmentRef;
  readonly #group: TargetGroup;
  readonly #targetGroups: TargetGroupCache;

  private constructor(table: Table, ref: EnrollmentRef, group: TargetGroup) {
    this.table = table;
    this.ref = ref;
    this.#group = group;
    this.#targetGroups = new TargetGroupCache(table);
  }

  static async begin(table: Table): Promise<Life> {
    const org = randomUUID();
    const fields = { trackingType: "STREAKS", levels: buildLevels(2, 3, 5), targets: [buildTarget()] } as const;
    const group = await createTargetGroup(table, org, buildGroup({ cycleCount: 9, ...fields }), noonOf(1));
    if (typeof group === "string") throw new Error("A new org has no groups");
    const [target] = group.targets;
    const life = new Life(table, { org, customerId: 7, groupId: group.id, targetId: target?.id ?? 0 }, group);
    await life.enroll(noonOf(1));
    return life;
  }

  async enroll(now: number, resetsStreak = false) {
    const { group, target } = { group: this.#group, target: this.#group.targets[0] ?? buildTarget() };
    const plan = decideEnrollment(
      group,
      target,
      { cycleName: undefined, openingBalance: undefined, resetsStreak },
      now,
    );
    if (plan.outcome === "refused") throw new Error(plan.detail);
    return writeEnrollment(this.table, this.ref, plan, { authorship: byTest, idempotency: undefined, now });
  }

  leave(now: number) {
    return writeUnenrollment(this.table, this.ref, { authorship: byTest, now, mayBeSetAside: false }, (stored) =>
      decideUnenrollment(this.#group, stored, now),
    );
  }

  close(now: number) {
    return closeEnrollment(this.table, this.#group, this.ref, now);
  }

  /** Judges the first cycles by another value, as after an edit. */
  async judge(cycles: readonly number[], value: number, now: number): Promise<void> {
    const targets = this.#group.targets.map((target) => ({ ...target, values: [decimal(value)] }));
    const changes = [{ fromCycle: 1, throughCycle: Math.max(...cycles), oldValue: decimal(100) }];
    await judgeEnrollment(this.table, { ...this.#group, targets }, this.ref, { cycles, changes }, now);
  }

  /** Counts an activity, of which the answer matters. */
  async count(fields: Partial<Activity>, now: number) {
    const activity = { ...buildActivity({ customerId: 7, ...fields }), contentDigest: "content" };
    const result = await recordActivity(this.table, this.#targetGroups, this.ref.org, activity, now);
    if (!("activity" in result)) throw new Error(result.outcome);
    return { outcome: result.outcome, effects: result.activity.effects };
  }

  spend(activityId: string, cycle: number, now = noonOf(cycle), amount = 100) {
    return this.count({ activityId, occurredAt: noonOf(cycle), amount: decimal(amount) }, now);
  }

  /** Reaches and closes the cycles 1 to `last`. */
  async liveThrough(last: number): Promise<void> {
    for (let cycle = 1; cycle <= last; cycle += 1) {
      await this.spend(`t${cycle}`, cycle);
      await this.close(startOfCycle(cycle + 1) + 1);
    }
  }

  async enrollment(): Promise<Enrollment> {
    const stored = await findEnrollment(this.table, this.ref);
    if (stored === undefined) throw new Error("The customer was never enrolled");
    return stored;
  }

  /** Everything that is stored of the cycles, wherever it is. */
  async cycles() {
    const stored = await this.enrollment();
    return recordsBetween(await readRows(this.table, this.ref.org, stored, [...stored.past.writtenRows]), 0, 99);
  }

  rows() {
    const { org, customerId } = this.ref;
    return listPastRows(this.table, org, customerId);
  }
}

/** What a life answers and what is stored of its cycles, with settled cycles and without. */
async function inBoth(step: (life: Life) => Promise<unknown>): Promise<readonly [unknown, unknown]> {
  const lives = [await Life.begin(settling), await Life.begin(keeping)] as const;
  const told = [await step(lives[0]), await step(lives[1])];
  expect((await lives[0].rows()).length).toBeGreaterThan(0);
  expect(await lives[1].rows()).toEqual([]);
  return [withoutIds([told[0], await lives[0].cycles()]), withoutIds([told[1], await lives[1].cycles()])];
}

/** Ids of groups, targets and operations differ from brand to brand. */
function withoutIds(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer, (name, value) => {
      if (name === "groupId" || name === "targetId") return undefined;
      if (name === "valueSetBy" && value !== undefined) return "an operation";
      return typeof value === "bigint" ? value.toString() : value;
    }) ?? "null",
  );
}

describe("what is told of a settled cycle is what would be told had it stayed in the enrolment", () => {
  it("when a sale arrives late, is delivered again, and fills a gap of the streak", async () => {
    const [settled, kept] = await inBoth(async (life) => {
      await life.spend("t1", 1);
      await life.close(startOfCycle(2) + 1);
      await life.close(startOfCycle(3) + 1);
      for (const cycle of [3, 4, 5, 6]) {
        await life.spend(`t${cycle}`, cycle);
        await life.close(startOfCycle(cycle + 1) + 1);
      }
      const late = [await life.spend("late", 2, noonOf(8)), await life.spend("late", 2, noonOf(8))];
      return [late, await life.spend("more", 2, noonOf(8), 5)];
    });
    expect(settled).toEqual(kept);
  });

  it("when a return names a sale of it, and when a return that waited is settled there", async () => {
    const [settled, kept] = await inBoth(async (life) => {
      await life.count(
        { type: "RETURN", activityId: "r0", originalActivityId: "t0", occurredAt: noonOf(2) },
        noonOf(2),
      );
      await life.liveThrough(6);
      const fields = { type: "RETURN", occurredAt: noonOf(7), amount: decimal(40) } as const;
      const named = await life.count({ ...fields, activityId: "r1", originalActivityId: "t3" }, noonOf(7));
      return [named, await life.spend("t0", 4, noonOf(8), 70)];
    });
    expect(settled).toEqual(kept);
  });

  it("when the customer leaves and comes back, with and without a reset", async () => {
    const [settled, kept] = await inBoth(async (life) => {
      await life.liveThrough(5);
      await life.leave(noonOf(6));
      const out = await life.spend("out", 3, noonOf(6));
      await life.enroll(noonOf(7));
      await life.spend("t7", 7);
      const early = await life.spend("early", 2, noonOf(7));
      await life.close(startOfCycle(8) + 1);
      await life.leave(noonOf(8));
      await life.enroll(noonOf(8), true);
      return [out, early, await life.spend("t8", 8)];
    });
    expect(settled).toEqual(kept);
  });
});

describe("a changed value", () => {
  it("judges cycles that have left the enrolment, before and after their row is written once more", async () => {
    const [settled, kept] = await inBoth(async (life) => {
      await life.liveThrough(5);
      await life.judge([1, 2, 3], 101, noonOf(6));
      const marks = (await life.cycles()).map(({ reachedAt }) => reachedAt !== undefined);
      await life.close(startOfCycle(7) + 1);
      await life.judge([2], 100, noonOf(7));
      return [marks, (await life.enrollment()).judged];
    });
    expect(settled).toEqual(kept);
    expect(settled).toMatchObject([[[false, false, false, true, true], { cycles: [{ cycleNumber: 2 }] }], {}]);
  });
});

describe("an enrolment whose cycles are settled", () => {
  it("keeps the last two or three of them, however many there were", async () => {
    const life = await Life.begin(settling);
    await life.liveThrough(8);
    const { achieved, settledThrough, past } = await life.enrollment();
    expect([new Set(achieved.keys()), settledThrough, past.rowCount]).toEqual([new Set([7, 8]), 7, 3]);
    expect((await life.rows()).map(({ row, records }) => [row, records.length])).toEqual([
      [1, 2],
      [2, 2],
      [3, 2],
    ]);
  });

  it("refuses an enrolment into one of them, which only a request that is an hour late can ask for", async () => {
    const life = await Life.begin(settling);
    await life.liveThrough(4);
    await life.leave(noonOf(5));
    expect(await life.enroll(noonOf(3))).toBe("cycleSettled");
    expect(await life.enroll(noonOf(5))).toBe("enrolled");
  });

  it("is not decided on without a row that it says is there", async () => {
    const life = await Life.begin(settling);
    await life.liveThrough(4);
    const Key = pastKey(life.ref.org, life.ref, 1);
    await settling.client.send(
      new DeleteCommand({ TableName: settling.name, Key, ConditionExpression: "attribute_exists(pk)" }),
    );
    await expect(life.spend("late", 1, noonOf(6))).rejects.toThrow("missing");
  });
});

describe("a row that an overtaken closing has written", () => {
  const earlier = { row: 1, records: [] };

  it("does not count, and the closing that succeeds writes it anew", async () => {
    const life = await Life.begin(settling);
    await life.liveThrough(3);
    await writeSettledRows(settling, life.ref.org, { ...(await life.enrollment()), revision: 1 }, [earlier]);
    expect((await life.cycles()).map(({ cycleNumber }) => cycleNumber)).toEqual([1, 2, 3]);
    await life.spend("late", 1, noonOf(4), 5);
    await life.close(startOfCycle(5) + 1);
    expect((await life.rows())[0]?.records.map(({ achieved }) => achieved)).toEqual([decimal(105), decimal(100)]);
  });

  it("does not replace what a later closing or a late activity has written, however late it arrives", async () => {
    const life = await Life.begin(settling);
    await life.liveThrough(3);
    const overtaken = await life.enrollment();
    await life.spend("late", 1, noonOf(4), 5);
    await life.close(startOfCycle(5) + 1);
    await life.spend("later", 2, noonOf(5), 6);
    expect(await writeSettledRows(settling, life.ref.org, overtaken, [earlier])).toBe(true);
    expect((await life.cycles()).slice(0, 2).map(({ achieved }) => achieved)).toEqual([decimal(105), decimal(106)]);
  });

  it("at once with late activities, each of them counts once", async () => {
    const life = await Life.begin(settling);
    await life.liveThrough(6);
    const ids = Array.from({ length: 8 }, (_, index) => `late${index}`);
    await Promise.all([
      ...ids.map((id, index) => life.spend(id, 1 + (index % 7), noonOf(7), 1)),
      life.close(startOfCycle(8) + 1),
    ]);
    const sums = (await life.cycles()).map(({ achieved = 0n }) => achieved);
    expect(sums.reduce((one, other) => one + other, 0n)).toBe(decimal(608));
  });
});
