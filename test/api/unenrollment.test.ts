import { describe, expect, it } from "vitest";
import type { Enrollment } from "../../shared/domain/enrollment.ts";
import { findEnrollment } from "../../shared/table/enrollments.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { targetPath } from "../support/org.ts";
import { recordProgress } from "../support/progress.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import {
  during,
  firstInstantOf,
  lastInstantOf,
  milestone,
  streak,
  type TargetGroupBody,
} from "../support/targetGroups.ts";

const service = useService();

function setting(body: TargetGroupBody = milestone()): Promise<Setting> {
  return newSetting(service, body);
}

async function enrolled(now: string, body?: TargetGroupBody): Promise<Setting> {
  const one = await setting(body);
  expectAccepted(await one.org.enroll(one.group, { customerId: one.customerId }, { now }), one.customerId);
  return one;
}

async function leave({ org, group, customerId }: Setting, now: string): Promise<void> {
  expectAccepted(await org.unenroll(group, customerId, { now }), customerId);
}

/** The enrolment in the table, listed or not. */
function stored({ org, group, customerId }: Setting): Promise<Enrollment | undefined> {
  return findEnrollment(service.table, { org: org.org, customerId, groupId: group.groupId, targetId: group.targetId });
}

async function achieved({ org, group, customerId }: Setting, now: string): Promise<Record<string, number>> {
  const state = await org.readState(group, customerId, { now });
  return Object.fromEntries((state?.targets ?? []).map((row) => [row.periodRefCode, row.targetAchievedValue]));
}

describe("un-enrolment", () => {
  it.each([
    ["at the first instant of a cycle", firstInstantOf(2)],
    ["in the middle of a cycle", during(2)],
    ["at the last instant of a cycle", lastInstantOf(2)],
  ])("%s leaves that cycle and every later one", async (_, now) => {
    const one = await enrolled(during(1));
    await leave(one, now);
    for (const cycle of [2, 3, 5]) expect(await achieved(one, during(cycle))).toEqual({});
    expect(await stored(one)).toMatchObject({
      membership: { status: "UNENROLLED", leftAt: Date.parse(now) },
      leftInCycle: 2,
    });
  });

  it("is not listed afterwards, whatever the reader asks for", async () => {
    const one = await enrolled(during(1));
    await leave(one, during(2));
    for (const query of [
      "",
      "?includeInactive=true",
      "?includeInactive=true&includeInactiveTargets=true",
      `?targetRuleId=${one.group.targetId}`,
    ]) {
      const { status, body } = await one.org.reader.get(`/users/${one.customerId}/targetGroups${query}`, {
        now: during(2),
      });
      expect({ status, data: body.data }).toEqual({ status: 200, data: { userId: one.customerId, targetGroups: [] } });
    }
  });

  it("ends a membership that was to start in a future cycle", async () => {
    const one = await setting();
    await one.org.enroll(
      one.group,
      { customerId: one.customerId, periodName: "c4", initialBalance: 30 },
      { now: during(1) },
    );
    await leave(one, during(2));
    expect(await achieved(one, during(4))).toEqual({});
    expect((await stored(one))?.achieved).toEqual(new Map([[4, 300_000n]]));
  });

  it("before the first cycle is possible", async () => {
    const one = await enrolled(lastInstantOf(0));
    await leave(one, lastInstantOf(0));
    expect(await achieved(one, during(1))).toEqual({});
  });

  it("in a gap between two cycles leaves the next one and every later one", async () => {
    const [first, , third] = milestone().periods;
    const one = await enrolled(during(1), milestone({ periods: [first, third] }));
    await leave(one, during(2));
    expect(await achieved(one, during(3))).toEqual({});
    expect(await stored(one)).toMatchObject({ leftInCycle: 2 });
  });

  it("after the last cycle ended is possible once, then refused with 310126; coming back is refused with 310019", async () => {
    const one = await enrolled(during(1));
    await recordProgress(service.table, { ...one, cycles: { 5: "1000" }, reached: [5], now: during(5) });
    await leave(one, firstInstantOf(6));
    expect(await stored(one)).toMatchObject({ leftInCycle: 6, reachedAt: new Map([[5, Date.parse(during(5))]]) });
    expectRefused(await one.org.unenroll(one.group, one.customerId, { now: firstInstantOf(6) }), 400, 310126);
    expectRefused(
      await one.org.enroll(one.group, { customerId: one.customerId }, { now: firstInstantOf(6) }),
      400,
      310019,
    );
  });

  it("at the last instant of the last cycle leaves that cycle", async () => {
    const one = await enrolled(during(1));
    await leave(one, lastInstantOf(5));
    expect(await stored(one)).toMatchObject({ leftInCycle: 5 });
  });

  it("leaves other targets, other groups and other customers enrolled", async () => {
    const [target] = milestone().targets;
    const one = await enrolled(during(1), milestone({ targets: [target, { ...target, name: "Second" }] }));
    const sameGroup = { ...one, group: { ...one.group, targetId: one.group.targetIds[1] ?? 0 } };
    const otherGroup = { ...one, group: await one.org.createGroup() };
    const otherCustomer = { ...one, customerId: await one.org.newCustomer() };
    for (const { org, group, customerId } of [sameGroup, otherGroup, otherCustomer]) {
      expectAccepted(await org.enroll(group, { customerId }, { now: during(1) }), customerId);
    }
    await leave(one, during(2));
    for (const other of [sameGroup, otherGroup, otherCustomer]) {
      expect(await stored(other)).toMatchObject({ membership: { status: "ENROLLED" }, revision: 1 });
    }
    expect(await stored(one)).toMatchObject({ membership: { status: "UNENROLLED" } });
  });
});

describe("what was earned before leaving", () => {
  it("stays: achieved values and reached marks of earlier cycles and of the current one", async () => {
    const one = await enrolled(during(1));
    await recordProgress(service.table, { ...one, cycles: { 1: "1000", 2: "250" }, reached: [1], now: during(2) });
    const before = await stored(one);
    await leave(one, during(2));
    expect(await stored(one)).toMatchObject({
      achieved: before?.achieved,
      reachedAt: before?.reachedAt,
      enrolledAt: before?.enrolledAt,
      fromCycle: 1,
    });
  });

  it("is shown again after a return into the cycle that earned it", async () => {
    const one = await enrolled(during(1));
    await recordProgress(service.table, { ...one, cycles: { 1: "400", 2: "1200" }, reached: [2], now: during(2) });
    await leave(one, during(2, 20));
    await one.org.enroll(one.group, { customerId: one.customerId, periodName: "c2" }, { now: during(2, 25) });
    const state = await one.org.readState(one.group, one.customerId, { now: during(2, 25) });
    expect(state?.targets[0]).toMatchObject({
      periodRefCode: "c2",
      targetAchievedValue: 1200,
      targetAchievedDateTime: during(2),
    });
    expect((await stored(one))?.achieved.get(1)).toBe(4_000_000n);
  });

  it("stays when the return is into a later cycle, and when that is left too", async () => {
    const one = await enrolled(during(1));
    await recordProgress(service.table, { ...one, cycles: { 1: "400", 2: "12.5" }, now: during(2) });
    await leave(one, during(2));
    await one.org.enroll(
      one.group,
      { customerId: one.customerId, periodName: "c3", initialBalance: 70 },
      { now: during(2) },
    );
    await leave(one, during(4));
    expect((await stored(one))?.achieved).toEqual(
      new Map([
        [1, 4_000_000n],
        [2, 125_000n],
        [3, 700_000n],
      ]),
    );
  });

  it("of a streak stays: levels reached, met cycles and the value for a later return", async () => {
    const one = await enrolled(during(1), streak());
    const levelIds = one.group.levelIds.slice(0, 2);
    await recordProgress(service.table, {
      ...one,
      cycles: { 4: "1000" },
      reached: [1, 2, 3, 4],
      levelIds,
      now: during(4),
    });
    await leave(one, during(5));
    const at = Date.parse(during(4));
    expect(await stored(one)).toMatchObject({
      carriedRun: 4,
      levelReachedAt: new Map(levelIds.map((levelId) => [levelId, at])),
      reachedAt: new Map([1, 2, 3, 4].map((cycle) => [cycle, at])),
    });
    expect(await one.org.readState(one.group, one.customerId, { now: during(5) })).toBeUndefined();
    expectAccepted(await one.org.enroll(one.group, { customerId: one.customerId }, { now: during(7) }), one.customerId);
    expect((await one.org.readState(one.group, one.customerId, { now: during(7) }))?.streaks).toMatchObject([
      { status: "ACHIEVED", currentCount: 4 },
      { status: "ACHIEVED", currentCount: 4 },
      { status: "INPROGRESS", currentCount: 4 },
      { status: "INPROGRESS", currentCount: 4 },
    ]);
  });

  it("of a streak stays even when all cycles were over before the customer left", async () => {
    const one = await enrolled(during(1), streak({ cycles: 3, levels: [2] }));
    await recordProgress(service.table, { ...one, reached: [1, 2, 3], levelIds: one.group.levelIds, now: during(3) });
    await leave(one, firstInstantOf(4));
    expect(await stored(one)).toMatchObject({ carriedRun: 3, leftInCycle: 4 });
    expect((await stored(one))?.levelReachedAt.size).toBe(1);
  });
});

describe("refuses with 310126", () => {
  it("when the customer was never enrolled, and writes nothing", async () => {
    const one = await setting();
    const response = await one.org.unenroll(one.group, one.customerId, { now: during(1) });
    expectRefused(
      response,
      400,
      310126,
      new RegExp(`^User is not enrolled to this target\\. Customer ${one.customerId} is not enrolled in target`),
    );
    expect(await stored(one)).toBeUndefined();
  });

  it("when the customer has left already, and changes nothing", async () => {
    const one = await enrolled(during(1));
    await leave(one, during(2));
    const before = await stored(one);
    expectRefused(
      await one.org.unenroll(one.group, one.customerId, { now: during(3) }),
      400,
      310126,
      /nothing was changed/,
    );
    expect(await stored(one)).toEqual(before);
  });

  it("when the customer is enrolled in another target of the group only", async () => {
    const [target] = milestone().targets;
    const one = await enrolled(during(1), milestone({ targets: [target, { ...target, name: "Second" }] }));
    const second = { ...one.group, targetId: one.group.targetIds[1] ?? 0 };
    expectRefused(await one.org.unenroll(second, one.customerId, { now: during(1) }), 400, 310126);
    expect(await stored(one)).toMatchObject({ membership: { status: "ENROLLED" } });
  });
});

describe("the request", () => {
  it.each([
    ["an array of one record", (customerId: number) => [{ customerId }]],
    ["the bare record", (customerId: number) => ({ customerId })],
    ["the id as a string of digits", (customerId: number) => [{ customerId: String(customerId) }]],
  ])("may be %s; data is the id as an integer", async (_, body) => {
    const one = await enrolled(during(1));
    const response = await one.org.till.post(`${targetPath(one.group)}/unEnroll`, body(one.customerId), {
      now: during(1),
    });
    expectAccepted(response, one.customerId);
    expect(await stored(one)).toMatchObject({ membership: { status: "UNENROLLED" } });
  });

  it("has other fields ignored, each with a warning that names it", async () => {
    const one = await enrolled(during(1));
    const body = { customerId: one.customerId, periodName: "c1", reason: "moved" };
    const response = await one.org.till.post(`${targetPath(one.group)}/unEnroll`, body, { now: during(1) });
    expectAccepted(response, one.customerId, [/^"periodName" was ignored/, /^"reason" was ignored/]);
  });
});

describe("enrolling and leaving", () => {
  it.each([
    ["milestone", () => milestone()],
    ["streak", () => streak()],
  ])("a %s five times in a row answers 200 each time, with the 310119 and 310126 between", async (_, body) => {
    const one = await setting(body());
    for (let round = 1; round <= 5; round += 1) {
      const now = during(1, round);
      expectAccepted(await one.org.enroll(one.group, { customerId: one.customerId }, { now }), one.customerId);
      expectRefused(await one.org.enroll(one.group, { customerId: one.customerId }, { now }), 400, 310119);
      await leave(one, now);
      expectRefused(await one.org.unenroll(one.group, one.customerId, { now }), 400, 310126);
      expect(await stored(one)).toMatchObject({ revision: 2 * round });
    }
  });
});
