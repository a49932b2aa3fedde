import { describe, expect, it } from "vitest";
import { brokenRun, decideClosing } from "../../shared/domain/closing.ts";
import type { Enrollment } from "../../shared/domain/enrollment.ts";
import { cyclesOf, cyclesToChange, decideExcuse, decideGrant } from "../../shared/domain/forgiving.ts";
import { freezesLeftAfter, freezesOf, streakValue } from "../../shared/domain/streak.ts";
import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import { decideUnenrollment } from "../../shared/domain/unenrolling.ts";
import { buildEnrollment, buildGroup, buildLevels, buildTarget, noonOf, startOfCycle } from "../support/domain.ts";

const target = buildTarget();

function streakOf(fields: Partial<TargetGroup> = {}): TargetGroup {
  return buildGroup({ trackingType: "STREAKS", levels: buildLevels(2, 3, 5), targets: [target], ...fields });
}

function met(...cycles: readonly number[]): Pick<Enrollment, "reachedAt"> {
  return { reachedAt: new Map(cycles.map((cycle) => [cycle, noonOf(cycle)])) };
}

/** The enrolment after leaving at noon of one cycle and coming back without reset at noon of another. */
function awayBetween(group: TargetGroup, enrollment: Enrollment, leftIn: number, back: number): Enrollment {
  const plan = decideUnenrollment(group, enrollment, noonOf(leftIn));
  if (plan.outcome === "refused") throw new Error(plan.detail);
  const { outcome: _, ...kept } = plan;
  return { ...enrollment, ...kept, fromCycle: back, enrolledAt: noonOf(back) };
}

function left(enrollment: Enrollment, at: number): Enrollment {
  return { ...enrollment, membership: { status: "UNENROLLED", leftAt: noonOf(at) } };
}

describe("a freeze", () => {
  it("bridges the first missed cycles of a run in calendar order, and no cycle before a run", () => {
    const group = streakOf({ initialFreezes: 2 });
    const enrollment = buildEnrollment(met(2, 4, 6));
    expect(freezesOf(group, enrollment, noonOf(9))).toEqual({ total: 2, left: 0, bridged: [3, 5] });
    expect(streakValue(group, enrollment, noonOf(7))).toBe(3);
    expect(streakValue(group, enrollment, startOfCycle(8))).toBe(0);
  });

  it("bridges a cycle at the first instant at which it is closed, and not at the last before", () => {
    const group = streakOf({ initialFreezes: 1, closingOffsets: [{ fromCycle: 1, days: 1 }] });
    const enrollment = buildEnrollment(met(1));
    expect(freezesOf(group, enrollment, startOfCycle(4) - 1).bridged).toEqual([]);
    expect(freezesOf(group, enrollment, startOfCycle(4)).bridged).toEqual([2]);
  });

  it("is free again when a late activity meets the bridged cycle, and bridges a later one", () => {
    const group = streakOf({ initialFreezes: 1 });
    expect(freezesOf(group, buildEnrollment(met(1, 3)), noonOf(5)).bridged).toEqual([2]);
    const late = buildEnrollment(met(1, 2, 3));
    expect([freezesOf(group, late, noonOf(5)).bridged, streakValue(group, late, noonOf(5))]).toEqual([[4], 3]);
  });

  it("bridges the cycle after a return that carried a run over", () => {
    const group = streakOf({ initialFreezes: 1 });
    const enrollment = buildEnrollment({ fromCycle: 4, carriedRun: 3 });
    expect(freezesOf(group, enrollment, noonOf(5))).toMatchObject({ left: 0, bridged: [4] });
    expect(streakValue(group, enrollment, noonOf(5))).toBe(3);
  });

  it("stays taken by the cycle it bridged before leaving, also where that cycle is not covered any more", () => {
    const group = streakOf({ initialFreezes: 1 });
    const back = awayBetween(group, buildEnrollment(met(1, 3)), 4, 6);
    expect(freezesOf(group, back, noonOf(6))).toEqual({ total: 1, left: 0, bridged: [2] });
    expect(streakValue(group, back, noonOf(6))).toBe(2);
    expect(streakValue(group, back, noonOf(7))).toBe(0);
  });

  it("does not bridge a cycle that waits for late activities when the customer leaves", () => {
    const group = streakOf({ initialFreezes: 1, closingOffsets: [{ fromCycle: 1, days: 3 }] });
    const back = awayBetween(group, buildEnrollment(met(1)), 3, 6);
    expect(freezesOf(group, back, noonOf(6))).toEqual({ total: 1, left: 1, bridged: [] });
  });

  it("is shown to a customer who is out as leaving has kept it", () => {
    const group = streakOf({ initialFreezes: 2 });
    const out = left(awayBetween(group, buildEnrollment(met(1, 3)), 4, 1), 4);
    expect([freezesOf(group, out, noonOf(9)), streakValue(group, out, noonOf(9))]).toEqual([
      { total: 2, left: 1, bridged: [2] },
      2,
    ]);
  });
});

describe("closing", () => {
  it("tells no broken run for a bridged cycle, and the freezes that were left with it", () => {
    const group = streakOf({ initialFreezes: 2 });
    const enrollment = buildEnrollment(met(1, 3, 5));
    expect([2, 4, 6].map((cycle) => brokenRun(group, enrollment, cycle))).toEqual([0, 0, 3]);
    expect([2, 4, 6].map((cycle) => freezesLeftAfter(group, enrollment, cycle))).toEqual([1, 0, undefined]);
  });

  it("tells no broken run for an excused cycle", () => {
    const enrollment = buildEnrollment({ ...met(1), excused: new Set([2]) });
    expect([2, 3].map((cycle) => brokenRun(streakOf(), enrollment, cycle))).toEqual([0, 1]);
  });

  it("tells a cycle that was bridged before leaving as bridged, and the next one as broken", () => {
    const group = streakOf({ initialFreezes: 1 });
    const out = left(awayBetween(group, buildEnrollment(met(1)), 4, 1), 4);
    expect([2, 3].map((cycle) => brokenRun(group, out, cycle))).toEqual([0, 1]);
    expect([2, 3].map((cycle) => freezesLeftAfter(group, out, cycle))).toEqual([0, undefined]);
  });

  it("reaches the level of a run that a freeze joins, once", () => {
    const group = streakOf({ initialFreezes: 1, closingOffsets: [{ fromCycle: 1, days: 1 }] });
    const enrollment = buildEnrollment({ ...met(1, 3), closedAt: new Map([[1, startOfCycle(3)]]) });
    const first = decideClosing(group, target, enrollment, startOfCycle(4));
    expect(first.outcome === "close" && [...first.next.levelReachedAt]).toEqual([[1, startOfCycle(4)]]);
  });

  it("reaches no level for a customer who has left", () => {
    const group = streakOf({ initialFreezes: 1, closingOffsets: [{ fromCycle: 1, days: 1 }] });
    const enrollment = left(buildEnrollment({ ...met(1, 3), owedCycles: [1, 2] }), 3);
    const first = decideClosing(group, target, enrollment, startOfCycle(4));
    expect(first.outcome === "close" && first.next.levelReachedAt.size).toBe(0);
  });
});

describe("an excuse", () => {
  const group = streakOf();
  const excuse = (enrollment: Enrollment, kind: "EXCUSE" | "UNEXCUSE", number: number, at: number) =>
    decideExcuse({ group, target, enrollment }, kind, [number], noonOf(at));

  it("after the end of a run restores it and reaches its levels", () => {
    const enrollment = buildEnrollment(met(1, 2, 4));
    expect(streakValue(group, enrollment, noonOf(5))).toBe(1);
    expect(excuse(enrollment, "EXCUSE", 3, 5)).toMatchObject({
      outcome: "forgiven",
      isRestored: true,
      streakValue: 3,
      levelsReached: [{ cyclesToMeet: 2 }, { cyclesToMeet: 3 }],
    });
  });

  it("that is taken back ends the run again and leaves the levels", () => {
    const levelReachedAt = new Map([[2, noonOf(5)]]);
    const enrollment = buildEnrollment({ ...met(1, 2, 4), excused: new Set([3]), levelReachedAt });
    expect(excuse(enrollment, "UNEXCUSE", 3, 5)).toMatchObject({
      outcome: "forgiven",
      isRestored: false,
      streakValue: 1,
      next: { excused: new Set(), levelReachedAt },
    });
  });

  it("takes no freeze, and a met cycle counts although it is excused", () => {
    const frozen = streakOf({ initialFreezes: 1 });
    const enrollment = buildEnrollment({ ...met(1, 3), excused: new Set([2, 3]) });
    expect(freezesOf(frozen, enrollment, noonOf(4))).toEqual({ total: 1, left: 1, bridged: [] });
    expect(streakValue(frozen, enrollment, noonOf(4))).toBe(2);
  });

  it("of the current cycle does not stop the run before a cycle that is met already", () => {
    expect(streakValue(group, buildEnrollment({ ...met(1, 3), excused: new Set([2]) }), noonOf(2))).toBe(2);
  });

  it("of the cycle that is left keeps what is met behind it", () => {
    const plan = decideUnenrollment(group, buildEnrollment({ ...met(1, 3), excused: new Set([2]) }), noonOf(2));
    expect(plan).toMatchObject({ carriedRun: 1, metWhenLeft: [3] });
  });

  it("of what is excused already changes nothing", () => {
    const enrollment = buildEnrollment({ ...met(1), excused: new Set([2]) });
    const cycles = cyclesOf(group, { cycleName: "c2" });
    expect("outcome" in cycles ? cycles : cyclesToChange({ group, target, enrollment }, "EXCUSE", cycles)).toEqual([]);
    expect(decideExcuse({ group, target, enrollment }, "EXCUSE", [], noonOf(4))).toEqual({
      outcome: "unchanged",
      streakValue: 0,
      freezesTotal: 0,
      freezesLeft: 0,
    });
  });

  it.each([
    ["2030-01-02", "2030-01-02", [2]],
    ["2030-01-01", "2030-01-03", [1, 2, 3]],
    ["2029-12-01", "2030-01-01", [1]],
    ["2030-01-10", "2030-02-01", [10]],
  ])("from %s to %s is for the cycles %j", (firstDay, lastDay, numbers) => {
    const cycles = cyclesOf(group, { firstDay, lastDay });
    expect("outcome" in cycles ? cycles : cycles.map(({ number }) => number)).toEqual(numbers);
  });

  it("of days is for the cycles of the group's zone", () => {
    const eastern = streakOf({ timeZone: "Asia/Tokyo" });
    const cycles = cyclesOf(eastern, { firstDay: "2030-01-02", lastDay: "2030-01-02" });
    expect("outcome" in cycles ? cycles : cycles.map(({ number }) => number)).toEqual([1, 2]);
  });

  it("is refused with 310019 for days without a cycle, an unknown name, and cycles before the membership", () => {
    const enrollment = buildEnrollment({ fromCycle: 4 });
    const early = cyclesOf(group, { firstDay: "2030-01-01", lastDay: "2030-01-03" });
    const refusals = [
      cyclesOf(group, { firstDay: "2031-01-01", lastDay: "2031-02-01" }),
      cyclesOf(group, { cycleName: "C2" }),
      "outcome" in early ? early : cyclesToChange({ group, target, enrollment }, "EXCUSE", early),
    ];
    expect(refusals).toMatchObject([{ code: 310019 }, { code: 310019 }, { code: 310019 }]);
  });

  it("of days that begin before the membership is for the cycles of the membership", () => {
    const enrollment = buildEnrollment({ fromCycle: 3 });
    const cycles = cyclesOf(group, { firstDay: "2030-01-01", lastDay: "2030-01-04" });
    expect("outcome" in cycles ? cycles : cyclesToChange({ group, target, enrollment }, "EXCUSE", cycles)).toEqual([
      3, 4,
    ]);
  });

  it("of a customer who has left is refused with 310126", () => {
    const enrollment = left(buildEnrollment(met(1)), 2);
    const cycles = cyclesOf(group, { cycleName: "c2" });
    expect(
      "outcome" in cycles ? cycles : cyclesToChange({ group, target, enrollment }, "EXCUSE", cycles),
    ).toMatchObject({
      code: 310126,
    });
  });
});

describe("a grant", () => {
  it("is added to the freezes of the group, up to 10 together and no further", () => {
    const group = streakOf({ initialFreezes: 3 });
    const subject = { group, target, enrollment: buildEnrollment({ freezesGranted: 5 }) };
    expect(decideGrant(subject, 2, noonOf(1))).toMatchObject({
      outcome: "forgiven",
      freezesTotal: 10,
      freezesLeft: 10,
    });
    expect(decideGrant(subject, 3, noonOf(1))).toEqual({ outcome: "tooManyFreezes", total: 11 });
  });

  it("after the end of a run restores it", () => {
    const subject = { group: streakOf(), target, enrollment: buildEnrollment(met(1, 2, 4)) };
    expect(decideGrant(subject, 1, noonOf(5))).toMatchObject({ isRestored: true, streakValue: 3, freezesLeft: 0 });
  });

  it("for a customer who has left is refused with 310126", () => {
    const enrollment = left(buildEnrollment(met(1)), 2);
    expect(decideGrant({ group: streakOf(), target, enrollment }, 1, noonOf(3))).toMatchObject({ code: 310126 });
  });
});
