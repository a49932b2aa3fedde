import { offsetDaysOf } from "./cycleClosing.ts";
import type { Decimal } from "./decimal.ts";
import { filtersText } from "./filters.ts";
import type { Instant } from "./instant.ts";
import { type Cycle, type Level, lastRule, type Target, type TargetGroup, targetValue } from "./targetGroup.ts";
import { triggersText } from "./triggers.ts";

/** A part of a definition that can change, and the properties of it that can. */
type Part =
  | {
      readonly of: "group";
      readonly id: undefined;
      readonly property:
        | "name"
        | "description"
        | "isActive"
        | "created"
        | "cycleCount"
        | "offsetDays"
        | "enrollmentOpens"
        | "enrollmentCloses";
    }
  | { readonly of: "level"; readonly id: number; readonly property: "name" | "cyclesToMeet" }
  | {
      readonly of: "cycle";
      readonly id: number;
      readonly property: "refCode" | "startDate" | "endDate" | "description";
    }
  | {
      readonly of: "target";
      readonly id: number;
      readonly property: "name" | "description" | "isActive" | "filters" | "triggers";
    }
  /** Without a cycle it is the value of all cycles of a new target. */
  | { readonly of: "target"; readonly id: number; readonly property: "value"; readonly cycleId: number | undefined };

export const auditedParts = ["group", "level", "cycle", "target"] as const satisfies readonly Part["of"][];
export const auditedProperties = [
  "created",
  "name",
  "description",
  "isActive",
  "cyclesToMeet",
  "cycleCount",
  "offsetDays",
  "enrollmentOpens",
  "enrollmentCloses",
  "refCode",
  "startDate",
  "endDate",
  "value",
  "filters",
  "triggers",
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

/** The newest entry of the log of a group that is deleted. */
export function deletionEntry(
  { name, version }: TargetGroup,
  { changedAt, changedBy }: Pick<AuditEntry, "changedAt" | "changedBy">,
): AuditEntry {
  const deleted = { of: "group", id: undefined, property: "created", cycleId: undefined } as const;
  return { version: version + 1, changedAt, changedBy, changes: [{ ...deleted, before: name, after: undefined }] };
}

/**
 * What differs between two versions of a definition, one change for each property. Nothing is ever taken out of a
 * definition. Of a new part, the properties that have a value are changes.
 */
export function changesBetween(before: TargetGroup, after: TargetGroup): FieldChange[] {
  const known = new Map(factsOf(before, before).map((fact) => [keyOf(fact), fact.value]));
  const lastValues = lastValuesOf(before);
  return factsOf(after, before).flatMap((fact) => {
    const cycleId = "cycleId" in fact ? fact.cycleId : undefined;
    const otherwise = cycleId === undefined || fact.id === undefined ? undefined : lastValues.get(fact.id);
    const [was, is] = [known.get(keyOf(fact)) ?? otherwise, fact.value];
    if (was === is) return [];
    return [{ of: fact.of, id: fact.id, property: fact.property, cycleId, before: cut(was), after: cut(is) }];
  });
}

/** Filters can be so long that two of them would not fit into one item. */
const longestText = 1000;

function cut(value: AuditValue): AuditValue {
  return typeof value === "string" && value.length > longestText ? `${value.slice(0, longestText)}…` : value;
}

/** The value of each target in the last cycle. A cycle that is appended has it, unless another one is given. */
function lastValuesOf({ targets, cycles }: TargetGroup): ReadonlyMap<number, AuditValue> {
  return new Map(targets.map((target) => [target.id, cycles.slice(-1).map((cycle) => targetValue(target, cycle))[0]]));
}

type Fact = Part & { readonly value: AuditValue };

function keyOf(fact: Fact): string {
  return [fact.of, fact.id, fact.property, "cycleId" in fact ? fact.cycleId : undefined].join("#");
}

/** What can change of a definition. Of a target that `before` does not have, one value of all cycles is one fact. */
function factsOf(group: TargetGroup, before: TargetGroup): Fact[] {
  const { name, description, isActive, levels, cycles, cycleRule, targets } = group;
  // Of a rule's cycles only the description can change; all else follows from the number of them.
  const ofCycle = cycleRule === undefined ? cycleFacts : (cycle: Cycle) => cycleFacts(cycle).slice(-1);
  return [
    { of: "group", id: undefined, property: "name", value: name },
    { of: "group", id: undefined, property: "description", value: description },
    { of: "group", id: undefined, property: "isActive", value: isActive },
    { of: "group", id: undefined, property: "offsetDays", value: BigInt(offsetDaysOf(group)) * decimalOne },
    { of: "group", id: undefined, property: "enrollmentOpens", value: group.enrollmentOpens?.written },
    { of: "group", id: undefined, property: "enrollmentCloses", value: group.enrollmentCloses?.written },
    ...levels.flatMap(levelFacts),
    ...(cycleRule === undefined
      ? []
      : [{ of: "group", id: undefined, property: "cycleCount", value: BigInt(cycleRule.count) * decimalOne } as const]),
    ...cycles.flatMap(ofCycle),
    ...targets.flatMap((target) => [...targetFacts(target), ...valueFacts(target, cycles, isIn(before, target))]),
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

function isIn({ targets }: TargetGroup, { id }: Target): boolean {
  return targets.some((target) => target.id === id);
}

function targetFacts(known: Target): Fact[] {
  const { id, name, description, isActive } = known;
  const target = { of: "target", id } as const;
  const { filters, triggers } = lastRule(known);
  return [
    { ...target, property: "name", value: name },
    { ...target, property: "description", value: description },
    { ...target, property: "isActive", value: isActive },
    { ...target, property: "filters", value: filters.length === 0 ? undefined : filtersText(filters) },
    { ...target, property: "triggers", value: triggers.length === 0 ? undefined : triggersText(triggers) },
  ];
}

function valueFacts(target: Target, cycles: readonly Cycle[], isKnown: boolean): Fact[] {
  const of = { of: "target", id: target.id, property: "value" } as const;
  const [only, ...others] = target.values;
  if (!isKnown && others.length === 0) return [{ ...of, cycleId: undefined, value: only }];
  return cycles.map((cycle) => ({ ...of, cycleId: cycle.id, value: targetValue(target, cycle) }));
}
