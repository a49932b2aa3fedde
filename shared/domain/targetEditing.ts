import { leadMilliseconds } from "./cycleEditing.ts";
import { cycleStatus } from "./cycles.ts";
import type { Decimal } from "./decimal.ts";
import { type TargetFault, targetFaults, type WindowFault, windowFaults } from "./drafting.ts";
import { allCyclesEnded, hasEnded } from "./editing.ts";
import { type Filter, type FilterFault, filterFaults, filtersText } from "./filters.ts";
import { type FixedFault, fixedFaults } from "./fixed.ts";
import type { Instant } from "./instant.ts";
import { changedValues } from "./judging.ts";
import { type Refusal, refused } from "./refusal.ts";
import {
  type CountingRule,
  type Cycle,
  isStreak,
  lastRule,
  type Target,
  type TargetGroup,
  targetValue,
} from "./targetGroup.ts";
import { numberedTriggers, type TriggerDraft, type TriggerFault, triggerFaults, triggersText } from "./triggers.ts";

/** A value for one cycle. `index` is its place in the edit, from 0. */
type CycleValue = { readonly index: number; readonly cycleId: number; readonly value: Decimal };

const fixedTargetProperties = [
  "id",
  "entity",
  "eventName",
  "type",
  "attributeName",
  "tracksFromEnrollmentDate",
  "enrollmentMethod",
  "rewardAllocation",
] as const satisfies readonly (keyof Target)[];
type FixedTargetProperty = (typeof fixedTargetProperties)[number];

/** What to change of a target. A property that is absent stays as it is. */
export type TargetEdit = {
  readonly own: Partial<Pick<Target, "name" | "description" | "isActive">>;
  /** The properties that nobody can change, each with what the edit says of it. */
  readonly fixed: Partial<Record<FixedTargetProperty, unknown>>;
  /** What counts from the next cycle on; `undefined` leaves it as it is. */
  readonly filters: readonly Filter[] | undefined;
  /** The sub-targets from the next cycle on; `undefined` leaves them as they are. */
  readonly triggers: readonly TriggerDraft[] | undefined;
  /** The first of as many new ids as there are {@link triggers}. */
  readonly firstTriggerId: number;
  /** The values of some cycles, or one value for every cycle that can still get one. */
  readonly values: readonly CycleValue[] | Decimal | undefined;
};

/** A rule that an edit of a target breaks. */
export type TargetEditFault =
  | ({ readonly rule: "isFixed" } & FixedFault<FixedTargetProperty>)
  | { readonly rule: "filtersAreWhole"; readonly fault: FilterFault }
  | { readonly rule: "triggersAreWhole"; readonly fault: TriggerFault }
  | { readonly rule: "rulesFit"; readonly mostBytes: number; readonly bytes: number }
  | { readonly rule: "isOfTheGroup" | "isNamedOnce"; readonly index: number; readonly cycleId: number }
  | { readonly rule: "hasEnded"; readonly index: number; readonly cycle: Cycle };

export type TargetEditDecision =
  | Refusal
  | { readonly outcome: "invalid"; readonly faults: readonly TargetEditFault[] }
  | { readonly outcome: "edit"; readonly group: TargetGroup };

/**
 * Decides what an edit makes of one target of a group. The value of a cycle changes until the cycle has ended. Enrolments
 * are judged by the new value later, so the result does not depend on what arrived before the edit and what after it.
 *
 * Refuses with 310018 when the group has no such target, and with 310019 to activate one whose last cycle has ended.
 */
export function decideTargetEdit(
  group: TargetGroup,
  targetId: number,
  edit: TargetEdit,
  now: Instant,
): TargetEditDecision {
  const target = group.targets.find(({ id }) => id === targetId);
  if (target === undefined) return targetNotFound(group.id, targetId);
  const rules = editedRules(group.cycles, target, edit, now);
  const edited = { ...target, ...edit.own, rules, values: editedValues(group, target, edit, now) };
  const faults = [
    ...faultsOfFixed(target, edit),
    ...rulesFaults(edited, group.cycles, edit),
    ...valueFaults(group, edit.values, now),
  ];
  if (faults.length > 0) return { outcome: "invalid", faults };
  const next = revalued(group, target, edited, now);
  if (next.isActive && !target.isActive && hasEnded(group, now)) return allCyclesEnded(group);
  const targets = group.targets.map((one) => (one === target ? next : one));
  return { outcome: "edit", group: { ...group, targets } };
}

function targetNotFound(groupId: number, targetId: number): Refusal {
  return refused(
    310018,
    `Target group ${groupId} has no target ${targetId}; GET /v3/targetGroups/${groupId} lists its targets.`,
  );
}

function faultsOfFixed(target: Target, { fixed }: TargetEdit): TargetEditFault[] {
  return fixedFaults(fixedTargetProperties, target, fixed).map((fault) => ({ rule: "isFixed", ...fault }));
}

/**
 * The rules with the edited one. It begins with the first cycle whose start lies ahead by {@link leadMilliseconds}, which
 * may be one that is not set up yet: so a cycle is counted under one rule, whatever the order of arrival.
 */
function editedRules(
  cycles: readonly Cycle[],
  target: Target,
  edit: TargetEdit,
  now: Instant,
): readonly CountingRule[] {
  const [last, next] = [lastRule(target), editedContent(target, edit)];
  if (ruleText(next) === ruleText(last)) return target.rules;
  const fromCycle = cycles.find(({ startsAt }) => startsAt >= now + leadMilliseconds)?.number ?? cycles.length + 1;
  const earlier = target.rules.filter((rule) => rule.fromCycle < fromCycle);
  const isAsBefore = ruleText(lastRule({ rules: earlier })) === ruleText(next);
  return isAsBefore ? earlier : [...earlier, { fromCycle, ...next }];
}

type RuleContent = Omit<CountingRule, "fromCycle">;

/** What is absent from the edit stays. */
function editedContent(target: Target, { filters, triggers, firstTriggerId }: TargetEdit): RuleContent {
  const last = lastRule(target);
  const known = target.rules.flatMap((rule) => rule.triggers);
  return {
    filters: filters ?? last.filters,
    triggers: triggers === undefined ? last.triggers : numberedTriggers(known, triggers, firstTriggerId),
  };
}

function ruleText({ filters, triggers }: RuleContent): string {
  return `${filtersText(filters)}${triggersText(triggers)}`;
}

/** The most bytes that the rules of a target take as JSON. An item of the table may have 400 kB. */
const mostRuleBytes = 262_144;

function rulesFaults(
  target: Target,
  cycles: readonly Cycle[],
  { filters = [], triggers = [] }: TargetEdit,
): TargetEditFault[] {
  const bytes = target.rules.reduce((sum, rule) => sum + Buffer.byteLength(ruleText(rule)), 0);
  const tooLarge = { rule: "rulesFit", mostBytes: mostRuleBytes, bytes } as const;
  const ofTriggers = triggerFaults(target, triggers, cycles.length);
  return [
    ...filterFaults(filters, target.entity).map((fault) => ({ rule: "filtersAreWhole", fault }) as const),
    ...ofTriggers.map((fault) => ({ rule: "triggersAreWhole", fault }) as const),
    ...(bytes > mostRuleBytes ? [tooLarge] : []),
  ];
}

function valueFaults({ cycles }: TargetGroup, values: TargetEdit["values"], now: Instant): TargetEditFault[] {
  if (values === undefined || typeof values === "bigint") return [];
  return values.flatMap(({ index, cycleId }, place): TargetEditFault[] => {
    const cycle = cycles.find(({ id }) => id === cycleId);
    if (cycle === undefined) return [{ rule: "isOfTheGroup", index, cycleId }];
    if (values.findIndex((other) => other.cycleId === cycleId) < place)
      return [{ rule: "isNamedOnce", index, cycleId }];
    return takesValue(cycle, now) ? [] : [{ rule: "hasEnded", index, cycle }];
  });
}

function takesValue(cycle: Cycle, now: Instant): boolean {
  return cycleStatus(cycle, now) !== "ENDED";
}

/** Notes which values the edit has changed. */
function revalued({ cycles }: TargetGroup, before: Target, after: Target, now: Instant): Target {
  const changes = changedValues(cycles, before, after);
  if (changes.length === 0) return after;
  return { ...after, revaluation: { changes, startedAt: now, finishedAt: undefined } };
}

function editedValues(
  { cycles }: TargetGroup,
  target: Target,
  { values }: TargetEdit,
  now: Instant,
): readonly Decimal[] {
  if (values === undefined) return target.values;
  return withoutRepeats(cycles.map((cycle) => newValue(cycle, values, now) ?? targetValue(target, cycle)));
}

function newValue(cycle: Cycle, values: readonly CycleValue[] | Decimal, now: Instant): Decimal | undefined {
  if (typeof values === "bigint") return takesValue(cycle, now) ? values : undefined;
  return values.find(({ cycleId }) => cycleId === cycle.id)?.value;
}

/** The last value is that of all later cycles too, so it is kept once. */
function withoutRepeats(values: readonly Decimal[]): readonly Decimal[] {
  const last = values.findLastIndex((value) => value !== values.at(-1));
  return values.slice(0, last + 2);
}

/** A rule that a new target breaks. */
export type TargetAdditionFault =
  | TargetFault
  | WindowFault
  | { readonly of: "group"; readonly rule: "isNoStreak" }
  | { readonly of: "group"; readonly rule: "isWithinTheMost"; readonly most: number };

/** Decides whether a target can be added. A streak has the targets that it was created with. */
export function decideTargetAddition(
  group: TargetGroup,
  target: Target,
  mostTargets: number,
):
  | { readonly outcome: "invalid"; readonly faults: readonly TargetAdditionFault[] }
  | { readonly outcome: "edit"; readonly group: TargetGroup } {
  const faults: TargetAdditionFault[] = [
    ...(isStreak(group) ? [{ of: "group", rule: "isNoStreak" } as const] : []),
    ...(group.targets.length >= mostTargets
      ? [{ of: "group", rule: "isWithinTheMost", most: mostTargets } as const]
      : []),
    ...targetFaults(target, 0, group.cycles),
    ...windowFaults({ ...group, targets: [target] }),
  ];
  if (faults.length > 0) return { outcome: "invalid", faults };
  return { outcome: "edit", group: { ...group, targets: [...group.targets, target] } };
}
