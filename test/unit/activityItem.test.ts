import { marshall } from "@aws-sdk/util-dynamodb";
import {
  type Arbitrary,
  array,
  assert,
  bigInt,
  boolean,
  constantFrom,
  integer,
  option,
  property,
  record,
} from "fast-check";
import { expect, it } from "vitest";
import { itemBytes } from "../../bench/capacity.ts";
import { type TargetEffect } from "../../shared/domain/counting.ts";
import { filterEntityTypes } from "../../shared/domain/filters.ts";
import { notCountedReasons } from "../../shared/domain/placing.ts";
import { mostWaitingForOne } from "../../shared/domain/waitingReturns.ts";
import { activityBytes, attributesBytes } from "../../shared/http/limits.ts";
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
  failedFilter: optional(
    record({ index: integer({ min: 0, max: 19 }), entityType: constantFrom(...filterEntityTypes) }),
  ),
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
  triggersReached: array(record({ cycleNumber: cycle, triggerId: id }), { maxLength: 3 }),
  announced: array(cycle, { maxLength: 3 }),
  reopened: array(cycle, { maxLength: 3 }),
  hasEnrolled: boolean(),
});

function recorded(effects: readonly TargetEffect[]): RecordedActivity {
  const { attributes: _, attributeTexts: __, ...activity } = buildActivity();
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

it("the record of an activity that counted nowhere says which filter failed", () => {
  const nothing = { cycleNumber: undefined, valueSetBy: undefined, definitionVersion: undefined, revision: undefined };
  const none = {
    streakValue: undefined,
    changes: [],
    levelsReached: [],
    triggersReached: [],
    announced: [],
    reopened: [],
    hasEnrolled: false,
  };
  const effects = (["STORE", undefined] as const).map((entityType, index): TargetEffect => {
    const failedFilter = entityType === undefined ? undefined : { index: 19, entityType };
    return { groupId: 3, targetId: index, notCounted: "RULE_DOES_NOT_MATCH", failedFilter, ...nothing, ...none };
  });
  expect(parseActivity(plainItem(stored(recorded(effects)))).effects).toEqual(effects);
});

it("an effect takes at most 55 bytes, also when it reaches the target value in the thousandth cycle", () => {
  const one: TargetEffect = {
    groupId: 123_456,
    targetId: 234_567,
    cycleNumber: 1_000,
    valueSetBy: undefined,
    notCounted: undefined,
    failedFilter: undefined,
    definitionVersion: 1,
    streakValue: undefined,
    revision: 12_345,
    changes: [{ cycleNumber: 1_000, before: decimal(987.65), after: decimal(1_234.56), activityId: "a-1" }],
    levelsReached: [],
    triggersReached: [],
    announced: [1_000],
    reopened: [],
    hasEnrolled: false,
  };
  const [none, fifty] = [[], Array.from({ length: 50 }, () => one)].map((effects) =>
    itemBytes(stored(recorded(effects))),
  );
  expect(((fifty ?? 0) - (none ?? 0)) / 50).toBeLessThanOrEqual(55);
});

const text = (_: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);

/** The engine refuses a larger item. */
const largestItemBytes = 400 * 1024;

it.each([
  ["the same 20 returns in each", (_: number, index: number) => index],
  ["20 others in each", (target: number, index: number) => 20 * target + index],
])(
  "a transaction that moves 20 returns in each of 98 targets has room, with ids of 128 characters and %s",
  (_, nameOf) => {
    const effects = Array.from({ length: 98 }, (_target, target): TargetEffect => {
      const moves = Array.from({ length: mostWaitingForOne }, (_move, index) => {
        const activityId = `return:${nameOf(target, index)}`.padEnd(128, "x");
        const sums = { before: -(10n ** 14n) - 1n, after: 10n ** 14n + 1n };
        return [3, 4].map((cycleNumber) => ({ cycleNumber, ...sums, activityId }));
      });
      return {
        groupId: 123_456,
        targetId: 234_567 + target,
        cycleNumber: 4,
        valueSetBy: "01768035600000-000000000-00000000000a",
        notCounted: undefined,
        failedFilter: undefined,
        definitionVersion: 12,
        streakValue: 3,
        revision: 12_345,
        changes: moves.flat(),
        levelsReached: [],
        triggersReached: Array.from({ length: 20 }, (_reached, index) => ({
          cycleNumber: 3 + (index % 2),
          triggerId: 345_678 + index,
        })),
        announced: [4],
        reopened: [3],
        hasEnrolled: false,
      };
    });
    const line = { itemCode: "i".repeat(64), category: "c".repeat(64), brand: undefined, amount: 1n, quantity: 1n };
    const lineItems = Array.from({ length: 100 }, () => ({ ...line, brand: "\u{1F600}".repeat(64) }));
    const content = { attributesJson: "x".repeat(attributesBytes), lineItems };
    expect(Buffer.byteLength(JSON.stringify(content, text))).toBeGreaterThan(activityBytes * 0.9);
    const item = stored({ ...recorded(effects), ...content });
    expect(itemBytes(item)).toBeLessThanOrEqual(largestItemBytes);
    expect(parseActivity(plainItem(item)).effects).toEqual(effects);
  },
);
