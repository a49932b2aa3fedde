import { describe, expect, test } from "vitest";
import { clockToleranceMilliseconds } from "../../shared/domain/instant.ts";
import {
  firstStart,
  firstSweep,
  lastDueAt,
  startOfEdit,
  startsBy,
  sweepAfter,
  sweepOfEdit,
} from "../../shared/domain/sweeps.ts";
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

const start = (fromCycle: number, dueAt = startOfCycle(fromCycle)) => ({ kind: "START", fromCycle, dueAt });

describe("the start of a cycle is told", () => {
  test("of the first cycle that has not ended at the creation, at once when it runs", () => {
    expect(firstStart(group, startOfCycle(1) - 1)).toEqual(start(1));
    expect(firstStart(group, endOfFirst - 1)).toEqual(start(1, endOfFirst - 1));
    expect(firstStart(group, endOfFirst)).toEqual(start(2));
    expect(firstStart(group, endOfThird)).toBeUndefined();
  });

  test("at the very instant, and the next sweep is for the cycle that comes next", () => {
    expect(startsBy(group, 1, startOfCycle(1) - 1)).toEqual({ started: [], next: start(1) });
    expect(startsBy(group, 1, startOfCycle(1))).toEqual({ started: [1], next: start(2) });
    expect(startsBy(group, 2, endOfSecond)).toEqual({ started: [2, 3], next: undefined });
  });

  test("10 at once after a pause; the sweep for the others is due already", () => {
    const { started, next } = startsBy(buildGroup({ cycleCount: 60 }), 3, startOfCycle(50));
    expect(started).toEqual(Array.from({ length: 10 }, (_, index) => index + 3));
    expect(next).toEqual(start(13));
  });

  test("earlier after an edit that moves it there, and of appended cycles; other edits need no sweep", () => {
    const [noon, longer] = [startOfCycle(3) + 12 * hour, buildGroup({ cycleCount: 5 })];
    expect(startOfEdit(group, longer, noon)).toEqual(start(4));
    expect(startOfEdit(longer, longer, noon)).toBeUndefined();
    expect(startOfEdit(group, longer, startOfCycle(2))).toBeUndefined();
    expect(startOfEdit(group, longer, startOfCycle(3) - clockToleranceMilliseconds)).toEqual(start(4));
    const moved = longer.cycles.map((cycle) =>
      cycle.number === 4 ? { ...cycle, startsAt: cycle.startsAt - 1 } : cycle,
    );
    expect(startOfEdit(longer, { cycles: moved }, noon)).toEqual(start(4, startOfCycle(4) - 1));
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
