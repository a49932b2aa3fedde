import { array, assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { activityConsequences } from "../../shared/domain/activityConsequences.ts";
import { decideCounting } from "../../shared/domain/counting.ts";
import { draftFaults } from "../../shared/domain/drafting.ts";
import { decideEnrollment } from "../../shared/domain/enrolling.ts";
import type { Enrollment } from "../../shared/domain/enrollment.ts";
import { withRow } from "../../shared/domain/past.ts";
import { settle } from "../../shared/domain/settling.ts";
import { decideTargetEdit, type TargetEdit } from "../../shared/domain/targetEditing.ts";
import type { Target, Trigger } from "../../shared/domain/targetGroup.ts";
import { resolvedValue, triggersReachedBy, withTriggerIds } from "../../shared/domain/triggers.ts";
import { packCycles, unpackCycles } from "../../shared/table/packedCycles.ts";
import {
  buildActivity,
  buildEnrollment,
  buildGroup,
  buildTarget,
  buildTriggers,
  decimal,
  noonOf,
} from "../support/domain.ts";
import { byTest } from "../support/membership.ts";
import { searchLength } from "../support/seeds.ts";

const absolute = (id: number, value: number): Trigger => ({
  id,
  name: `${value}`,
  valueType: "ABSOLUTE",
  value: decimal(value),
});

function targetWith(triggers: readonly Trigger[], overrides: Partial<Target> = {}): Target {
  return buildTarget({ rules: [{ fromCycle: 1, filters: [], triggers }], ...overrides });
}

/** Counts these amounts one after another; a negative one is a return. Answers what each reached. */
function countAll(target: Target, amounts: readonly number[], start: Enrollment = buildEnrollment()) {
  const group = buildGroup({ targets: [target] });
  let enrollment = start;
  const effects = amounts.map((amount, index) => {
    const type = amount < 0 ? "RETURN" : "TRANSACTION";
    const activity = buildActivity({ activityId: `a-${index}`, type, amount: decimal(Math.abs(amount)) });
    const { effect, next } = decideCounting({ group, target, enrollment }, activity, undefined, noonOf(1) + index);
    enrollment = next ?? enrollment;
    return effect;
  });
  return { enrollment, reached: effects.map(({ triggersReached }) => triggersReached.map((one) => one.triggerId)) };
}

describe("the value of a sub-target", () => {
  it.each([
    ["a third of 100", 33.3333, 100, 33.3333],
    ["a third of 1", 33.3333, 1, 0.3334],
    ["half of 0.0001", 50, 0.0001, 0.0001],
    ["half of 1000", 50, 1000, 500],
  ])("%s is rounded up to four digits", (_, percentage, of, expected) => {
    const [trigger] = buildTriggers(percentage);
    expect(trigger && resolvedValue(trigger, decimal(of))).toBe(decimal(expected));
  });

  it("that is absolute does not depend on the target value", () => {
    expect(resolvedValue(absolute(1, 12.5), decimal(1000))).toBe(decimal(12.5));
  });

  it("is reached at it and not a ten-thousandth below", () => {
    const target = targetWith(buildTriggers(50));
    expect(triggersReachedBy(target, 1, decimal(50) - 1n)).toEqual([]);
    expect(triggersReachedBy(target, 1, decimal(50))).toEqual(buildTriggers(50));
  });
});

describe("a sub-target of a cycle", () => {
  it("is reached once, whatever is taken off and comes again", () => {
    expect(countAll(targetWith(buildTriggers(50)), [100, -60, 60]).reached).toEqual([[1], [], []]);
  });

  it("keeps its mark and its moment when returns take the sum below it", () => {
    const { enrollment } = countAll(targetWith(buildTriggers(50)), [60, -60]);
    expect(enrollment.triggerReachedAt).toEqual(new Map([[1, new Map([[1, noonOf(1)]])]]));
  });

  it("is reached together with the others that one activity reaches, in their order", () => {
    expect(countAll(targetWith(buildTriggers(25, 50, 75)), [60, 20]).reached).toEqual([[1, 2], [3]]);
  });

  it("is reached at most once, and when a sum was at least its value, over any activities and returns", () => {
    const target = targetWith(buildTriggers(25, 50, 75));
    assert(
      property(array(integer({ min: -80, max: 80 }), { maxLength: 12 }), (amounts) => {
        let [sum, most] = [0, 0];
        for (const amount of amounts) {
          sum += amount;
          most = Math.max(most, sum);
        }
        const expected = [25, 50, 75].flatMap((value, index) => (most >= value ? [index + 1] : []));
        expect(countAll(target, amounts).reached.flat()).toEqual(expected);
      }),
      { numRuns: searchLength(1_000) },
    );
  });

  it("is not reached while the customer is out", () => {
    const membership = { status: "UNENROLLED", leftAt: noonOf(1) } as const;
    expect(countAll(targetWith(buildTriggers(50)), [100], buildEnrollment({ membership })).reached).toEqual([[]]);
  });

  it("is told at once with a period-end reward, with its definition and the moment", () => {
    const target = targetWith(buildTriggers(50), { rewardAllocation: "PERIOD_END" });
    const group = buildGroup({ targets: [target] });
    const activity = buildActivity({ amount: decimal(60) });
    const { effect } = decideCounting({ group, target, enrollment: buildEnrollment() }, activity, undefined, noonOf(1));
    const { notifications } = activityConsequences({
      org: "brand",
      customerId: 11,
      group,
      target,
      activity: { ...activity, ...byTest, recordedAt: noonOf(1) },
      effect,
    });
    expect(notifications.map(({ type }) => type)).toEqual(["targetAchievedValueUpdated", "targetMilestoneAchieved"]);
    expect(notifications[1]?.detail).toMatchObject({ trigger: buildTriggers(50)[0], achievedAt: noonOf(1) });
  });
});

function openingOf(value: number | undefined) {
  const target = targetWith(buildTriggers(25, 50));
  const openingBalance = value === undefined ? undefined : decimal(value);
  const request = { cycleName: undefined, openingBalance, resetsStreak: false };
  const plan = decideEnrollment(buildGroup({ targets: [target] }), target, request, noonOf(1));
  return "opening" in plan ? plan.opening : undefined;
}

describe("an opening balance", () => {
  it.each([
    [0, []],
    [24.9999, []],
    [25, [1]],
    [60, [1, 2]],
  ])("of %d reaches the sub-targets %j", (value, triggerIds) => {
    expect(openingOf(value)).toMatchObject({ kind: "balance", triggerIds });
  });

  it("that is absent keeps what the cycle had", () => {
    expect(openingOf(undefined)).toEqual({ kind: "resume" });
  });
});

function brokenRules(target: Target) {
  return draftFaults(buildGroup({ cycleCount: 2, targets: [target] })).map((fault) =>
    "fault" in fault && "place" in fault.fault ? [fault.fault.place, fault.fault.rule] : fault.rule,
  );
}

describe("sub-targets are refused", () => {
  it.each<[string, readonly Trigger[], readonly number[], readonly unknown[]]>([
    ["at the target value", [absolute(1, 100)], [100], [[0, "isBelowTheTargetValue"]]],
    ["at the target value of the second cycle only", [absolute(1, 80)], [100, 80], [[0, "isBelowTheTargetValue"]]],
    ["as high as the one before", [absolute(1, 50), ...buildTriggers(50)], [100], [[1, "isAboveTheTriggerBefore"]]],
    ["of 100 percent", buildTriggers(100), [100], [[0, "isBelow100Percent"]]],
    [
      "with a name twice",
      [absolute(1, 5), { ...absolute(2, 6), name: "5" }],
      [100],
      [[1, "triggersUnderANameOfItsOwn"]],
    ],
  ])("%s", (_, triggers, values, expected) => {
    expect(brokenRules(targetWith(triggers, { values: values.map(decimal) }))).toEqual(expected);
  });
});

it("sub-targets in order and below the value of every cycle are taken", () => {
  const target = targetWith([absolute(1, 5), ...buildTriggers(50)], { values: [decimal(100), decimal(80)] });
  expect(draftFaults(buildGroup({ cycleCount: 2, targets: [target] }))).toEqual([]);
});

describe("an edit of sub-targets", () => {
  const edit: TargetEdit = {
    own: {},
    fixed: {},
    filters: undefined,
    triggers: undefined,
    firstTriggerId: 100,
    values: undefined,
  };
  const decide = (target: Target, change: Partial<TargetEdit>) =>
    decideTargetEdit(buildGroup({ targets: [target] }), target.id, { ...edit, ...change }, noonOf(1));

  it("holds from the next cycle on, keeps the id of a known name and gives a new one to another", () => {
    const target = targetWith(buildTriggers(25, 50));
    const decision = decide(target, { triggers: buildTriggers(50, 75) });
    const rules = decision.outcome === "edit" ? decision.group.targets[0]?.rules : undefined;
    expect(rules?.map(({ fromCycle }) => fromCycle)).toEqual([1, 2]);
    expect(rules?.[1]?.triggers.map(({ id, name }) => [id, name])).toEqual([
      [2, "50%"],
      [101, "75%"],
    ]);
  });

  it("that says the same changes nothing", () => {
    const target = targetWith(buildTriggers(25, 50));
    const decision = decide(target, { triggers: buildTriggers(25, 50) });
    expect(decision.outcome === "edit" && decision.group.targets[0]?.rules).toBe(target.rules);
  });

  it("of the target value to one at or below a sub-target is refused", () => {
    const decision = decide(targetWith([absolute(1, 50)]), { values: decimal(50) });
    const fault = { place: 0, rule: "isBelowTheTargetValue", cycleNumber: 1 };
    expect(decision).toMatchObject({ outcome: "invalid", faults: [{ rule: "triggersAreWhole", fault }] });
  });
});

it("the triggers of all targets of a draft get different ids", () => {
  const targets = withTriggerIds([targetWith(buildTriggers(25, 50)), targetWith(buildTriggers(10))], 40);
  expect(targets.map(({ rules }) => rules[0]?.triggers.map(({ id }) => id))).toEqual([[40, 41], [42]]);
});

it("the marks of a settled cycle leave the enrolment with its row, and come back with it unchanged", () => {
  const [group, cyclesPerRow] = [buildGroup(), 1];
  const marks = new Map([[1, new Map([[7, noonOf(1)]])]]);
  const closed = buildEnrollment({
    achieved: new Map([[1, decimal(60)]]),
    closedAt: new Map([[1, noonOf(2)]]),
    triggerReachedAt: marks,
  });
  const { next, rows } = settle(group, closed, closed, noonOf(2), { delayMilliseconds: 0, cyclesPerRow });
  expect(next.triggerReachedAt).toEqual(new Map());
  const [{ row, records } = { row: 0, records: [] }] = rows;
  expect(withRow(next, row, { revision: 1, records: unpackCycles(packCycles(records)) }).triggerReachedAt).toEqual(
    marks,
  );
});
