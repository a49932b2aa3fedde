import { describe, expect, it } from "vitest";
import { ApiClient } from "../support/apiClient.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { ok, type TestOrg, targetPath } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import { during, firstInstantOf, milestone, streak } from "../support/targetGroups.ts";
import { withoutWriting } from "../support/writes.ts";

// The file has a table of its own, because history and notifications come from its stream.
const service = useProjectedService();

const target = {
  name: "Spend 1000",
  targetEntity: "TRANSACTION",
  targetType: "SALES",
  enrolmentMethod: "TRANSACTION",
  defaultValues: [{ defaultValue: 1000 }],
};

function automatic(fields: object = {}, body = milestone()) {
  return newSetting(service, { ...body, targets: [{ ...target, ...fields }] });
}

let lastActivity = 0;

function sale(customerId: number, fields: Record<string, unknown> = {}): Record<string, unknown> {
  lastActivity += 1;
  return {
    activityId: `auto-${lastActivity}`,
    customerId,
    type: "TRANSACTION",
    occurredAt: during(1),
    amount: 100,
    ...fields,
  };
}

async function send({ org }: Pick<Setting, "org">, activity: Record<string, unknown>, now = during(1)) {
  return (await ok(org.till.post("/activities", activity, { now }))).body.data;
}

async function achieved({ org, group, customerId }: Setting, now = during(1)): Promise<Record<string, number>> {
  const state = await org.readState(group, customerId, { now });
  return Object.fromEntries((state?.targets ?? []).map((row) => [row.periodRefCode, row.targetAchievedValue]));
}

async function eventsOf({ customerId, org }: Setting) {
  await service.drain();
  const all = await service.events(customerId);
  return all.filter(({ detail }) => detail["org"] === org.org);
}

async function rowsOf({ org, group, customerId }: Setting): Promise<Record<string, unknown>[]> {
  await service.drain();
  return (await ok(org.reader.get(`/users/${customerId}/trackedTargetEvents/${group.targetId}`))).body.data;
}

const notEnrolled = [{ targetGroupId: null, targetRuleId: null, reason: "NOT_ENROLLED" }];

describe("a target with the enrolmentMethod TRANSACTION", () => {
  it("takes a customer in with the first activity that matches, which counts and says enrolled: true", async () => {
    const one = await automatic();
    const first = await send(one, sale(one.customerId));
    expect(first).toMatchObject({ targets: [{ newAchievedValue: 100, enrolled: true }], notCounted: [] });
    const second = await send(one, sale(one.customerId, { amount: 50 }));
    expect(second.targets).toMatchObject([{ oldAchievedValue: 100, newAchievedValue: 150 }]);
    expect(second.targets[0]).not.toHaveProperty("enrolled");
    expect(await achieved(one)).toMatchObject({ c1: 150, c2: 0 });
  });

  it("answers a repeat of that activity with enrolled: true again", async () => {
    const one = await automatic();
    const activity = sale(one.customerId);
    const first = await send(one, activity);
    expect(await send(one, activity)).toEqual(first);
    expect(await achieved(one)).toMatchObject({ c1: 100 });
  });

  it.each([
    ["fails a filter", { storeId: "s-2" }],
    ["happened in no cycle", { storeId: "s-1", occurredAt: "2029-12-31T12:00:00Z" }],
    ["has nothing that the target counts", { storeId: "s-1", amount: null }],
  ])("takes nobody in with an activity that %s", async (_, fields) => {
    const one = await automatic({ filters: [{ entityType: "STORE", entityIds: ["s-1"] }] });
    expect(await send(one, sale(one.customerId, fields))).toMatchObject({ targets: [], notCounted: notEnrolled });
    expect(await achieved(one)).toEqual({});
  });

  it("takes nobody in while the target or its group is switched off, nor with the method IMPORT", async () => {
    for (const off of [
      await automatic({ active: false }),
      await newSetting(service, { ...milestone({ active: false }), targets: [target] }),
      await automatic({ enrolmentMethod: "IMPORT" }),
    ]) {
      expect((await send(off, sale(off.customerId))).notCounted).toEqual(notEnrolled);
    }
  });

  it("refuses an activity of a customer who is not registered with 310011", async () => {
    const { org } = await automatic();
    expectRefused(await org.till.post("/activities", sale(987_654_321), { now: during(1) }), 400, 310011);
  });

  it("refuses an enrolment after that with 310119", async () => {
    const one = await automatic();
    await send(one, sale(one.customerId));
    const enrolled = await one.org.enroll(one.group, { customerId: one.customerId }, { now: during(1) });
    expectRefused(enrolled, 400, 310119);
  });

  it("takes a customer in with a return too, whose purchase comes after it", async () => {
    const one = await automatic();
    const purchase = sale(one.customerId, { amount: 300 });
    const back = sale(one.customerId, {
      type: "RETURN",
      originalActivityId: purchase["activityId"],
      occurredAt: during(2),
    });
    expect(await send(one, back, during(2))).toMatchObject({ targets: [{ enrolled: true }] });
    await send(one, purchase, during(2));
    expect(await achieved(one, during(2))).toMatchObject({ c1: 200, c2: 0 });
  });

  it("is tried by a simulation that says enrolled: true and writes nothing", async () => {
    const one = await automatic();
    const activity = sale(one.customerId);
    const tried = await withoutWriting(service, () =>
      ok(one.org.reader.post("/activities/simulate", activity, { now: during(1) })),
    );
    expect(tried.body.data.targets).toMatchObject([{ newAchievedValue: 100, enrolled: true }]);
    expect(await achieved(one)).toEqual({});
  });

  it("counts in all cycles of a streak, also those before the first activity arrived", async () => {
    const one = await automatic({ defaultValues: [{ defaultValue: 100 }] }, streak({ levels: [2] }));
    await send(one, sale(one.customerId, { occurredAt: during(3) }), during(3));
    const { targets } = await send(one, sale(one.customerId, { occurredAt: during(2) }), during(3));
    expect(targets).toMatchObject([{ periodRefCode: "c2", reached: true, streakValue: 2 }]);
    expect(targets[0].levelsReached).toHaveLength(1);
  });
});

describe("leaving a target with the enrolmentMethod TRANSACTION", () => {
  it("sticks: no activity enrols after that, a late one neither, and an enrolment by a call does", async () => {
    const one = await automatic();
    const { org, group, customerId } = one;
    await send(one, sale(customerId));
    expectAccepted(await org.unenroll(group, customerId, { now: during(1) }), customerId);
    for (const occurredAt of [firstInstantOf(1), during(1)]) {
      const later = await send(one, sale(customerId, { occurredAt }));
      expect(later.notCounted).toMatchObject([{ targetRuleId: group.targetId, reason: "NOT_ENROLLED" }]);
    }
    expectAccepted(await org.enroll(group, { customerId }, { now: during(1) }), customerId);
    expect(await achieved(one)).toMatchObject({ c1: 100 });
  });

  it("is possible before any activity, once, and keeps every activity from enrolling", async () => {
    const one = await automatic();
    const { org, group, customerId } = one;
    expectAccepted(await org.unenroll(group, customerId, { now: during(1) }), customerId);
    expectRefused(await org.unenroll(group, customerId, { now: during(1) }), 400, 310126);
    const later = await send(one, sale(customerId));
    expect(later.notCounted).toMatchObject([{ targetRuleId: group.targetId, reason: "NOT_ENROLLED" }]);
    expectAccepted(await org.enroll(group, { customerId }, { now: during(1) }), customerId);
    await send(one, sale(customerId, { amount: 70 }));
    expect(await achieved(one)).toMatchObject({ c1: 70 });
  });

  it("before any activity is one row and one notification, and keeps the group from being deleted", async () => {
    const one = await automatic();
    const { org, group, customerId } = one;
    expectAccepted(await org.unenroll(group, customerId, { now: during(1) }), customerId);
    expect(await rowsOf(one)).toMatchObject([{ eventName: "UNENROL", value: 0 }]);
    expect((await eventsOf(one)).map((event) => event["detail-type"])).toEqual(["targetCustomerUnEnrolment"]);
    const path = `/targetGroups/${group.groupId}`;
    await ok(org.admin.put(`/targetGroups/editTargetGroup/${group.groupId}`, { active: false }, { now: during(1) }));
    expectRefused(await org.admin.send("DELETE", path, undefined, { now: during(2) }), 409, 300004);
  });

  it("before any activity is refused with 310011 for a customer who is not registered", async () => {
    const { org, group } = await automatic();
    expectRefused(await org.unenroll(group, 987_654_321, { now: during(1) }), 400, 310011);
  });

  it("before any activity stays 310126 where customers get in by a call", async () => {
    const { org, group, customerId } = await automatic({ enrolmentMethod: "IMPORT" });
    expectRefused(await org.unenroll(group, customerId, { now: during(1) }), 400, 310126);
  });
});

describe("an enrolment by an activity", () => {
  it("is told once, with the activity and the source AUTOMATIC, beside what the activity counted", async () => {
    const one = await automatic();
    const activity = sale(one.customerId);
    await send(one, activity);
    const { activityId } = activity;
    const rows = await rowsOf(one);
    expect(rows).toHaveLength(2);
    expect(rows).toContainEqual(
      expect.objectContaining({ eventName: "ENROL", value: 0, achievedValue: 0, activityId, source: "AUTOMATIC" }),
    );
    expect(rows).toContainEqual(expect.objectContaining({ eventName: "ADD_TRANSACTION", value: 100, activityId }));
    const events = await eventsOf(one);
    const enrolments = events.filter((event) => event["detail-type"] === "targetCustomerEnrolment");
    expect(enrolments.map(({ detail }) => detail)).toMatchObject([
      { activityId, source: "AUTOMATIC", targetAchievedValue: 0, reEnrolment: false, enteredBy: null },
    ]);
  });

  it("happens once when 50 first activities come at once, and each of them counts", async () => {
    const one = await automatic();
    await Promise.all(Array.from({ length: 50 }, () => send(one, sale(one.customerId, { amount: 10 }))));
    expect(await achieved(one)).toMatchObject({ c1: 500 });
    const rows = await rowsOf(one);
    expect(rows.filter(({ eventName }) => eventName === "ENROL")).toHaveLength(1);
  });

  it("leaves the ends of earlier cycles to late activities, which tell them at once and once", async () => {
    const one = await automatic({ rewardAllocation: "PERIOD_END" });
    await send(one, sale(one.customerId, { occurredAt: during(3) }), during(3));
    await look(one.org, firstInstantOf(4));
    const late = sale(one.customerId, { occurredAt: during(1), amount: 1000 });
    await send(one, late, during(4));
    await look(one.org, firstInstantOf(5));
    const told = (await eventsOf(one)).filter(({ "detail-type": type }) =>
      ["targetPeriodCompleted", "targetValueAchieved"].includes(type),
    );
    expect(
      told.map(({ "detail-type": type, detail }) => [type, detail["periodRefCode"], detail["activityId"]]),
    ).toEqual([
      ["targetPeriodCompleted", "c3", undefined],
      ["targetValueAchieved", "c1", late["activityId"]],
      ["targetPeriodCompleted", "c1", late["activityId"]],
      ["targetPeriodCompleted", "c4", undefined],
    ]);
  });
});

describe("an enrolment by an activity in the 26th cycle", () => {
  it("counts late activities for the first cycle, also when that has left the enrolment", async () => {
    const one = await automatic({}, milestone({ cycles: 30 }));
    await send(one, sale(one.customerId, { occurredAt: during(26) }), during(26));
    for (const cycle of [27, 28, 29]) await look(one.org, during(cycle));
    const late = sale(one.customerId, { occurredAt: during(1), amount: 70 });
    expect(await send(one, late, during(29))).toMatchObject({
      targets: [{ periodRefCode: "c1", newAchievedValue: 70 }],
    });
  });
});

async function look({ org }: TestOrg, now: string): Promise<void> {
  await service.drain();
  const local = new ApiClient(new URL("/local", service.baseUrl).href, undefined);
  await ok(local.post(`/close-cycles?org=${org}`, {}, { now }));
}

function many(count: number) {
  const targets = Array.from({ length: count }, (_, index) => ({ ...target, name: `t${index}` }));
  return { ...milestone(), targets };
}

describe("the enrolmentMethod of a target", () => {
  it("is answered as it was sent, is IMPORT without one, and cannot be changed", async () => {
    const { org, group } = await automatic();
    const { data } = (await ok(org.reader.get(`/targetGroups/${group.groupId}`))).body;
    expect(data.targets).toMatchObject([{ enrolmentMethod: "TRANSACTION" }]);
    const other = await org.createGroup();
    const { data: plain } = (await ok(org.reader.get(`/targetGroups/${other.groupId}`))).body;
    expect(plain.targets).toMatchObject([{ enrolmentMethod: "IMPORT" }]);
    const edited = await org.admin.put(targetPath(group), { enrolmentMethod: "IMPORT" });
    expectRefused(edited, 400, 300004, /enrolmentMethod cannot be changed/);
  });

  it.each([
    ["AUDIENCE_FILTER", { targets: [{ ...target, enrolmentMethod: "AUDIENCE_FILTER" }] }, /enrolmentMethod/],
    [
      "TRANSACTION beside trackFromEnrollmentDate: true",
      { targets: [{ ...target, trackFromEnrollmentDate: true }] },
      /trackFromEnrollmentDate must be false/,
    ],
    [
      "TRANSACTION in a group with a time for enrolling",
      { targets: [target], enrolmentEndDate: "2030-01-31" },
      /enrolmentStartDate and enrolmentEndDate must be absent/,
    ],
  ])("is refused with 300004 when it is %s", async (_, fields, message) => {
    const org = await service.newOrg();
    expectRefused(await org.admin.post("/targetGroups", { ...milestone(), ...fields }), 400, 300004, message);
  });

  it("TRANSACTION keeps an edit from giving the group a time for enrolling, and the other way round", async () => {
    const { org, group } = await automatic();
    const path = `/targetGroups/editTargetGroup/${group.groupId}`;
    expectRefused(await org.admin.put(path, { enrolmentEndDate: "2030-01-31" }), 400, 300004, /must be absent/);
    const other = await org.createGroup({ ...milestone(), enrolmentEndDate: "2030-01-31" });
    const added = await org.admin.post(`/targetGroups/${other.groupId}/targets`, { ...target, name: "Other" });
    expectRefused(added, 400, 300004, /must be absent/);
  });

  it("is TRANSACTION for at most 90 active targets of an org, also when two are created at once", async () => {
    const org = await service.newOrg();
    const group = await org.createGroup(many(50));
    await org.createGroup(many(39));
    const atOnce = await Promise.all([many(1), many(1)].map((body) => org.admin.post("/targetGroups", body)));
    expect(atOnce.map(({ status }) => status).toSorted()).toEqual([201, 400]);
    expectRefused(await org.admin.post("/targetGroups", many(1)), 400, 300004, /must not have more than 90/);
    await ok(org.admin.send("DELETE", targetPath(group), undefined));
    await org.createGroup(many(1));
    const back = await org.admin.put(targetPath(group), { active: true });
    expectRefused(back, 400, 300004, /must not have more than 90/);
  });
});
