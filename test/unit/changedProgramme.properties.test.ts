import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { streakValue } from "../../shared/domain/streak.ts";
import {
  type Cycle,
  isContinuous,
  ruleIn,
  type Target,
  type TargetGroup,
  type Trigger,
  targetValue,
} from "../../shared/domain/targetGroup.ts";
import { triggerOf } from "../../shared/domain/triggers.ts";
import { earnedBy } from "../support/changedReference.ts";
import { ChangingProgramme, timedSteps } from "../support/changingProgramme.ts";
import { buildEnrollment, buildGroup, buildTarget, buildTriggers, decimal, startOfCycle } from "../support/domain.ts";
import { searchLength } from "../support/seeds.ts";

const hour = 60 * 60 * 1000;
const day = 24 * hour;

/** It is not below 60 % of a value of 16 and less, which an edit must not make then. */
const smallTrigger: Trigger = { id: 5, name: "first", valueType: "ABSOLUTE", value: decimal(10) };

/** Cycles of 20 hours with four between them, so that their bounds can move either way. */
const group = fc
  .record({
    trackingType: fc.constantFrom("DEFAULT", "STREAKS", "NON_CONTINUOUS_STREAKS"),
    tracksFromEnrollmentDate: fc.boolean(),
    rewardAllocation: fc.constantFrom("IMMEDIATE", "PERIOD_END"),
    triggers: fc.constantFrom([], buildTriggers(30, 60), [smallTrigger, ...buildTriggers(60)]),
  })
  .map(({ trackingType, triggers, ...fields }): TargetGroup => {
    const whole = buildGroup({
      cycleCount: 5,
      trackingType,
      targets: [buildTarget({ ...fields, values: [decimal(50)], rules: [{ fromCycle: 1, filters: [], triggers }] })],
    });
    return { ...whole, cycles: whole.cycles.map((cycle) => ({ ...cycle, endsAt: cycle.endsAt - 4 * hour })) };
  });

const lives = fc.record({ of: group, fromCycle: fc.integer({ min: 1, max: 2 }), steps: timedSteps });
type Given = typeof lives extends fc.Arbitrary<infer One> ? One : never;

/** The programme after all steps and its last sweeps. */
function lived({ of, fromCycle, steps }: Given, leadTaken?: number): ChangingProgramme {
  const now = startOfCycle(fromCycle) + 8 * hour;
  const programme = new ChangingProgramme(of, buildEnrollment({ fromCycle, enrolledAt: now }), now, leadTaken);
  for (const step of steps) programme.take(step);
  programme.end();
  return programme;
}

function expected({ group: final, life, arrivals, now }: ChangingProgramme) {
  const { fromCycle, enrolledAt } = life.stored;
  const [target] = final.targets;
  if (target === undefined) throw new Error("The group has a target");
  const cycles = final.cycles.map((cycle) => ({
    start: cycle.startsAt,
    end: cycle.endsAt,
    value: targetValue(target, cycle),
  }));
  const countsFrom = target.tracksFromEnrollmentDate ? enrolledAt : undefined;
  return earnedBy({ isContinuous: isContinuous(final), fromCycle, countsFrom, cycles }, arrivals, now);
}

function actual({ group: final, life, now }: ChangingProgramme) {
  const { whole, stored } = life;
  return {
    sums: final.cycles.map(({ number }) => whole.achieved.get(number) ?? 0n),
    met: final.cycles.map(({ number }) => whole.reachedAt.has(number)),
    streakValue: streakValue(final, stored, now),
  };
}

function endsAsTheFinalDefinitionSays(given: Given, leadTaken?: number): ChangingProgramme {
  const programme = lived(given, leadTaken);
  expect(actual(programme)).toEqual(expected(programme));
  return programme;
}

/** The values of the sub-targets, which are whole percentages here, and the target value after them. */
function expectInOrder(target: Target, cycle: Cycle): void {
  const goal = targetValue(target, cycle);
  const values = ruleIn(target, cycle.number).triggers.map(({ valueType, value }) =>
    valueType === "ABSOLUTE" ? value : (goal * value) / decimal(100),
  );
  const ascending = [...new Set([...values, goal])].toSorted((one, other) => (one < other ? -1 : 1));
  expect([...values, goal]).toEqual(ascending);
}

describe("over random edits of values, running ones too, of bounds and the brake, with cycles appended, activities and sweeps between them", () => {
  it("sums, met cycles and the streak value are those of the final definition, also where two versions are in force", () => {
    let [programmes, edited, late] = [0, 0, 0];
    const property = fc.property(lives, (given) => {
      const { group: final, life } = endsAsTheFinalDefinitionSays(given);
      programmes += 1;
      if (final.version > 2) edited += 1;
      if (life.countsLate) late += 1;
    });
    fc.assert(property, { numRuns: searchLength(2_000) });
    // Enough of them must be edited, and count in cycles that have left the enrolment.
    expect([edited / programmes > 0.6, late / programmes > 0.02]).toEqual([true, true]);
  });

  it("a cycle is announced as reached at most once", () => {
    const property = fc.property(lives, (given) => {
      const { announced } = lived(given);
      expect(new Set(announced).size).toBe(announced.length);
    });
    fc.assert(property, { numRuns: searchLength(1_000) });
  });

  it("a sub-target is told at most once in a cycle, is one of that cycle to the last, and keeps its mark", () => {
    const property = fc.property(lives, (given) => {
      const { triggersTold, life, group: final } = lived(given);
      const keys = triggersTold.map(({ cycleNumber, triggerId }) => `${cycleNumber}/${triggerId}`);
      const marks = [...life.whole.triggerReachedAt].flatMap(([cycle, of]) =>
        [...of.keys()].map((id) => `${cycle}/${id}`),
      );
      expect(keys.toSorted()).toEqual(marks.toSorted());
      for (const { cycleNumber, triggerId } of triggersTold)
        expect(final.targets.map((target) => triggerOf(target, cycleNumber, triggerId)?.id)).toEqual([triggerId]);
    });
    fc.assert(property, { numRuns: searchLength(1_000) });
  });

  it("the sub-targets of every cycle ascend and stay below its value in every version", () => {
    const property = fc.property(lives, (given) => {
      for (const { targets, cycles } of lived(given).versions)
        for (const target of targets) for (const cycle of cycles) expectInOrder(target, cycle);
    });
    fc.assert(property, { numRuns: searchLength(1_000) });
  });

  it("every cycle that has ended is closed once, and not before the end that it has at last", () => {
    const property = fc.property(lives, (given) => {
      const { group: final, closed, now, life } = lived(given);
      const due = final.cycles.filter(({ number, endsAt }) => number >= life.stored.fromCycle && endsAt <= now);
      expect(closed.map(({ cycle }) => cycle)).toEqual(due.map(({ number }) => number));
      for (const { cycle, at } of closed) expect(final.cycles[cycle - 1]?.endsAt).toBeLessThanOrEqual(at);
    });
    fc.assert(property, { numRuns: searchLength(1_000) });
  });

  it("version n has n − 1 edits in its log, and none of them is empty", () => {
    const property = fc.property(lives, (given) => {
      const { group: final, log } = lived(given);
      expect(log).toHaveLength(final.version - 1);
      expect(log.every((changes) => changes.length > 0)).toBe(true);
    });
    fc.assert(property, { numRuns: searchLength(1_000) });
  });

  it.each([
    ["a day", day],
    ["10 minutes", 10 * 60_000],
  ])("an editing that moves bounds which lie %s too near is noticed", (_, leadTaken) => {
    const property = fc.property(lives, (given) => void endsAsTheFinalDefinitionSays(given, leadTaken));
    expect(fc.check(property, { numRuns: 5_000, endOnFailure: true }).failed).toBe(true);
  });
});
