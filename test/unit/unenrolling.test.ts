import { expect, it } from "vitest";
import { streakValue } from "../../shared/domain/streak.ts";
import { decideUnenrollment } from "../../shared/domain/unenrolling.ts";
import { buildEnrollment, buildGroup, noonOf, startOfCycle } from "../support/domain.ts";

it.each([
  ["the current cycle", 1, noonOf(3), 3],
  ["the first cycle of the membership, when that is still to come", 5, noonOf(3), 5],
  ["the next cycle, before the first one", 1, startOfCycle(1) - 1, 1],
  ["none, when all have ended", 1, startOfCycle(11), 11],
])("leaving ends the membership from %s on", (_, fromCycle, now, leftInCycle) => {
  const plan = decideUnenrollment(buildGroup(), buildEnrollment({ fromCycle }), now);
  expect(plan).toMatchObject({ outcome: "accepted", leftInCycle });
});

it("a call that is hours late leaves the cycle after the settled ones, because nothing else is kept in the enrolment", () => {
  const plan = decideUnenrollment(buildGroup(), buildEnrollment({ settledThrough: 4 }), noonOf(3));
  expect(plan).toMatchObject({ outcome: "accepted", leftInCycle: 5 });
});

it.each([
  ["STREAKS", [1, 2], 2, []],
  ["STREAKS", [1, 2, 3], 2, [3]],
  ["STREAKS", [1, 2, 3, 4], 2, [3, 4]],
  ["STREAKS", [1, 2, 4], 2, []],
  ["STREAKS", [1, 3], 0, [3]],
  ["NON_CONTINUOUS_STREAKS", [1, 3, 4], 1, [3, 4]],
  ["NON_CONTINUOUS_STREAKS", [1, 4], 1, [4]],
  ["DEFAULT", [1, 2, 3], 0, []],
] as const)(
  "leaving a %s in cycle 3 with %j met keeps a run of %d, and the numbers %j of met cycles that have not ended",
  (trackingType, met, carriedRun, metWhenLeft) => {
    const enrollment = buildEnrollment({ reachedAt: new Map(met.map((cycle) => [cycle, noonOf(cycle)])) });
    expect(decideUnenrollment(buildGroup({ trackingType }), enrollment, noonOf(3))).toMatchObject({
      carriedRun,
      metWhenLeft,
    });
  },
);

it("leaving and coming back again and again in a met cycle counts that cycle once", () => {
  const group = buildGroup({ trackingType: "STREAKS" });
  const reachedAt = new Map([1, 2, 3].map((cycle) => [cycle, noonOf(cycle)]));
  let enrollment = buildEnrollment({ reachedAt });
  for (let count = 0; count < 3; count += 1) {
    const plan = decideUnenrollment(group, enrollment, noonOf(3));
    if (plan.outcome === "refused") throw new Error("The customer is in");
    const { carriedRun, metWhenLeft, leftInCycle } = plan;
    enrollment = { ...enrollment, carriedRun, metWhenLeft, leftInCycle, fromCycle: 3 };
    expect(streakValue(group, enrollment, noonOf(3))).toBe(3);
  }
  expect(streakValue(group, { ...enrollment, fromCycle: 5 }, noonOf(5))).toBe(3);
});
