import { describe, expect, it } from "vitest";
import { expectRefused } from "../support/envelopes.ts";
import { ok, type TestOrg } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { newSetting, unknownId } from "../support/setting.ts";
import { during, milestone, streak } from "../support/targetGroups.ts";

const service = useService();

async function enrolledTargets(org: TestOrg, customerId: number) {
  return (await ok(org.reader.get(`/users/${customerId}/enrolledTargets`))).body.data;
}

describe("the definitions of what a customer is enrolled in", () => {
  it("are those of the groups, with where each enrolment starts", async () => {
    const { org, group, customerId } = await newSetting(service);
    await ok(org.enroll(group, { customerId, periodName: "c3" }, { now: during(1) }));
    const { data } = (await ok(org.reader.get(`/targetGroups/${group.groupId}`))).body;
    expect(await enrolledTargets(org, customerId)).toEqual({
      userId: customerId,
      enrolledTargets: [
        {
          targetGroupId: group.groupId,
          targetGroupName: data.name,
          targetGroupActive: true,
          trackingType: "DEFAULT",
          target: data.targets[0],
          streaks: [],
          fromPeriod: { id: group.cycleIds[2], refCode: "c3" },
          enrolledOn: during(1),
          enteredBy: org.credentials.till.username,
          source: "API",
          definitionVersion: 1,
        },
      ],
    });
  });

  it("have a streak's levels", async () => {
    const { org, group, customerId } = await newSetting(service, streak({ levels: [2, 4] }));
    await ok(org.enroll(group, { customerId }, { now: during(2) }));
    const [row] = (await enrolledTargets(org, customerId)).enrolledTargets;
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
    const listed = answer.enrolledTargets.map((row: { target: { id: number } }) => row.target.id);
    expect(listed).toEqual([ids[0], ids[2], later.targetId]);
  });

  it("are none for a customer without an enrolment", async () => {
    const { org, customerId } = await newSetting(service);
    expect(await enrolledTargets(org, customerId)).toEqual({ userId: customerId, enrolledTargets: [] });
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
