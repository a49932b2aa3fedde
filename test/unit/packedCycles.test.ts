import {
  array,
  assert,
  bigInt,
  boolean,
  constant,
  integer,
  option,
  property,
  record,
  string,
  tuple,
  uniqueArray,
} from "fast-check";
import { describe, expect, it } from "vitest";
import type { CycleRecord } from "../../shared/domain/past.ts";
import {
  numbersBytes,
  PackedReader,
  packCycles,
  packNumbers,
  unpackCycles,
  unpackNumbers,
} from "../../shared/table/packedCycles.ts";
import { noonOf, startOfCycle } from "../support/domain.ts";
import { searchLength } from "../support/seeds.ts";

const moment = integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
const instant = option(moment, { nil: undefined });
const triggers = uniqueArray(tuple(integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), moment), {
  minLength: 1,
  maxLength: 10,
  selector: ([id]) => id,
}).map((some) => new Map(some));
const content = record({
  achieved: option(bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), { nil: undefined }),
  reachedAt: instant,
  closedAt: instant,
  isAnnounced: boolean(),
  valueSetBy: option(string(), { nil: undefined }),
  triggerReachedAt: option(triggers, { nil: undefined }),
});

const records = uniqueArray(integer({ min: 1, max: 5_000 }), { maxLength: 30 }).chain((numbers) =>
  array(content, { minLength: numbers.length, maxLength: numbers.length }).map((contents) =>
    numbers
      .toSorted((one, other) => one - other)
      .map((cycleNumber, index): CycleRecord => ({ cycleNumber, ...(contents[index] ?? fail()) })),
  ),
);

function fail(): never {
  throw new Error("There is a content for each number");
}

describe("packed cycles", () => {
  it("are unpacked as they were packed, whatever they hold", () => {
    assert(
      property(records, (some) => {
        expect(unpackCycles(packCycles(some))).toEqual(some);
      }),
      { numRuns: searchLength(1_000) },
    );
  });

  it("take at most 14 bytes for a month that was reached and closed", () => {
    const months = Array.from({ length: 24 }, (_, index) => ({
      cycleNumber: 976 + index,
      achieved: 10_000_000n + 10_000n * BigInt(index),
      reachedAt: noonOf(15 + 31 * index),
      closedAt: startOfCycle(31 * (index + 1)),
      isAnnounced: true,
      valueSetBy: undefined,
      triggerReachedAt: undefined,
    }));
    expect(packCycles(months).length).toBeLessThanOrEqual(24 * 14);
  });

  it("take at most 24 bytes more for three sub-targets that were reached on three days of a month", () => {
    const month = {
      cycleNumber: 1,
      achieved: 10_000_000n,
      reachedAt: noonOf(15),
      closedAt: startOfCycle(31),
      isAnnounced: true,
      valueSetBy: undefined,
      triggerReachedAt: undefined,
    };
    const triggerReachedAt = new Map([1_001, 1_002, 1_003].map((id, index) => [id, noonOf(1 + 7 * index)]));
    const [plain, reached] = [[month], [{ ...month, triggerReachedAt }]].map((some) => packCycles(some).length);
    expect((reached ?? 0) - (plain ?? 0)).toBeLessThanOrEqual(24);
  });

  it("that were cut short are refused, and not read as fewer cycles", () => {
    const bytes = packCycles([
      {
        cycleNumber: 3,
        achieved: 5n,
        reachedAt: noonOf(3),
        closedAt: undefined,
        isAnnounced: false,
        valueSetBy: undefined,
        triggerReachedAt: new Map([[7, noonOf(3)]]),
      },
    ]);
    for (let length = 1; length < bytes.length; length += 1) {
      expect(() => unpackCycles(bytes.slice(0, length))).toThrow("too early");
    }
  });
});

it("a packed set of numbers has one bit for each", () => {
  const numbers = integer({ min: 1, max: 1_000 });
  assert(
    property(uniqueArray(numbers), constant(1_000), (some, most) => {
      const bytes = numbersBytes(new Set(some), most);
      expect(bytes).toHaveLength(125);
      expect(new PackedReader(Uint8Array.from(bytes)).numbers(most)).toEqual(new Set(some));
    }),
    { numRuns: searchLength(200) },
  );
});

describe("a packed set of cycles", () => {
  it("is unpacked as it was packed", () => {
    assert(
      property(uniqueArray(integer({ min: 1, max: 1_000 })), (numbers) => {
        expect(unpackNumbers(packNumbers(new Set(numbers)))).toEqual(new Set(numbers));
      }),
      { numRuns: searchLength(1_000) },
    );
  });

  it.each([
    ["none", [], 0],
    ["the last of 1000", [1_000], 2],
    ["a fortnight late in 1000 days", Array.from({ length: 14 }, (_, index) => 801 + index), 3],
    ["every second of 1000", Array.from({ length: 500 }, (_, index) => 2 * index + 1), 126],
    ["all of 1000", Array.from({ length: 1_000 }, (_, index) => index + 1), 126],
  ])("of %s takes at most a few bytes", (_, numbers, bytes) => {
    expect(packNumbers(new Set(numbers))).toHaveLength(bytes);
  });
});
