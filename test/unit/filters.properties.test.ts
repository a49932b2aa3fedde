import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Activity, matches } from "../../shared/domain/activity.ts";
import { type TargetEffect } from "../../shared/domain/counting.ts";
import type { OriginalActivity } from "../../shared/domain/placing.ts";
import { asOriginal } from "../../shared/table/activityItem.ts";
import { loseLateReturns } from "../support/brokenSettling.ts";
import { buildActivity, buildEnrollment, buildGroup, noonOf } from "../support/domain.ts";
import {
  type BuiltTarget,
  circumstances,
  cycleCount,
  expectedSums,
  type Programme,
  passes,
  sent,
  target,
  worth,
} from "../support/filteredProgramme.ts";
import { searchLength } from "../support/seeds.ts";
import { expectOfLives, isNoticed, type Keeping, SettledLife } from "../support/settledLife.ts";

const lives = fc.record({ of: target, fromCycle: fc.integer({ min: 1, max: 3 }), sent });

function live({ of, fromCycle, sent: { deliveries, arrivedIn } }: Programme, keep?: Keeping) {
  const life = new SettledLife(groupOf(of), buildEnrollment({ fromCycle, enrolledAt: noonOf(fromCycle) }), keep);
  const effects = new Map<string, TargetEffect>();
  for (const [index, activity] of deliveries.entries()) {
    life.passTo(arrivedIn[index] ?? 1);
    if (effects.has(activity.activityId)) continue;
    effects.set(activity.activityId, life.count(activity, originalOf(activity, effects)));
  }
  return { life, effects };
}

function groupOf(of: BuiltTarget) {
  return buildGroup({ cycleCount, targets: [of] });
}

function originalOf(
  { originalActivityId = "" }: Activity,
  effects: ReadonlyMap<string, TargetEffect>,
): OriginalActivity | undefined {
  const effect = effects.get(originalActivityId);
  return effect && asOriginal({ type: "TRANSACTION", occurredAt: noonOf(1), effects: [effect] });
}

function countsAsTheReference(given: Programme, keep?: Keeping): SettledLife {
  const { life } = live(given, keep);
  const { achieved } = life.whole;
  const sums = Array.from({ length: cycleCount }, (_, index) => achieved.get(index + 1) ?? 0n);
  expect(sums).toEqual(expectedSums(given));
  return life;
}

describe("with random filters that change between cycles, and lines", () => {
  it("any order and repetition of transactions and returns gives the sums of a reference", () => {
    const counted = lives.filter((given) => expectedSums(given).some((sum) => sum > 0n));
    fc.assert(
      fc.property(counted, (given) => void countsAsTheReference(given)),
      { numRuns: searchLength(3_000) },
    );
  });

  it("the sums are those of the reference also when activities come late for settled cycles", () => {
    const late = lives.filter(({ of, sent: { list } }) => of.rules.length < 2 && list.length > 8);
    expectOfLives(late, countsAsTheReference);
  });

  it("the effects add up to the sum of each cycle", () => {
    fc.assert(
      fc.property(lives, (given) => {
        const { life, effects } = live(given);
        const changes = [...effects.values()].flatMap((effect) => effect.changes);
        for (let number = 1; number <= cycleCount; number += 1) {
          const ofCycle = changes.filter(({ cycleNumber }) => cycleNumber === number);
          const total = ofCycle.reduce((sum, { before, after }) => sum + after - before, 0n);
          expect(total).toBe(life.whole.achieved.get(number) ?? 0n);
        }
      }),
      { numRuns: searchLength(1_000) },
    );
  });

  it("what is named as failed is the first filter that fails alone or leaves no line", () => {
    const given = fc.record({ of: target, activity: circumstances });
    fc.assert(
      fc.property(given, ({ of, activity: fields }) => {
        const activity = buildActivity(fields);
        const filters = of.rules.at(-1)?.filters ?? [];
        const { failed } = matches(of, filters, activity);
        const upTo = (count: number) => ({
          ...of,
          rules: [{ fromCycle: 1, filters: filters.slice(0, count), triggers: [] }],
        });
        const holds = (count: number) =>
          passes(upTo(count), 1, activity) &&
          (of.entity !== "LINEITEM" || worth({ ...upTo(count), type: "COUNT" }, 1, activity) !== undefined);
        const hasLines = of.entity !== "LINEITEM" || fields.lineItems.length > 0;
        // With no line nothing can count, so no filter leaves any.
        const expected = { before: hasLines, after: hasLines && failed === undefined };
        const count = failed?.index ?? filters.length;
        expect({ before: holds(count), after: holds(count + 1) }).toEqual(expected);
      }),
      { numRuns: searchLength(1_000) },
    );
  });

  it("a settling that loses a late return is noticed", () => {
    expect(isNoticed(lives, countsAsTheReference, loseLateReturns)).toBe(true);
  });
});
