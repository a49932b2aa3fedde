import type { Decimal } from "./decimal.ts";
import type { Instant } from "./instant.ts";
import { type Cycle, type Level, type Target, type TargetGroup, targetValue } from "./targetGroup.ts";

/** A part of a definition that can change, and the properties of it that can. */
type Part =
  | {
      readonly of: "group";
      readonly id: undefined;
      readonly property: "name" | "description" | "isActive" | "created" | "cycleCount";
    }
  | { readonly of: "level"; readonly id: number; readonly property: "name" | "cyclesToMeet" }
  | {
      readonly of: "cycle";
      readonly id: number;
      readonly property: "refCode" | "startDate" | "endDate" | "description";
    }
  | { readonly of: "target"; readonly id: number; readonly property: "name" | "isActive" }
  | { readonly of: "target"; readonly id: number; readonly property: "value"; readonly cycleId: number };

export const auditedParts = ["group", "level", "cycle", "target"] as const satisfies readonly Part["of"][];
export const auditedProperties = [
  "created",
  "name",
  "description",
  "isActive",
  "cyclesToMeet",
  "cycleCount",
  "refCode",
  "startDate",
  "endDate",
  "value",
] as const satisfies readonly Part["property"][];

/** A value of a property; `undefined` when there was none. */
export type AuditValue = string | boolean | Decimal | undefined;

/** One changed property. `cycleId` is there for the value of a target in one cycle. */
export type FieldChange = {
  readonly of: Part["of"];
  readonly id: number | undefined;
  readonly property: Part["property"];
  readonly cycleId: number | undefined;
  readonly before: AuditValue;
  readonly after: AuditValue;
};

/** What one edit has changed, and which version it made. */
export type AuditEntry = {
  readonly version: number;
  readonly changedAt: Instant;
  readonly changedBy: string | undefined;
  readonly changes: readonly FieldChange[];
};

/** The oldest entry of a group's log. */
export function creationEntry({ name, version, attribution }: TargetGroup): AuditEntry {
  const created = { of: "group", id: undefined, property: "created", cycleId: undefined } as const;
  return {
    version,
    changedAt: attribution.createdAt,
    changedBy: attribution.createdBy,
    changes: [{ ...created, before: undefined, after: name }],
  };
}

/**
 * What differs between two versions of a definition, one change for each property. Nothing is ever taken out of a
 * definition. Of a new part, the properties that have a value are changes.
 */
export function changesBetween(before: TargetGroup, after: TargetGroup): FieldChange[] {
  const known = new Map(factsOf(before).map((fact) => [keyOf(fact), fact.value]));
  const lastValues = lastValuesOf(before);
  return factsOf(after).flatMap((fact) => {
    const cycleId = "cycleId" in fact ? fact.cycleId : undefined;
    const otherwise = cycleId === undefined || fact.id === undefined ? undefined : lastValues.get(fact.id);
    const [was, is] = [known.get(keyOf(fact)) ?? otherwise, fact.value];
    return was === is ? [] : [{ of: fact.of, id: fact.id, property: fact.property, cycleId, before: was, after: is }];
  });
}

/** The value of each target in the last cycle. A cycle that is appended has it, unless another one is given. */
function lastValuesOf({ targets, cycles }: TargetGroup): ReadonlyMap<number, AuditValue> {
  return new Map(targets.map((target) => [target.id, cycles.slice(-1).map((cycle) => targetValue(target, cycle))[0]]));
}

type Fact = Part & { readonly value: AuditValue };

function keyOf(fact: Fact): string {
  return [fact.of, fact.id, fact.property, "cycleId" in fact ? fact.cycleId : ""].join("#");
}

function factsOf(group: TargetGroup): Fact[] {
  const { name, description, isActive, levels, cycles, cycleRule, targets } = group;
  // Of a rule's cycles only the description can change; all else follows from the number of them.
  const ofCycle = cycleRule === undefined ? cycleFacts : (cycle: Cycle) => cycleFacts(cycle).slice(-1);
  return [
    { of: "group", id: undefined, property: "name", value: name },
    { of: "group", id: undefined, property: "description", value: description },
    { of: "group", id: undefined, property: "isActive", value: isActive },
    ...levels.flatMap(levelFacts),
    ...(cycleRule === undefined
      ? []
      : [{ of: "group", id: undefined, property: "cycleCount", value: BigInt(cycleRule.count) * decimalOne } as const]),
    ...cycles.flatMap(ofCycle),
    ...targets.flatMap((target) => targetFacts(target, cycles)),
  ];
}

function levelFacts({ id, name, cyclesToMeet }: Level): Fact[] {
  const level = { of: "level", id } as const;
  return [
    { ...level, property: "name", value: name },
    { ...level, property: "cyclesToMeet", value: BigInt(cyclesToMeet) * decimalOne },
  ];
}

/** The number 1 as a decimal. */
const decimalOne: Decimal = 10_000n;

function cycleFacts({ id, refCode, startDate, endDate, description }: Cycle): Fact[] {
  const cycle = { of: "cycle", id } as const;
  return [
    { ...cycle, property: "refCode", value: refCode },
    { ...cycle, property: "startDate", value: startDate },
    { ...cycle, property: "endDate", value: endDate },
    { ...cycle, property: "description", value: description },
  ];
}

function targetFacts(target: Target, cycles: readonly Cycle[]): Fact[] {
  const { id, name, isActive } = target;
  return [
    { of: "target", id, property: "name", value: name },
    { of: "target", id, property: "isActive", value: isActive },
    ...cycles.map(
      (cycle) =>
        ({ of: "target", id, property: "value", cycleId: cycle.id, value: targetValue(target, cycle) }) as const,
    ),
  ];
}
