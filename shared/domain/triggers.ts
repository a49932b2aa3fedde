import { type Decimal, formatDecimal, one } from "./decimal.ts";
import { type Enrollment, sumOf } from "./enrollment.ts";
import type { Instant } from "./instant.ts";
import { ruleIn, type Target, type Trigger, targetValue } from "./targetGroup.ts";

/** A trigger as it is written, before it has an id. */
export type TriggerDraft = Omit<Trigger, "id">;

/** A sub-target that was reached in a cycle. */
export type ReachedTrigger = { readonly cycleNumber: number; readonly triggerId: number };

const wholePercentage = 100n * one;

/** The sum that reaches the trigger. A percentage of the target value is rounded up to four digits. */
export function resolvedValue({ valueType, value }: TriggerDraft, ofTarget: Decimal): Decimal {
  if (valueType === "ABSOLUTE") return value;
  return (ofTarget * value + wholePercentage - 1n) / wholePercentage;
}

/** The triggers of the cycle that a sum reaches. */
export function triggersReachedBy(
  target: Pick<Target, "id" | "values" | "rules">,
  cycleNumber: number,
  sum: Decimal,
): readonly Trigger[] {
  const value = targetValue(target, { number: cycleNumber });
  return ruleIn(target, cycleNumber).triggers.filter((trigger) => sum >= resolvedValue(trigger, value));
}

/** The trigger with the id that the cycle has; `undefined` when it has none. */
export function triggerOf(target: Pick<Target, "rules">, cycleNumber: number, triggerId: number): Trigger | undefined {
  return ruleIn(target, cycleNumber).triggers.find(({ id }) => id === triggerId);
}

/**
 * Marks the triggers that the sums of these cycles reach and that are not marked yet. No mark is ever taken away, so
 * each trigger is reached once in a cycle, whatever returns take off later.
 */
export function withTriggers(
  target: Pick<Target, "id" | "values" | "rules">,
  enrollment: Enrollment,
  cycles: readonly number[],
  now: Instant,
): { readonly next: Enrollment; readonly triggersReached: readonly ReachedTrigger[] } {
  const triggersReached = cycles.flatMap((cycleNumber) => {
    const marks = enrollment.triggerReachedAt.get(cycleNumber);
    const reached = triggersReachedBy(target, cycleNumber, sumOf(enrollment, cycleNumber));
    return reached.filter(({ id }) => marks?.has(id) !== true).map(({ id }) => ({ cycleNumber, triggerId: id }));
  });
  if (triggersReached.length === 0) return { next: enrollment, triggersReached };
  const triggerReachedAt = new Map(enrollment.triggerReachedAt);
  for (const { cycleNumber, triggerId } of triggersReached)
    triggerReachedAt.set(cycleNumber, new Map([...(triggerReachedAt.get(cycleNumber) ?? []), [triggerId, now]]));
  return { next: { ...enrollment, triggerReachedAt }, triggersReached };
}

/** What is wrong with one trigger. `place` is its place among the triggers, from 0. */
export type TriggerFault =
  | TriggerValueFault
  | { readonly place: number; readonly rule: "triggersUnderANameOfItsOwn"; readonly name: string }
  | { readonly place: number; readonly rule: "isBelow100Percent"; readonly value: Decimal };

/** A trigger that does not fit into a cycle: its resolved value, and the value that it is compared with. */
export type TriggerValueFault = {
  readonly place: number;
  readonly rule: "isAboveTheTriggerBefore" | "isBelowTheTargetValue";
  readonly cycleNumber: number;
  readonly resolved: Decimal;
  readonly limit: Decimal;
};

/**
 * Every rule that these triggers of the target break: a name that is there twice, a percentage of 100 and more, or else
 * what {@link triggerValueFaults} finds.
 */
export function triggerFaults(
  target: Pick<Target, "id" | "values" | "rules">,
  triggers: readonly TriggerDraft[],
  cycleCount: number,
): TriggerFault[] {
  const own = triggers.flatMap(({ name, valueType, value }, place): TriggerFault[] => [
    ...(triggers.findIndex((other) => other.name === name) < place
      ? [{ place, rule: "triggersUnderANameOfItsOwn", name } as const]
      : []),
    ...(valueType === "PERCENTAGE" && value >= wholePercentage
      ? [{ place, rule: "isBelow100Percent", value } as const]
      : []),
  ]);
  return own.length > 0 ? own : triggerValueFaults(target, cycleCount);
}

/**
 * The triggers that do not fit into the target value of a cycle, each with the first such cycle. The cycle after the
 * last one is judged too, because cycles can be appended and have the last value then.
 */
export function triggerValueFaults(
  target: Pick<Target, "id" | "values" | "rules">,
  cycleCount: number,
): TriggerValueFault[] {
  if (target.rules.every(({ triggers }) => triggers.length === 0)) return [];
  const faults = Array.from({ length: cycleCount + 1 }, (_, index) => faultsInCycle(target, index + 1)).flat();
  return faults.filter(
    ({ place, rule }, index) => faults.findIndex((other) => other.place === place && other.rule === rule) === index,
  );
}

function faultsInCycle(target: Pick<Target, "id" | "values" | "rules">, cycleNumber: number): TriggerValueFault[] {
  const { triggers } = ruleIn(target, cycleNumber);
  const value = targetValue(target, { number: cycleNumber });
  const all = triggers.map((trigger) => resolvedValue(trigger, value));
  return all.flatMap((resolved, place): TriggerValueFault[] => {
    const before = all[place - 1];
    return [
      ...(before === undefined || before < resolved
        ? []
        : [{ place, rule: "isAboveTheTriggerBefore", cycleNumber, resolved, limit: before } as const]),
      ...(resolved < value
        ? []
        : [{ place, rule: "isBelowTheTargetValue", cycleNumber, resolved, limit: value } as const]),
    ];
  });
}

/** The triggers with ids: a name that the target knows keeps its id, and a new one gets the next of the new ids. */
export function numberedTriggers(
  known: readonly Trigger[],
  triggers: readonly TriggerDraft[],
  firstNewId: number,
): readonly Trigger[] {
  return triggers.map((trigger, index) => {
    const same = known.find(({ name }) => name === trigger.name);
    return { ...trigger, id: same?.id ?? firstNewId + index };
  });
}

/**
 * The triggers as JSON in the API's words, as the change history shows them. Two lists with the same text are reached
 * alike and have the same names.
 */
export function triggersText(triggers: readonly TriggerDraft[]): string {
  const plain = triggers.map(({ name, valueType, value }) => ({
    triggerName: name,
    triggerValueType: valueType,
    triggerValue: Number(formatDecimal(value)),
  }));
  return JSON.stringify(plain);
}

/** How many triggers a target of a draft has, each of which needs an id. */
export function triggerCount(target: Pick<Target, "rules">): number {
  return target.rules.reduce((sum, { triggers }) => sum + triggers.length, 0);
}

/** The targets of a draft with ids for their triggers, which follow the first one. */
export function withTriggerIds<Draft extends Pick<Target, "rules">>(
  targets: readonly Draft[],
  firstId: number,
): readonly Draft[] {
  return targets.map((target, index) => {
    const before = targets.slice(0, index).reduce((sum, other) => sum + triggerCount(other), firstId);
    const rules = target.rules.map((rule) => ({ ...rule, triggers: numberedTriggers([], rule.triggers, before) }));
    return { ...target, rules };
  });
}
