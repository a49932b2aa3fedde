import { describe, expect, it } from "vitest";
import { localFunctions } from "../../local/functions.ts";
import { startGateway } from "../../local/gateway.ts";
import { ApiClient } from "../support/apiClient.ts";
import { expectRefused } from "../support/envelopes.ts";
import { ok, type TestOrg, targetPath } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { newSetting } from "../support/setting.ts";
import { during, firstInstantOf, milestone } from "../support/targetGroups.ts";

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

describe("a process whose cached definition is 30 s old", () => {
  it("counts in the appended cycle for whoever was enrolled under the new definition", async () => {
    const { org, group, customerId } = await newSetting(service, milestone({ cycles: 1 }));
    const other = await org.newCustomer();
    await withOtherProcess(org, async (till) => {
      await ok(till.post(`${targetPath(group)}/enroll`, [{ customerId: other }], { now }));
      const added = [{ refCode: "c2", startDate: firstInstantOf(2), endDate: firstInstantOf(3) }];
      await ok(org.admin.post(`/targetGroups/${group.groupId}/targetPeriods`, added, { now }));
      await ok(org.enroll(group, { customerId, periodName: "c2", initialBalance: 7 }, { now }));
      const activity = { activityId: "a", customerId, type: "TRANSACTION", occurredAt: now, amount: 5 };
      const { data } = (await ok(till.post("/activities", activity, { now: stale }))).body;
      expect(data).toMatchObject({ targets: [], notCounted: [{ reason: "BEFORE_ENROLMENT" }] });
      await ok(till.post(`${targetPath(group)}/unEnroll`, [{ customerId }], { now: stale }));
    });
  });

  it("enrols into the appended cycle, and refuses 310019 only after it has read the definition as it is", async () => {
    const { org, group, customerId } = await newSetting(service, milestone({ cycles: 1 }));
    const other = await org.newCustomer();
    await withOtherProcess(org, async (till) => {
      const enroll = (record: object, at: string) => till.post(`${targetPath(group)}/enroll`, [record], { now: at });
      await ok(enroll({ customerId: other }, now));
      const added = [{ refCode: "c2", startDate: firstInstantOf(2), endDate: firstInstantOf(3) }];
      await ok(org.admin.post(`/targetGroups/${group.groupId}/targetPeriods`, added, { now }));
      await ok(enroll({ customerId, periodName: "c2" }, stale));
      expectRefused(await enroll({ customerId: other, periodName: "c3" }, stale), 400, 310019);
    });
  });

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

  it("stops enrolling and counting when its 30 s are over", async () => {
    const { org, group, customerId } = await newSetting(service);
    const other = await org.newCustomer();
    await withOtherProcess(org, async (till) => {
      await ok(till.post(`${targetPath(group)}/enroll`, [{ customerId }], { now }));
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
