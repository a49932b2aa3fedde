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

let last = 0;

async function spend({ org, customerId }: Setting, amount: number, at = now) {
  last += 1;
  const activity = { activityId: `s-${last}`, customerId, type: amount < 0 ? "RETURN" : "TRANSACTION", occurredAt: at };
  const { body } = await ok(org.till.post("/activities", { ...activity, amount: Math.abs(amount) }, { now: at }));
  return body.data.targets[0];
}

const namesOf = (rows: readonly { readonly triggerName: string }[]) => rows.map(({ triggerName }) => triggerName);

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

describe("a sub-target of a cycle", () => {
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

  it("stays reached in the reads when returns take the value below it", async () => {
    const one = await enrolled(having([absolute(250), percent(50)]));
    await spend(one, 300);
    await spend(one, -300);
    const triggerType = "SYSTEM_TRIGGER";
    expect(await milestonesOf(one)).toMatchObject([
      { ...absolute(250), triggerType, isAchieved: true, achievedDate: now, isActive: true },
      { ...percent(50), triggerType, isAchieved: false, achievedDate: null, isActive: true },
    ]);
  });

  it("is told at once with a period-end reward, and with several that one activity reaches", async () => {
    const one = await enrolled(having([percent(25), percent(50)], milestone(), { rewardAllocation: "PERIOD_END" }));
    await spend(one, 600);
    expect((await told(one)).map(({ triggerName }) => triggerName)).toEqual(["25%", "50%"]);
  });

  it("is told again in the next cycle", async () => {
    const one = await enrolled(having([percent(25)]));
    await spend(one, 300);
    await spend(one, 300, during(2));
    expect((await told(one)).map(({ periodRefCode }) => periodRefCode)).toEqual(["c1", "c2"]);
  });

  it("is null in the reads of a target without any", async () => {
    expect(await milestonesOf(await enrolled(milestone()))).toBeNull();
  });
});

describe("an enrolment", () => {
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

describe("a definition", () => {
  it.each<[string, readonly object[], RegExp]>([
    ["eleven", Array.from({ length: 11 }, (_, index) => percent(index + 1)), /must not have more than 10 items/],
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

  it("refuses a cycle to append whose value is at or below a sub-target, with 300004", async () => {
    const one = await enrolled(having([absolute(500)]));
    const period = { refCode: "c6", startDate: firstInstantOf(6), endDate: firstInstantOf(7) };
    const body = [{ ...period, defaultValues: [{ targetId: one.group.targetId, defaultValue: 400 }] }];
    const answer = await one.org.admin.post(`/targetGroups/${one.group.groupId}/targetPeriods`, body, { now });
    expectRefused(answer, 400, 300004, /\[0\]\.defaultValues must keep the sub-targets of target/);
  });
});
