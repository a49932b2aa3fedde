import { describe, expect, it } from "vitest";
import type { RequestOptions } from "../support/apiClient.ts";
import { expectRefused } from "../support/envelopes.ts";
import { ok, type TestGroup, type TestOrg, targetPath } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { newSetting, unknownId } from "../support/setting.ts";
import { during, firstInstantOf, milestone, streak } from "../support/targetGroups.ts";
import { withoutWriting } from "../support/writes.ts";

const service = useService();

const now = during(1);
/** When no process uses a definition of {@link now} any more. */
const later = new Date(Date.parse(now) + 30_000).toISOString();

function edit({ admin }: TestOrg, group: TestGroup, body: unknown, options: RequestOptions = {}) {
  return admin.put(targetPath(group), body, { now, ...options });
}

async function valuesOf({ reader }: TestOrg, { groupId }: TestGroup): Promise<number[]> {
  const { data } = (await ok(reader.get(`/targetGroups/${groupId}`))).body;
  return data.targets[0].defaultValues.map(({ defaultValue }: { defaultValue: number }) => defaultValue);
}

async function auditRows({ reader }: TestOrg, { groupId }: TestGroup) {
  return (await ok(reader.get(`/targetGroups/${groupId}/auditLogs`))).body.data;
}

const before = (instant: string, milliseconds: number) => ({
  now: new Date(Date.parse(instant) - milliseconds).toISOString(),
});

describe("an edit of a target changes what it names and nothing else", () => {
  it("its name, description and filters; absent is unchanged, and null empties", async () => {
    const { org, group } = await newSetting(service);
    const [known] = (await ok(org.reader.get(`/targetGroups/${group.groupId}`))).body.data.targets;
    const filters = [{ entityType: "STORE", entityIds: ["1"] }];
    const { body, headers } = await ok(edit(org, group, { name: "Shops", description: "In shops", filters }));
    expect(body.data.targets).toMatchObject([{ name: "Shops", description: "In shops", filters }]);
    expect([body.data.version, headers.get("etag")]).toEqual([2, '"2"']);
    expect(body.warnings).toBeNull();
    const emptied = await ok(edit(org, group, { description: null, filters: null }));
    expect(emptied.body.data.targets).toEqual([{ ...known, name: "Shops" }]);
  });

  it("writes nothing and leaves the version when nothing is different", async () => {
    const { org, group } = await newSetting(service);
    const [known] = (await ok(org.reader.get(`/targetGroups/${group.groupId}`))).body.data.targets;
    const { defaultValues: _, filters: __, rules: ___, ...same } = known;
    const answer = await withoutWriting(service, () => ok(edit(org, group, same)));
    expect(answer.body.data).toMatchObject({ version: 1 });
  });

  it("and leaves a row for each changed field in the audit log", async () => {
    const { org, group } = await newSetting(service);
    await ok(edit(org, group, { name: "Shops", active: false, defaultValues: [{ defaultValue: 1200 }] }));
    const field = (name: string) => `targets[${group.targetId}].${name}`;
    expect(await auditRows(org, group)).toMatchObject([
      { version: 2, field: field("name"), oldValue: "Spend 1000", newValue: "Shops" },
      { version: 2, field: field("active"), oldValue: true, newValue: false },
      ...group.cycleIds.map((id) => ({
        version: 2,
        field: field(`defaultValues[${id}]`),
        oldValue: 1000,
        newValue: 1200,
      })),
      { version: 1 },
    ]);
  });

  it("two admins who change different targets at once both succeed, and neither change is lost", async () => {
    const [one = {}] = milestone().targets;
    const { org, group } = await newSetting(service, milestone({ targets: [one, { ...one, name: "Other" }] }));
    const [first = 0, second = 0] = group.targetIds;
    const answers = await Promise.all([
      edit(org, { ...group, targetId: first }, { name: "A" }),
      edit(org, { ...group, targetId: second }, { name: "B" }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const { data } = (await ok(org.reader.get(`/targetGroups/${group.groupId}`))).body;
    expect(data.version).toBe(3);
    expect(data.targets.map(({ name }: { name: string }) => name)).toEqual(["A", "B"]);
  });
});

describe("the value of a cycle", () => {
  it("can be changed until the cycle has ended, and is what the cycle is judged by", async () => {
    const { org, group, customerId } = await newSetting(service);
    await ok(org.enroll(group, { customerId }, { now }));
    const change = (defaultValue: number) => ({ defaultValues: [{ periodId: group.cycleIds[1], defaultValue }] });
    await ok(edit(org, group, change(50), before(firstInstantOf(2), 1)));
    await ok(edit(org, group, change(50.5), before(firstInstantOf(3), 1)));
    expect(await valuesOf(org, group)).toEqual([1000, 50.5, 1000, 1000, 1000]);
    const activity = { activityId: "a", customerId, type: "TRANSACTION", occurredAt: during(2), amount: 50.5 };
    await ok(org.till.post("/activities", activity, { now: firstInstantOf(3) }));
    const state = await org.readState(group, customerId, { now: firstInstantOf(3) });
    expect(state?.targets[1]).toMatchObject({
      targetValue: 50.5,
      targetAchievedValue: 50.5,
      targetAchievedDateTime: firstInstantOf(3),
    });
  });

  it("of a cycle that has ended cannot be changed any more (300004)", async () => {
    const { org, group } = await newSetting(service);
    const body = { defaultValues: [{ periodId: group.cycleIds[0], defaultValue: 7 }] };
    const call = () => edit(org, group, body, { now: firstInstantOf(2) });
    expectRefused(await withoutWriting(service, call), 400, 300004, /cycle "c1" has ended/);
  });

  it("without a cycle is the value of the running and all coming cycles", async () => {
    const { org, group } = await newSetting(service);
    await ok(edit(org, group, { defaultValues: [{ defaultValue: 7 }] }, { now: during(2) }));
    expect(await valuesOf(org, group)).toEqual([1000, 7, 7, 7, 7]);
  });

  it("that is the last one is the value of cycles that are appended later", async () => {
    const { org, group } = await newSetting(service);
    await ok(edit(org, group, { defaultValues: [{ defaultValue: 7 }] }));
    const added = [{ refCode: "c6", startDate: firstInstantOf(6), endDate: firstInstantOf(7) }];
    await ok(org.admin.post(`/targetGroups/${group.groupId}/targetPeriods`, added, { now }));
    expect(await valuesOf(org, group)).toEqual([7]);
  });

  it("can be changed for one of 1000 cycles of a rule", async () => {
    const { periods: _, ...rest } = streak({ levels: [2] });
    const body = { ...rest, frequencyType: "DAILY", frequency: 1, recurringCycles: 1000, fromDate: "2030-01-01" };
    const { org, group } = await newSetting(service, body);
    await ok(edit(org, group, { defaultValues: [{ periodId: group.cycleIds[999], defaultValue: 7 }] }));
    expect((await valuesOf(org, group)).slice(997)).toEqual([1000, 1000, 7]);
  });

  it.each([
    ["of another group", [{ periodId: unknownId, defaultValue: 7 }], /periodId must be the id of a cycle/],
    ["of 0", [{ defaultValue: 0 }], /defaultValue must be > 0/],
    ["with five fractional digits", [{ defaultValue: 0.00001 }], /at most 4 fractional digits/],
  ])("%s is refused with 300004", async (_, defaultValues, message) => {
    const { org, group } = await newSetting(service);
    expectRefused(await edit(org, group, { defaultValues }), 400, 300004, message);
  });

  it("without its cycle beside others is refused with 300004", async () => {
    const { org, group } = await newSetting(service);
    const body = { defaultValues: [{ defaultValue: 7 }, { periodId: group.cycleIds[2], defaultValue: 8 }] };
    expectRefused(await edit(org, group, body), 400, 300004, /defaultValues\[0\]\.periodId is required/);
  });

  it("that is named twice is refused with 300004", async () => {
    const { org, group } = await newSetting(service);
    const row = { periodId: group.cycleIds[2], defaultValue: 7 };
    expectRefused(
      await edit(org, group, { defaultValues: [row, row] }),
      400,
      300004,
      /\[1\]\.periodId must be named once/,
    );
  });
});

describe("what is fixed for ever of a target", () => {
  it.each([
    ["id", unknownId],
    ["targetEntity", "EVENT"],
    ["eventName", "visit"],
    ["targetType", "VISIT"],
    ["attributeName", "x"],
    ["trackFromEnrollmentDate", true],
    ["rewardAllocation", "PERIOD_END"],
  ])("%s with another value is refused with 300004", async (field, value) => {
    const { org, group } = await newSetting(service);
    const message = new RegExp(`${field} cannot be changed after creation`);
    expectRefused(await edit(org, group, { [field]: value }), 400, 300004, message);
  });
});

describe("an inactive target", () => {
  it.each([
    [
      "by DELETE",
      ({ admin }: TestOrg, group: TestGroup) => admin.send("DELETE", targetPath(group), undefined, { now }),
    ],
    ["by an edit", (org: TestOrg, group: TestGroup) => edit(org, group, { active: false })],
  ])(
    "%s refuses enrolment with 310018 at the latest 30 s later, counts nothing for good, and lets members leave",
    async (_, stop) => {
      const { org, group, customerId } = await newSetting(service);
      const other = await org.newCustomer();
      await ok(org.enroll(group, { customerId }, { now }));
      expect((await ok(stop(org, group))).body.data.targets[0].active).toBe(false);
      expectRefused(await org.enroll(group, { customerId: other }, { now: later }), 400, 310018);
      const activity = { activityId: "a", customerId, type: "TRANSACTION", occurredAt: later, amount: 10 };
      const stopped = (await ok(org.till.post("/activities", activity, { now: later }))).body.data;
      expect(stopped).toMatchObject({ targets: [], notCounted: [{ reason: "TARGET_INACTIVE" }] });
      await ok(edit(org, group, { active: true }, { now: later }));
      const on = new Date(Date.parse(later) + 30_000).toISOString();
      const repeated = (await ok(org.till.post("/activities", activity, { now: on }))).body.data;
      expect(repeated).toEqual(stopped);
      const next = { ...activity, activityId: "b", amount: 3 };
      expect((await ok(org.till.post("/activities", next, { now: on }))).body.data.targets).toMatchObject([
        { newAchievedValue: 3 },
      ]);
      await ok(org.unenroll(group, customerId, { now: on }));
    },
  );

  it("can be activated until the last cycle has ended; after that it is refused with 310019", async () => {
    const { org, group } = await newSetting(service, milestone({ cycles: 2 }));
    await ok(edit(org, group, { active: false }));
    expectRefused(await edit(org, group, { active: true }, { now: firstInstantOf(3) }), 400, 310019, /have ended/);
    expect((await ok(edit(org, group, { active: true }, before(firstInstantOf(3), 1)))).body.data.version).toBe(3);
  });
});

describe("a target that is added to a milestone", () => {
  const visits = {
    name: "Visits",
    description: "In shops",
    targetEntity: "TRANSACTION",
    targetType: "VISIT",
    defaultValues: [{ defaultValue: 3 }],
  };
  const add = ({ admin }: TestOrg, { groupId }: TestGroup, body: unknown = visits) =>
    admin.post(`/targetGroups/${groupId}/targets`, body, { now });

  it("takes enrolments at once, also in a process that has cached the group", async () => {
    const { org, group, customerId } = await newSetting(service);
    await ok(org.enroll(group, { customerId }, { now }));
    const { data } = (await ok(add(org, group))).body;
    expect(data).toMatchObject({ version: 2, targets: [{ id: group.targetId }, visits] });
    const added = { ...group, targetId: data.targets[1].id };
    await ok(org.enroll(added, { customerId }, { now }));
    const activity = { activityId: "a", customerId, type: "TRANSACTION", occurredAt: now, amount: 10 };
    expect((await ok(org.till.post("/activities", activity, { now }))).body.data.targets).toMatchObject([
      { newAchievedValue: 10 },
      { newAchievedValue: 1 },
    ]);
    const field = (name: string) => `targets[${added.targetId}].${name}`;
    expect((await auditRows(org, group)).slice(0, 4)).toMatchObject([
      { field: field("name"), oldValue: null, newValue: "Visits" },
      { field: field("description"), oldValue: null, newValue: "In shops" },
      { field: field("active"), oldValue: null, newValue: true },
      { field: field("defaultValues"), oldValue: null, newValue: 3 },
    ]);
  });

  it("is refused with 300004 for a streak", async () => {
    const { org, group } = await newSetting(service, streak());
    expectRefused(await add(org, group), 400, 300004, /A streak has the targets that it was created with/);
  });

  it("is the 50th at most (300004)", async () => {
    const { org, group } = await newSetting(service, milestone({ targets: Array.from({ length: 49 }, () => visits) }));
    await ok(add(org, group));
    expectRefused(await add(org, group), 400, 300004, /not have more than 50 targets/);
  });

  it("is refused with 300004 when a creation with it would be", async () => {
    const { org, group } = await newSetting(service);
    const faulty = { ...visits, targetEntity: "EVENT", defaultValues: [{ defaultValue: 1 }, { defaultValue: 2 }] };
    expectRefused(
      await add(org, group, faulty),
      400,
      300004,
      /^Invalid input\. eventName is required when targetEntity is EVENT/,
      /defaultValues must hold one value for all cycles or one for each of the 5; got 2/,
    );
  });
});

it("refusals of an edit come in their order: 300004, 310017, 412, 310018, 300004 for the rules, 310019", async () => {
  const { org, group } = await newSetting(service, milestone({ cycles: 1 }));
  await ok(edit(org, group, { active: false }));
  const over = { now: firstInstantOf(2) };
  const stale = { ...over, headers: { "If-Match": '"7"' } };
  const [nowhere, unknown] = [
    { ...group, groupId: unknownId },
    { ...group, targetId: unknownId },
  ];
  const broken = { active: true, targetType: "VISIT" };
  expectRefused(await edit(org, nowhere, { name: 7 }, stale), 400, 300004, /name must be a string/);
  expectRefused(await edit(org, nowhere, broken, stale), 400, 310017);
  expectRefused(await edit(org, unknown, broken, stale), 412, 300004);
  expectRefused(await edit(org, unknown, broken, over), 400, 310018);
  expectRefused(await edit(org, group, broken, over), 400, 300004, /targetType cannot be changed/);
  expectRefused(await edit(org, group, { active: true }, over), 400, 310019);
});
