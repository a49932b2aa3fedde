import { describe, expect, it } from "vitest";
import { expectRefused } from "../support/envelopes.ts";
import { ok, type TestOrg } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { newSetting, unknownId } from "../support/setting.ts";
import { switchOffGroup, switchOffTarget } from "../support/switchOff.ts";
import { during, milestone, streak } from "../support/targetGroups.ts";

const service = useService();

async function enrolledTargets(org: TestOrg, customerId: number) {
  return (await ok(org.reader.get(`/users/${customerId}/enrolledTargets`))).body.data;
}

describe("the definitions of what a customer is enrolled in", () => {
  it("are a list of targets, each as its group has it, with how and where the enrolment starts", async () => {
    const [target] = milestone().targets;
    const filters = [{ entityType: "STORE", entityIds: ["4"] }];
    const { org, group, customerId } = await newSetting(service, milestone({ targets: [{ ...target, filters }] }));
    await ok(org.enroll(group, { customerId, periodName: "c3" }, { now: during(1) }));
    const { data } = (await ok(org.reader.get(`/targetGroups/${group.groupId}`))).body;
    expect(await enrolledTargets(org, customerId)).toEqual([
      {
        ...data.targets[0],
        id: group.targetId,
        active: true,
        filters,
        enrolmentMethod: "IMPORT",
        targetGroupId: group.groupId,
        targetGroupName: data.name,
        targetGroupActive: true,
        trackingType: "DEFAULT",
        streaks: [],
        fromPeriod: { id: group.cycleIds[2], refCode: "c3" },
        enrolledOn: during(1),
        enteredBy: org.credentials.till.username,
        source: "API",
        definitionVersion: 1,
      },
    ]);
  });

  it("say of a deactivated target or group that it is not active", async () => {
    const { org, group, customerId } = await newSetting(service);
    const other = await org.createGroup();
    for (const one of [group, other]) await ok(org.enroll(one, { customerId }, { now: during(1) }));
    await switchOffTarget(service.table, org.org, group);
    await switchOffGroup(service.table, org.org, other);
    expect(await enrolledTargets(org, customerId)).toMatchObject([
      { id: group.targetId, active: false, targetGroupActive: true },
      { id: other.targetId, active: true, targetGroupActive: false },
    ]);
  });

  it("have a streak's levels", async () => {
    const { org, group, customerId } = await newSetting(service, streak({ levels: [2, 4] }));
    await ok(org.enroll(group, { customerId }, { now: during(2) }));
    const [row] = await enrolledTargets(org, customerId);
    expect(row).toMatchObject({
      trackingType: "STREAKS",
      streaks: [
        { id: group.levelIds[0], name: "l1", targetCountOfSequence: 2 },
        { id: group.levelIds[1], name: "l2", targetCountOfSequence: 4 },
      ],
      fromPeriod: { refCode: "c2" },
    });
  });

  it("are in order of group and target, one row for each target, without targets that were left", async () => {
    const [target] = milestone().targets;
    const targets = [target, { ...target, name: "Second" }, { ...target, name: "Third" }];
    const { org, group, customerId } = await newSetting(service, milestone({ targets }));
    const later = await org.createGroup();
    const ids = group.targetIds;
    const rows = [{ ...later }, ...ids.toReversed().map((targetId) => ({ ...group, targetId }))];
    for (const row of rows) await ok(org.enroll(row, { customerId }, { now: during(1) }));
    await ok(org.unenroll({ ...group, targetId: ids[1] ?? 0 }, customerId, { now: during(1) }));
    const answer = await enrolledTargets(org, customerId);
    const listed = answer.map((row: { id: number }) => row.id);
    expect(listed).toEqual([ids[0], ids[2], later.targetId]);
  });

  it("are none for a customer without an enrolment", async () => {
    const { org, customerId } = await newSetting(service);
    expect(await enrolledTargets(org, customerId)).toEqual([]);
  });
});

it("refuses with 310011 when the customer is not registered", async () => {
  const { org } = await newSetting(service);
  expectRefused(
    await org.reader.get(`/users/${unknownId}/enrolledTargets`),
    400,
    310011,
    new RegExp(String(unknownId)),
  );
});
