import { describe, expect, it } from "vitest";
import type { Activity } from "../../shared/domain/activity.ts";
import { extensibleUntil, isConcerned, isOver, overAt, reachesBack } from "../../shared/domain/over.ts";
import { buildActivity, buildEnrollment, buildGroup, decimal, startOfCycle } from "../support/domain.ts";

const day = 24 * 60 * 60 * 1000;
const group = buildGroup({ cycleCount: 2 });
const end = startOfCycle(3);

it("a group that waits for late activities is over 30 days after its last closing; cycles can be appended for 30 days", () => {
  const waiting = buildGroup({ cycleCount: 3, closingOffsets: [{ fromCycle: 1, days: 10 }] });
  expect(overAt(waiting)).toBe(startOfCycle(4) + 40 * day);
  expect(extensibleUntil(waiting)).toBe(startOfCycle(4) + 30 * day);
});

describe("a group is over", () => {
  it("30 days after the end of its last cycle, and not a millisecond earlier", () => {
    expect(overAt(group)).toBe(end + 30 * day);
    expect([isOver(group, end + 30 * day - 1), isOver(group, end + 30 * day)]).toEqual([false, true]);
  });
});

describe("an activity reaches back to what is over", () => {
  const now = end + 30 * day;
  const reaches = (fields: Partial<Activity>, originalAt?: number) =>
    reachesBack(
      buildActivity({ occurredAt: now, ...fields }),
      originalAt === undefined ? undefined : { type: "EVENT", occurredAt: originalAt },
      now,
    );
  const named = { type: "RETURN", originalActivityId: "t-1" } as const;

  it("when it happened in the last instant of a cycle that ended 30 days ago, and not when it happened after it", () => {
    expect([reaches({ occurredAt: end - 1 }), reaches({ occurredAt: end })]).toEqual([true, false]);
  });

  it("when it is a return of something that happened then, or of something unknown", () => {
    expect([reaches(named, end - 1), reaches(named, end), reaches(named)]).toEqual([true, false, true]);
    expect(reaches({ type: "RETURN" })).toBe(false);
  });
});

describe("an activity of now concerns a target of a group that is over", () => {
  it("only when a return that was taken off waits for it there", () => {
    const now = end + 30 * day;
    const waiting = { activityId: "r-1", amount: decimal(1), cycleNumber: 1, valueSetBy: undefined };
    const elsewhere = { ...waiting, cycleNumber: undefined };
    const awaited = buildEnrollment({
      pendingReturns: new Map([
        ["t-1", [elsewhere, waiting]],
        ["t-2", [elsewhere]],
      ]),
    });
    const concerns = (activityId: string, at: number) =>
      isConcerned({ group, enrollment: awaited }, buildActivity({ activityId, occurredAt: now }), undefined, at);
    expect([concerns("t-1", now), concerns("t-2", now), concerns("t-2", now - 1)]).toEqual([true, false, true]);
  });
});
