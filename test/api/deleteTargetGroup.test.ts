import { describe, expect, it } from "vitest";
import { ApiClient, type RequestOptions } from "../support/apiClient.ts";
import { newCredential } from "../support/credential.ts";
import { expectRefused } from "../support/envelopes.ts";
import { ok, type TestGroup, type TestOrg } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { newSetting } from "../support/setting.ts";
import { during, milestone } from "../support/targetGroups.ts";

const service = useProjectedService();

const now = during(1);
const after = (milliseconds: number) => ({ now: new Date(Date.parse(now) + milliseconds).toISOString() });

function remove({ admin }: TestOrg, { groupId }: Pick<TestGroup, "groupId">, options: RequestOptions) {
  return admin.send("DELETE", `/targetGroups/${groupId}`, undefined, options);
}

function stop({ admin }: TestOrg, { groupId }: TestGroup, active = false) {
  return ok(admin.put(`/targetGroups/editTargetGroup/${groupId}`, { active }, { now }));
}

describe("a group in which nobody was ever enrolled", () => {
  it("is deleted when it has been inactive for 60 s: it is not found any more, and its name is free", async () => {
    const { org, group } = await newSetting(service, milestone({ name: "Gone" }));
    await stop(org, group);
    expectRefused(await remove(org, group, after(59_999)), 409, 300004, /less than 60 seconds ago/);
    expect((await ok(remove(org, group, after(60_000)))).body.data).toBe(group.groupId);
    expectRefused(await org.reader.get(`/targetGroups/${group.groupId}`), 400, 310017);
    expectRefused(await remove(org, group, after(60_000)), 400, 310017);
    expect((await ok(org.reader.get("/targetGroups"))).body.data).toEqual([]);
    await ok(org.admin.post("/targetGroups", milestone({ name: "GONE" })));
  });

  it("leaves its audit log, which says who has deleted it, be it another than who created it", async () => {
    const { org, group } = await newSetting(service, milestone({ name: "Gone" }));
    await stop(org, group);
    const credential = await newCredential(service.table, { org: org.org, accessGroup: "admin" });
    const other = { ...org, admin: new ApiClient(service.baseUrl, credential) };
    await ok(remove(other, group, after(60_000)));
    const { data } = (await ok(org.reader.get(`/targetGroups/${group.groupId}/auditLogs?limit=1`))).body;
    const row = { version: 3, changedOn: after(60_000).now, changedBy: credential.username };
    expect(data).toEqual([{ ...row, field: "targetGroup", oldValue: "Gone", newValue: null }]);
  });

  it.each([true, false])("is not deleted while it is active (409): %s", async (wasStopped) => {
    const { org, group } = await newSetting(service);
    if (wasStopped) await stop(org, group).then(() => stop(org, group, true));
    expectRefused(
      await remove(org, group, after(60_000)),
      409,
      300004,
      /is active, so it cannot be deleted; deactivate/,
    );
  });

  it("is not deleted in another version than If-Match names (412)", async () => {
    const { org, group } = await newSetting(service, milestone({ active: false }));
    const headers = { "If-Match": '"2"' };
    expectRefused(await remove(org, group, { ...after(60_000), headers }), 412, 300004, /is at version 1, /);
  });

  it("is deleted by exactly one of ten simultaneous calls; the others are refused with 310017", async () => {
    const { org, group } = await newSetting(service, milestone({ active: false }));
    const answers = await Promise.all(Array.from({ length: 10 }, () => remove(org, group, after(60_000))));
    const accepted = answers.filter(({ status }) => status === 200);
    expect(accepted).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 200) expectRefused(answer, 400, 310017);
  });
});

it("a group in which somebody was enrolled is not deleted (409), also after everybody has left", async () => {
  const { org, group, customerId } = await newSetting(service);
  await ok(org.enroll(group, { customerId }, { now }));
  await ok(org.unenroll(group, customerId, { now }));
  await stop(org, group);
  await service.drain();
  expectRefused(await remove(org, group, after(60_000)), 409, 300004, /Customers were enrolled/);
});
