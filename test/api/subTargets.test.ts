import { describe, expect, it } from "vitest";
import { expectRefused } from "../support/envelopes.ts";
import { ok, targetPath } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import { during, firstInstantOf, milestone, streak } from "../support/targetGroups.ts";

const service = useProjectedService();
const now = during(1);

const percent = (triggerValue: number, triggerName = `${triggerValue}%`) => ({
  triggerName,
  triggerValueType: "PERCENTAGE",
  triggerValue,
});
const absolute = (triggerValue: number) => ({
  triggerName: `${triggerValue}`,
  triggerValueType: "ABSOLUTE",
  triggerValue,
});

type Definition = ReturnType<typeof milestone>;

function having(targetMilestoneTriggers: unknown, body: Definition = milestone(), more: object = {}): Definition {
  return { ...body, targets: body.targets.map((target) => ({ ...target, targetMilestoneTriggers, ...more })) };
}

async function enrolled(body: Definition, record: Record<string, unknown> = {}): Promise<Setting> {
  const one = await newSetting(service, body);
  await ok(one.org.enroll(one.group, { customerId: one.customerId, ...record }, { now: firstInstantOf(1) }));
  return one;
}

type Row = { readonly milestonesReached: readonly Readonly<Record<string, unknown>>[] };

let last = 0;

/** The effects of an activity, which arrives when it occurs unless `arrivesAt` is another moment. */
async function effectsOf({ org, customerId }: Setting, amount: number, at = now, fields: object = {}, arrivesAt = at) {
  last += 1;
  const type = amount < 0 ? "RETURN" : "TRANSACTION";
  const activity = { activityId: `s-${last}`, customerId, type, occurredAt: at, amount: Math.abs(amount), ...fields };
  const { body } = await ok(org.till.post("/activities", activity, { now: arrivesAt }));
  return body.data.targets;
}

async function spend(...activity: Parameters<typeof effectsOf>) {
  return (await effectsOf(...activity))[0];
}

const namesOf = (rows: readonly Readonly<Record<string, unknown>>[]) => rows.map((row) => row["triggerName"]);

async function told({ customerId, org }: Setting) {
  await service.drain();
  const events = await service.events(customerId);
  const own = events.filter(({ detail }) => detail["org"] === org.org);
  const milestones = own.filter((event) => event["detail-type"] === "targetMilestoneAchieved");
  return [...new Map(milestones.map(({ detail }) => [detail.eventId, detail])).values()];
}

async function milestonesOf({ org, group, customerId }: Setting, period = "c1") {
  const state = await org.readState(group, customerId, { now });
  return state?.targets.find(({ periodRefCode }) => periodRefCode === period)?.milestones;
}

const edit = ({ org, group }: Setting, body: object) => org.admin.put(targetPath(group), body, { now });

describe("rules 2 and 3: a sub-target of a cycle", () => {
  it("is told once when +1000, −600 and +600 reach it, fall below it and reach it again", async () => {
    const one = await enrolled(having([percent(50)], milestone(), { defaultValues: [{ defaultValue: 2000 }] }));
    expect(namesOf((await spend(one, 1000)).milestonesReached)).toEqual(["50%"]);
    expect((await spend(one, -600)).milestonesReached).toEqual([]);
    expect((await spend(one, 600)).milestonesReached).toEqual([]);
    expect(await told(one)).toMatchObject([
      {
        triggerName: "50%",
        triggerValueType: "PERCENTAGE",
        definedValue: 50,
        achievedDate: now,
        periodRefCode: "c1",
        targetValue: 2000,
        targetAchievedValue: 1000,
      },
    ]);
  });

  it("stays reached since the same moment when returns take the value below it", async () => {
    const one = await enrolled(having([absolute(250), percent(50)]));
    await spend(one, 300);
    await spend(one, -300, during(1, 20));
    expect(await milestonesOf(one)).toMatchObject([
      { isAchieved: true, achievedDate: now },
      { isAchieved: false, achievedDate: null },
    ]);
  });

  it("is reached by what a transaction and the returns before it leave, and answered with the last of its rows", async () => {
    const one = await enrolled(having([percent(25), percent(50)]));
    await spend(one, -300, now, { originalActivityId: "late" });
    const rows = await effectsOf(one, 700, now, { activityId: "late" });
    expect(rows.map(({ milestonesReached }: Row) => namesOf(milestonesReached))).toEqual([[], [], ["25%"]]);
    expect(namesOf(await told(one))).toEqual(["25%"]);
  });

  it("is reached by a late activity in its own cycle only, and not in one before the membership", async () => {
    const one = await enrolled(having([percent(25)]), { periodName: "c2" });
    const [late, own] = [during(2, 20), during(4)];
    expect(await spend(one, 300, now, {}, own)).toBeUndefined();
    expect(namesOf((await spend(one, 300, late, {}, own)).milestonesReached)).toEqual(["25%"]);
    expect((await told(one)).map(({ periodRefCode, achievedDate }) => [periodRefCode, achievedDate])).toEqual([
      ["c2", own],
    ]);
  });

  it("is answered the same to a repeat of the activity that reached it, and told once", async () => {
    const one = await enrolled(having([percent(25)]));
    const first = await spend(one, 300, now, { activityId: "twice" });
    await spend(one, 300);
    expect(await spend(one, 300, now, { activityId: "twice" })).toEqual(first);
    expect(await told(one)).toMatchObject([{ activityId: "twice" }]);
  });

  it("is told once when 20 activities at once reach it", async () => {
    const one = await enrolled(having([percent(25), percent(50)]));
    const rows = await Promise.all(Array.from({ length: 20 }, () => spend(one, 100)));
    expect(rows.flatMap(({ milestonesReached }) => namesOf(milestonesReached)).toSorted()).toEqual(["25%", "50%"]);
    expect(namesOf(await told(one)).toSorted()).toEqual(["25%", "50%"]);
  });

  it("is reached by the activity that enrols the customer, and told once", async () => {
    const one = await newSetting(service, having([percent(25)], milestone(), { enrolmentMethod: "TRANSACTION" }));
    expect(await spend(one, 300)).toMatchObject({ enrolled: true, milestonesReached: [{ triggerName: "25%" }] });
    expect(await told(one)).toHaveLength(1);
  });

  it("of a lower target value waits for the next activity that counts", async () => {
    const one = await enrolled(having([percent(50)], milestone(), { defaultValues: [{ defaultValue: 2000 }] }));
    await spend(one, 600);
    await ok(edit(one, { defaultValues: [{ defaultValue: 1000 }] }));
    expect(await told(one)).toEqual([]);
    const at = new Date(Date.parse(now) + 60_000).toISOString();
    expect(namesOf((await spend(one, 1, at)).milestonesReached)).toEqual(["50%"]);
  });

  it("is reached in a simulation, which tells nobody", async () => {
    const one = await enrolled(having([percent(25)]));
    const activity = { activityId: "s", customerId: one.customerId, type: "TRANSACTION", occurredAt: now, amount: 300 };
    const { data } = (await ok(one.org.till.post("/activities/simulate", activity, { now }))).body;
    expect(namesOf(data.targets[0].milestonesReached)).toEqual(["25%"]);
    expect(await told(one)).toEqual([]);
  });

  it("is told at once with a period-end reward, and with several that one activity reaches", async () => {
    const one = await enrolled(having([percent(25), percent(50)], milestone(), { rewardAllocation: "PERIOD_END" }));
    await spend(one, 600);
    expect(namesOf(await told(one))).toEqual(["25%", "50%"]);
  });

  it("is told again in the next cycle", async () => {
    const one = await enrolled(having([percent(25)]));
    await spend(one, 300);
    await spend(one, 300, during(2));
    expect((await told(one)).map(({ periodRefCode }) => periodRefCode)).toEqual(["c1", "c2"]);
  });
});

describe("rule 2: an enrolment", () => {
  it("with a balance reaches the sub-targets up to it, tells them without an activity, and replaces them later", async () => {
    const one = await enrolled(having([percent(25), percent(50)]), { initialBalance: 500 });
    const [first, second] = await told(one);
    expect([first?.["triggerName"], second?.["triggerName"]]).toEqual(["25%", "50%"]);
    expect(first).not.toHaveProperty("activityId");
    await ok(one.org.unenroll(one.group, one.customerId, { now }));
    await ok(one.org.enroll(one.group, { customerId: one.customerId, initialBalance: 250 }, { now }));
    expect((await milestonesOf(one))?.map(({ isAchieved }) => isAchieved)).toEqual([true, false]);
    expect(await told(one)).toHaveLength(3);
  });

  it("without a balance keeps what the cycle had, and tells nothing again", async () => {
    const one = await enrolled(having([percent(25)]));
    await spend(one, 300);
    await ok(one.org.unenroll(one.group, one.customerId, { now }));
    await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now }));
    expect((await milestonesOf(one))?.map(({ isAchieved }) => isAchieved)).toEqual([true]);
    expect(await told(one)).toHaveLength(1);
  });

  it("is told of sub-targets that it kept by the next activity only, when they were counted while the customer was out", async () => {
    const one = await enrolled(having([percent(25), percent(50)]));
    await spend(one, 300);
    await ok(one.org.unenroll(one.group, one.customerId, { now }));
    await spend(one, 300);
    await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now }));
    expect(namesOf((await spend(one, 200)).milestonesReached)).toEqual(["50%"]);
    expect(namesOf(await told(one))).toEqual(["25%", "50%"]);
  });

  it("with a balance below all of them clears those that the cycle had", async () => {
    const one = await enrolled(having([percent(25)]), { initialBalance: 250 });
    await ok(one.org.unenroll(one.group, one.customerId, { now }));
    await ok(one.org.enroll(one.group, { customerId: one.customerId, initialBalance: 249 }, { now }));
    expect((await milestonesOf(one))?.map(({ isAchieved }) => isAchieved)).toEqual([false]);
  });

  it("with resetStreakStatus clears those of the current cycle, which can be reached again", async () => {
    const one = await enrolled(having([percent(25)], streak()));
    await spend(one, 300);
    await ok(one.org.unenroll(one.group, one.customerId, { now }));
    await ok(one.org.enroll(one.group, { customerId: one.customerId, resetStreakStatus: true }, { now }));
    expect((await milestonesOf(one))?.map(({ isAchieved }) => isAchieved)).toEqual([false]);
    await spend(one, 300);
    expect(await told(one)).toHaveLength(2);
  });
});

describe("rule 1: a definition", () => {
  it.each<[string, readonly object[], RegExp]>([
    ["eleven", Array.from({ length: 11 }, (_, index) => percent(index + 1)), /must not have more than 10 items/],
    ["none of its value", [percent(0)], /\[0\]\.triggerValue must be > 0/],
    ["one at the target value", [absolute(1000)], /\[0\]\.triggerValue must be below the target value of every cycle/],
    ["two of one value", [percent(50), absolute(500)], /\[1\]\.triggerValue must be greater than the one before it/],
    ["100 percent", [percent(100)], /\[0\]\.triggerValue must be less than 100 when triggerValueType is PERCENTAGE/],
    ["a name twice", [percent(10, "a"), percent(20, "a")], /\[1\]\.triggerName must be unique in the target; "a"/],
    ["five digits", [percent(33.33333)], /\[0\]\.triggerValue must have at most 4 fractional digits/],
    ["another type", [{ ...percent(10), triggerValueType: "RATIO" }], /\[0\]\.triggerValueType must be one of/],
  ])("with %s is refused with 300004", async (_, triggers, message) => {
    const org = await service.newOrg();
    expectRefused(await org.admin.post("/targetGroups", having(triggers), { now }), 400, 300004, message);
  });

  it("answers its sub-targets with ids of their own", async () => {
    const one = await enrolled(having([percent(25), absolute(500)]));
    const { data } = (await ok(one.org.reader.get(`/targetGroups/${one.group.groupId}`))).body;
    expect(data.targets[0].targetMilestoneTriggers).toEqual([
      { id: 1, ...percent(25) },
      { id: 2, ...absolute(500) },
    ]);
  });

  it("whose second cycle alone has its sub-targets out of order is refused with 300004, and the cycle is named", async () => {
    const org = await service.newOrg();
    const values = { defaultValues: [{ defaultValue: 1000 }, { defaultValue: 500 }] };
    const body = having([absolute(250), percent(50)], milestone({ cycles: 2 }), values);
    const message = /\[1\]\.triggerValue must be greater than the one before it.*in cycle 2/;
    expectRefused(await org.admin.post("/targetGroups", body, { now }), 400, 300004, message);
  });

  it("rounds a percentage up to four digits: a third of 1 is reached at 0.3334 and not at 0.3333", async () => {
    const one = await enrolled(having([percent(33.3333)], milestone(), { defaultValues: [{ defaultValue: 1 }] }));
    expect((await spend(one, 0.3333)).milestonesReached).toEqual([]);
    expect(namesOf((await spend(one, 0.0001)).milestonesReached)).toEqual(["33.3333%"]);
  });

  it("that is edited has its new sub-targets from the next cycle on, and a known name keeps its id", async () => {
    const one = await enrolled(having([percent(25), percent(50)]));
    const { data } = (await ok(edit(one, { targetMilestoneTriggers: [percent(50), percent(75)] }))).body;
    expect(data.targets[0].targetMilestoneTriggers).toMatchObject([{ id: 2 }, { triggerName: "75%" }]);
    expect(namesOf((await spend(one, 800)).milestonesReached)).toEqual(["25%", "50%"]);
    expect(namesOf((await spend(one, 800, during(2))).milestonesReached)).toEqual(["50%", "75%"]);
  });

  it("keeps a value above its sub-targets: an edit to one at or below them is refused with 300004", async () => {
    const one = await enrolled(having([absolute(500)]));
    const at = await edit(one, { defaultValues: [{ defaultValue: 500 }] });
    expectRefused(at, 400, 300004, /must be below the target value of every cycle; in cycle 1 it is 500 of 500/);
    await ok(edit(one, { defaultValues: [{ defaultValue: 500.0001 }] }));
  });

  it("keeps its sub-targets in order: an edit of values that would turn them round is refused with 300004", async () => {
    const one = await enrolled(having([absolute(300), percent(50)]));
    const periodId = one.group.cycleIds[2];
    const at = await edit(one, { defaultValues: [{ periodId, defaultValue: 600 }] });
    expectRefused(at, 400, 300004, /\[1\]\.triggerValue must be greater than the one before it.*in cycle 3/);
    await ok(edit(one, { defaultValues: [{ periodId, defaultValue: 600.0001 }] }));
  });

  it.each([{ targetMilestoneTriggers: [] }, { targetMilestoneTriggers: null }])(
    "that is edited to %j has none from the next cycle on, and keeps those of the running one",
    async (change) => {
      const one = await enrolled(having([percent(25)]));
      const { data } = (await ok(edit(one, change))).body;
      expect(data.targets[0].targetMilestoneTriggers).toBeNull();
      expect(namesOf((await spend(one, 300)).milestonesReached)).toEqual(["25%"]);
      expect((await spend(one, 300, during(2))).milestonesReached).toEqual([]);
      expect(await milestonesOf(one, "c2")).toBeNull();
    },
  );

  it.each<[string, readonly object[], RegExp]>([
    ["at the target value", [absolute(1000)], /must be below the target value of every cycle/],
    ["a name twice", [percent(10, "a"), percent(20, "a")], /must be unique in the target/],
    ["eleven", Array.from({ length: 11 }, (_, index) => percent(index + 1)), /must not have more than 10 items/],
  ])("that is edited, or gets a target added, with %s is refused with 300004", async (_, triggers, message) => {
    const one = await newSetting(service, having([percent(25)]));
    expectRefused(await edit(one, { targetMilestoneTriggers: triggers }), 400, 300004, message);
    const [added] = having(triggers, milestone(), { name: "Another" }).targets;
    const answer = await one.org.admin.post(`/targetGroups/${one.group.groupId}/targets`, added, { now });
    expectRefused(answer, 400, 300004, message);
  });

  it("refuses a cycle to append whose value is at or below a sub-target, with 300004", async () => {
    const one = await enrolled(having([absolute(500)]));
    const period = { refCode: "c6", startDate: firstInstantOf(6), endDate: firstInstantOf(7) };
    const body = [{ ...period, defaultValues: [{ targetId: one.group.targetId, defaultValue: 400 }] }];
    const answer = await one.org.admin.post(`/targetGroups/${one.group.groupId}/targetPeriods`, body, { now });
    expectRefused(answer, 400, 300004, /\[0\]\.defaultValues must keep the sub-targets of target/);
  });
});

describe("rule 4: the reads of a target", () => {
  it("have a row for each sub-target of the cycle, reached or not", async () => {
    const one = await enrolled(having([absolute(250), percent(50)]));
    await spend(one, 300);
    const triggerType = "SYSTEM_TRIGGER";
    expect(await milestonesOf(one)).toEqual([
      { id: 1, ...absolute(250), triggerType, isAchieved: true, achievedDate: now, isActive: true },
      { id: 2, ...percent(50), triggerType, isAchieved: false, achievedDate: null, isActive: true },
    ]);
  });

  it("say of each sub-target that it is not active when the target is not", async () => {
    const one = await enrolled(having([percent(25)]));
    await ok(edit(one, { active: false }));
    const path = `/users/${one.customerId}/targetGroups?includeInactive=true&includeInactiveTargets=true`;
    const { data } = (await ok(one.org.reader.get(path, { now }))).body;
    expect(data.targetGroups[0].targets[0].milestones).toMatchObject([{ isActive: false }]);
  });

  it("have those of every cycle, with what each reached", async () => {
    const one = await enrolled(having([percent(25)]));
    await spend(one, 300);
    await spend(one, 300, during(4));
    const state = await one.org.readState(one.group, one.customerId, { now: during(4) });
    expect(state?.targets.map(({ milestones }) => milestones?.map(({ isAchieved }) => isAchieved))).toEqual([
      [true],
      [false],
      [false],
      [true],
      [false],
    ]);
  });

  it("have null where the target has none", async () => {
    expect(await milestonesOf(await enrolled(milestone()))).toBeNull();
  });
});
