import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeCycles } from "../../local/closeCycles.ts";
import { localFunctions } from "../../local/functions.ts";
import { type LocalGateway, startGateway } from "../../local/gateway.ts";
import { noIssuer } from "../../shared/auth/externalIssuer.ts";
import { systemClock } from "../../shared/config/systemClock.ts";
import { ApiClient, type ApiResponse } from "../support/apiClient.ts";
import { CustomerClosing } from "../support/customerClosing.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { readHistory, send } from "../support/history.ts";
import { ok, targetPath } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { newSetting, type Setting, unknownId } from "../support/setting.ts";
import { during, firstInstantOf, milestone, streak } from "../support/targetGroups.ts";
import { newToken } from "../support/tokens.ts";
import { withoutWriting } from "../support/writes.ts";

const service = useProjectedService();
const now = during(1);
const reason = "Receipt 881 was counted twice";

/** A customer who is enrolled from the first cycle on. */
async function enrolled(body: Readonly<Record<string, unknown>> = milestone()): Promise<Setting> {
  const one = await newSetting(service, body);
  await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now: firstInstantOf(1) }));
  return one;
}

/** The record of an adjustment by 100. */
function recordOf({ customerId }: Setting, fields: object = {}) {
  return { adjustmentId: randomUUID(), customerId, amount: 100, reason, ...fields };
}

function post(one: Setting, record: object, at = now, client = one.org.support): Promise<ApiResponse> {
  return client.post(`${targetPath(one.group)}/adjust`, [record], { now: at });
}

async function adjust(one: Setting, fields: object = {}, at = now) {
  return (await ok(post(one, recordOf(one, fields), at))).body.data;
}

async function spend({ org, customerId }: Setting, amount: number, fields: object = {}, at = now): Promise<string> {
  return send(org.till, { customerId, occurredAt: now, amount, ...fields }, at);
}

async function valuesOf({ org, group, customerId }: Setting, at = now): Promise<Record<string, number>> {
  const state = await org.readState(group, customerId, { now: at });
  return Object.fromEntries((state?.targets ?? []).map((row) => [row.periodRefCode, row.targetAchievedValue]));
}

/** The streak value and the names of the levels that were reached. */
async function streakOf({ org, group, customerId }: Setting, at: string) {
  const { streaks = [] } = (await org.readState(group, customerId, { now: at })) ?? {};
  const reached = streaks.filter(({ status }) => status === "ACHIEVED").map(({ streakName }) => streakName);
  return { value: streaks[0]?.currentCount, reached };
}

async function eventsOf({ customerId }: Setting, ...types: readonly string[]) {
  await service.drain();
  const events = await service.events(customerId);
  return events.filter(({ "detail-type": type }) => types.includes(type)).map(({ detail }) => detail);
}

async function switchOff({ org, group }: Setting, what: "group" | "target"): Promise<void> {
  const path = what === "group" ? `/targetGroups/editTargetGroup/${group.groupId}` : targetPath(group);
  await ok(org.admin.put(path, { active: false }, { now: firstInstantOf(1) }));
}

describe("an adjustment", () => {
  it("is answered with what it did to its cycle", async () => {
    const one = await enrolled();
    await spend(one, 920);
    const record = recordOf(one, { amount: 100.25 });
    expect((await post(one, record)).body).toEqual({
      data: {
        adjustmentId: record.adjustmentId,
        customerId: one.customerId,
        targetGroupId: one.group.groupId,
        targetRuleId: one.group.targetId,
        targetName: "Spend 1000",
        periodId: one.group.cycleIds[0],
        periodRefCode: "c1",
        oldAchievedValue: 920,
        newAchievedValue: 1020.25,
        targetValue: 1000,
        reached: true,
        streakValue: null,
        milestonesReached: [],
        levelsReached: [],
      },
      errors: null,
      warnings: null,
    });
    expect(await valuesOf(one)).toMatchObject({ c1: 1020.25 });
  });

  it("takes off what is below 0; the value shown is never below 0, and the sum is kept as it is", async () => {
    const one = await enrolled();
    await spend(one, 30);
    expect(await adjust(one, { amount: -50 })).toMatchObject({ oldAchievedValue: 30, newAchievedValue: 0 });
    await spend(one, 25);
    expect(await valuesOf(one)).toMatchObject({ c1: 5 });
  });

  it("is a single record, in an array or by itself, and names the customer by either id", async () => {
    const one = await enrolled();
    const { customerId: _, ...rest } = recordOf(one);
    await ok(one.org.admin.put(`/customers/${one.customerId}`, { externalId: "crm-7" }));
    const body = { ...rest, identifierName: "externalId", identifierValue: "crm-7" };
    const { data } = (await ok(one.org.support.post(`${targetPath(one.group)}/adjust`, body, { now }))).body;
    expect(data).toMatchObject({ customerId: one.customerId, newAchievedValue: 100 });
    const again = await post(one, { ...rest, customerId: one.customerId });
    expect(again.body.warnings).toEqual([{ message: expect.stringContaining("was already made") }]);
  });

  it("counts whatever the filters and trackFromEnrollmentDate of the target say", async () => {
    const [target] = milestone().targets;
    const filters = [{ entityType: "STORE", entityIds: ["7"] }];
    const one = await newSetting(
      service,
      milestone({ targets: [{ ...target, filters, trackFromEnrollmentDate: true }] }),
    );
    await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now: during(1, 20) }));
    expect(await adjust(one, {}, during(1, 20))).toMatchObject({ newAchievedValue: 100 });
  });

  it.each(["group", "target"] as const)(
    "counts and is announced although the %s is switched off, and the levels are reached",
    async (what) => {
      const one = await enrolled(streak({ levels: [1] }));
      await switchOff(one, what);
      expect(await adjust(one, { amount: 1000 })).toMatchObject({
        reached: true,
        streakValue: 1,
        levelsReached: [{ streakName: "l1" }],
      });
      expect(await eventsOf(one, "targetValueAchieved", "streakLevelAchieved")).toHaveLength(2);
    },
  );

  it("reads what an activity reads, in one query, and writes one transaction", async () => {
    const one = await enrolled();
    await adjust(one);
    const requests = await service.recorder.during(async () => void (await adjust(one)));
    expect(requests.map(({ command }) => command)).toEqual(["Query", "TransactWriteItems"]);
  });

  it("is replaced by a later balance, and stays when the customer comes back without one", async () => {
    const one = await enrolled();
    await adjust(one);
    const comeBack = async (initialBalance: number | null) => {
      await ok(one.org.unenroll(one.group, one.customerId, { now }));
      await ok(one.org.enroll(one.group, { customerId: one.customerId, initialBalance }, { now }));
      return (await valuesOf(one))["c1"];
    };
    expect([await comeBack(null), await comeBack(7)]).toEqual([100, 7]);
  });
});

describe("the same adjustment again", () => {
  it("is answered with 200 and what the first did, and counts once", async () => {
    const one = await enrolled();
    const record = recordOf(one);
    const first = await ok(post(one, record));
    await spend(one, 5);
    const again = await ok(post(one, record, during(1), one.org.admin));
    expect(again.body.data).toEqual(first.body.data);
    expect(again.body.warnings).toEqual([
      { message: `Adjustment ${record.adjustmentId} was already made; this is what it did then.` },
    ]);
    expect(await valuesOf(one)).toMatchObject({ c1: 105 });
  });

  it("is answered so also when it would be refused now: the customer has left, or no cycle is current", async () => {
    const one = await enrolled();
    const record = recordOf(one);
    const first = await ok(post(one, record));
    expect((await ok(post(one, record, during(6)))).body.data).toEqual(first.body.data);
    await ok(one.org.unenroll(one.group, one.customerId, { now }));
    expect((await ok(post(one, record))).body.data).toEqual(first.body.data);
  });

  it("counts once of 20 calls at once, of which one has no warning", async () => {
    const one = await enrolled();
    const record = recordOf(one);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ok(post(one, record))));
    expect(answers.filter(({ body }) => body.warnings === null)).toHaveLength(1);
    expect(await valuesOf(one)).toMatchObject({ c1: 100 });
  });

  it.each([
    ["amount", { amount: 100.0001 }],
    ["sign", { amount: -100 }],
    ["reason", { reason: "Another one" }],
    ["cycle", { periodName: "c1" }],
  ])("with another %s is refused with 300004 (422), and nothing is changed", async (_, other) => {
    const one = await enrolled();
    const record = recordOf(one);
    await ok(post(one, record));
    const refused = await post(one, { ...record, ...other });
    expectRefused(refused, 422, 300004, /was used before for another adjustment or for an activity; nothing was/);
    expect(await valuesOf(one)).toMatchObject({ c1: 100 });
  });

  it("in another target of the same group is refused with 300004 (422)", async () => {
    const [target] = milestone().targets;
    const one = await enrolled(milestone({ targets: [target, { ...target, name: "Spend more" }] }));
    const record = recordOf(one);
    await ok(post(one, record));
    const [, targetId = 0] = one.group.targetIds;
    const group = { ...one.group, targetId };
    await ok(one.org.enroll(group, { customerId: one.customerId }, { now }));
    expectRefused(await post({ ...one, group }, record), 422, 300004);
  });
});

describe("the ids of a customer's adjustments and activities", () => {
  it("are the customer's own: two customers with one adjustmentId are each adjusted by theirs", async () => {
    const one = await enrolled();
    const other = { ...one, customerId: await one.org.newCustomer() };
    await ok(one.org.enroll(other.group, { customerId: other.customerId }, { now }));
    const records = [recordOf(one, { adjustmentId: "case-1" }), recordOf(other, { adjustmentId: "case-1", amount: 7 })];
    for (const record of records) expect((await ok(post(one, record))).body.warnings).toBeNull();
    expect([await valuesOf(one), await valuesOf(other)]).toMatchObject([{ c1: 100 }, { c1: 7 }]);
    for (const record of records) expect((await ok(post(one, record))).body.warnings).toHaveLength(1);
    expect([await valuesOf(one), await valuesOf(other)]).toMatchObject([{ c1: 100 }, { c1: 7 }]);
  });

  it("are one name space: the other kind under a used id is refused with 300004 (422)", async () => {
    const one = await enrolled();
    const adjustmentId = await spend(one, 5);
    expectRefused(await post(one, recordOf(one, { adjustmentId })), 422, 300004);
    const activityId = (await adjust(one)).adjustmentId;
    const sale = { activityId, customerId: one.customerId, type: "TRANSACTION", occurredAt: now, amount: 100 };
    expectRefused(await one.org.till.post("/activities", sale, { now }), 422, 300004);
    expect(await valuesOf(one)).toMatchObject({ c1: 105 });
  });

  it.each(["before", "after"])(
    "a return %s the adjustment that it names is taken off its own cycle, and stays there",
    async (order) => {
      const one = await enrolled();
      const adjustmentId = randomUUID();
      const comeBack = () =>
        spend(one, 30, { type: "RETURN", originalActivityId: adjustmentId, occurredAt: during(2) }, during(2));
      if (order === "before") await comeBack();
      await adjust(one, { adjustmentId, periodName: "c1" }, during(2));
      if (order === "after") await comeBack();
      await adjust(one, { periodName: "c2" }, during(2));
      expect(await valuesOf(one, during(2))).toMatchObject({ c1: 100, c2: 70 });
    },
  );
});

describe("the cycle of an adjustment", () => {
  it("is the named one, which may have ended, also in a streak; without a name it is the current one", async () => {
    for (const body of [milestone(), streak()]) {
      const one = await enrolled(body);
      await adjust(one, { periodName: "c1", amount: 1 }, during(3));
      await adjust(one, { amount: 3 }, during(3));
      await adjust(one, { amount: 30, periodName: null }, during(3));
      expect(await valuesOf(one, during(3))).toMatchObject({ c1: 1, c2: 0, c3: 33 });
    }
  });

  it.each([
    ["has another name", { periodName: "C1" }, during(1), /no cycle named "C1"/],
    ["has not started", { periodName: "c2" }, during(1, 31), /Cycle "c2" of target group \d+ starts at 2030-02-01/],
    ["is none, because all have ended", {}, during(6), /has no current cycle; name one/],
  ])("is refused with 310019 when it %s", async (_, fields, at, message) => {
    const one = await enrolled();
    expectRefused(await withoutWriting(service, () => post(one, recordOf(one, fields), at)), 400, 310019, message);
  });

  it("may be named from its first instant on", async () => {
    const one = await enrolled();
    expect(await adjust(one, { periodName: "c2" }, firstInstantOf(2))).toMatchObject({ periodRefCode: "c2" });
  });

  it("is refused with 310019 when it is before the enrolment", async () => {
    const one = await newSetting(service);
    await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now: during(2) }));
    const call = () => post(one, recordOf(one, { periodName: "c1" }), during(2));
    expectRefused(await withoutWriting(service, call), 400, 310019, /from cycle "c2" on, which is after "c1"/);
  });
});

describe("a customer who is not in", () => {
  it("is refused with 310126 who never was, or who has left", async () => {
    const one = await newSetting(service);
    const call = () => post(one, recordOf(one));
    expectRefused(await withoutWriting(service, call), 400, 310126, /is not enrolled in target/);
    await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now }));
    await ok(one.org.unenroll(one.group, one.customerId, { now }));
    expectRefused(await withoutWriting(service, call), 400, 310126, /has left target/);
  });

  it("is refused with 310126 rather than 310019 who has left, for a cycle before the enrolment", async () => {
    const one = await newSetting(service);
    await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now: during(2) }));
    await ok(one.org.unenroll(one.group, one.customerId, { now: during(2) }));
    expectRefused(await post(one, recordOf(one, { periodName: "c1" }), during(2)), 400, 310126, /has left target/);
  });

  it("is not enrolled by an adjustment where the first activity enrols", async () => {
    const [target] = milestone().targets;
    const one = await newSetting(service, milestone({ targets: [{ ...target, enrolmentMethod: "TRANSACTION" }] }));
    expectRefused(await post(one, recordOf(one)), 400, 310126);
  });

  it("is refused with 310011 who is not registered, before 310019 and 310126, and after 310017 and 310018", async () => {
    const one = { ...(await newSetting(service)), customerId: unknownId };
    expectRefused(await post(one, recordOf(one)), 400, 310011);
    const unnamed = recordOf(one, { periodName: "none" });
    expectRefused(await post(one, unnamed), 400, 310011);
    expectRefused(await post({ ...one, group: { ...one.group, targetId: unknownId } }, unnamed), 400, 310018);
    expectRefused(await post({ ...one, group: { ...one.group, groupId: unknownId } }, unnamed), 400, 310017);
  });
});

describe("a body is refused with 300004", () => {
  it.each([
    [
      "without its fields",
      { adjustmentId: undefined, amount: undefined, reason: undefined },
      [/adjustmentId is required/, /amount is required/, /reason is required/],
    ],
    ["with the amount 0", { amount: 0 }, [/amount must not be 0/]],
    ["with five fractional digits", { amount: 0.00001 }, [/at most 4 fractional digits; got 0.00001/]],
    ["with a text for the amount", { amount: "5" }, [/amount must be a number; got "5"/]],
    ["with an amount beyond 11 digits", { amount: -100_000_000_000 }, [/amount must be >= -99999999999.9999/]],
    ["with an amount of 12 digits", { amount: 100_000_000_000 }, [/amount must be <= 99999999999.9999/]],
    ["with an empty reason", { reason: "" }, [/reason must hold more than blanks; got ""/]],
    ["with a reason of blanks of all kinds", { reason: " \t\n\u00a0" }, [/reason must hold more than blanks/]],
    ["with no text for the reason", { reason: null }, [/reason must be a string; got null/]],
    ["with a reason of 256 characters", { reason: "x".repeat(256) }, [/reason must not have more than 255 characters/]],
    ["with an id of other characters", { adjustmentId: "a b" }, [/adjustmentId must match/]],
    ["with a number for the cycle's name", { periodName: 1 }, [/periodName must be a string or null/]],
    ["with no customer", { customerId: undefined }, [/customerId is required/]],
  ] as const)("%s, all faults at once", async (_, fields, messages) => {
    const one = await enrolled();
    const refused = await withoutWriting(service, () => post(one, recordOf(one, fields)));
    expectRefused(refused, 400, 300004, ...messages);
  });

  it("with two records, and with the path's faults beside its own", async () => {
    const one = await enrolled();
    const two = [recordOf(one), recordOf(one)];
    expectRefused(await one.org.support.post(`${targetPath(one.group)}/adjust`, two, { now }), 400, 300004);
    const refused = await one.org.support.post("/targetGroups/x/targets/1/adjust", [recordOf(one, { amount: 0 })]);
    expectRefused(refused, 400, 300004, /targetGroupId/, /amount must not be 0/);
  });

  it("not for a reason of 255 characters of any plane, which stays as it was sent", async () => {
    const one = await enrolled();
    const longest = "\u{1f600}".repeat(255);
    await adjust(one, { reason: longest });
    await service.drain();
    const rows = await readHistory(one.org.reader, one.customerId, one.group.targetId);
    expect(rows.at(-1)).toMatchObject({ reason: longest });
  });

  it("not for the smallest and the largest amount of either sign, which count exactly", async () => {
    const one = await enrolled();
    for (const amount of [99_999_999_999.9999, 0.0001, -99_999_999_999.9999]) await adjust(one, { amount });
    expect(await valuesOf(one)).toMatchObject({ c1: 0.0001 });
    expect(await adjust(one, { amount: -0.0001 })).toMatchObject({ oldAchievedValue: 0.0001, newAchievedValue: 0 });
  });

  it("not for a field that is not known, which is warned of", async () => {
    const one = await enrolled();
    const { body } = await ok(post(one, recordOf(one, { periodname: "c1" })));
    expect(body.warnings).toEqual([{ message: expect.stringContaining('"periodname" was ignored') }]);
  });
});

describe("access group support", () => {
  it("reads, enrols, un-enrols and adjusts, and defines nothing: 4000", async () => {
    const { org, group, customerId } = await newSetting(service);
    const { support } = org;
    expectAccepted(await support.post(`${targetPath(group)}/enroll`, [{ customerId }], { now }), customerId);
    await ok(post({ org, group, customerId }, recordOf({ org, group, customerId })));
    await ok(support.get(`/users/${customerId}/targetGroups`, { now }));
    expectAccepted(await support.post(`${targetPath(group)}/unEnroll`, [{ customerId }], { now }), customerId);
    expectRefused(await support.post("/targetGroups", milestone()), 403, 4000);
    expectRefused(await support.put(`/customers/${customerId}`, {}), 403, 4000);
  });

  it.each(["till", "reader"] as const)("is needed: a %s is refused with 4000", async (caller) => {
    const one = await enrolled();
    const call = () => post(one, recordOf(one), now, one.org[caller]);
    expectRefused(await withoutWriting(service, call), 403, 4000, /needs the permission "adjust"/);
  });
});

describe("with an adjustmentLimit of 500", () => {
  let gateway: LocalGateway;
  beforeAll(async () => {
    gateway = await startGateway(localFunctions(service.table, systemClock, noIssuer, 500), 0);
  });
  afterAll(() => gateway.close());

  const callWith = (one: Setting, caller: "support" | "admin", record: object) =>
    post(one, record, now, new ApiClient(gateway.baseUrl, one.org.credentials[caller]));

  it("support adjusts by up to 500 in both directions, and is refused with 4000 beyond, before 300004", async () => {
    const one = await enrolled();
    for (const amount of [500, -500]) await ok(callWith(one, "support", recordOf(one, { amount })));
    for (const amount of [500.0001, -500.0001]) {
      const call = () => callWith(one, "support", recordOf(one, { amount, reason: "" }));
      const message = /^Not allowed\. An adjustment by more than 500 needs the permission "manage", which access group/;
      expectRefused(await withoutWriting(service, call), 403, 4000, message);
    }
  });

  it("support is limited by a record that stands by itself, and by each of several", async () => {
    const one = await enrolled();
    const [small, large] = [recordOf(one, { amount: 1 }), recordOf(one, { amount: 501 })];
    const support = new ApiClient(gateway.baseUrl, one.org.credentials.support);
    for (const body of [large, [small, large]])
      expectRefused(await support.post(`${targetPath(one.group)}/adjust`, body, { now }), 403, 4000);
  });

  it("support is limited by an access token as by its secret", async () => {
    const one = await enrolled();
    const token = await newToken(gateway.baseUrl, one.org.credentials.support);
    const call = (amount: number) =>
      new ApiClient(gateway.baseUrl, undefined).post(`${targetPath(one.group)}/adjust`, [recordOf(one, { amount })], {
        now,
        headers: { Authorization: `Bearer ${token}` },
      });
    expectRefused(await withoutWriting(service, () => call(501)), 403, 4000);
    await ok(call(500));
  });

  it("admin adjusts by more", async () => {
    const one = await enrolled();
    expect((await ok(callWith(one, "admin", recordOf(one, { amount: 501 })))).body.data.newAchievedValue).toBe(501);
  });
});

describe("the effects of an adjustment", () => {
  it("reach sub-targets, the target and a level of a streak as an activity does, each told once", async () => {
    const [target] = milestone().targets;
    const targetMilestoneTriggers = [{ triggerName: "Half", triggerValueType: "PERCENTAGE", triggerValue: 50 }];
    const one = await enrolled(streak({ levels: [1, 2], targets: [{ ...target, targetMilestoneTriggers }] }));
    expect(await adjust(one, { amount: 600 })).toMatchObject({
      reached: false,
      streakValue: 0,
      milestonesReached: [{ triggerName: "Half" }],
    });
    expect(await adjust(one, { amount: 400 })).toMatchObject({
      reached: true,
      streakValue: 1,
      levelsReached: [{ streakName: "l1" }],
    });
    await adjust(one, { amount: -900 });
    expect(await streakOf(one, now)).toEqual({ value: 0, reached: ["l1"] });
    await adjust(one, { amount: 900 });
    const told = ["targetMilestoneAchieved", "targetValueAchieved", "streakLevelAchieved"];
    expect(await eventsOf(one, ...told)).toHaveLength(3);
  });

  it("join the runs of a streak when an ended cycle is met by it", async () => {
    const one = await enrolled(streak({ levels: [3] }));
    for (const cycle of [1, 3]) await spend(one, 1000, { occurredAt: during(cycle) }, during(cycle));
    await service.drain();
    await closeCycles(service.table, Date.parse(during(4)), one.org.org);
    expect((await streakOf(one, during(4))).value).toBe(1);
    expect(await adjust(one, { periodName: "c2", amount: 1000 }, during(4))).toMatchObject({ streakValue: 3 });
    expect(await streakOf(one, during(4))).toEqual({ value: 3, reached: ["l1"] });
  });

  it.each(["IMMEDIATE", "PERIOD_END"])(
    "of a closed cycle that it makes reached are told once, with the reward timing %s",
    async (rewardAllocation) => {
      const [target] = milestone().targets;
      const one = await enrolled(milestone({ targets: [{ ...target, rewardAllocation }] }));
      await service.drain();
      await closeCycles(service.table, Date.parse(during(2)), one.org.org);
      for (const amount of [1000, -1, 1]) await adjust(one, { periodName: "c1", amount }, during(2));
      expect(await eventsOf(one, "targetValueAchieved")).toHaveLength(1);
      const ends = await eventsOf(one, "targetPeriodCompleted");
      expect(ends.map(({ achieved }) => achieved)).toEqual([false, true, false, true]);
    },
  );

  it("add up with activities at the same time: by −x and by x they leave the sum exactly as it is", async () => {
    const one = await enrolled();
    const amounts = [33.3333, -33.3333, 0.1, -0.1];
    await Promise.all([
      ...amounts.map((amount) => adjust(one, { amount })),
      ...Array.from({ length: 8 }, () => spend(one, 0.3)),
    ]);
    expect(await valuesOf(one)).toMatchObject({ c1: 2.4 });
  });

  it("around activities that reach the target, by −x and by x, keep rows and sum equal, and are told once", async () => {
    const one = await enrolled(streak({ levels: [1] }));
    await Promise.all([
      ...[-700, 700, -0.5, 0.5].map((amount) => adjust(one, { amount })),
      ...Array.from({ length: 8 }, () => spend(one, 150)),
    ]);
    await service.drain();
    const rows = await readHistory(one.org.reader, one.customerId, one.group.targetId);
    expect(rows.reduce((sum, { value }) => sum + value, 0)).toBe(1200);
    expect(await valuesOf(one)).toMatchObject({ c1: 1200 });
    expect(await streakOf(one, now)).toEqual({ value: 1, reached: ["l1"] });
    expect(await eventsOf(one, "targetValueAchieved", "streakLevelAchieved")).toHaveLength(2);
  });

  it("while the cycle is closed are told once, and the end is told last as it is", async () => {
    const one = await enrolled();
    await service.drain();
    await Promise.all([
      closeCycles(service.table, Date.parse(during(2)), one.org.org),
      ...[-300, 300, 1000].map((amount) => adjust(one, { periodName: "c1", amount }, during(2))),
    ]);
    expect(await valuesOf(one, during(2))).toMatchObject({ c1: 1000 });
    expect(await eventsOf(one, "targetValueAchieved")).toHaveLength(1);
    const ends = await eventsOf(one, "targetPeriodCompleted");
    expect(ends.at(-1)).toMatchObject({ achieved: true, targetAchievedValue: 1000 });
  });

  it("count in a settled cycle, whose row is written with the enrolment", async () => {
    const one = await enrolled();
    await spend(one, 900);
    const closing = new CustomerClosing(service.table);
    const aim = { org: one.org.org, customerId: one.customerId, group: one.group };
    for (const cycle of [2, 3]) await closing.close(aim, Date.parse(during(cycle)));
    expect(await closing.hasSettled(one.org.org, one.customerId)).toBe(true);
    expect(await adjust(one, { periodName: "c1" }, during(3))).toMatchObject({ newAchievedValue: 1000, reached: true });
    expect(await valuesOf(one, during(3))).toMatchObject({ c1: 1000 });
  });

  it.each([false, true])("count in a group that is over, set aside: %s", async (isSetAside) => {
    const one = await enrolled(milestone({ cycles: 2 }));
    await spend(one, 900);
    const aim = { org: one.org.org, customerId: one.customerId, group: one.group };
    if (isSetAside) await new CustomerClosing(service.table).setAside(aim, Date.parse(during(8)));
    const record = recordOf(one, { periodName: "c1" });
    for (const _ of ["made", "repeated"])
      expect((await ok(post(one, record, during(8)))).body.data).toMatchObject({ newAchievedValue: 1000 });
    expect(await valuesOf(one, during(8))).toMatchObject({ c1: 1000 });
  });
});

describe("what is told of an adjustment", () => {
  it("is a row ADJUSTMENT with its reason and who entered it, and the rows still add up", async () => {
    const one = await enrolled();
    await spend(one, 30);
    const { adjustmentId } = await adjust(one, { amount: -50 }, during(1, 20));
    await service.drain();
    const rows = await readHistory(one.org.reader, one.customerId, one.group.targetId);
    expect(rows.at(-1)).toMatchObject({
      eventName: "ADJUSTMENT",
      uniqueId: adjustmentId,
      activityId: adjustmentId,
      eventDate: during(1, 20),
      eventProcessedDate: during(1, 20),
      value: -50,
      achievedValue: 0,
      periodRefCode: "c1",
      reason,
      enteredBy: one.org.credentials.support.username,
      source: "API",
      definitionVersion: 1,
    });
    expect(rows.map(({ value }) => value)).toEqual([0, 30, -50]);
    expect(rows.slice(0, 2).every((row) => !("reason" in row))).toBe(true);
  });

  it("names the adjustment, the reason and who entered it in every event, and no activity", async () => {
    const one = await enrolled();
    const { adjustmentId } = await adjust(one, { amount: 1000 });
    const events = await eventsOf(one, "targetAchievedValueUpdated", "targetValueAchieved");
    const enteredBy = one.org.credentials.support.username;
    expect(events).toMatchObject([
      { adjustmentId, reason, enteredBy, oldTargetAchievedValue: 0, newTargetAchievedValue: 1000 },
      { adjustmentId, reason, enteredBy, targetAchievedValue: 1000 },
    ]);
    expect(events.some((event) => "activityId" in event)).toBe(false);
  });

  it("is the same in every event of every kind", async () => {
    const [target] = milestone().targets;
    const targetMilestoneTriggers = [{ triggerName: "Half", triggerValueType: "PERCENTAGE", triggerValue: 50 }];
    const one = await enrolled(streak({ levels: [1], targets: [{ ...target, targetMilestoneTriggers }] }));
    await service.drain();
    await closeCycles(service.table, Date.parse(during(2)), one.org.org);
    const { adjustmentId } = await adjust(one, { periodName: "c1", amount: 1000 }, during(2));
    await service.drain();
    const events = (await service.events(one.customerId)).filter(({ detail }) => "adjustmentId" in detail);
    expect(events.map(({ "detail-type": type }) => type)).toEqual([
      "targetAchievedValueUpdated",
      "targetMilestoneAchieved",
      "targetValueAchieved",
      "streakLevelAchieved",
      "targetPeriodCompleted",
    ]);
    const enteredBy = one.org.credentials.support.username;
    for (const { detail } of events) expect(detail).toMatchObject({ adjustmentId, reason, enteredBy, source: "API" });
    expect(events.some(({ detail }) => "activityId" in detail)).toBe(false);
  });

  it("is nothing more for a repeat", async () => {
    const one = await enrolled();
    const record = recordOf(one);
    for (const _ of ["made", "repeated"]) await ok(post(one, record));
    expect(await eventsOf(one, "targetAchievedValueUpdated")).toHaveLength(1);
    expect(await readHistory(one.org.reader, one.customerId, one.group.targetId)).toHaveLength(2);
  });
});
