import { marshall } from "@aws-sdk/util-dynamodb";
import { type Arbitrary, array, assert, bigInt, constantFrom, integer, option, property, record } from "fast-check";
import { expect, it } from "vitest";
import { itemBytes } from "../../bench/capacity.ts";
import { notCountedReasons, type TargetEffect } from "../../shared/domain/counting.ts";
import { buildActivityItem, parseActivity, type RecordedActivity } from "../../shared/table/activityItem.ts";
import { plainItem } from "../../shared/table/item.ts";
import { buildActivity, buildLevels, decimal, noonOf } from "../support/domain.ts";
import { searchLength } from "../support/seeds.ts";

const id = integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const cycle = integer({ min: 1, max: 1_000 });
const optional = <Content>(content: Arbitrary<Content>) => option(content, { nil: undefined });

const effect = record({
  groupId: id,
  targetId: id,
  cycleNumber: optional(cycle),
  valueSetBy: optional(constantFrom("operation-1", "operation-2")),
  notCounted: optional(constantFrom(...notCountedReasons)),
  definitionVersion: optional(id),
  streakValue: optional(integer({ min: 0, max: 1_000 })),
  revision: optional(id),
  changes: array(
    record({
      cycleNumber: cycle,
      before: bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
      after: bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
      activityId: constantFrom("a-1", "r-1"),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  levelsReached: constantFrom(buildLevels(), buildLevels(2, 3)),
  announced: array(cycle, { maxLength: 3 }),
  reopened: array(cycle, { maxLength: 3 }),
});

function recorded(effects: readonly TargetEffect[]): RecordedActivity {
  const { attributes: _, ...activity } = buildActivity();
  const rest = { attributesJson: undefined, contentDigest: "digest".padEnd(43, "x"), recordedAt: noonOf(1) };
  return { ...activity, ...rest, effects, enteredBy: "till.1", source: "API" };
}

function stored(activity: RecordedActivity) {
  return marshall(buildActivityItem("brand", activity), { removeUndefinedValues: true });
}

it("the record of an activity is read as it was written, whatever it did", () => {
  assert(
    property(array(effect, { maxLength: 3 }), (effects) => {
      expect(parseActivity(plainItem(stored(recorded(effects)))).effects).toEqual(effects);
    }),
    { numRuns: searchLength(500) },
  );
});

it("an effect takes at most 55 bytes, also when it reaches the target value in the thousandth cycle", () => {
  const one: TargetEffect = {
    groupId: 123_456,
    targetId: 234_567,
    cycleNumber: 1_000,
    valueSetBy: undefined,
    notCounted: undefined,
    definitionVersion: 1,
    streakValue: undefined,
    revision: 12_345,
    changes: [{ cycleNumber: 1_000, before: decimal(987.65), after: decimal(1_234.56), activityId: "a-1" }],
    levelsReached: [],
    announced: [1_000],
    reopened: [],
  };
  const [none, fifty] = [[], Array.from({ length: 50 }, () => one)].map((effects) =>
    itemBytes(stored(recorded(effects))),
  );
  expect(((fifty ?? 0) - (none ?? 0)) / 50).toBeLessThanOrEqual(55);
});
