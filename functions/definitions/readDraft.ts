import { type CyclePattern, type CycleRule, cyclesOfRule, ruleOf } from "../../shared/domain/cycleRule.ts";
import { type Decimal, parseDecimal } from "../../shared/domain/decimal.ts";
import type { TargetGroupDraft } from "../../shared/domain/drafting.ts";
import type { Filter } from "../../shared/domain/filters.ts";
import { type Instant, parseInstant } from "../../shared/domain/instant.ts";
import type { Attribution, WrittenBound } from "../../shared/domain/targetGroup.ts";
import type { TriggerDraft } from "../../shared/domain/triggers.ts";
import { filterIds } from "../../shared/http/limits.ts";
import { quote } from "../../shared/http/requests/parameters.ts";
import type {
  CreateTargetGroupRequest,
  PeriodRequest,
  TargetRequest,
} from "../../shared/http/requests/requestTypes.ts";
import { boundFault, endOf, isTimeZone, startOf } from "./calendar.ts";

/**
 * The draft that a request of the right shape asks for, and the faults that need a calendar or exact decimals to be
 * found. When there are faults, the draft is only usable for finding more of them.
 *
 * A plain date is 00:00 of its day at the start of a cycle and 24:00 at its end, in the group's time zone.
 */
export function readDraft(
  request: CreateTargetGroupRequest,
  attribution: Attribution,
): {
  readonly draft: TargetGroupDraft;
  readonly faults: readonly string[];
} {
  const faults: string[] = [];
  const timeZone = readTimeZone(request.timeZoneName ?? "UTC", faults);
  const draft = {
    attribution,
    name: request.name,
    description: request.description ?? undefined,
    isActive: request.active ?? true,
    trackingType: request.trackingType,
    timeZone,
    closingOffsets: [{ fromCycle: 1, days: request.offsetDays ?? 0 }],
    enrollmentOpens: readBound("enrolmentStartDate", request.enrolmentStartDate, timeZone, faults),
    enrollmentCloses: readBound("enrolmentEndDate", request.enrolmentEndDate, timeZone, faults),
    ...readCycles(request, timeZone, faults),
    targets: request.targets.map((target, index) => readTarget(target, `targets[${index}].`, faults)),
    levels: (request.streaks ?? []).map(({ name, targetCountOfSequence }) => ({
      name,
      cyclesToMeet: targetCountOfSequence,
    })),
    initialFreezes: request.streakFreezes?.initial ?? 0,
  };
  return { draft, faults };
}

function readTimeZone(name: string, faults: string[]): string {
  if (isTimeZone(name)) return name;
  faults.push(`timeZoneName must be an IANA time zone; got ${quote(name)}.`);
  return "UTC";
}

/** A bound of the time for enrolling: the start of its first day, the end of its last one, or an instant. */
export function readBound(
  field: "enrolmentStartDate" | "enrolmentEndDate",
  written: string | null | undefined,
  timeZone: string,
  faults: string[],
): WrittenBound | undefined {
  if (written === null || written === undefined) return undefined;
  const at = field === "enrolmentStartDate" ? startOf(written, timeZone) : endOf(written, timeZone);
  if (at === undefined) faults.push(boundFault(field, written));
  return at === undefined ? undefined : { at, written };
}

type Cycles = Pick<TargetGroupDraft, "cycles" | "cycleRule">;

/** The cycles of the list, or of the rule. */
function readCycles(request: CreateTargetGroupRequest, timeZone: string, faults: string[]): Cycles {
  const { periods } = request;
  if (periods !== undefined)
    return {
      cycleRule: undefined,
      cycles: periods.map((period, index) => readCycle(period, index, timeZone, faults)),
    };
  const pattern = readPattern(request);
  if (pattern === undefined) return { cycleRule: undefined, cycles: [] };
  const cycleRule = isFirstDay(pattern.firstDay, timeZone) ? makeRule(pattern, timeZone) : undefined;
  if (cycleRule !== undefined)
    return { cycleRule, cycles: cyclesOfRule(cycleRule).map((cycle) => ({ ...cycle, description: undefined })) };
  faults.push(
    `fromDate must be a date (2026-01-31) of the years 1000 to 9999, and so must be the end of the last cycle; got ${quote(pattern.firstDay)}.`,
  );
  return { cycleRule, cycles: [] };
}

function readPattern(request: CreateTargetGroupRequest): CyclePattern | undefined {
  const { frequencyType, frequency, recurringCycles: count, fromDate: firstDay } = request;
  if (frequencyType === undefined || frequency === undefined) return undefined;
  return count === undefined || firstDay === undefined ? undefined : { frequencyType, frequency, count, firstDay };
}

/** In earlier years a date of JavaScript takes two digits for a year of the last century. */
function isFirstDay(text: string, timeZone: string): boolean {
  return (
    text >= "1000" && /^\d/.test(text) && parseInstant(text) === undefined && startOf(text, timeZone) !== undefined
  );
}

/** The rule in the group's zone; `undefined` when a cycle is not in the years that a date is written with. */
export function makeRule(
  pattern: CyclePattern,
  timeZone: string,
  known?: Pick<CycleRule, "count" | "offsets">,
): CycleRule | undefined {
  return ruleOf(pattern, (day) => startOf(day, timeZone), known);
}

/** What is wrong with the fields that cycles come from: a list or a rule, and a rule as a whole. */
export function cycleSourceFaults(fields: Readonly<Record<string, unknown>>): string[] {
  const missing = ruleFields.filter((field) => fields[field] === undefined);
  const hasRule = missing.length < ruleFields.length;
  if (fields["periods"] !== undefined)
    return hasRule ? [`periods must be absent when cycles are made from ${listed(ruleFields)}.`] : [];
  if (!hasRule) return [`periods is required, or ${listed(ruleFields)} in its place.`];
  return missing.map((field) => `${field} is required when cycles are made from a rule.`);
}

const ruleFields = ["frequencyType", "frequency", "recurringCycles", "fromDate"] as const;

function listed(fields: readonly string[]): string {
  return `${fields.slice(0, -1).join(", ")} and ${fields.at(-1)}`;
}

function readCycle(
  period: PeriodRequest,
  index: number,
  timeZone: string,
  faults: string[],
): TargetGroupDraft["cycles"][number] {
  const { refCode, startDate, endDate, description } = period;
  const bound = (field: "startDate" | "endDate", instant: Instant | undefined): Instant => {
    if (instant !== undefined) return instant;
    faults.push(boundFault(`periods[${index}].${field}`, period[field]));
    return Number.NaN;
  };
  return {
    number: index + 1,
    refCode,
    description: description ?? undefined,
    startsAt: bound("startDate", startOf(startDate, timeZone)),
    endsAt: bound("endDate", endOf(endDate, timeZone)),
    startDate,
    endDate,
  };
}

/** The target that a request asks for. Its faults are added to `faults`, and name fields after `prefix`. */
export function readTarget(
  target: TargetRequest,
  prefix: string,
  faults: string[],
): TargetGroupDraft["targets"][number] {
  const filters = readFilters(target.filters, prefix, faults);
  const triggers = readTriggers(target.targetMilestoneTriggers, prefix, faults).map((trigger) => ({
    ...trigger,
    id: 0,
  }));
  return {
    name: target.name,
    description: target.description ?? undefined,
    isActive: target.active ?? true,
    entity: target.targetEntity,
    eventName: target.eventName ?? undefined,
    type: target.targetType,
    attributeName: target.attributeName ?? undefined,
    tracksFromEnrollmentDate: target.trackFromEnrollmentDate ?? false,
    enrollmentMethod: target.enrolmentMethod ?? "IMPORT",
    rewardAllocation: target.rewardAllocation ?? "IMMEDIATE",
    rules: filters.length + triggers.length === 0 ? [] : [{ fromCycle: 1, filters, triggers }],
    values: target.defaultValues.map(({ defaultValue }, position) =>
      readValue(`${prefix}defaultValues[${position}].defaultValue`, defaultValue, faults),
    ),
    reminders: target.reminders ?? [],
    revaluation: undefined,
  };
}

/** The value as an exact decimal. When there are faults, it is not usable. */
export function readValue(field: string, value: number, faults: string[]): Decimal {
  const decimal = parseDecimal(value.toString());
  if (decimal !== undefined) return decimal;
  faults.push(`${field} must have at most 4 fractional digits; got ${value}.`);
  return 0n;
}

/** The sub-targets of a request. Their faults are added to `faults`, and name fields after `prefix`. */
export function readTriggers(
  triggers: TargetRequest["targetMilestoneTriggers"],
  prefix: string,
  faults: string[],
): TriggerDraft[] {
  return (triggers ?? []).map(({ triggerName, triggerValueType, triggerValue }, index) => ({
    name: triggerName,
    valueType: triggerValueType,
    value: readValue(`${prefix}targetMilestoneTriggers[${index}].triggerValue`, triggerValue, faults),
  }));
}

/** The filters of a request. Their faults are added to `faults`, and name fields after `prefix`. */
export function readFilters(filters: TargetRequest["filters"], prefix: string, faults: string[]): Filter[] {
  const read = (filters ?? []).map((filter, index) => readFilter(filter, `${prefix}filters[${index}].`, faults));
  const ids = read.reduce((sum, { entityIds }) => sum + entityIds.size, 0);
  if (ids > filterIds) faults.push(`${prefix}filters must have at most ${filterIds} entityIds together; got ${ids}.`);
  return read;
}

function readFilter(filter: NonNullable<TargetRequest["filters"]>[number], prefix: string, faults: string[]): Filter {
  const bound = (name: "minimum" | "maximum") => {
    const value = filter[name] ?? undefined;
    return value === undefined ? undefined : readValue(`${prefix}${name}`, value, faults);
  };
  return {
    entityType: filter.entityType,
    entityIds: new Set((filter.entityIds ?? []).map(String)),
    attributeName: filter.attributeName ?? undefined,
    minimum: bound("minimum"),
    maximum: bound("maximum"),
    isExcluding: filter.exclude ?? false,
  };
}
