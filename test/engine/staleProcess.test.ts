import { describe, expect, it } from "vitest";
import { localFunctions } from "../../local/functions.ts";
import { startGateway } from "../../local/gateway.ts";
import { closeEnrollment } from "../../shared/operations/closeShards.ts";
import { putIndexRow } from "../../shared/table/enrollmentIndex.ts";
import { findTargetGroup } from "../../shared/table/targetGroups.ts";
import { ShardList } from "../../shared/table/targetShards.ts";
import { ApiClient } from "../support/apiClient.ts";
import { expectRefused } from "../support/envelopes.ts";
import { ok, type TestGroup, type TestOrg, targetPath } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting, unknownId } from "../support/setting.ts";
import { during, firstInstantOf, lastInstantOf, milestone, streak } from "../support/targetGroups.ts";

const service = useService();

const now = during(1);
/** The last moment at which a definition that was cached at {@link now} is used. */
const stale = new Date(Date.parse(now) + 29_999).toISOString();

/** A second process on the same table, which caches definitions of its own. */
async function withOtherProcess(org: TestOrg, work: (till: ApiClient) => Promise<void>): Promise<void> {
  const gateway = await startGateway(localFunctions(service.table), 0);
  try {
    await work(new ApiClient(gateway.baseUrl, org.credentials.till));
  } finally {
    await gateway.close();
  }
}

/** Appends the second month. */
async function append(org: TestOrg, { groupId }: TestGroup, at: string): Promise<void> {
  const added = [{ refCode: "c2", startDate: firstInstantOf(2), endDate: firstInstantOf(3) }];
  await ok(org.admin.post(`/targetGroups/${groupId}/targetPeriods`, added, { now: at }));
}

async function spendAt(till: ApiClient, customerId: number, at: string): Promise<unknown> {
  const activity = {
    activityId: at.replaceAll(/\W/g, ""),
    customerId,
    type: "TRANSACTION",
    occurredAt: at,
    amount: 1000,
  };
  return (await ok(till.post("/activities", activity, { now: at }))).body.data;
}

/** Has every function of the process cache the group as it is at {@link now}. Each has a cache of its own. */
async function cacheGroup(till: ApiClient, org: TestOrg, group: TestGroup): Promise<void> {
  const customerId = await org.newCustomer();
  await ok(till.post(`${targetPath(group)}/enroll`, [{ customerId }], { now }));
  await spendAt(till, customerId, now);
  await ok(till.post(`${targetPath(group)}/unEnroll`, [{ customerId }], { now }));
}

const automatic = milestone().targets.map((target) => ({ ...target, enrolmentMethod: "TRANSACTION" }));

describe("a process whose cached definition is 30 s old", () => {
  it("knows who was enrolled into the appended cycle, counts in it when it begins, and lets its members leave", async () => {
    const { org, group, customerId } = await newSetting(service, milestone({ cycles: 1 }));
    await withOtherProcess(org, async (till) => {
      await cacheGroup(till, org, group);
      await append(org, group, now);
      const leaving = await org.newCustomer();
      for (const each of [customerId, leaving])
        await ok(org.enroll(group, { customerId: each, periodName: "c2", initialBalance: 7 }, { now }));
      const activity = { activityId: "a", customerId, type: "TRANSACTION", occurredAt: now, amount: 5 };
      const { data } = (await ok(till.post("/activities", activity, { now: stale }))).body;
      expect(data).toMatchObject({ targets: [], notCounted: [{ reason: "BEFORE_ENROLMENT" }] });
      await ok(till.post(`${targetPath(group)}/unEnroll`, [{ customerId: leaving }], { now: stale }));
      expect(await spendAt(till, customerId, firstInstantOf(2))).toMatchObject({
        targets: [{ periodRefCode: "c2", newAchievedValue: 1007 }],
      });
    });
  });

  it("counts for who was enrolled in a target that it does not know, and lets its members leave", async () => {
    const { org, group, customerId } = await newSetting(service, milestone({ cycles: 1 }));
    await withOtherProcess(org, async (till) => {
      await cacheGroup(till, org, group);
      const visits = { ...milestone().targets[0], name: "Visits", targetType: "VISIT" };
      const { data } = (await ok(org.admin.post(`/targetGroups/${group.groupId}/targets`, visits, { now }))).body;
      const added = { ...group, targetId: data.targets[1].id };
      await ok(org.enroll(added, { customerId }, { now }));
      expect(await spendAt(till, customerId, stale)).toMatchObject({ targets: [{ newAchievedValue: 1 }] });
      await ok(till.post(`${targetPath(added)}/unEnroll`, [{ customerId }], { now: stale }));
    });
  });

  it("enrols into the appended cycle, and refuses 310019 only after it has read the definition as it is", async () => {
    const { org, group, customerId } = await newSetting(service, milestone({ cycles: 1 }));
    const other = await org.newCustomer();
    await withOtherProcess(org, async (till) => {
      const enroll = (record: object, at: string) => till.post(`${targetPath(group)}/enroll`, [record], { now: at });
      await ok(enroll({ customerId: other }, now));
      await append(org, group, now);
      await ok(enroll({ customerId, periodName: "c2" }, stale));
      expectRefused(await enroll({ customerId: other, periodName: "c3" }, stale), 400, 310019);
    });
  });

  it("shows the state of a customer for whom the appended cycle was excused, without that cycle", async () => {
    const { org, group, customerId } = await newSetting(service, streak({ cycles: 1, levels: [1] }));
    await ok(org.enroll(group, { customerId }, { now }));
    await withOtherProcess(org, async (till) => {
      const path = `/users/${customerId}/targetGroups`;
      await ok(till.get(path, { now }));
      await append(org, group, now);
      const excuse = { customerId, periodName: "c2", reason: "on holiday" };
      await ok(org.admin.post(`${targetPath(group)}/excuse`, excuse, { now }));
      const { body } = await ok(till.get(path, { now: stale }));
      expect(body.data.targetGroups[0].streaks).toMatchObject([{ currentCount: 0, excusedPeriods: [] }]);
    });
  });

  it("lists a customer who was enrolled into the appended cycle", async () => {
    const { org, group, customerId } = await newSetting(service, milestone({ cycles: 1 }));
    await withOtherProcess(org, async (till) => {
      const path = `${targetPath(group)}/customers`;
      await ok(till.get(path, { now }));
      await append(org, group, now);
      await ok(org.enroll(group, { customerId, periodName: "c2" }, { now }));
      const ref = { org: org.org, customerId, groupId: group.groupId, targetId: group.targetId };
      await Promise.all([putIndexRow(service.table, ref), new ShardList(service.table).add(ref)]);
      const { body } = await ok(till.get(path, { now: stale }));
      expect(body.data.customers).toMatchObject([{ customerId, fromPeriod: { refCode: "c2" } }]);
    });
  });

  it.each([
    ["named by periodId", (id: number) => `periodId=${id}`],
    ["current", () => "achieved=false"],
  ])(
    "lists the customers of the appended cycle %s, and refuses a cycle only by the definition as it is",
    async (_, queryFor) => {
      const { org, group, customerId } = await newSetting(service, milestone({ cycles: 1 }));
      const [before, after] = [lastInstantOf(1), firstInstantOf(2)];
      await withOtherProcess(org, async (till) => {
        const list = (query: string, at: string) => till.get(`${targetPath(group)}/customers?${query}`, { now: at });
        await ok(list("status=ALL", before));
        expectRefused(await list(`periodId=${unknownId}`, before), 400, 310019);
        await append(org, group, now);
        await ok(org.enroll(group, { customerId, periodName: "c2" }, { now }));
        const ref = { org: org.org, customerId, groupId: group.groupId, targetId: group.targetId };
        await Promise.all([putIndexRow(service.table, ref), new ShardList(service.table).add(ref)]);
        const { periods } = (await ok(org.reader.get(`/targetGroups/${group.groupId}`))).body.data;
        const { body } = await ok(list(queryFor(periods[1].id), after));
        expect(body.data.customers).toMatchObject([{ customerId, periodId: periods[1].id }]);
      });
    },
  );

  it("judges a running cycle by the end that both definitions agree on", async () => {
    const { org, group, customerId } = await newSetting(service, milestone({ cycles: 1 }));
    await ok(org.enroll(group, { customerId }, { now }));
    await withOtherProcess(org, async (till) => {
      const spend = (activityId: string, at: string) =>
        till.post(
          "/activities",
          { activityId, customerId, type: "TRANSACTION", occurredAt: at, amount: 5 },
          { now: at },
        );
      await ok(spend("a", now));
      const earlier = new Date(Date.parse(now) + 10 * 60_000).toISOString();
      const moved = [{ id: group.cycleIds[0], endDate: earlier }];
      await ok(org.admin.put(`/targetGroups/${group.groupId}/targetPeriods`, moved, { now }));
      await ok(spend("b", stale));
      expect((await ok(spend("c", earlier))).body.data).toMatchObject({
        targets: [],
        notCounted: [{ reason: "OUTSIDE_ANY_CYCLE" }],
      });
    });
    const state = await org.readState(group, customerId, { now: stale });
    expect(state?.targets).toMatchObject([{ targetAchievedValue: 10 }]);
  });

  it("lets nobody leave a cycle that it does not know: the appended one is left too", async () => {
    const { org, group, customerId } = await newSetting(service, milestone({ cycles: 1 }));
    await ok(org.enroll(group, { customerId }, { now }));
    await withOtherProcess(org, async (till) => {
      await cacheGroup(till, org, group);
      await append(org, group, now);
      await ok(till.post(`${targetPath(group)}/unEnroll`, [{ customerId }], { now: stale }));
    });
    expect(await spendAt(org.till, customerId, during(2))).toMatchObject({ notCounted: [{ reason: "NOT_ENROLLED" }] });
  });

  it("lets nobody leave a deleted group before the first activity, so that activities go on counting", async () => {
    const { org, group, customerId } = await newSetting(service, milestone({ active: false, targets: automatic }));
    const other = await org.createGroup();
    await ok(org.enroll(other, { customerId }, { now }));
    await withOtherProcess(org, async (till) => {
      const leave = (who: number, at: string) =>
        till.post(`${targetPath(group)}/unEnroll`, [{ customerId: who }], { now: at });
      expectRefused(await leave(unknownId, now), 400, 310011);
      await ok(org.admin.send("DELETE", `/targetGroups/${group.groupId}`, undefined, { now: stale }));
      expectRefused(await leave(customerId, stale), 400, 310126);
    });
    expect(await spendAt(org.till, customerId, stale)).toMatchObject({ targets: [{ oldAchievedValue: 0 }] });
  });

  it("lets customers leave before the first activity once the group is switched on, by a definition from before", async () => {
    const { org, group, customerId } = await newSetting(service, milestone({ active: false, targets: automatic }));
    await withOtherProcess(org, async (till) => {
      const leave = (who: number, at: string) =>
        till.post(`${targetPath(group)}/unEnroll`, [{ customerId: who }], { now: at });
      expectRefused(await leave(customerId, now), 400, 310126);
      await ok(org.admin.put(`/targetGroups/editTargetGroup/${group.groupId}`, { active: true }, { now }));
      await ok(leave(customerId, stale));
    });
  });

  it("stops enrolling and counting when its 30 s are over", async () => {
    const { org, group, customerId } = await newSetting(service);
    const other = await org.newCustomer();
    await withOtherProcess(org, async (till) => {
      await ok(till.post(`${targetPath(group)}/enroll`, [{ customerId }], { now }));
      await cacheGroup(till, org, group);
      await ok(org.admin.put(`/targetGroups/editTargetGroup/${group.groupId}`, { active: false }, { now }));
      const over = new Date(Date.parse(now) + 30_000).toISOString();
      const answer = await till.post(`${targetPath(group)}/enroll`, [{ customerId: other }], { now: over });
      expectRefused(answer, 400, 310017);
      const activity = { activityId: "a", customerId, type: "TRANSACTION", occurredAt: now, amount: 5 };
      const { data } = (await ok(till.post("/activities", activity, { now: over }))).body;
      expect(data).toMatchObject({ targets: [], notCounted: [{ reason: "TARGET_INACTIVE" }] });
    });
  });
});

/** Closes the customer's ended cycles by the definition as it is at this moment, whenever it is asked to. */
async function workerOf({ org, group, customerId }: Setting) {
  const definition = await findTargetGroup(service.table, org.org, group.groupId);
  if (definition === undefined) throw new Error("The group is there");
  const { groupId, targetId } = group;
  const ref = { org: org.org, customerId, groupId, targetId };
  return (at: string) => closeEnrollment(service.table, definition, ref, Date.parse(at));
}

describe("a worker that closes with the definition it read before an edit", () => {
  it("closes nothing before an end that was moved to later, and what is counted until then is in the cycle", async () => {
    const one = await newSetting(service, milestone({ cycles: 1 }));
    const { org, group, customerId } = one;
    await ok(org.enroll(group, { customerId }, { now }));
    const close = await workerOf(one);
    const edited = new Date(Date.parse(firstInstantOf(2)) - 10 * 60_000).toISOString();
    const moved = [{ id: group.cycleIds[0], endDate: firstInstantOf(3) }];
    await ok(org.admin.put(`/targetGroups/${group.groupId}/targetPeriods`, moved, { now: edited }));
    expect(await close(new Date(Date.parse(edited) + 29_999).toISOString())).toEqual([]);
    const closeByNew = await workerOf(one);
    expect(await closeByNew(firstInstantOf(2))).toEqual([]);
    expect(await spendAt(org.till, customerId, during(2))).toMatchObject({ targets: [{ reached: true }] });
    expect(await closeByNew(lastInstantOf(2))).toEqual([]);
    expect([await closeByNew(firstInstantOf(3)), await closeByNew(during(3))]).toEqual([[1], []]);
  });

  it("closes the last cycle once when others are appended meanwhile, and the run goes on into them", async () => {
    const one = await newSetting(service, streak({ cycles: 1, levels: [1] }));
    const { org, group, customerId } = one;
    await ok(org.enroll(group, { customerId }, { now }));
    await spendAt(org.till, customerId, now);
    const close = await workerOf(one);
    // Two hours later all cycles are closed and settled.
    const over = new Date(Date.parse(firstInstantOf(2)) + 2 * 60 * 60_000).toISOString();
    const next = [{ refCode: "c2", startDate: during(2), endDate: firstInstantOf(3) }];
    await ok(org.admin.post(`/targetGroups/${group.groupId}/targetPeriods`, next, { now: over }));
    expect([await close(over), await close(over)]).toEqual([[1], []]);
    expect(await spendAt(org.till, customerId, during(2))).toMatchObject({ targets: [{ streakValue: 2 }] });
    const closeByNew = await workerOf(one);
    expect([await closeByNew(firstInstantOf(3)), await close(firstInstantOf(3))]).toEqual([[2], []]);
    expect((await org.readState(group, customerId, { now: firstInstantOf(3) }))?.streaks).toMatchObject([
      { currentCount: 2 },
    ]);
  });
});
