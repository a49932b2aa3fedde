import { describe, expect, it } from "vitest";
import { expectRefused } from "../support/envelopes.ts";
import { ok, type TestGroup, type TestOrg } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { during, firstInstantOf, milestone, streak } from "../support/targetGroups.ts";

const service = useService();

async function leftTargets(org: TestOrg, customerId: number, now: string, query = "") {
  const path = `/users/${customerId}/targetGroups?includeLeft=true${query}`;
  return (await ok(org.reader.get(path, { now }))).body.data.leftTargets;
}

async function spend(org: TestOrg, customerId: number, cycle: number, amount: number): Promise<void> {
  const activity = { activityId: `${customerId}:${cycle}`, customerId, type: "TRANSACTION", occurredAt: during(cycle) };
  await ok(org.till.post("/activities", { ...activity, amount }, { now: during(cycle) }));
}

async function leave(org: TestOrg, group: TestGroup, customerId: number, now: string): Promise<void> {
  await ok(org.unenroll(group, customerId, { now }));
}

describe("GET /users/{userId}/targetGroups?includeLeft=true", () => {
  it("answers the value that a return into the cycle of a left milestone resumes", async () => {
    const org = await service.newOrg();
    const group = await org.createGroup(milestone({ name: "Spend 1000" }));
    const customerId = await org.newCustomer();
    await ok(org.enroll(group, { customerId, initialBalance: 250 }, { now: during(2) }));
    expect(await leftTargets(org, customerId, during(2))).toEqual([]);
    await leave(org, group, customerId, during(2));
    const left = {
      targetGroupId: group.groupId,
      targetGroupName: "Spend 1000",
      trackingType: "DEFAULT",
      targetRuleId: group.targetId,
      targetName: "Spend 1000",
      leftOn: new Date(during(2)).toISOString(),
      enteredBy: org.credentials.till.username,
      source: "API",
      targetValue: 1000,
      streakValue: null,
      levelsReached: [],
    };
    const inCycle = { ...left, periodRefCode: "c2", targetAchievedValue: 250 };
    expect(await leftTargets(org, customerId, during(2))).toEqual([inCycle]);
    expect(await leftTargets(org, customerId, during(3))).toEqual([
      { ...left, periodRefCode: "c3", targetAchievedValue: 0 },
    ]);
    await ok(org.enroll(group, { customerId }, { now: during(2) }));
    const state = await org.readState(group, customerId, { now: during(2) });
    expect(state?.targets[0]).toMatchObject({ periodRefCode: "c2", targetAchievedValue: 250 });
  });

  it("answers the run and the levels from which a return to a left streak goes on without a reset", async () => {
    const org = await service.newOrg();
    const group = await org.createGroup(streak({ cycles: 7, levels: [2, 5] }));
    const customerId = await org.newCustomer();
    await ok(org.enroll(group, { customerId }, { now: firstInstantOf(1) }));
    for (const cycle of [1, 2, 3]) await spend(org, customerId, cycle, 1000);
    await leave(org, group, customerId, during(4));
    for (const cycle of [4, 6]) {
      const [left] = await leftTargets(org, customerId, during(cycle));
      expect(left).toMatchObject({ periodRefCode: `c${cycle}`, streakValue: 3, levelsReached: ["l1"] });
    }
    await ok(org.enroll(group, { customerId }, { now: during(6) }));
    expect((await org.readState(group, customerId, { now: during(6) }))?.streaks[0]?.currentCount).toBe(3);
  });

  it("answers null when there is no cycle to return into", async () => {
    const org = await service.newOrg();
    const group = await org.createGroup(milestone({ cycles: 2 }));
    const customerId = await org.newCustomer();
    await ok(org.enroll(group, { customerId }, { now: during(1) }));
    await leave(org, group, customerId, during(2));
    expect(await leftTargets(org, customerId, during(3))).toEqual([
      expect.objectContaining({ periodRefCode: null, targetValue: null, targetAchievedValue: null }),
    ]);
  });

  it("keeps to targetRuleId, and without includeLeft the answer has no leftTargets", async () => {
    const org = await service.newOrg();
    const groups = [await org.createGroup(), await org.createGroup()] as const;
    const customerId = await org.newCustomer();
    for (const group of groups) {
      await ok(org.enroll(group, { customerId }, { now: during(1) }));
      await leave(org, group, customerId, during(1));
    }
    const ids = async (query: string) =>
      (await leftTargets(org, customerId, during(1), query)).map((row: { targetRuleId: number }) => row.targetRuleId);
    expect(await ids("")).toEqual(groups.map(({ targetId }) => targetId));
    expect(await ids(`&targetRuleId=${groups[1].targetId}`)).toEqual([groups[1].targetId]);
    const { data } = (await ok(org.reader.get(`/users/${customerId}/targetGroups`, { now: during(1) }))).body;
    expect(data).toEqual({ userId: customerId, targetGroups: [] });
    expectRefused(
      await org.reader.get(`/users/${customerId}/targetGroups?includeLeft=yes`),
      400,
      300_004,
      /includeLeft/,
    );
  });
});
