import { describe, expect, it } from "vitest";
import { closeCycles } from "../../local/closeCycles.ts";
import { presentNotification } from "../../shared/bus/notificationView.ts";
import { ApiClient } from "../support/apiClient.ts";
import { newCredential } from "../support/credential.ts";
import { ok, type TestOrg } from "../support/org.ts";
import { useProjectedTable } from "../support/projectedTable.ts";
import { useService } from "../support/service.ts";
import { newSetting } from "../support/setting.ts";
import { during, firstInstantOf, milestone } from "../support/targetGroups.ts";

const { table, announced } = useProjectedTable();
const service = useService(table);

const now = during(1);
const day = 24 * 60 * 60 * 1000;
const from = (instant: string, milliseconds: number) => new Date(Date.parse(instant) + milliseconds).toISOString();

/** The names of the cycles whose end was announced, in order. */
async function completed({ org }: TestOrg): Promise<string[]> {
  const notifications = await announced(org);
  return notifications.flatMap((one) => (one.type === "targetPeriodCompleted" ? [one.detail.cycle.refCode] : []));
}

/** Closes what has ended by then, as the schedule does it, with the index up to date. */
async function closeAt({ org }: TestOrg, instant: string): Promise<void> {
  await announced(org);
  await closeCycles(table, Date.parse(instant), org);
}

describe("targetGroupUpdated", () => {
  it("is sent once for each edit, with its version and its changes, and not for the creation", async () => {
    const { org, group } = await newSetting(service, milestone({ name: "First" }));
    const path = `/targetGroups/editTargetGroup/${group.groupId}`;
    await ok(org.admin.put(path, { name: "Second", description: "text" }, { now }));
    await ok(org.admin.put(path, { name: "Second" }, { now }));
    await ok(org.admin.put(path, { active: false }, { now }));
    const events = (await announced(org.org))
      .filter(({ type }) => type === "targetGroupUpdated")
      .map(presentNotification);
    const every = {
      org: org.org,
      targetGroupId: group.groupId,
      targetGroupName: "Second",
      trackingType: "DEFAULT",
      occurredAt: now,
      enteredBy: org.credentials.admin.username,
      source: "API",
    };
    expect(events).toEqual([
      {
        ...every,
        eventId: `${org.org}#group#${group.groupId}#2`,
        version: 2,
        changes: [
          { field: "name", oldValue: "First", newValue: "Second" },
          { field: "description", oldValue: null, newValue: "text" },
        ],
        changeCount: 2,
      },
      {
        ...every,
        eventId: `${org.org}#group#${group.groupId}#3`,
        version: 3,
        changes: [{ field: "active", oldValue: true, newValue: false }],
        changeCount: 1,
      },
    ]);
  });

  it("names the credential that made the edit, which may be another than the creator's", async () => {
    const { org, group } = await newSetting(service);
    const credential = await newCredential(table, { org: org.org, accessGroup: "admin" });
    const editor = new ApiClient(service.baseUrl, credential);
    await ok(editor.put(`/targetGroups/editTargetGroup/${group.groupId}`, { active: false }, { now }));
    const [event] = (await announced(org.org)).filter(({ type }) => type === "targetGroupUpdated");
    expect(event && presentNotification(event)).toMatchObject({ enteredBy: credential.username });
  });

  it("is sent once for an edit of more than 50 fields, and says how many they are", async () => {
    const { org, group } = await newSetting(service, milestone({ cycles: 60 }));
    const body = group.cycleIds.map((id, index) => ({ id, description: `cycle ${index}` }));
    await ok(org.admin.put(`/targetGroups/${group.groupId}/targetPeriods`, body, { now }));
    const events = (await announced(org.org)).filter(({ type }) => type === "targetGroupUpdated");
    expect(events).toMatchObject([{ detail: { version: 2, changeCount: 60 } }]);
    const { data } = (await ok(org.reader.get(`/targetGroups/${group.groupId}/auditLogs?limit=200`))).body;
    expect(data).toHaveLength(61);
  });
});

describe("the end of a cycle is told", () => {
  it("at its new end when it was moved to later, and not at the old one", async () => {
    const { org, group, customerId } = await newSetting(service, milestone({ cycles: 1 }));
    await ok(org.enroll(group, { customerId }, { now }));
    const body = [{ id: group.cycleIds[0], endDate: firstInstantOf(3) }];
    await ok(org.admin.put(`/targetGroups/${group.groupId}/targetPeriods`, body, { now }));
    await closeAt(org, firstInstantOf(2));
    expect(await completed(org)).toEqual([]);
    await closeAt(org, firstInstantOf(3));
    expect(await completed(org)).toEqual(["c1"]);
  });

  it("at its new end when it was moved to earlier", async () => {
    const { org, group, customerId } = await newSetting(service, milestone({ cycles: 2 }));
    await ok(org.enroll(group, { customerId }, { now }));
    const end = from(now, day);
    const body = [{ id: group.cycleIds[0], endDate: end }];
    await ok(org.admin.put(`/targetGroups/${group.groupId}/targetPeriods`, body, { now }));
    await closeAt(org, end);
    expect(await completed(org)).toEqual(["c1"]);
    await closeAt(org, firstInstantOf(3));
    expect(await completed(org)).toEqual(["c1", "c2"]);
  });

  it("also while the group is stopped: its members get what they earned before", async () => {
    const { org, group, customerId } = await newSetting(service, milestone({ cycles: 1 }));
    await ok(org.enroll(group, { customerId }, { now }));
    await ok(org.admin.put(`/targetGroups/editTargetGroup/${group.groupId}`, { active: false }, { now }));
    await closeAt(org, firstInstantOf(2));
    expect(await completed(org)).toEqual(["c1"]);
  });

  it("for a cycle that was appended when nothing was left to close", async () => {
    const { org, group, customerId } = await newSetting(service, milestone({ cycles: 1 }));
    await ok(org.enroll(group, { customerId }, { now }));
    const over = from(firstInstantOf(2), 2 * day);
    // The two sweeps of the last cycle; after them the group is on no list.
    for (let pass = 0; pass < 2; pass += 1) await closeAt(org, over);
    expect(await completed(org)).toEqual(["c1"]);
    const cycle = { refCode: "c2", startDate: from(over, day), endDate: firstInstantOf(3) };
    await ok(org.admin.post(`/targetGroups/${group.groupId}/targetPeriods`, [cycle], { now: over }));
    await closeAt(org, firstInstantOf(3));
    expect(await completed(org)).toEqual(["c1", "c2"]);
  });
});
