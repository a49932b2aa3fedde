import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { closeCycles } from "../../local/closeCycles.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { ok, type TestGroup, type TestOrg } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { during, firstInstantOf, milestone, streak, type TargetGroupBody } from "../support/targetGroups.ts";

const service = useProjectedService();
const hour = 60 * 60 * 1000;
const day = 24 * hour;

/** The groups have two cycles, so this is the end of their last one. */
const end = Date.parse(firstInstantOf(3));
const over = end + 30 * day;
const text = (instant: number) => new Date(instant).toISOString();
const swept = text(over + 2 * hour);

type Setting = { readonly org: TestOrg; readonly group: TestGroup; readonly customerId: number };

/** A customer who reached the first cycle. `isSwept` says whether the enrolment was set aside. */
async function lived(isSwept: boolean, body: TargetGroupBody = milestone({ cycles: 2 })): Promise<Setting> {
  const org = await service.newOrg();
  const [group, customerId] = [await org.createGroup(body), await org.newCustomer()];
  await ok(org.enroll(group, { customerId }, { now: during(1) }));
  await spend({ org, group, customerId }, { occurredAt: during(1), amount: 1000 }, during(1));
  if (isSwept) await sweep(org);
  return { org, group, customerId };
}

async function sweep({ org }: TestOrg): Promise<void> {
  await service.drain();
  await closeCycles(service.table, over + 2 * hour, org);
}

async function spend({ org, customerId }: Setting, fields: object, now: string) {
  const activity = { activityId: randomUUID(), customerId, type: "TRANSACTION", ...fields };
  return (await ok(org.till.post("/activities", activity, { now }))).body.data;
}

async function state({ org, customerId }: Setting, query: string, now: string) {
  return (await ok(org.reader.get(`/users/${customerId}/targetGroups${query}`, { now }))).body.data;
}

const sweptOrNot = [
  ["before its enrolments were set aside", false],
  ["after its enrolments were set aside", true],
] as const;

describe.each(sweptOrNot)("a group whose last cycle ended 30 days ago, %s,", (_, isSwept) => {
  it("is in the customer's state only with includeInactive=true", async () => {
    const one = await lived(isSwept, streak({ cycles: 2, levels: [1, 2] }));
    expect((await state(one, "", swept)).targetGroups).toEqual([]);
    const [shown] = (await state(one, "?includeInactive=true", swept)).targetGroups;
    expect(shown.targets.map((row: { targetAchievedValue: number }) => row.targetAchievedValue)).toEqual([1000, 0]);
    expect(shown.streaks.map(({ status }: { status: string }) => status)).toEqual(["ACHIEVED", "INPROGRESS"]);
  });

  it("has its history and its definition read as before", async () => {
    const { org, group, customerId } = await lived(isSwept);
    await service.drain();
    const path = `/users/${customerId}`;
    const { body } = await ok(org.reader.get(`${path}/trackedTargetEvents/${group.targetId}`, { now: swept }));
    expect(JSON.stringify(body.data)).toContain("ADD_TRANSACTION");
    const enrolled = (await ok(org.reader.get(`${path}/enrolledTargets`, { now: swept }))).body.data;
    expect(JSON.stringify(enrolled)).toContain(`"targetGroupId":${group.groupId}`);
    const unknown = await org.reader.get(`${path}/trackedTargetEvents/${group.targetId + 1000}`, { now: swept });
    expectRefused(unknown, 400, 310149);
  });

  it("can be left once, is refused with 310126 after that, and is then among the targets that were left", async () => {
    const { org, group, customerId } = await lived(isSwept);
    expectAccepted(await org.unenroll(group, customerId, { now: swept }), customerId);
    expectRefused(await org.unenroll(group, customerId, { now: swept }), 400, 310126);
    const { leftTargets } = await state({ org, group, customerId }, "?includeLeft=true", swept);
    expect(leftTargets).toMatchObject([{ targetGroupId: group.groupId, periodRefCode: null }]);
  });

  it("is not enrolled into: 310019 comes before 310119, also for a customer who left", async () => {
    const { org, group, customerId } = await lived(isSwept);
    expectRefused(await org.enroll(group, { customerId }, { now: swept }), 400, 310019);
    await ok(org.unenroll(group, customerId, { now: swept }));
    expectRefused(await org.enroll(group, { customerId }, { now: swept }), 400, 310019);
    expectRefused(await org.enroll(group, { customerId, periodName: "c1" }, { now: swept }), 400, 310019);
  });

  it("answers a repeated Idempotency-Key with the first 200, and another record under it with 300004", async () => {
    const org = await service.newOrg();
    const [group, customerId] = [await org.createGroup(milestone({ cycles: 2 })), await org.newCustomer()];
    const headers = { "Idempotency-Key": randomUUID() };
    await ok(org.enroll(group, { customerId }, { now: during(1), headers }));
    if (isSwept) await sweep(org);
    expectAccepted(await org.enroll(group, { customerId }, { now: swept, headers }), customerId);
    expectRefused(await org.enroll(group, { customerId, initialBalance: 1 }, { now: swept, headers }), 422, 300004);
  });

  it("counts an activity that happened in its last cycle, once, and a return that names it", async () => {
    const one = await lived(isSwept);
    const late = { activityId: randomUUID(), occurredAt: during(2), amount: 300 };
    const answers = [await spend(one, late, swept), await spend(one, late, swept)];
    const counted = { targets: [{ newAchievedValue: 300 }] };
    expect(answers).toMatchObject([counted, counted]);
    const back = { type: "RETURN", originalActivityId: late.activityId, occurredAt: swept, amount: 100 };
    expect(await spend(one, back, swept)).toMatchObject({ targets: [{ newAchievedValue: 200 }] });
    await spend(one, { occurredAt: swept, amount: 7 }, swept);
    const group = await one.org.readState(one.group, one.customerId, { now: swept });
    expect(group?.targets.map(({ targetAchievedValue }) => targetAchievedValue)).toEqual([1000, 200]);
  });
});

describe("a streak between the end of its last cycle and the moment when it is over", () => {
  it("is listed with its levels and no target, up to the last instant", async () => {
    const one = await lived(false, streak({ cycles: 2, levels: [1, 2] }));
    const shown = { targetGroups: [{ id: one.group.groupId, targets: [], streaks: [{}, {}] }] };
    expect(await state(one, "", text(end))).toMatchObject(shown);
    expect(await state(one, "", text(over - 1))).toMatchObject(shown);
    expect((await state(one, "", text(over))).targetGroups).toEqual([]);
  });
});

describe("a customer who is enrolled nowhere else", () => {
  it("is registered all the same: an activity is accepted, and counts nowhere", async () => {
    const one = await lived(true);
    expect(await spend(one, { occurredAt: swept, amount: 5 }, swept)).toMatchObject({ targets: [] });
    const stranger = { activityId: "a", customerId: 1, type: "TRANSACTION", occurredAt: swept, amount: 5 };
    expectRefused(await one.org.till.post("/activities", stranger, { now: swept }), 400, 310011);
  });
});
