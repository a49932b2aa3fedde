import { describe, expect, it } from "vitest";
import { draftFaults, type TargetGroupDraft } from "../../shared/domain/drafting.ts";
import type { Cycle, Target } from "../../shared/domain/targetGroup.ts";
import { buildGroup, buildLevels, buildTarget, decimal, startOfCycle } from "../support/domain.ts";

const { cycles } = buildGroup({ cycleCount: 3 });
const streak = { trackingType: "STREAKS" as const };

function faults(overrides: Partial<TargetGroupDraft>) {
  return draftFaults({ ...buildGroup({ cycles }), ...overrides });
}

function withSecondCycle(change: Partial<Cycle>): readonly Cycle[] {
  return cycles.map((cycle) => (cycle.number === 2 ? { ...cycle, ...change } : cycle));
}

describe("a draft that can be created has no fault", () => {
  it.each<[string, Partial<TargetGroupDraft>]>([
    ["a milestone without levels", {}],
    ["a streak whose highest level is the number of cycles", { ...streak, levels: buildLevels(1, 2, 3) }],
    ["a cycle that starts when the one before ends", { cycles }],
    ["one value for each cycle", { targets: [buildTarget({ values: [decimal(1), decimal(2), decimal(3)] })] }],
  ])("%s", (_, draft) => {
    expect(faults(draft)).toEqual([]);
  });
});

describe("a cycle", () => {
  it.each([0, -1])("that ends %i ms after its start breaks endsAfterItStarts, with both dates as written", (length) => {
    const endsAt = startOfCycle(2) + length;
    const draft = { cycles: withSecondCycle({ endsAt, startDate: "2030-01-02", endDate: "2030-01-01" }) };
    const fault = { of: "cycle", index: 1, startDate: "2030-01-02", endDate: "2030-01-01" };
    expect(faults(draft)).toEqual([{ ...fault, rule: "endsAfterItStarts" }]);
  });

  it("that starts 1 ms before the one before ends breaks startsAfterTheOneBefore, with both instants", () => {
    const startsAt = startOfCycle(2) - 1;
    expect(faults({ cycles: withSecondCycle({ startsAt }) })).toEqual([
      { of: "cycle", index: 1, rule: "startsAfterTheOneBefore", startsAt, previousEndsAt: startOfCycle(2) },
    ]);
  });

  it("with the name of an earlier cycle breaks hasItsOwnName; the earlier one does not", () => {
    expect(faults({ cycles: withSecondCycle({ refCode: "c1" }) })).toEqual([
      { of: "cycle", index: 1, rule: "hasItsOwnName", refCode: "c1" },
    ]);
  });
});

describe("a target", () => {
  it.each<[string, Partial<Target>]>([
    ["namesItsEvent", { entity: "EVENT" }],
    ["namesItsAttribute", { type: "EVENT_ATTRIBUTE" }],
  ])("without the name that it counts by breaks %s", (rule, target) => {
    const targets = [buildTarget(), buildTarget(target)];
    expect(faults({ targets })).toEqual([{ of: "target", index: 1, rule }]);
  });

  it.each([0, 2, 4])("with %i values for three cycles breaks hasOneValueOrOnePerCycle", (count) => {
    const values = Array.from({ length: count }, () => decimal(1));
    expect(faults({ targets: [buildTarget({ values })] })).toEqual([
      { of: "target", index: 0, rule: "hasOneValueOrOnePerCycle", values: count, cycles: 3 },
    ]);
  });
});

describe("a level", () => {
  it("of a milestone breaks milestoneHasNoLevels, once for all levels", () => {
    expect(faults({ levels: buildLevels(1, 2) })).toEqual([{ of: "group", rule: "milestoneHasNoLevels" }]);
  });

  it.each([1, 2])("of %i cycles after one of 2 breaks isAboveTheOneBefore", (cyclesToMeet) => {
    expect(faults({ ...streak, levels: buildLevels(2, cyclesToMeet) })).toEqual([
      { of: "level", index: 1, cyclesToMeet, rule: "isAboveTheOneBefore", previous: 2 },
    ]);
  });

  it("of one cycle more than the group has breaks isWithinTheCycles", () => {
    expect(faults({ ...streak, levels: buildLevels(4) })).toEqual([
      { of: "level", index: 0, cyclesToMeet: 4, rule: "isWithinTheCycles", cycles: 3 },
    ]);
  });
});

it("every broken rule of a draft is answered at once, cycles first, then targets, then levels", () => {
  const draft = {
    ...streak,
    cycles: withSecondCycle({ refCode: "c1" }),
    targets: [buildTarget({ entity: "EVENT" })],
    levels: buildLevels(4),
  };
  expect(faults(draft).map(({ of }) => of)).toEqual(["cycle", "target", "level"]);
});
