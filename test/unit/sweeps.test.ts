import { describe, expect, test } from "vitest";
import { clockToleranceMilliseconds } from "../../shared/domain/instant.ts";
import { firstSweep, lastDueAt, sweepAfter, sweepOfEdit } from "../../shared/domain/sweeps.ts";
import { buildGroup, startOfCycle } from "../support/domain.ts";

const hour = 60 * 60 * 1000;
const group = buildGroup({ cycleCount: 3 });
/** The cycles last a day each. */
const [endOfFirst, endOfSecond, endOfThird] = [startOfCycle(2), startOfCycle(3), startOfCycle(4)];

describe("the first sweep of a new group", () => {
  test("is at the end of the first cycle that has not ended", () => {
    expect(firstSweep(group, startOfCycle(1) - 1)).toEqual({ kind: "CLOSING", fromCycle: 1, dueAt: endOfFirst });
    expect(firstSweep(group, endOfSecond - 1)).toEqual({ kind: "CLOSING", fromCycle: 2, dueAt: endOfSecond });
  });

  test("is for a cycle that has just ended too, by as much as clocks may differ", () => {
    const tolerated = endOfFirst + clockToleranceMilliseconds;
    expect(firstSweep(group, tolerated - 1)).toEqual({ kind: "CLOSING", fromCycle: 1, dueAt: endOfFirst });
    expect(firstSweep(group, tolerated)).toEqual({ kind: "CLOSING", fromCycle: 2, dueAt: endOfSecond });
  });

  test("does not exist when all cycles have ended", () => {
    expect(firstSweep(group, endOfThird + clockToleranceMilliseconds)).toBeUndefined();
  });
});

describe("a group is swept", () => {
  test("at the end of each cycle and 25 hours later, in the order of time, and an hour after it is over", () => {
    const times: number[] = [];
    for (let sweep = sweepAfter(group, 1, 0); sweep !== undefined; sweep = sweepAfter(group, 1, sweep.dueAt)) {
      times.push(sweep.dueAt);
    }
    expect(times).toEqual([
      endOfFirst,
      endOfSecond,
      endOfFirst + 25 * hour,
      endOfThird,
      endOfSecond + 25 * hour,
      endOfThird + 25 * hour,
      endOfThird + (30 * 24 + 1) * hour,
    ]);
  });

  test("never for a cycle that had ended when it was created", () => {
    expect(sweepAfter(group, 3, 0)).toEqual({ kind: "CLOSING", fromCycle: 3, dueAt: endOfThird });
    expect(lastDueAt(group, 3, endOfThird - 1)).toBeUndefined();
  });
});

const waiting = (days: number) => buildGroup({ cycleCount: 3, closingOffsets: [{ fromCycle: 1, days }] });

describe("a group that waits for late activities", () => {
  test("is swept at each closing instead of each end, and is over 30 days after the last closing", () => {
    const later = waiting(10);
    const [first, second, third] = [startOfCycle(12), startOfCycle(13), startOfCycle(14)];
    expect(firstSweep(later, 0)).toEqual({ kind: "CLOSING", fromCycle: 1, dueAt: first });
    expect(sweepAfter(later, 1, first)?.dueAt).toBe(second);
    expect(sweepAfter(later, 1, second)?.dueAt).toBe(first + 25 * hour);
    expect(lastDueAt(later, 1, startOfCycle(99))).toBe(third + (30 * 24 + 1) * hour);
  });

  test("gets an earlier sweep by an edit to fewer days, and none by one to more", () => {
    const noon = startOfCycle(1) + 12 * hour;
    expect(sweepOfEdit(waiting(10), waiting(2), noon)).toEqual({
      kind: "CLOSING",
      fromCycle: 1,
      dueAt: startOfCycle(4),
    });
    expect(sweepOfEdit(waiting(2), waiting(10), noon)).toBeUndefined();
  });
});

describe("the last time a group had to be swept", () => {
  test("includes this very instant, and no later one", () => {
    expect(lastDueAt(group, 1, endOfFirst - 1)).toBeUndefined();
    expect(lastDueAt(group, 1, endOfFirst)).toBe(endOfFirst);
    expect(lastDueAt(group, 1, endOfSecond - 1)).toBe(endOfFirst);
  });

  test("is the latest of all that were missed", () => {
    expect(lastDueAt(group, 1, startOfCycle(30))).toBe(endOfThird + 25 * hour);
    expect(lastDueAt(group, 1, startOfCycle(99))).toBe(endOfThird + (30 * 24 + 1) * hour);
  });
});
