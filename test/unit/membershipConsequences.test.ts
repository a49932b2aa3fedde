import { describe, expect, it } from "vitest";
import type { EnrollmentChange } from "../../shared/domain/change.ts";
import { enrollmentConsequences } from "../../shared/domain/consequences.ts";
import type { Enrollment } from "../../shared/domain/enrollment.ts";
import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import { buildEnrollment, buildGroup, buildTarget, decimal, noonOf, startOfCycle } from "../support/domain.ts";
import { byTest } from "../support/membership.ts";

const [target] = [buildTarget()];

function consequences(before: Enrollment | undefined, after: Enrollment, group: TargetGroup = buildGroup()) {
  const change: EnrollmentChange = { org: "100", customerId: 11, group, target, before, after };
  return enrollmentConsequences(change);
}

function left(overrides: Partial<Enrollment> = {}): Enrollment {
  const membership = { status: "UNENROLLED", leftAt: noonOf(2) } as const;
  return buildEnrollment({ membership, leftInCycle: 2, revision: 5, operationId: "operation-5", ...overrides });
}

const back = (overrides: Partial<Enrollment> = {}) =>
  buildEnrollment({ fromCycle: 2, leftInCycle: 2, revision: 6, operationId: "operation-6", ...overrides });

describe("the row of an enrolment", () => {
  it("has the opening balance as its delta, in the cycle enrolled into", () => {
    const after = buildEnrollment({ fromCycle: 2, enrolledAt: noonOf(2), achieved: new Map([[2, decimal(30)]]) });
    expect(consequences(undefined, after).entries).toEqual([
      {
        entryId: "0000000001#0000",
        kind: "ENROL",
        groupId: 3,
        targetId: 7,
        cycleNumber: 2,
        delta: decimal(30),
        valueAfter: decimal(30),
        activityId: undefined,
        occurredAt: noonOf(2),
        recordedAt: noonOf(2),
        ...byTest,
        definitionVersion: 1,
      },
    ]);
  });

  it.each([
    ["a balance that replaces more", 250, 150, -100],
    ["a balance that replaces less", 150, 250, 100],
    ["a reset", 250, 0, -250],
    ["the same balance as before", 150, 150, 0],
    ["a sum that returns had taken below 0", -20, 0, 20],
  ])("has the difference between the two states as its delta: %s", (_, sum, balance, delta) => {
    const before = left({ achieved: new Map([[2, decimal(sum)]]) });
    const after = back({ achieved: new Map([[2, decimal(balance)]]) });
    const { entries } = consequences(before, after);
    expect(entries).toMatchObject([{ cycleNumber: 2, delta: decimal(delta), valueAfter: decimal(balance) }]);
  });

  it("has delta 0 when the enrolment resumes, whatever other cycles hold", () => {
    const achieved = new Map([
      [1, decimal(70)],
      [2, decimal(30)],
    ]);
    const { entries } = consequences(left({ achieved }), back({ achieved }));
    expect(entries).toMatchObject([{ kind: "ENROL", cycleNumber: 2, delta: 0n, valueAfter: decimal(30) }]);
  });

  it("has an id of its own for each write, and the same for the same write", () => {
    const ids = [6, 8].map((revision) => consequences(left(), back({ revision })).entries[0]?.entryId);
    expect(new Set(ids).size).toBe(2);
    expect(consequences(left(), back({ revision: 6 })).entries[0]?.entryId).toBe(ids[0]);
  });
});

describe("the row of an un-enrolment", () => {
  it("is in the first cycle that is left, with delta 0 and the cycle's value", () => {
    const achieved = new Map([[2, decimal(30)]]);
    const { entries } = consequences(buildEnrollment({ achieved }), left({ achieved }));
    expect(entries).toMatchObject([
      { kind: "UNENROL", cycleNumber: 2, delta: 0n, valueAfter: decimal(30), recordedAt: noonOf(2) },
    ]);
  });

  it("is in no cycle when all had ended", () => {
    const { entries } = consequences(buildEnrollment(), left({ leftInCycle: 11 }));
    expect(entries).toMatchObject([{ kind: "UNENROL", cycleNumber: undefined, delta: 0n, valueAfter: 0n }]);
  });
});

describe("notifications", () => {
  it.each([
    ["DEFAULT", "targetCustomerEnrolment", "targetCustomerUnEnrolment", undefined, undefined],
    ["STREAKS", "streakCustomerEnrolment", "streakCustomerUnEnrolment", 2, 2],
    ["NON_CONTINUOUS_STREAKS", "streakCustomerEnrolment", "streakCustomerUnEnrolment", 2, 2],
  ] as const)("of a %s group are %s and %s", (trackingType, enrolled, unenrolled, kept, had) => {
    const group = buildGroup({ trackingType });
    const reachedAt = new Map([
      [1, noonOf(1)],
      [2, noonOf(2)],
    ]);
    const membership = { status: "UNENROLLED", leftAt: noonOf(3) } as const;
    const inside = buildEnrollment({ reachedAt });
    const outside = left({ membership, reachedAt, carriedRun: 2, leftInCycle: 3 });
    const leaving = consequences(inside, outside, group).notifications;
    expect(leaving).toMatchObject([{ type: unenrolled, detail: { streakValue: had, cycle: { number: 3 } } }]);
    const returning = back({ reachedAt, carriedRun: 2, leftInCycle: 3, fromCycle: 4, enrolledAt: startOfCycle(4) });
    expect(consequences(outside, returning, group).notifications).toMatchObject([
      { type: enrolled, detail: { streakValue: kept, isReEnrollment: true, cycle: { number: 4 } } },
    ]);
  });

  it("of a first enrolment have the cycle, its starting value and the target value", () => {
    const after = buildEnrollment({ enrolledAt: noonOf(1), achieved: new Map([[1, decimal(30)]]) });
    expect(consequences(undefined, after).notifications).toMatchObject([
      {
        type: "targetCustomerEnrolment",
        eventId: "100#11#enrollment#7#1#targetCustomerEnrolment#0",
        occurredAt: noonOf(1),
        detail: { cycle: { number: 1 }, achievedValue: decimal(30), targetValue: decimal(100), isReEnrollment: false },
      },
    ]);
  });

  it("include targetValueAchieved when this enrolment's balance reached the target", () => {
    const opened = { achieved: new Map([[2, decimal(100)]]), reachedAt: new Map([[2, noonOf(2)]]) };
    const announced = new Set([2]);
    const valueSetBy = new Map([[2, "operation-6"]]);
    const notifications = consequences(left(), back({ ...opened, announced, valueSetBy })).notifications;
    expect(notifications).toMatchObject([
      { type: "targetCustomerEnrolment" },
      { type: "targetValueAchieved", detail: { activityId: undefined, achievedValue: decimal(100) } },
    ]);
    expect(new Set(notifications.map(({ eventId }) => eventId)).size).toBe(2);
    const earlier = { announced, valueSetBy: new Map([[2, "operation-1"]]) };
    const resumed = consequences(left(earlier), back({ ...opened, ...earlier }));
    expect(resumed.notifications.map(({ type }) => type)).toEqual(["targetCustomerEnrolment"]);
  });
});

it("a write that changes no membership and closes no cycle has no consequence; the activity's record has them", () => {
  const after = buildEnrollment({ revision: 2, achieved: new Map([[1, decimal(10)]]) });
  expect(consequences(buildEnrollment(), after)).toEqual({ entries: [], notifications: [] });
});
