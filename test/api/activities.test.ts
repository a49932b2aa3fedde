import { describe, expect, it } from "vitest";
import { expectRefused } from "../support/envelopes.ts";
import type { TestGroup, TestOrg } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { during, firstInstantOf, lastInstantOf, milestone, streak } from "../support/targetGroups.ts";

const service = useService();

type Setting = { readonly org: TestOrg; readonly group: TestGroup; readonly customerId: number };

async function enrolled(body = milestone(), now = firstInstantOf(1)): Promise<Setting> {
  const org = await service.newOrg();
  const group = await org.createGroup(body);
  const customerId = await org.newCustomer();
  await org.enroll(group, { customerId }, { now });
  return { org, group, customerId };
}

let lastActivity = 0;

function sale(customerId: number, fields: Record<string, unknown> = {}): Record<string, unknown> {
  lastActivity += 1;
  return {
    activityId: `sale-${lastActivity}`,
    customerId,
    type: "TRANSACTION",
    occurredAt: during(1),
    amount: 100,
    ...fields,
  };
}

function send({ org }: Pick<Setting, "org">, body: unknown, now = during(1)) {
  return org.till.post("/activities", body, { now });
}

async function achieved({ org, group, customerId }: Setting, now = during(1)): Promise<Record<string, number>> {
  const state = await org.readState(group, customerId, { now });
  return Object.fromEntries((state?.targets ?? []).map((row) => [row.periodRefCode, row.targetAchievedValue]));
}

describe("one activity", () => {
  it("is answered with what it did to each target", async () => {
    const one = await enrolled();
    await send(one, sale(one.customerId, { amount: 900 }));
    const activity = sale(one.customerId, { amount: 100.25 });
    const { status, body } = await send(one, activity);
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        data: {
          activityId: activity["activityId"],
          customerId: one.customerId,
          targets: [
            {
              targetGroupId: one.group.groupId,
              targetRuleId: one.group.targetId,
              targetName: "Spend 1000",
              periodId: one.group.cycleIds[0],
              periodRefCode: "c1",
              oldAchievedValue: 900,
              newAchievedValue: 1000.25,
              targetValue: 1000,
              reached: true,
              streakValue: null,
              milestonesReached: [],
              levelsReached: [],
            },
          ],
          notCounted: [],
        },
        errors: null,
        warnings: null,
      },
    });
    expect(await achieved(one)).toMatchObject({ c1: 1000.25 });
  });

  it("counts for every target whose rule matches and says why it did not for the others", async () => {
    const [spend] = milestone().targets;
    const visits = { ...spend, name: "Visits", targetType: "VISIT" };
    const surveys = { ...spend, name: "Surveys", targetEntity: "EVENT", eventName: "survey", targetType: "COUNT" };
    const one = await enrolled(milestone({ targets: [spend, visits, surveys] }));
    const [, visitsId = 0, surveysId = 0] = one.group.targetIds;
    for (const targetId of [visitsId, surveysId]) {
      await one.org.enroll({ ...one.group, targetId }, { customerId: one.customerId }, { now: firstInstantOf(1) });
    }
    const { data } = (await send(one, sale(one.customerId))).body;
    expect(
      data.targets.map((row: { targetName: string; newAchievedValue: number }) => [
        row.targetName,
        row.newAchievedValue,
      ]),
    ).toEqual([
      ["Spend 1000", 100],
      ["Visits", 1],
    ]);
    expect(data.notCounted).toEqual([
      { targetGroupId: one.group.groupId, targetRuleId: surveysId, reason: "RULE_DOES_NOT_MATCH" },
    ]);
  });

  it.each([
    ["OUTSIDE_ANY_CYCLE", { occurredAt: lastInstantOf(0) }],
    ["RULE_DOES_NOT_MATCH", { amount: undefined }],
  ])("that does not count is answered with the reason %s", async (reason, fields) => {
    const one = await enrolled();
    const { data } = (await send(one, sale(one.customerId, fields))).body;
    expect(data).toMatchObject({ targets: [], notCounted: [{ targetRuleId: one.group.targetId, reason }] });
  });

  it("of a customer who is in no target does not count: NOT_ENROLLED", async () => {
    const org = await service.newOrg();
    const customerId = await org.newCustomer();
    const { data } = (await send({ org }, sale(customerId))).body;
    expect(data.notCounted).toEqual([{ targetGroupId: null, targetRuleId: null, reason: "NOT_ENROLLED" }]);
  });

  it("of a customer who has left does not count: NOT_ENROLLED", async () => {
    const one = await enrolled();
    await one.org.unenroll(one.group, one.customerId, { now: during(1) });
    const { data } = (await send(one, sale(one.customerId))).body;
    expect(data.notCounted).toEqual([
      { targetGroupId: one.group.groupId, targetRuleId: one.group.targetId, reason: "NOT_ENROLLED" },
    ]);
  });

  it("that comes late counts in the cycle it happened in", async () => {
    const one = await enrolled();
    await send(one, sale(one.customerId, { occurredAt: lastInstantOf(1) }), during(3));
    await send(one, sale(one.customerId, { occurredAt: firstInstantOf(2), amount: 7 }), during(3));
    expect(await achieved(one, during(3))).toMatchObject({ c1: 100, c2: 7, c3: 0 });
  });

  it.each([
    [false, 100],
    [true, 0],
  ])(
    "from before a mid-cycle enrolment, trackFromEnrollmentDate %s: the cycle holds %d",
    async (trackFromEnrollmentDate, expected) => {
      const [target] = milestone().targets;
      const one = await enrolled(milestone({ targets: [{ ...target, trackFromEnrollmentDate }] }), during(1, 10));
      const { data } = (await send(one, sale(one.customerId, { occurredAt: during(1, 5) }), during(1, 20))).body;
      expect(data.notCounted.map(({ reason }: { reason: string }) => reason)).toEqual(
        trackFromEnrollmentDate ? ["BEFORE_ENROLMENT"] : [],
      );
      expect(await achieved(one)).toMatchObject({ c1: expected });
    },
  );

  it("refuses an unknown customer with 310011, another org's included", async () => {
    const one = await enrolled();
    const other = await service.newOrg();
    expectRefused(await send(one, sale(999_999_999)), 400, 310011, /is not registered/);
    expectRefused(await send({ org: other }, sale(one.customerId)), 400, 310011, /is not registered/);
  });

  it.each([
    ["activityId", { activityId: "a b" }],
    ["activityId", { activityId: "a".repeat(129) }],
    ["activityId", { activityId: "" }],
    ["activityId", { activityId: "a#b" }],
    ["type", { type: "SALE" }],
    ["occurredAt", { occurredAt: "2030-01-01" }],
    ["occurredAt", { occurredAt: "2030-02-30T00:00:00.000" }],
    ["amount", { amount: -1 }],
    ["amount", { amount: 1.00001 }],
    ["amount", { amount: "5" }],
    ["quantity", { quantity: -1 }],
    ["originalActivityId", { originalActivityId: "" }],
    ["name", { type: "EVENT" }],
  ])("refuses a wrong %s with 300004 and counts nothing: %j", async (field, fields) => {
    const one = await enrolled();
    const commands = await service.recorder.during(async () => {
      expectRefused(await send(one, sale(one.customerId, fields)), 400, 300004, new RegExp(field));
    });
    expect(commands.map(({ command }) => command)).not.toContain("TransactWriteItems");
  });

  it("names every fault at once", async () => {
    const one = await enrolled();
    const response = await send(one, { customerId: one.customerId, type: "X", occurredAt: during(1), amount: -1 });
    expectRefused(response, 400, 300004, /activityId is required/, /type must be one of/, /amount must be >= 0/);
  });

  it("may not be sent by a read-only credential: 4000", async () => {
    const one = await enrolled();
    expectRefused(await one.org.reader.post("/activities", sale(one.customerId)), 403, 4000);
  });
});

describe("a repeated activity", () => {
  it("is answered with what it did the first time, whatever has happened since, and counts once", async () => {
    const one = await enrolled();
    const activity = sale(one.customerId);
    const first = await send(one, activity);
    await send(one, sale(one.customerId, { amount: 5 }));
    await one.org.unenroll(one.group, one.customerId, { now: during(1) });
    const again = await send(
      one,
      { ...activity, amount: 100.0, occurredAt: during(1).replace("Z", "+00:00") },
      during(2),
    );
    expect(again.status).toBe(200);
    expect(again.body.data).toEqual(first.body.data);
    expect(again.body.warnings).toEqual([{ message: expect.stringMatching(/was already counted/) }]);
  });

  it.each([
    { amount: 100.0001 },
    { occurredAt: firstInstantOf(1) },
    { quantity: 1 },
    { type: "RETURN" },
    { attributes: { a: 1 } },
  ])("with other content is refused with 300004 (422), nothing changed: %j", async (fields) => {
    const one = await enrolled();
    const activity = sale(one.customerId);
    await send(one, activity);
    expectRefused(await send(one, { ...activity, ...fields }), 422, 300004, /delivered before with other content/);
    expect(await achieved(one)).toMatchObject({ c1: 100 });
  });

  it("that did not count the first time does not count when it is sent again", async () => {
    const org = await service.newOrg();
    const group = await org.createGroup();
    const customerId = await org.newCustomer();
    const activity = sale(customerId);
    await send({ org }, activity);
    await org.enroll(group, { customerId }, { now: firstInstantOf(1) });
    await send({ org }, activity);
    expect(await achieved({ org, group, customerId })).toMatchObject({ c1: 0 });
  });
});

describe("a return", () => {
  it("is taken off the cycle of the transaction it names, and a value below the target is no longer reached", async () => {
    const one = await enrolled();
    const activity = sale(one.customerId, { amount: 1000 });
    await send(one, activity);
    const back = {
      ...sale(one.customerId),
      type: "RETURN",
      occurredAt: during(2),
      amount: 0.0001,
      originalActivityId: activity["activityId"],
    };
    const { data } = (await send(one, back, during(2))).body;
    expect(data.targets).toMatchObject([
      { periodRefCode: "c1", oldAchievedValue: 1000, newAchievedValue: 999.9999, reached: false },
    ]);
    const state = await one.org.readState(one.group, one.customerId, { now: during(2) });
    expect(state?.targets[0]).toMatchObject({ targetAchievedValue: 999.9999, targetAchievedDateTime: null });
  });

  it("is taken off the cycle it occurred in when it names none; what is shown stays at 0 or above, the sum is kept", async () => {
    const one = await enrolled();
    await send(one, { ...sale(one.customerId), type: "RETURN", amount: 30 });
    expect(await achieved(one)).toMatchObject({ c1: 0 });
    await send(one, sale(one.customerId, { amount: 100 }));
    expect(await achieved(one)).toMatchObject({ c1: 70 });
  });

  it("that arrives first moves to the cycle of its transaction when that arrives", async () => {
    const one = await enrolled();
    const activity = sale(one.customerId, { amount: 100 });
    const back = {
      ...sale(one.customerId),
      type: "RETURN",
      occurredAt: during(2),
      amount: 40,
      originalActivityId: activity["activityId"],
    };
    await send(one, sale(one.customerId, { occurredAt: during(2), amount: 50 }), during(2));
    await send(one, back, during(2));
    expect(await achieved(one, during(2))).toMatchObject({ c1: 0, c2: 10 });
    const { data } = (await send(one, activity, during(2))).body;
    expect(await achieved(one, during(2))).toMatchObject({ c1: 60, c2: 50 });
    expect(
      data.targets.map((row: { periodRefCode: string; newAchievedValue: number }) => [
        row.periodRefCode,
        row.newAchievedValue,
      ]),
    ).toEqual([
      ["c1", 100],
      ["c2", 50],
      ["c1", 60],
    ]);
  });

  it.each([
    ["a balance", milestone(), { initialBalance: 20 }, 20],
    ["a reset", streak(), { resetStreakStatus: true }, 0],
  ])("that arrives first is not given back to a value that %s has replaced since", async (_, body, fields, value) => {
    const one = await enrolled(body);
    const activity = sale(one.customerId, { amount: 60 });
    await send(one, {
      ...sale(one.customerId, { amount: 60 }),
      type: "RETURN",
      originalActivityId: activity["activityId"],
    });
    await one.org.unenroll(one.group, one.customerId, { now: during(1) });
    await one.org.enroll(one.group, { customerId: one.customerId, ...fields }, { now: during(1) });
    await send(one, activity);
    expect(await achieved(one)).toMatchObject({ c1: value });
  });

  it("while the customer is out does not count, like anything that happens then; coming back finds the value kept", async () => {
    const one = await enrolled();
    const activity = sale(one.customerId, { amount: 1000 });
    await send(one, activity);
    await one.org.unenroll(one.group, one.customerId, { now: during(1) });
    const back = {
      ...sale(one.customerId, { amount: 1000 }),
      type: "RETURN",
      originalActivityId: activity["activityId"],
    };
    const { data } = (await send(one, back)).body;
    expect(data).toMatchObject({ targets: [], notCounted: [{ reason: "NOT_ENROLLED" }] });
    await one.org.enroll(one.group, { customerId: one.customerId }, { now: during(1) });
    expect(await achieved(one)).toMatchObject({ c1: 1000 });
  });

  it("of what a balance or a reset has replaced is not taken off the new value", async () => {
    const one = await enrolled();
    const activity = sale(one.customerId, { amount: 60 });
    await send(one, activity);
    await one.org.unenroll(one.group, one.customerId, { now: during(1) });
    await one.org.enroll(one.group, { customerId: one.customerId, initialBalance: 20 }, { now: during(1) });
    const back = {
      ...sale(one.customerId, { amount: 60 }),
      type: "RETURN",
      originalActivityId: activity["activityId"],
    };
    const { data } = (await send(one, back)).body;
    expect(data).toMatchObject({ targets: [], notCounted: [{ reason: "ORIGINAL_NOT_COUNTED" }] });
    expect(await achieved(one)).toMatchObject({ c1: 20 });
  });

  it("that arrives first is given back when its transaction arrives while the customer is out", async () => {
    const one = await enrolled();
    const activity = sale(one.customerId, { amount: 60 });
    await send(one, sale(one.customerId, { amount: 100 }));
    await send(one, {
      ...sale(one.customerId, { amount: 60 }),
      type: "RETURN",
      originalActivityId: activity["activityId"],
    });
    expect(await achieved(one)).toMatchObject({ c1: 40 });
    await one.org.unenroll(one.group, one.customerId, { now: during(1) });
    await send(one, activity);
    await one.org.enroll(one.group, { customerId: one.customerId }, { now: during(1) });
    expect(await achieved(one)).toMatchObject({ c1: 100 });
  });

  it("that arrives at the very moment of its transaction gives the same result", async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const one = await enrolled();
        const activity = sale(one.customerId, { amount: 100 });
        const back = {
          ...sale(one.customerId),
          type: "RETURN",
          occurredAt: during(2),
          amount: 40,
          originalActivityId: activity["activityId"],
        };
        await Promise.all([send(one, back, during(2)), send(one, activity, during(2))]);
        return achieved(one, during(2));
      }),
    );
    expect(outcomes).toEqual(outcomes.map(() => ({ c1: 60, c2: 0, c3: 0, c4: 0, c5: 0 })));
  });
});

describe("an array of activities", () => {
  it("is answered item by item in order, and a bad one does not fail the others", async () => {
    const one = await enrolled();
    const good = [sale(one.customerId), sale(one.customerId, { amount: 11 })];
    const { status, body } = await send(one, [good[0], { activityId: "x" }, sale(999_999_999), good[0], good[1]]);
    expect(status).toBe(200);
    expect(body.data.map(({ errors }: { errors: { code: number }[] | null }) => errors?.[0]?.code ?? null)).toEqual([
      null,
      300004,
      310011,
      null,
      null,
    ]);
    expect(body.data[4].data.targets[0]).toMatchObject({ oldAchievedValue: 100, newAchievedValue: 111 });
    expect(body.data[3].warnings).toHaveLength(1);
  });

  it.each([0, 26])("of %d is refused with 300004", async (length) => {
    const one = await enrolled();
    expectRefused(
      await send(
        one,
        Array.from({ length }, () => sale(one.customerId)),
      ),
      400,
      300004,
      /1 to 25/,
    );
  });

  it("of 25 is fine", async () => {
    const one = await enrolled();
    await send(
      one,
      Array.from({ length: 25 }, () => sale(one.customerId, { amount: 0.1 })),
    );
    expect(await achieved(one)).toMatchObject({ c1: 2.5 });
  });
});

describe("at the same time", () => {
  it("50 different activities of one customer all count, none is lost", async () => {
    const one = await enrolled();
    const activities = Array.from({ length: 50 }, (_, index) => sale(one.customerId, { amount: index + 0.1 }));
    const answers = await Promise.all(activities.map((activity) => send(one, activity)));
    expect(answers.map(({ status }) => status)).toEqual(activities.map(() => 200));
    expect(await achieved(one)).toMatchObject({ c1: 1230 });
  });

  it("50 copies of one activity count once, and all are answered with what it did", async () => {
    const one = await enrolled();
    const activity = sale(one.customerId);
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(one, activity)));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body.data))).size).toBe(1);
    expect(answers.filter(({ body }) => body.warnings === null)).toHaveLength(1);
    expect(await achieved(one)).toMatchObject({ c1: 100 });
  });

  it("an activity and an un-enrolment: the streak keeps exactly the value that was counted", async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const one = await enrolled(
          streak({ targets: [{ ...milestone().targets[0], defaultValues: [{ defaultValue: 100 }] }] }),
        );
        const [{ body }] = await Promise.all([
          send(one, sale(one.customerId)),
          one.org.unenroll(one.group, one.customerId, { now: during(1) }),
        ]);
        await one.org.enroll(one.group, { customerId: one.customerId }, { now: during(2) });
        const state = await one.org.readState(one.group, one.customerId, { now: during(2) });
        return { counted: body.data.targets.length, kept: state?.streaks[0]?.currentCount };
      }),
    );
    expect(outcomes.every(({ counted, kept }) => counted === kept)).toBe(true);
  });
});

describe("the cost of activities", () => {
  it.each([1, 3])(
    "of an activity that touches %d targets is one query and one transaction of one item more",
    async (targets) => {
      const [target] = milestone().targets;
      const one = await enrolled(
        milestone({ targets: Array.from({ length: targets }, (_, index) => ({ ...target, name: `t${index}` })) }),
      );
      for (const targetId of one.group.targetIds.slice(1)) {
        await one.org.enroll({ ...one.group, targetId }, { customerId: one.customerId }, { now: firstInstantOf(1) });
      }
      await send(one, sale(one.customerId));
      const requests = await service.recorder.during(() => send(one, sale(one.customerId)));
      expect(requests).toEqual([
        { command: "Query", units: expect.any(Number) },
        { command: "TransactWriteItems", units: expect.any(Number), items: targets + 1 },
      ]);
    },
  );
});
