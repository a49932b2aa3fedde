import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Activity } from "../../shared/domain/activity.ts";
import { streakValue } from "../../shared/domain/streak.ts";
import type { Target } from "../../shared/domain/targetGroup.ts";
import { AutomaticLife } from "../support/automaticLife.ts";
import { buildGroup, buildLevels, decimal, noonOf } from "../support/domain.ts";
import {
  type BuiltTarget,
  cycleCount,
  expectedSums,
  target as filteredTarget,
  matchedCycle,
  sent,
} from "../support/filteredProgramme.ts";
import { searchLength } from "../support/seeds.ts";

const cycles = Array.from({ length: cycleCount }, (_, index) => index + 1);
const targetValue = 30;

const automatic = filteredTarget.map(
  (one): BuiltTarget => ({
    ...one,
    tracksFromEnrollmentDate: false,
    enrollmentMethod: "TRANSACTION",
    values: [decimal(targetValue)],
  }),
);
/** Two targets, so that an activity may enrol in one and be of interest to the other later. */
const programmes = fc.record({ one: automatic, other: automatic, sent }).map(({ one, other, ...rest }) => ({
  targets: [
    { ...one, id: 7 },
    { ...other, id: 8 },
  ],
  ...rest,
}));
type Programme = typeof programmes extends fc.Arbitrary<infer One> ? One : never;

function groupOf({ targets }: Programme) {
  return buildGroup({ cycleCount, trackingType: "STREAKS", levels: buildLevels(2, 3), targets });
}

function live(programme: Programme, deliveries: readonly Activity[], arrivedIn: readonly number[], options = {}) {
  const life = new AutomaticLife(groupOf(programme), options);
  for (const [index, activity] of deliveries.entries()) {
    life.passTo(arrivedIn[index] ?? 1);
    life.deliver(activity);
  }
  return life;
}

/** What may not depend on the order: whether the customer is in, the sums, which cycles are met, the streak value. */
function standing(programme: Programme, life: AutomaticLife, target: Target) {
  const { whole, stored } = life.of(target) ?? {};
  if (whole === undefined || stored === undefined) return undefined;
  return {
    sums: cycles.map((cycle) => whole.achieved.get(cycle) ?? 0n),
    met: cycles.filter((cycle) => whole.reachedAt.has(cycle)),
    streak: streakValue(groupOf(programme), stored, noonOf(cycleCount)),
  };
}

/** The same by a reference, from the set of activities. */
function expected({ sent: { list } }: Programme, of: BuiltTarget) {
  if (!list.some((activity) => matchedCycle(of, activity) !== undefined)) return undefined;
  const sums = expectedSums({ of, fromCycle: 1, sent: { list, deliveries: [], arrivedIn: [] } });
  return { sums, met: cycles.filter((cycle) => (sums[cycle - 1] ?? 0n) >= decimal(targetValue)) };
}

/** Of each target: as it stands after the deliveries, after all in one go, and by the reference. */
function standingsOf(programme: Programme, options = {}) {
  const { deliveries, arrivedIn, list } = programme.sent;
  const [delivered, inOneGo] = [live(programme, deliveries, arrivedIn, options), live(programme, list, [])];
  const { targets } = programme;
  const standings = targets.map((target) => standing(programme, delivered, target));
  return {
    delivered: standings,
    inOneGo: targets.map((target) => standing(programme, inOneGo, target)),
    sumsAndMarks: standings.map((is) => is && { sums: is.sums, met: is.met }),
    wanted: targets.map((target) => expected(programme, target)),
  };
}

describe("in targets that enrol with activities, with filters and lines", () => {
  it("any order and repetition of activities and returns gives the same memberships, sums, met cycles and streaks", () => {
    fc.assert(
      fc.property(programmes, (programme) => {
        const { delivered, inOneGo, sumsAndMarks, wanted } = standingsOf(programme);
        expect(delivered).toEqual(inOneGo);
        expect(sumsAndMarks).toEqual(wanted);
      }),
      { numRuns: searchLength(3_000) },
    );
  });

  it("a service that forgets returns which come before the enrolment is noticed", () => {
    const forgetful = fc.property(programmes, (programme) => {
      const { sumsAndMarks, wanted } = standingsOf(programme, { notesReturns: false });
      expect(sumsAndMarks).toEqual(wanted);
    });
    expect(fc.check(forgetful, { numRuns: 1_000, endOnFailure: true }).failed).toBe(true);
  });
});
