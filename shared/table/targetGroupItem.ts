import { type CycleRule, cyclesOfRule, frequencyTypes } from "../domain/cycleRule.ts";
import { type Filter, filterEntityTypes } from "../domain/filters.ts";
import { formatInstant } from "../domain/instant.ts";
import {
  type ChangedValues,
  type ClosingOffset,
  type CountingRule,
  type Cycle,
  enrollmentMethods,
  type Revaluation,
  reminderConditions,
  rewardAllocations,
  type Target,
  type TargetGroup,
  type Trigger,
  targetEntities,
  targetTypes,
  trackingTypes,
  triggerValueTypes,
  type WrittenBound,
} from "../domain/targetGroup.ts";
import { parseLevel } from "./activityItem.ts";
import { parseClosedCycles } from "./closedCycles.ts";
import { type Item, ItemReader, numberOf, type StoredItem } from "./item.ts";
import { closedCyclesSortKey, groupKey, type Org, targetKey, targetPrefix } from "./keys.ts";

/** Absent until the group is over. A write that adds cycles must have the condition that it is absent. */
export const retiredAtAttribute = "retiredAt";

/** Absent until all enrolments were judged by the values that the last edit has changed. */
export const revaluedAtAttribute = "revaluedAt";

/** The group's own item, with its cycles and levels. */
export function buildGroupItem(org: Org, group: TargetGroup): Item {
  const { id, version, attribution, cycleRule, name, description, isActive, trackingType, timeZone, cycles, levels } =
    group;
  return {
    ...groupKey(org, id),
    id,
    version,
    createdAt: formatInstant(attribution.createdAt),
    createdBy: attribution.createdBy,
    lastUpdatedAt: formatInstant(attribution.lastUpdatedAt),
    lastUpdatedBy: attribution.lastUpdatedBy,
    name,
    description,
    isActive,
    trackingType,
    timeZone,
    enrollmentOpens: buildBound(group.enrollmentOpens),
    enrollmentCloses: buildBound(group.enrollmentCloses),
    ...(cycleRule === undefined ? { cycles: cycles.map(buildCycle) } : { rule: buildRule(cycleRule, cycles) }),
    closingOffsets: group.closingOffsets,
    levels,
    initialFreezes: group.initialFreezes === 0 ? undefined : group.initialFreezes,
    [retiredAtAttribute]: group.retiredAt === undefined ? undefined : formatInstant(group.retiredAt),
  };
}

function buildBound(bound: WrittenBound | undefined): Item | undefined {
  return bound && { at: formatInstant(bound.at), written: bound.written };
}

function buildCycle(cycle: Cycle): Item {
  return { ...cycle, startsAt: formatInstant(cycle.startsAt), endsAt: formatInstant(cycle.endsAt) };
}

/** The cycles of a rule have ids that follow one another. Only their descriptions are stored one by one. */
function buildRule(rule: CycleRule, cycles: readonly Cycle[]): Item {
  const described = cycles.filter(({ description }) => description !== undefined);
  return {
    ...rule,
    firstCycleId: cycles[0]?.id,
    described: described.map(({ number, description }) => ({ number, description })),
  };
}

/** One item for each target, in the group's partition. */
export function buildTargetItem(org: Org, groupId: number, target: Target): Item {
  const { values, rules, revaluation, enrollmentMethod, ...plain } = target;
  return {
    ...targetKey(org, groupId, target.id),
    ...plain,
    // It is left out where it is the usual one, because definitions are paid for by their size.
    enrollmentMethod: enrollmentMethod === "IMPORT" ? undefined : enrollmentMethod,
    rules: rules.length === 0 ? undefined : rules.map(buildCountingRule),
    values: values.map(numberOf),
    ...(revaluation === undefined ? {} : buildRevaluation(revaluation)),
  };
}

function buildRevaluation({ changes, startedAt, finishedAt }: Revaluation): Item {
  return {
    revaluation: { startedAt: formatInstant(startedAt), changes: buildChanges(changes) },
    [revaluedAtAttribute]: finishedAt === undefined ? undefined : formatInstant(finishedAt),
  };
}

function parseRevaluation(target: ItemReader): Revaluation | undefined {
  if (!target.has("revaluation")) return undefined;
  const reader = target.map("revaluation");
  const finishedAt = target.has(revaluedAtAttribute) ? target.instant(revaluedAtAttribute) : undefined;
  return { startedAt: reader.instant("startedAt"), changes: parseChanges(reader), finishedAt };
}

export function buildChanges(changes: readonly ChangedValues[]): Item[] {
  return changes.map((change) => ({ ...change, oldValue: numberOf(change.oldValue) }));
}

/** What {@link buildChanges} has made, in the attribute `changes`. */
export function parseChanges(reader: ItemReader): ChangedValues[] {
  return reader.maps("changes").map((change) => ({
    fromCycle: change.integer("fromCycle"),
    throughCycle: change.integer("throughCycle"),
    oldValue: change.decimal("oldValue"),
  }));
}

function buildCountingRule({ fromCycle, filters, triggers }: CountingRule): Item {
  return { fromCycle, filters: filters.map(buildFilter), triggers: triggers.map(buildTrigger) };
}

function buildTrigger({ id, name, valueType, value }: Trigger): Item {
  return { id, name, valueType, value: numberOf(value) };
}

/** Ids are a list and no set of the engine, because a list keeps their order and may be empty. */
function buildFilter({ entityType, entityIds, attributeName, minimum, maximum, isExcluding }: Filter): Item {
  return {
    entityType,
    ids: entityIds.size === 0 ? undefined : [...entityIds],
    attributeName,
    minimum: minimum === undefined ? undefined : numberOf(minimum),
    maximum: maximum === undefined ? undefined : numberOf(maximum),
    isExcluding,
  };
}

/** A whole definition from the items of its partition; `undefined` when the group's own item is not among them. */
export function parseTargetGroup(items: readonly StoredItem[]): TargetGroup | undefined {
  const readers = items.map((item) => ItemReader.of(item));
  const group = readers.find((reader) => reader.text("sk") === "GROUP");
  if (group === undefined) return undefined;
  const targets = readers.filter((reader) => reader.text("sk").startsWith(targetPrefix)).map(parseTarget);
  return {
    id: group.integer("id"),
    version: group.integer("version"),
    attribution: {
      createdAt: group.instant("createdAt"),
      createdBy: group.optionalText("createdBy"),
      lastUpdatedAt: group.instant("lastUpdatedAt"),
      lastUpdatedBy: group.optionalText("lastUpdatedBy"),
    },
    name: group.text("name"),
    description: group.optionalText("description"),
    isActive: group.flag("isActive"),
    trackingType: group.oneOf("trackingType", trackingTypes),
    timeZone: group.text("timeZone"),
    enrollmentOpens: parseBound(group, "enrollmentOpens"),
    enrollmentCloses: parseBound(group, "enrollmentCloses"),
    ...parseCycles(group),
    closingOffsets: group.maps("closingOffsets").map(parseOffset),
    levels: group.maps("levels").map(parseLevel),
    initialFreezes: group.optionalInteger("initialFreezes") ?? 0,
    targets: targets.toSorted((one, other) => one.id - other.id),
    retiredAt: group.has(retiredAtAttribute) ? group.instant(retiredAtAttribute) : undefined,
    closedAt: parseClosedCycles(readers.find((reader) => reader.text("sk") === closedCyclesSortKey)),
  };
}

function parseOffset(reader: ItemReader): ClosingOffset {
  return { fromCycle: reader.integer("fromCycle"), days: reader.integer("days") };
}

function parseBound(group: ItemReader, attribute: string): WrittenBound | undefined {
  if (!group.has(attribute)) return undefined;
  const bound = group.map(attribute);
  return { at: bound.instant("at"), written: bound.text("written") };
}

function parseCycles(group: ItemReader): Pick<TargetGroup, "cycles" | "cycleRule"> {
  if (!group.has("rule")) return { cycleRule: undefined, cycles: group.maps("cycles").map(parseCycle) };
  const reader = group.map("rule");
  const cycleRule = parseRule(reader);
  const firstId = reader.integer("firstCycleId");
  const texts = new Map(reader.maps("described").map((one) => [one.integer("number"), one.text("description")]));
  const cycles = cyclesOfRule(cycleRule).map((cycle) => ({
    ...cycle,
    id: firstId + cycle.number - 1,
    description: texts.get(cycle.number),
  }));
  return { cycleRule, cycles };
}

function parseRule(reader: ItemReader): CycleRule {
  return {
    frequencyType: reader.oneOf("frequencyType", frequencyTypes),
    frequency: reader.integer("frequency"),
    count: reader.integer("count"),
    firstDay: reader.text("firstDay"),
    offsets: reader.maps("offsets").map((one) => ({
      fromBound: one.integer("fromBound"),
      milliseconds: one.integer("milliseconds"),
    })),
  };
}

function parseCycle(reader: ItemReader): Cycle {
  return {
    id: reader.integer("id"),
    number: reader.integer("number"),
    refCode: reader.text("refCode"),
    description: reader.optionalText("description"),
    startsAt: reader.instant("startsAt"),
    endsAt: reader.instant("endsAt"),
    startDate: reader.text("startDate"),
    endDate: reader.text("endDate"),
  };
}

function parseTarget(reader: ItemReader): Target {
  return {
    id: reader.integer("id"),
    name: reader.text("name"),
    description: reader.optionalText("description"),
    isActive: reader.flag("isActive"),
    entity: reader.oneOf("entity", targetEntities),
    eventName: reader.optionalText("eventName"),
    type: reader.oneOf("type", targetTypes),
    attributeName: reader.optionalText("attributeName"),
    tracksFromEnrollmentDate: reader.flag("tracksFromEnrollmentDate"),
    enrollmentMethod: reader.has("enrollmentMethod") ? reader.oneOf("enrollmentMethod", enrollmentMethods) : "IMPORT",
    rewardAllocation: reader.oneOf("rewardAllocation", rewardAllocations),
    rules: reader.has("rules") ? reader.maps("rules").map(parseCountingRule) : [],
    values: reader.decimals("values"),
    reminders: reader.maps("reminders").map((reminder) => ({
      name: reminder.text("name"),
      offsetHours: reminder.integer("offsetHours"),
      condition: reminder.oneOf("condition", reminderConditions),
    })),
    revaluation: parseRevaluation(reader),
  };
}

function parseCountingRule(reader: ItemReader): CountingRule {
  return {
    fromCycle: reader.integer("fromCycle"),
    filters: reader.maps("filters").map(parseFilter),
    triggers: reader.maps("triggers").map(parseTrigger),
  };
}

function parseTrigger(reader: ItemReader): Trigger {
  return {
    id: reader.integer("id"),
    name: reader.text("name"),
    valueType: reader.oneOf("valueType", triggerValueTypes),
    value: reader.decimal("value"),
  };
}

function parseFilter(reader: ItemReader): Filter {
  return {
    entityType: reader.oneOf("entityType", filterEntityTypes),
    entityIds: new Set(reader.has("ids") ? reader.texts("ids") : []),
    attributeName: reader.optionalText("attributeName"),
    minimum: reader.optionalDecimal("minimum"),
    maximum: reader.optionalDecimal("maximum"),
    isExcluding: reader.flag("isExcluding"),
  };
}
