import { describe, expect, it } from "vitest";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { readHistory, send } from "../support/history.ts";
import { ok } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import { switchOffGroup, switchOffTarget } from "../support/switchOff.ts";
import { during, milestone } from "../support/targetGroups.ts";

const service = useProjectedService();

const [enrolledAt, later] = [during(1, 1), during(1, 2)];

async function enrolled(): Promise<Setting> {
  const one = await newSetting(service);
  await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now: enrolledAt }));
  return one;
}

function spend({ org, customerId }: Setting, fields: Record<string, unknown> = {}) {
  const activity = { activityId: "a-1", customerId, type: "TRANSACTION", occurredAt: later, amount: 2000, ...fields };
  return org.till.post("/activities", activity, { now: later });
}

async function notCounted(one: Setting) {
  return (await ok(spend(one))).body.data.notCounted;
}

describe.each([
  ["group", switchOffGroup],
  ["target", switchOffTarget],
])("a %s that the brand has switched off", (what, switchOff) => {
  async function switchedOff(): Promise<Setting> {
    const one = await enrolled();
    await switchOff(service.table, one.org.org, one.group);
    return one;
  }

  it("answers an activity of an enrolled customer with the reason TARGET_INACTIVE, also when it is repeated", async () => {
    const one = await switchedOff();
    const { groupId, targetId } = one.group;
    const expected = [{ targetGroupId: groupId, targetRuleId: targetId, reason: "TARGET_INACTIVE" }];
    expect(await notCounted(one)).toEqual(expected);
    expect(await notCounted(one)).toEqual(expected);
  });

  it("answers an activity of a customer who has left with the reason NOT_ENROLLED", async () => {
    const one = await enrolled();
    await ok(one.org.unenroll(one.group, one.customerId, { now: enrolledAt }));
    await switchOff(service.table, one.org.org, one.group);
    expect(await notCounted(one)).toMatchObject([{ reason: "NOT_ENROLLED" }]);
  });

  it("settles a return that waited for its transaction, and announces nothing", async () => {
    const one = await enrolled();
    const { org, group, customerId } = one;
    await send(org.till, { customerId, occurredAt: enrolledAt, type: "RETURN", amount: 30, originalActivityId: "a-1" });
    await service.drain();
    const announced = (await service.events(customerId)).length;
    await switchOff(service.table, org.org, group);
    expect(await notCounted(one)).toMatchObject([{ reason: "TARGET_INACTIVE" }]);
    await service.drain();
    const values = (await readHistory(org.reader, customerId, group.targetId)).map(({ value }) => value);
    expect(values).toEqual([0, -30, 30]);
    expect(await service.events(customerId)).toHaveLength(announced);
  });

  it("can be left once, then 310126; coming back is refused as inactive", async () => {
    const { org, group, customerId } = await switchedOff();
    expectAccepted(await org.unenroll(group, customerId, { now: later }), customerId);
    expectRefused(await org.unenroll(group, customerId, { now: later }), 400, 310126, /is not enrolled in target/);
    const code = what === "group" ? 310017 : 310018;
    expectRefused(await org.enroll(group, { customerId }, { now: later }), 400, code);
  });
});

it("an activity counts in an active target beside one that the brand has switched off", async () => {
  const [target] = milestone().targets;
  const one = await newSetting(service, milestone({ targets: [target, { ...target, name: "Second" }] }));
  const { org, group, customerId } = one;
  const [first = 0, second = 0] = group.targetIds;
  for (const targetId of [first, second]) {
    await ok(org.enroll({ ...group, targetId }, { customerId }, { now: enrolledAt }));
  }
  await switchOffTarget(service.table, org.org, { ...group, targetId: first });
  const { data } = (await ok(spend(one))).body;
  expect(data.targets).toMatchObject([{ targetRuleId: second, newAchievedValue: 2000 }]);
  expect(data.notCounted).toMatchObject([{ targetRuleId: first, reason: "TARGET_INACTIVE" }]);
});
