import { describe, expect, it } from "vitest";
import { decideCounting } from "../../shared/domain/counting.ts";
import type { Enrollment } from "../../shared/domain/enrollment.ts";
import { achievedValue, isClosed } from "../../shared/domain/enrollment.ts";
import { isMet, recordsBetween, rowsToRead, withRow } from "../../shared/domain/past.ts";
import { type Settlement, settle } from "../../shared/domain/settling.ts";
import { longestRun, streakValue } from "../../shared/domain/streak.ts";
import {
  buildActivity,
  buildEnrollment,
  buildGroup,
  buildTarget,
  decimal,
  noonOf,
  startOfCycle,
} from "../support/domain.ts";

const hour = 60 * 60 * 1000;
const rules = { delayMilliseconds: hour, cyclesPerRow: 3 };
const group = buildGroup({ cycleCount: 12, trackingType: "STREAKS" });

/** Cycles 1 to `last` reached with 100 + their number, and closed. */
function lived(last: number, overrides: Partial<Enrollment> = {}): Enrollment {
  const cycles = Array.from({ length: last }, (_, index) => index + 1);
  return buildEnrollment({
    achieved: new Map(cycles.map((number) => [number, decimal(100 + number)])),
    reachedAt: new Map(cycles.map((number) => [number, noonOf(number)])),
    closedAt: new Map(cycles.map((number) => [number, startOfCycle(number + 1)])),
    announced: new Set(cycles),
    valueSetBy: new Map([[2, "operation-0"]]),
    ...overrides,
  });
}

function settled(enrollment: Enrollment, now: number, closed = enrollment): Settlement {
  return settle(group, enrollment, closed, now, rules);
}

/** The enrolment with all of its rows read. */
function whole({ next, rows }: Settlement): Enrollment {
  return rows.reduce((state, { row, records }) => withRow(state, row, { revision: 1, records }), next);
}

describe("a cycle is settled", () => {
  it("when it ended an hour ago, and not a moment earlier", () => {
    expect(settled(lived(4), startOfCycle(5) + hour - 1).next.settledThrough).toBe(3);
    expect(settled(lived(4), startOfCycle(5) + hour).next.settledThrough).toBe(4);
  });

  it("only with all cycles before it, so not when one is still to be closed", () => {
    const closedAt = new Map([...lived(4).closedAt].filter(([number]) => number !== 2));
    expect(settled(lived(4, { closedAt }), noonOf(6)).next.settledThrough).toBe(1);
    expect(settled(lived(4, { closedAt, fromCycle: 3 }), noonOf(6)).next.settledThrough).toBe(4);
    expect(settled(lived(4, { closedAt, fromCycle: 3, owedCycles: [2] }), noonOf(6)).next.settledThrough).toBe(1);
  });
});

describe("a row of settled cycles leaves the enrolment", () => {
  it("when it is whole, and with everything that the enrolment has of it", () => {
    const { next, rows } = settled(lived(5), noonOf(6));
    expect(rows).toEqual([{ row: 1, records: recordsBetween(lived(5), 0, 3) }]);
    expect([...next.achieved.keys()]).toEqual([4, 5]);
    expect([...next.valueSetBy.keys(), ...next.announced]).toEqual([4, 5]);
    expect(next.past).toMatchObject({ cyclesPerRow: 3, rowCount: 1 });
    expect(settled(lived(2), noonOf(6)).rows).toEqual([]);
  });

  it("not with the write that closes a cycle of it, because what is announced is read from the enrolment", () => {
    const before = lived(6, { closedAt: lived(5).closedAt });
    expect(settled(before, noonOf(8), lived(6)).next.past.rowCount).toBe(1);
    expect(settled(lived(6), noonOf(8)).next.past.rowCount).toBe(2);
  });

  it("and is not written when the membership begins after its cycles", () => {
    const { next, rows } = settled(buildEnrollment({ fromCycle: 7 }), noonOf(7));
    expect([next.past.rowCount, rows]).toEqual([2, []]);
    expect(achievedValue(next, 1)).toBe(0n);
  });

  it("and is written empty when the membership covers its cycles, so that late activities count there", () => {
    const { next, rows } = settled(buildEnrollment({ fromCycle: 1, enrolledAt: noonOf(7) }), noonOf(7));
    expect(rows.map(({ row, records }) => [row, records])).toEqual([
      [1, []],
      [2, []],
    ]);
    expect([...next.past.writtenRows]).toEqual([1, 2]);
  });

  it("and nothing can be counted in a row that was not written, because it would be lost", () => {
    const { next } = settled(buildEnrollment({ fromCycle: 7 }), noonOf(7));
    const returning = { activityId: "r-1", amount: decimal(5), cycleNumber: 2, valueSetBy: undefined };
    const enrollment = { ...next, pendingReturns: new Map([["t-1", [returning]]]) };
    const transaction = buildActivity({ activityId: "t-1", occurredAt: noonOf(7) });
    const subject = { group, target: buildTarget(), enrollment };
    expect(() => decideCounting(subject, transaction, undefined, noonOf(7))).toThrow("never written");
  });

  it("with the size that the enrolment's first row had, whatever the rule is by now", () => {
    const first = settled(lived(5), noonOf(6)).next;
    const { next } = settle(group, first, first, noonOf(12), { ...rules, cyclesPerRow: 2 });
    expect(next.past.cyclesPerRow).toBe(3);
  });
});

describe("of a cycle whose row was not read", () => {
  const { next } = settled(
    lived(8, { reachedAt: new Map([...lived(8).reachedAt].filter(([n]) => n !== 5)) }),
    noonOf(9),
  );

  it("the enrolment says whether it is met, so streaks are the same without reading", () => {
    expect([4, 5, 6].map((number) => isMet(next, number))).toEqual([true, false, true]);
    expect([streakValue(group, next, noonOf(9)), longestRun(group, next, noonOf(9))]).toEqual([3, 4]);
  });

  it("a question for anything else throws, and is not answered with 0", () => {
    expect(() => achievedValue(next, 4)).toThrow("not read");
    expect(() => isClosed(next, 4)).toThrow("not read");
    const activity = buildActivity({ occurredAt: noonOf(4) });
    expect(() =>
      decideCounting({ group, target: buildTarget(), enrollment: next }, activity, undefined, noonOf(9)),
    ).toThrow("not read");
  });

  it("its row is named, and once it is read the enrolment is whole again", () => {
    expect(rowsToRead(next, [1, 3, 4, 7, 9])).toEqual([1, 2]);
    const read = whole(settled(lived(8), noonOf(9)));
    expect(recordsBetween(read, 0, 12)).toEqual(recordsBetween(lived(8), 0, 12));
    expect(rowsToRead(read, [1, 3, 4])).toEqual([]);
  });
});
