import { assert, constantFrom, integer, noBias, property, record, uniqueArray } from "fast-check";
import { describe, expect, test } from "vitest";
import { closesAt, offsetDaysOf, withOffsetFrom } from "../../shared/domain/cycleClosing.ts";
import { lastInstant } from "../../shared/domain/instant.ts";
import type { ClosingOffset, TargetGroup } from "../../shared/domain/targetGroup.ts";
import { buildGroup, startOfCycle } from "../support/domain.ts";

const day = 24 * 60 * 60 * 1000;
const closings = (group: TargetGroup) => group.cycles.map((cycle) => closesAt(group, cycle));

/** Days from cycle 1 on, and other ones from some later cycles on. */
const offsets = record({
  first: integer({ min: 0, max: 30 }),
  later: uniqueArray(record({ fromCycle: integer({ min: 2, max: 11 }), days: integer({ min: 0, max: 30 }) }), {
    maxLength: 4,
    selector: ({ fromCycle }) => fromCycle,
  }),
}).map(({ first, later }): ClosingOffset[] => [
  { fromCycle: 1, days: first },
  ...later.toSorted((one, other) => one.fromCycle - other.fromCycle),
]);

describe("a cycle is closed", () => {
  test("at its end, when the group does not wait", () => {
    const group = buildGroup();
    expect(closings(group)).toEqual(group.cycles.map(({ endsAt }) => endsAt));
  });

  test("so many times 24 hours later, each cycle by the days that were in force for it", () => {
    const group = buildGroup({
      cycleCount: 3,
      closingOffsets: [
        { fromCycle: 1, days: 1 },
        { fromCycle: 3, days: 5 },
      ],
    });
    expect(closings(group)).toEqual([startOfCycle(3), startOfCycle(4), startOfCycle(9)]);
  });

  test("never after the last instant that can be written", () => {
    const [cycle] = buildGroup({ cycleCount: 1 }).cycles;
    const cycles = cycle === undefined ? [] : [{ ...cycle, endsAt: lastInstant }];
    expect(closings(buildGroup({ cycles, closingOffsets: [{ fromCycle: 1, days: 30 }] }))).toEqual([lastInstant]);
  });

  test("in its order: the latest of the moments that the days of it and of earlier cycles give", () => {
    const inOrder = property(offsets, (closingOffsets) => {
      const group = buildGroup({ closingOffsets });
      const daysOf = (number: number) => closingOffsets.findLast(({ fromCycle }) => fromCycle <= number)?.days ?? 0;
      let latest = 0;
      const expected = group.cycles.map(({ number, endsAt }) => {
        latest = Math.max(latest, endsAt + daysOf(number) * day);
        return latest;
      });
      expect(closings(group)).toEqual(expected);
    });
    assert(inOrder, { numRuns: 1_000 });
  });
});

test("an edit changes the closing of no cycle that ends before its time, and gives the later ones the new days", () => {
  const edits = record({
    closingOffsets: offsets,
    atCycle: noBias(integer({ min: 0, max: 12 })),
    milliseconds: constantFrom(0, 1),
    days: integer({ min: 0, max: 30 }),
  });
  const keeps = property(edits, ({ closingOffsets, atCycle, milliseconds, days }) => {
    const before = buildGroup({ closingOffsets });
    const time = startOfCycle(atCycle) + milliseconds;
    const after = { ...before, closingOffsets: withOffsetFrom(before, time, days) };
    const earlier = before.cycles.filter(({ endsAt }) => endsAt < time);
    const later = before.cycles.slice(earlier.length);
    expect(closings(after).slice(0, earlier.length)).toEqual(earlier.map((cycle) => closesAt(before, cycle)));
    expect(later.filter((cycle) => closesAt(after, cycle) < cycle.endsAt + days * day)).toEqual([]);
    expect(offsetDaysOf(after)).toBe(days);
    expect(after.closingOffsets[0]?.fromCycle).toBe(1);
  });
  assert(keeps, { numRuns: 1_000 });
});
