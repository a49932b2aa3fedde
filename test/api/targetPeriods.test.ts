import { describe, expect, it } from "vitest";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { ok, type TestGroup, type TestOrg } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { newSetting, unknownId } from "../support/setting.ts";
import { during, firstInstantOf, milestone, streak } from "../support/targetGroups.ts";

const service = useService();

const minute = 60_000;
const day = 24 * 60 * minute;
/** An instant some milliseconds from another one. */
const from = (instant: string, milliseconds: number) => new Date(Date.parse(instant) + milliseconds).toISOString();

type Group = Pick<TestGroup, "groupId">;

function move({ admin }: TestOrg, { groupId }: Group, body: unknown, now = during(1)) {
  return admin.put(`/targetGroups/${groupId}/targetPeriods`, body, { now });
}

function append({ admin }: TestOrg, { groupId }: Group, body: unknown, now = during(1)) {
  return admin.post(`/targetGroups/${groupId}/targetPeriods`, body, { now });
}

/** The cycle after the n-th, as a month of the same calendar. */
function next(cycle: number, overrides: object = {}) {
  return { refCode: `c${cycle}`, startDate: firstInstantOf(cycle), endDate: firstInstantOf(cycle + 1), ...overrides };
}

function spend(org: TestOrg, customerId: number, occurredAt: string, amount = 1000, now = occurredAt) {
  const activity = { activityId: `${occurredAt}-${amount}`.replaceAll(/[^\w-]/g, ""), customerId, type: "TRANSACTION" };
  return ok(org.till.post("/activities", { ...activity, occurredAt, amount }, { now }));
}

describe("moving cycles", () => {
  it("changes both bounds of one that has not started, the end of a running one, and any description", async () => {
    const { org, group } = await newSetting(service, milestone({ cycles: 3 }));
    const [first, second, third] = group.cycleIds;
    const end = from(firstInstantOf(2), -day);
    const body = [
      { id: first, endDate: end, description: "shorter" },
      { id: third, startDate: from(firstInstantOf(3), day), endDate: "2030-04-30", description: null },
    ];
    const { data } = (await ok(move(org, group, body))).body;
    expect(data).toMatchObject({ version: 2 });
    expect(data.periods).toMatchObject([
      { id: first, startDate: firstInstantOf(1), endDate: end, description: "shorter", periodStatus: "RUNNING" },
      { id: second, startDate: firstInstantOf(2), endDate: firstInstantOf(3), description: null },
      { id: third, startDate: from(firstInstantOf(3), day), endDate: "2030-04-30", description: null },
    ]);
    const { body: log } = await ok(org.reader.get(`/targetGroups/${group.groupId}/auditLogs?limit=2`));
    expect(log.data).toMatchObject([
      { field: `periods[${first}].endDate`, oldValue: firstInstantOf(2), newValue: end },
      { field: `periods[${first}].description`, oldValue: null, newValue: "shorter" },
    ]);
  });

  it("leaves the version when the same moments are sent, in whatever notation", async () => {
    const { org, group } = await newSetting(service);
    const body = [{ id: group.cycleIds[1], startDate: "2030-02-01", endDate: "2030-02-28" }];
    expect((await ok(move(org, group, body))).body.data).toMatchObject({ version: 1 });
  });

  it.each([
    ["the start of a running one", 0, { startDate: "2030-01-20" }, /\[0\]\.startDate .* cycle "c1" has started/],
    ["an end before its start", 1, { endDate: "2030-01-20" }, /\[0\]\.endDate must be after its startDate/],
    ["an end into the next one", 1, { endDate: "2030-03-02" }, /\[0\] must not overlap cycle "c3"/],
    ["a start into the one before", 1, { startDate: "2030-01-31" }, /\[0\] must not overlap cycle "c1"/],
    ["a start that is no date", 1, { startDate: "tomorrow!!" }, /\[0\]\.startDate must be a date/],
  ])("refuses %s with 300004, and names the neighbour", async (_, place, change, message) => {
    const { org, group } = await newSetting(service);
    expectRefused(await move(org, group, [{ id: group.cycleIds[place], ...change }]), 400, 300004, message);
  });

  it("keeps the name of one: it may be sent as it is, and another one is refused with 300004", async () => {
    const { org, group } = await newSetting(service);
    const [id] = group.cycleIds;
    const message = /\[0\]\.refCode cannot be changed after creation; it is "c1", got "x"/;
    expectRefused(await move(org, group, [{ id, refCode: "x" }]), 400, 300004, message);
    const same = (await ok(move(org, group, [{ id, refCode: "c1" }]))).body;
    expect([same.data.version, same.warnings]).toEqual([1, null]);
  });

  it("changes nothing but the description of an ended one", async () => {
    const { org, group } = await newSetting(service);
    const [first] = group.cycleIds;
    const now = during(2);
    expectRefused(
      await move(org, group, [{ id: first, endDate: "2030-01-20" }], now),
      400,
      300004,
      /cycle "c1" has ended/,
    );
    const { data } = (await ok(move(org, group, [{ id: first, description: "over" }], now))).body;
    expect(data.periods[0]).toMatchObject({ description: "over", periodStatus: "ENDED" });
  });

  it("moves a bound to 10 minutes ahead and not to a moment before that", async () => {
    const { org, group } = await newSetting(service);
    const [id] = group.cycleIds;
    const early = from(during(1), 10 * minute - 1);
    expectRefused(await move(org, group, [{ id, endDate: early }]), 400, 300004, /must lie at least 10 minutes ahead/);
    expect((await move(org, group, [{ id, endDate: from(during(1), 10 * minute) }])).status).toBe(200);
  });

  it("moves a bound until 10 minutes before it and not later", async () => {
    const { org, group } = await newSetting(service, milestone({ cycles: 1 }));
    const body = [{ id: group.cycleIds[0], endDate: from(firstInstantOf(2), day) }];
    const late = from(firstInstantOf(2), 1 - 10 * minute);
    expectRefused(await move(org, group, body, late), 400, 300004, /can be moved until 10 minutes before it/);
    expect((await move(org, group, body, from(firstInstantOf(2), -10 * minute))).status).toBe(200);
  });

  it("moves the start of one that has not started under the same 10 minutes", async () => {
    const { org, group } = await newSetting(service);
    const [id] = group.cycleIds;
    const now = from(firstInstantOf(1), -day);
    const starting = (milliseconds: number) => [{ id, startDate: from(now, milliseconds) }];
    const early = starting(10 * minute - 1);
    expectRefused(
      await move(org, group, early, now),
      400,
      300004,
      /\[0\]\.startDate must lie at least 10 minutes ahead/,
    );
    expect((await move(org, group, starting(10 * minute), now)).status).toBe(200);
    const late = from(now, 1);
    expectRefused(await move(org, group, starting(day), late), 400, 300004, /can be moved until 10 minutes before it/);
    expect((await move(org, group, starting(day), now)).status).toBe(200);
  });

  it("refuses an id that is not of the group, or that is there twice, with 300004", async () => {
    const { org, group } = await newSetting(service);
    const [id] = group.cycleIds;
    expectRefused(await move(org, group, [{ id: unknownId }]), 400, 300004, /\[0\]\.id must be the id of a cycle/);
    expectRefused(await move(org, group, [{ id }, { id }]), 400, 300004, /\[1\]\.id must be named once/);
    expectRefused(await move(org, group, []), 400, 300004);
    expectRefused(await move(org, { groupId: unknownId }, [{ id }]), 400, 310017);
  });

  it("counts 100 activities that arrive while the running end is extended once each, in the cycle that holds them", async () => {
    const { org, group } = await newSetting(service, milestone({ cycles: 1 }));
    const customers = await Promise.all(Array.from({ length: 20 }, () => org.newCustomer()));
    for (const customerId of customers) await ok(org.enroll(group, { customerId }, { now: during(1) }));
    const extended = move(org, group, [{ id: group.cycleIds[0], endDate: firstInstantOf(3) }]);
    const spendFive = async (customerId: number) => {
      for (let index = 0; index < 5; index += 1) await spend(org, customerId, from(during(1), -index), 1);
    };
    const [answer] = await Promise.all([extended, ...customers.map(spendFive)]);
    expect(answer.status).toBe(200);
    for (const customerId of customers) {
      await spend(org, customerId, during(2), 7);
      const state = await org.readState(group, customerId, { now: during(2) });
      expect(state?.targets).toMatchObject([{ targetAchievedValue: 12, periodEndDate: "2030-02-28" }]);
    }
  });
});

describe("appending cycles", () => {
  it("puts them after the last one, with ids of their own, and every member is in them", async () => {
    const { org, group, customerId } = await newSetting(service, milestone({ cycles: 1 }));
    await ok(org.enroll(group, { customerId }, { now: during(1) }));
    const { data } = (await ok(append(org, group, [next(2), next(3, { description: "last" })]))).body;
    expect(data).toMatchObject({ version: 2 });
    expect(data.periods).toMatchObject([
      { refCode: "c1", description: null },
      { refCode: "c2", description: null },
      { refCode: "c3", description: "last" },
    ]);
    expect(new Set(data.periods.map(({ id }: { id: number }) => id)).size).toBe(3);
    await spend(org, customerId, during(3));
    expect((await org.readState(group, customerId, { now: during(3) }))?.targets).toMatchObject([
      { periodRefCode: "c1" },
      { periodRefCode: "c2", targetAchievedValue: 0 },
      { periodRefCode: "c3", targetAchievedValue: 1000, targetAchievedDateTime: during(3) },
    ]);
  });

  it("lets a customer enrol into one at once, also where the definition is 30 s old", async () => {
    const { org, group, customerId } = await newSetting(service, milestone({ cycles: 1 }));
    const other = await org.newCustomer();
    await ok(org.enroll(group, { customerId: other }, { now: during(1) }));
    await ok(append(org, group, [next(2)]));
    const record = { customerId, periodName: "c2", initialBalance: 5 };
    expectAccepted(await org.enroll(group, record, { now: during(1) }), customerId);
    const { data } = (await ok(org.reader.get(`/users/${customerId}/enrolledTargets`, { now: during(1) }))).body;
    expect(data).toMatchObject([{ fromPeriod: { refCode: "c2" }, definitionVersion: 2 }]);
    await spend(org, customerId, during(1));
    expect((await org.readState(group, customerId, { now: during(1) }))?.targets).toMatchObject([
      { periodRefCode: "c2", targetAchievedValue: 5 },
    ]);
  });

  it("continues the run of a streak whose cycles had all ended", async () => {
    const { org, group, customerId } = await newSetting(service, streak({ cycles: 2, levels: [2] }));
    await ok(org.enroll(group, { customerId }, { now: during(1) }));
    await spend(org, customerId, during(1));
    await spend(org, customerId, during(2));
    const over = from(firstInstantOf(3), 5 * day);
    const gold = { streaks: [{ name: "Gold", targetCountOfSequence: 3 }] };
    const begins = { startDate: from(over, day) };
    await ok(append(org, group, [next(3, begins)], over));
    await ok(org.admin.put(`/targetGroups/editTargetGroup/${group.groupId}`, gold, { now: over }));
    await spend(org, customerId, during(3));
    expect((await org.readState(group, customerId, { now: during(3) }))?.streaks).toMatchObject([
      { streakName: "l1", status: "ACHIEVED", currentCount: 3 },
      { streakName: "Gold", status: "ACHIEVED", currentCount: 3 },
    ]);
  });

  it("is possible until the group is over, 30 days after the last cycle's end, and refused with 300004 from then on", async () => {
    const { org, group } = await newSetting(service, milestone({ cycles: 1 }));
    const limit = from(firstInstantOf(2), 30 * day);
    const cycle = next(4);
    expectRefused(await append(org, group, [cycle], limit), 400, 300004, /up to 30 days after/);
    expect((await append(org, group, [cycle], from(limit, -1))).status).toBe(200);
  });

  it("gives a target the value that is named, and otherwise the one of the cycle before", async () => {
    const target = { targetEntity: "TRANSACTION", targetType: "SALES" };
    const targets = [
      { name: "one", ...target, defaultValues: [{ defaultValue: 10 }] },
      { name: "each", ...target, defaultValues: [{ defaultValue: 10 }, { defaultValue: 20 }] },
    ];
    const { org, group } = await newSetting(service, milestone({ cycles: 2, targets }));
    const [one] = group.targetIds;
    const body = [next(3, { defaultValues: [{ targetId: one, defaultValue: 30.5 }] }), next(4)];
    const { data } = (await ok(append(org, group, body))).body;
    expect(data.targets.map(({ defaultValues }: { defaultValues: unknown }) => defaultValues)).toEqual([
      [10, 10, 30.5, 30.5].map((defaultValue) => ({ defaultValue })),
      [10, 20, 20, 20].map((defaultValue) => ({ defaultValue })),
    ]);
  });

  it.each([
    ["a name that is there", next(3, { refCode: "c1" }), /\[0\]\.refCode must be unique in the group; "c1"/],
    ["a start before the last end", next(2, { refCode: "x" }), /\[0\] must not overlap cycle "c2"/],
    [
      "an end before its start",
      next(3, { startDate: from(firstInstantOf(3), day), endDate: firstInstantOf(3) }),
      /\[0\]\.endDate must be after its startDate/,
    ],
    [
      "a target of another group",
      next(3, { defaultValues: [{ targetId: unknownId, defaultValue: 1 }] }),
      /must name targets/,
    ],
    [
      "a value of five fractional digits",
      next(3, { defaultValues: [{ targetId: 1, defaultValue: 0.00001 }] }),
      /4 fractional/,
    ],
  ])("refuses %s with 300004", async (_, cycle, message) => {
    const { org, group } = await newSetting(service, milestone({ cycles: 2 }));
    expectRefused(await append(org, group, [cycle]), 400, 300004, message);
  });

  it("refuses one that begins sooner than 10 minutes ahead with 300004", async () => {
    const { org, group } = await newSetting(service, milestone({ cycles: 1 }));
    const over = from(firstInstantOf(2), day);
    const beginning = (milliseconds: number) => [next(2, { startDate: from(over, milliseconds) })];
    const early = await append(org, group, beginning(10 * minute - 1), over);
    expectRefused(early, 400, 300004, /\[0\]\.startDate must lie at least 10 minutes ahead/);
    expect((await append(org, group, beginning(10 * minute), over)).status).toBe(200);
  });

  it("refuses a 101st listed cycle with 300004", async () => {
    const { org, group } = await newSetting(service, milestone({ cycles: 99 }));
    expectRefused(await append(org, group, [next(100), next(101)]), 400, 300004, /must not have more than 100/);
    expect((await append(org, group, [next(100)])).status).toBe(200);
  });
});
