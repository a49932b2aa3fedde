import { describe, expect, it } from "vitest";
import { expectAccepted } from "../support/envelopes.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import { during, milestone, streak } from "../support/targetGroups.ts";

const service = useProjectedService();

/** A streak whose cycles are each met by a sale of 10. */
function sales(trackingType: "STREAKS" | "NON_CONTINUOUS_STREAKS" = "STREAKS") {
  const [target] = milestone().targets;
  const targets = [{ ...target, defaultValues: [{ defaultValue: 10 }] }];
  return streak({ cycles: 6, levels: [1, 2, 3, 4], trackingType, targets });
}

async function enrolled(now: string, body = sales()): Promise<Setting> {
  const one = await newSetting(service, body);
  await enter(one, now);
  return one;
}

async function enter({ org, group, customerId }: Setting, now: string, fields = {}): Promise<void> {
  expectAccepted(await org.enroll(group, { customerId, ...fields }, { now }), customerId);
}

async function leave({ org, group, customerId }: Setting, now: string): Promise<void> {
  expectAccepted(await org.unenroll(group, customerId, { now }), customerId);
}

async function act({ org, customerId }: Setting, fields: Record<string, unknown>, now: string) {
  const { status, body } = await org.till.post("/activities", { customerId, ...fields }, { now });
  expect({ status, errors: body.errors }).toEqual({ status: 200, errors: null });
  return body.data;
}

function sell(one: Setting, activityId: string, occurredAt: string, amount = 10, now = occurredAt) {
  return act(one, { type: "TRANSACTION", activityId, occurredAt, amount }, now);
}

function takeBack(one: Setting, originalActivityId: string, now: string, amount = 10, occurredAt = now) {
  const activityId = `return of ${originalActivityId}`.replaceAll(" ", "-");
  return act(one, { type: "RETURN", activityId, originalActivityId, occurredAt, amount }, now);
}

async function history({ org, group, customerId }: Setting) {
  const { body } = await org.reader.get(`/users/${customerId}/trackedTargetEvents/${group.targetId}`);
  return body.data;
}

/** The streak value and the reached marks of the levels. */
async function standing({ org, group, customerId }: Setting, now: string) {
  const rows = (await org.readState(group, customerId, { now }))?.streaks ?? [];
  const levels = rows.flatMap(({ status, streakName }) => (status === "ACHIEVED" ? [streakName] : []));
  return { value: rows[0]?.currentCount, levels };
}

describe("while the customer is out", () => {
  it.each([1, 0])(
    "settling a waiting return of %d reaches no level, whether the cycle that was left is met by it or not",
    async (amount) => {
      const one = await enrolled(during(1, 1));
      await sell(one, "first", during(1), 20);
      await sell(one, "second", during(2, 1), 20);
      await takeBack(one, "late", during(2, 2), amount);
      await leave(one, during(3, 1));
      const answer = await sell(one, "late", during(2, 3), 10, during(3, 2));
      const levelsReached = answer.targets.flatMap((row: { levelsReached: unknown[] }) => row.levelsReached);
      expect(levelsReached).toEqual([]);
      await enter(one, during(4));
      expect(await standing(one, during(4))).toEqual({ value: 2, levels: ["l1", "l2"] });
    },
  );

  it("settling a waiting return announces nothing, and the history has its row", async () => {
    const one = await enrolled(during(1, 1));
    await sell(one, "first", during(1), 11);
    await takeBack(one, "late", during(1, 20), 2);
    await leave(one, during(1, 21));
    await service.drain();
    const before = await service.events(one.customerId);
    const answer = await sell(one, "late", during(1, 19), 10, during(1, 22));
    await service.drain();
    expect(answer.targets).toMatchObject([{ oldAchievedValue: 9, newAchievedValue: 11, reached: true }]);
    expect(await service.events(one.customerId)).toEqual(before);
    expect((await history(one)).at(-1)).toMatchObject({ eventName: "RETURN_BILL", value: 2, achievedValue: 11 });
  });
});

describe("the kept value", () => {
  it.each(["STREAKS", "NON_CONTINUOUS_STREAKS"] as const)(
    "of %s is what was met at the moment of leaving, whatever is returned later",
    async (trackingType) => {
      const one = await enrolled(during(1, 1), sales(trackingType));
      for (const day of [1, 2, 3]) await sell(one, `sale-${day}`, during(day, 2));
      await leave(one, during(3, 10));
      await enter(one, during(5));
      for (const day of [3, 1]) {
        await takeBack(one, `sale-${day}`, during(5));
        expect(await standing(one, during(5))).toEqual({ value: 3, levels: ["l1", "l2", "l3"] });
      }
      await sell(one, "sale-5", during(5));
      expect(await standing(one, during(6))).toEqual({ value: 4, levels: ["l1", "l2", "l3", "l4"] });
    },
  );

  it("does not grow when settling a waiting return meets the cycle that was left", async () => {
    const one = await enrolled(during(1, 1));
    await sell(one, "sale-1", during(1, 2));
    await sell(one, "sale-2", during(2, 2));
    await takeBack(one, "late", during(2, 3), 5);
    await leave(one, during(2, 4));
    await sell(one, "late", during(2, 1), 10, during(2, 5));
    await enter(one, during(4));
    expect(await standing(one, during(4))).toEqual({ value: 1, levels: ["l1", "l2"] });
  });

  it("does not hold the cycle that was left when the customer comes back within that cycle", async () => {
    const one = await enrolled(during(1, 1));
    for (const day of [1, 2, 3]) await sell(one, `sale-${day}`, during(day, 2));
    await leave(one, during(3, 10));
    await enter(one, during(3, 20));
    await takeBack(one, "sale-3", during(3, 21));
    expect((await standing(one, during(3, 22))).value).toBe(2);
    await sell(one, "again", during(3, 23));
    expect((await standing(one, during(4))).value).toBe(3);
  });

  it("is forgotten by a reset", async () => {
    const one = await enrolled(during(1, 1));
    for (const day of [1, 2, 3]) await sell(one, `sale-${day}`, during(day, 2));
    await leave(one, during(3, 10));
    await enter(one, during(5), { resetStreakStatus: true });
    expect(await standing(one, during(5))).toEqual({ value: 0, levels: [] });
  });
});

describe("an activity that does not count itself, but settles a waiting return", () => {
  it("answers the new streak value, and the level that was reached has it too", async () => {
    const one = await enrolled(during(2, 1));
    await sell(one, "sale-2", during(2, 2));
    await sell(one, "sale-3", during(3, 2));
    await takeBack(one, "early", during(3, 3), 5);
    expect((await standing(one, during(3, 4))).value).toBe(1);
    await sell(one, "sale-4", during(4, 2));
    const answer = await sell(one, "early", during(1), 10, during(4, 3));
    expect(answer).toMatchObject({
      notCounted: [{ reason: "BEFORE_ENROLMENT" }],
      targets: [{ periodRefCode: "c3", newAchievedValue: 10, streakValue: 3, levelsReached: [{ streakName: "l3" }] }],
    });
    await service.drain();
    const announced = (await service.events(one.customerId)).filter(
      (event) => event["detail-type"] === "streakLevelAchieved",
    );
    expect(announced.map(({ detail }) => detail["currentCount"])).toEqual([1, 2, 3]);
  });

  it("answers the kept value while the customer is out", async () => {
    const one = await enrolled(during(1, 1));
    await sell(one, "sale-1", during(1, 2));
    await takeBack(one, "late", during(2, 2), 5);
    await leave(one, during(2, 3));
    const answer = await sell(one, "late", during(2, 1), 10, during(2, 4));
    expect(answer.targets).toMatchObject([{ periodRefCode: "c2", newAchievedValue: 0, streakValue: 1 }]);
  });
});
