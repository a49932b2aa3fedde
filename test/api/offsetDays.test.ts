import { describe, expect, it } from "vitest";
import { ApiClient, type RequestOptions } from "../support/apiClient.ts";
import { expectRefused } from "../support/envelopes.ts";
import { ok, type TestGroup, type TestOrg, targetPath } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { during, firstInstantOf, milestone, streak } from "../support/targetGroups.ts";

// The file has a table of its own, because closing goes over every brand.
const service = useProjectedService();
const day = 24 * 60 * 60 * 1000;

type Setting = { readonly org: TestOrg; readonly group: TestGroup; readonly customerId: number };

/** A customer who is in the group from the start of January on. */
async function enrolled(body: Readonly<Record<string, unknown>>): Promise<Setting> {
  const org = await service.newOrg();
  const group = await org.createGroup(body);
  const customerId = await org.newCustomer();
  await ok(org.enroll(group, { customerId }, { now: firstInstantOf(1) }));
  return { org, group, customerId };
}

const waiting = (days: number) => milestone({ offsetDays: days, targets: periodEndTargets() });

function periodEndTargets() {
  const [target] = milestone().targets;
  return [{ ...target, rewardAllocation: "PERIOD_END" }];
}

/** So many days after the end of the cycle, which is in its last millisecond for a little less. */
function afterEnd(cycle: number, days: number, milliseconds = 0): string {
  return new Date(Date.parse(firstInstantOf(cycle + 1)) + days * day + milliseconds).toISOString();
}

/** Spends on the cycle's first day; it arrives at `now`. */
function spend({ org, customerId }: Setting, activityId: string, amount: number, cycle: number, now: string) {
  const activity = { activityId, customerId, type: "TRANSACTION", occurredAt: during(cycle, 1), amount };
  return ok(org.till.post("/activities", activity, { now }));
}

async function closeAt({ org }: Setting, now: string): Promise<void> {
  const local = new ApiClient(new URL("/local", service.baseUrl).href, undefined);
  await ok(local.post(`/close-cycles?org=${org.org}`, {}, { now }));
}

/** What was told of ends of cycles, each with its cycle. */
async function told({ customerId }: Setting): Promise<string[]> {
  await service.drain();
  const events = await service.events(customerId);
  const ofEnds = events.filter(({ "detail-type": type }) => endEvents.includes(type));
  return ofEnds.map(({ "detail-type": type, detail }) => `${type} ${JSON.stringify(detail["periodRefCode"])}`);
}

const endEvents = ["targetPeriodCompleted", "targetValueAchieved", "streakEnd"];

async function currentCount({ org, group, customerId }: Setting, now: string): Promise<number | undefined> {
  return (await org.readState(group, customerId, { now }))?.streaks[0]?.currentCount;
}

async function periods({ org, group }: Pick<Setting, "org" | "group">, now: string) {
  return (await ok(org.reader.get(`/targetGroups/${group.groupId}`, { now }))).body.data.periods;
}

function edit({ org, group }: Pick<Setting, "org" | "group">, body: object, options: RequestOptions) {
  return org.admin.put(`/targetGroups/editTargetGroup/${group.groupId}`, body, options);
}

describe("offsetDays of a group", () => {
  it("is 0 unless it is given, and answered by creation and read", async () => {
    const org = await service.newOrg();
    const none = await ok(org.admin.post("/targetGroups", milestone()));
    expect(none.body.data.offsetDays).toBe(0);
    const some = await ok(org.admin.post("/targetGroups", milestone({ offsetDays: 30 })));
    expect(some.body.data.offsetDays).toBe(30);
    const read = await ok(org.reader.get(`/targetGroups/${some.body.data.id}`));
    expect(read.body.data.offsetDays).toBe(30);
  });

  it.each([-1, 31, 1.5, "3", true])("%j is refused with 300004, by creation and edit", async (offsetDays) => {
    const org = await service.newOrg();
    const group = await org.createGroup();
    expectRefused(await org.admin.post("/targetGroups", milestone({ offsetDays })), 400, 300_004, /offsetDays/);
    expectRefused(await edit({ org, group }, { offsetDays }, { now: during(1) }), 400, 300_004, /offsetDays/);
  });

  it("gives each period its closingOn, so many times 24 hours after its end", async () => {
    const org = await service.newOrg();
    const group = await org.createGroup(milestone({ offsetDays: 3, cycles: 2 }));
    const [first, second] = await periods({ org, group }, during(1));
    expect([first.closingOn, second.closingOn]).toEqual([afterEnd(1, 3), afterEnd(2, 3)]);
    expect([first.closedOn, second.closedOn]).toEqual([null, null]);
  });

  it("never leads beyond the year 9999: a cycle for ever is closed at the end of the years", async () => {
    const org = await service.newOrg();
    const forEver = { refCode: "c1", startDate: "2030-01-01", endDate: "9999-12-31" };
    const group = await org.createGroup(milestone({ offsetDays: 30, periods: [forEver] }));
    expect((await periods({ org, group }, during(1)))[0].closingOn).toBe("9999-12-31T23:59:59.999Z");
  });
});

describe("what is told of a cycle's end", () => {
  it("waits until offsetDays after it, to the millisecond", async () => {
    const one = await enrolled(waiting(3));
    await spend(one, "a-1", 1000, 1, during(1));
    await closeAt(one, afterEnd(1, 0));
    await closeAt(one, afterEnd(1, 3, -1));
    expect(await told(one)).toEqual([]);
    await closeAt(one, afterEnd(1, 3));
    expect(await told(one)).toEqual(['targetPeriodCompleted "c1"', 'targetValueAchieved "c1"']);
  });

  it("counts what arrived late before, silently; what arrives later is told once more", async () => {
    const one = await enrolled(waiting(3));
    await spend(one, "a-1", 400, 1, during(1));
    await spend(one, "a-2", 700, 1, afterEnd(1, 2));
    expect(await told(one)).toEqual([]);
    await closeAt(one, afterEnd(1, 3));
    const atClosing = ['targetPeriodCompleted "c1"', 'targetValueAchieved "c1"'];
    expect(await told(one)).toEqual(atClosing);
    await spend(one, "a-3", 1, 1, afterEnd(1, 3, 1));
    expect(await told(one)).toEqual([...atClosing, 'targetPeriodCompleted "c1"']);
  });

  it("is told of a customer who leaves within the offset, and of one who has come back", async () => {
    const [gone, back] = [await enrolled(waiting(3)), await enrolled(waiting(3))];
    for (const one of [gone, back]) {
      await spend(one, "a-1", 1000, 1, during(1));
      await ok(one.org.unenroll(one.group, one.customerId, { now: afterEnd(1, 1) }));
    }
    await ok(back.org.enroll(back.group, { customerId: back.customerId }, { now: afterEnd(1, 2) }));
    for (const one of [gone, back]) {
      await closeAt(one, afterEnd(1, 3));
      expect(await told(one)).toEqual(['targetPeriodCompleted "c1"', 'targetValueAchieved "c1"']);
    }
  });

  it("is answered as closedOn of the period, from the look on that finds nothing left to close", async () => {
    const one = await enrolled(waiting(3));
    await closeAt(one, afterEnd(1, 2));
    expect((await periods(one, afterEnd(1, 2)))[0].closedOn).toBeNull();
    await closeAt(one, afterEnd(1, 3));
    const [first, second] = await periods(one, afterEnd(1, 4));
    expect([first.closedOn, second.closedOn]).toEqual([afterEnd(1, 3), null]);
    await closeAt(one, afterEnd(1, 5));
    expect((await periods(one, afterEnd(1, 6)))[0].closedOn).toBe(afterEnd(1, 3));
  });
});

describe("a continuous streak with offsetDays", () => {
  it("shows its run over a missed cycle until that is closed, and then tells its end", async () => {
    const one = await enrolled(streak({ offsetDays: 5 }));
    await spend(one, "a-1", 1000, 1, during(1));
    await spend(one, "a-3", 1000, 3, during(3));
    const lastMoment = afterEnd(2, 5, -1);
    await closeAt(one, afterEnd(2, 2));
    expect(await currentCount(one, afterEnd(2, 2))).toBe(2);
    expect(await currentCount(one, lastMoment)).toBe(2);
    expect(await currentCount(one, afterEnd(2, 5))).toBe(1);
    await closeAt(one, afterEnd(2, 5));
    expect(await told(one)).toContain('streakEnd "c2"');
  });

  it("goes on when a late activity meets the cycle within the offset", async () => {
    const one = await enrolled(streak({ offsetDays: 5 }));
    await spend(one, "a-1", 1000, 1, during(1));
    const late = await spend(one, "a-2", 1000, 2, afterEnd(2, 4));
    expect(late.body.data.targets[0].streakValue).toBe(2);
    await closeAt(one, afterEnd(2, 5));
    expect(await currentCount(one, afterEnd(2, 5))).toBe(2);
    expect(await told(one)).not.toContain('streakEnd "c2"');
  });

  it("reaches a level by met cycles that follow one another only, whatever run it shows", async () => {
    const one = await enrolled(streak({ offsetDays: 5, levels: [2] }));
    await spend(one, "a-1", 1000, 1, during(1));
    await spend(one, "a-3", 1000, 3, afterEnd(2, 1));
    const status = async () =>
      (await one.org.readState(one.group, one.customerId, { now: afterEnd(2, 2) }))?.streaks[0];
    expect(await status()).toMatchObject({ status: "INPROGRESS", currentCount: 2 });
    await spend(one, "a-2", 1000, 2, afterEnd(2, 2));
    expect(await status()).toMatchObject({ status: "ACHIEVED", currentCount: 3 });
  });

  it("keeps the run that it showed for a customer who leaves within the offset, and tells no end of it", async () => {
    const one = await enrolled(streak({ offsetDays: 5 }));
    await spend(one, "a-1", 1000, 1, during(1));
    await ok(one.org.unenroll(one.group, one.customerId, { now: afterEnd(2, 1) }));
    await closeAt(one, afterEnd(2, 5));
    expect(await told(one)).not.toContain('streakEnd "c2"');
    await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now: afterEnd(2, 6) }));
    expect(await currentCount(one, afterEnd(2, 6))).toBe(1);
  });

  it("breaks the run of a customer who leaves after the cycle was to be closed, as without offset", async () => {
    const one = await enrolled(streak({ offsetDays: 5 }));
    await spend(one, "a-1", 1000, 1, during(1));
    await ok(one.org.unenroll(one.group, one.customerId, { now: afterEnd(2, 5) }));
    await closeAt(one, afterEnd(2, 5));
    expect(await told(one)).toContain('streakEnd "c2"');
  });
});

describe("an edit of offsetDays", () => {
  const nearlyEnded = new Date(Date.parse(firstInstantOf(2)) - 10 * 60_000 + 1).toISOString();

  it("is a version with a row in the audit log; null is 0", async () => {
    const org = await service.newOrg();
    const group = await org.createGroup(milestone({ offsetDays: 4 }));
    const edited = await ok(edit({ org, group }, { offsetDays: 7 }, { now: during(1) }));
    expect(edited.body.data).toMatchObject({ version: 2, offsetDays: 7 });
    expect((await ok(edit({ org, group }, { offsetDays: 7 }, { now: during(1) }))).body.data.version).toBe(2);
    expect((await ok(edit({ org, group }, { offsetDays: null }, { now: during(1) }))).body.data.offsetDays).toBe(0);
    const { data } = (await ok(org.reader.get(`/targetGroups/${group.groupId}/auditLogs?limit=2`))).body;
    expect(data).toMatchObject([
      { version: 3, field: "offsetDays", oldValue: 7, newValue: 0 },
      { version: 2, field: "offsetDays", oldValue: 4, newValue: 7 },
    ]);
  });

  it("is for cycles that end at least 10 minutes later; earlier ones are closed as they would have been", async () => {
    const one = await enrolled(waiting(3));
    await ok(edit(one, { offsetDays: 10 }, { now: nearlyEnded }));
    const [first, second] = await periods(one, nearlyEnded);
    expect([first.closingOn, second.closingOn]).toEqual([afterEnd(1, 3), afterEnd(2, 10)]);
    await closeAt(one, afterEnd(1, 3));
    expect(await told(one)).toEqual(['targetPeriodCompleted "c1"']);
  });

  it("to fewer days brings the closing of a running cycle forward", async () => {
    const one = await enrolled(waiting(20));
    await ok(edit(one, { offsetDays: 0 }, { now: during(1) }));
    await closeAt(one, afterEnd(1, 0));
    expect(await told(one)).toEqual(['targetPeriodCompleted "c1"']);
  });

  it("to fewer days leaves the order of closings: no cycle closes before an earlier one", async () => {
    const days = [1, 2].map((n) => ({ refCode: `c${n}`, startDate: `2030-01-0${n}`, endDate: `2030-01-0${n}` }));
    const org = await service.newOrg();
    const group = await org.createGroup(milestone({ offsetDays: 9, periods: days }));
    await ok(edit({ org, group }, { offsetDays: 0 }, { now: "2030-01-02T12:00:00.000Z" }));
    const [first, second] = await periods({ org, group }, during(1));
    expect(first.closingOn).toBe("2030-01-11T00:00:00.000Z");
    expect(second.closingOn).toBe("2030-01-11T00:00:00.000Z");
  });

  it("after all cycles have ended is for the cycles that are appended", async () => {
    const one = await enrolled(milestone({ cycles: 1, offsetDays: 2 }));
    await ok(edit(one, { offsetDays: 6 }, { now: afterEnd(1, 1) }));
    const added = { refCode: "c2", startDate: firstInstantOf(3), endDate: firstInstantOf(4) };
    await ok(one.org.admin.post(`/targetGroups/${one.group.groupId}/targetPeriods`, [added], { now: afterEnd(1, 1) }));
    const [first, second] = await periods(one, afterEnd(1, 1));
    expect([first.closingOn, second.closingOn]).toEqual([afterEnd(1, 2), afterEnd(3, 6)]);
  });
});

describe("a group with offsetDays", () => {
  it("tells its last end before it is over, and counts a late activity after it was set aside", async () => {
    const one = await enrolled(milestone({ cycles: 1, offsetDays: 30, targets: periodEndTargets() }));
    await closeAt(one, afterEnd(1, 30));
    expect(await told(one)).toEqual(['targetPeriodCompleted "c1"']);
    await closeAt(one, afterEnd(1, 60, 60 * 60 * 1000));
    await spend(one, "a-1", 1000, 1, afterEnd(1, 61));
    expect(await told(one)).toHaveLength(3);
  });

  it("can be extended up to 30 days after its last end, as without offset", async () => {
    const one = await enrolled(milestone({ cycles: 1, offsetDays: 30 }));
    const append = (now: string, start: number) =>
      one.org.admin.post(
        `/targetGroups/${one.group.groupId}/targetPeriods`,
        [{ refCode: `c${start}`, startDate: firstInstantOf(start), endDate: firstInstantOf(start + 1) }],
        { now },
      );
    expectRefused(await append(afterEnd(1, 30), 4), 400, 300_004, /30 days/);
    await ok(append(afterEnd(1, 30, -1), 4));
  });

  it("answers simulations with the run that it shows", async () => {
    const one = await enrolled(streak({ offsetDays: 5 }));
    await spend(one, "a-1", 1000, 1, during(1));
    const activity = { activityId: "a-3", customerId: one.customerId, type: "TRANSACTION", amount: 1000 };
    const body = { ...activity, occurredAt: during(3) };
    const tried = await ok(one.org.till.post("/activities/simulate", body, { now: during(3) }));
    expect(tried.body.data.targets[0].streakValue).toBe(1);
    const within = { ...body, occurredAt: afterEnd(2, 1) };
    const early = await ok(one.org.till.post("/activities/simulate", within, { now: afterEnd(2, 1) }));
    expect(early.body.data.targets[0].streakValue).toBe(2);
    const left = await ok(
      one.org.till.post(`${targetPath(one.group)}/unEnroll/simulate`, [{ customerId: one.customerId }], {
        now: afterEnd(2, 1),
      }),
    );
    expect(left.body.data).toBe(one.customerId);
  });
});
