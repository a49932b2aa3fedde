import { closesAt, offsetDaysOf } from "../../domain/cycleClosing.ts";
import type { CycleRule } from "../../domain/cycleRule.ts";
import { cycleStatus } from "../../domain/cycles.ts";
import type { Decimal } from "../../domain/decimal.ts";
import type { Filter } from "../../domain/filters.ts";
import { formatInstant, type Instant } from "../../domain/instant.ts";
import {
  type Attribution,
  type Cycle,
  type Level,
  lastRule,
  ruleIn,
  type Target,
  type TargetGroup,
  type Trigger,
  targetValue,
} from "../../domain/targetGroup.ts";
import { wireDecimal } from "./wireDecimal.ts";

/** A target group on the wire: as it was sent, with its ids. If asked for, it has its cycles and their status now. */
export function presentTargetGroup(group: TargetGroup, now: Instant, options: { readonly includePeriods: boolean }) {
  return {
    id: group.id,
    version: group.version,
    attribution: presentAttribution(group.attribution),
    name: group.name,
    description: group.description ?? null,
    active: group.isActive,
    trackingType: group.trackingType,
    targetEvaluationType: "FIXED_CALENDAR_WINDOW",
    timeZoneName: group.timeZone,
    offsetDays: offsetDaysOf(group),
    enrolmentStartDate: group.enrollmentOpens?.written ?? null,
    enrolmentEndDate: group.enrollmentCloses?.written ?? null,
    ...presentRule(group.cycleRule),
    ...(options.includePeriods ? { periods: group.cycles.map((cycle) => presentCycle(group, cycle, now)) } : {}),
    targets: group.targets.map((target) => presentTarget(target, group)),
    streaks: group.levels.map(presentLevel),
    streakFreezes: group.initialFreezes === 0 ? null : { initial: group.initialFreezes },
  };
}

/** What the cycles are made from; `null` when they were listed. */
function presentRule(rule: CycleRule | undefined) {
  return {
    frequencyType: rule?.frequencyType ?? null,
    frequency: rule?.frequency ?? null,
    recurringCycles: rule?.count ?? null,
    fromDate: rule?.firstDay ?? null,
  };
}

function presentAttribution({ createdAt, createdBy, lastUpdatedAt, lastUpdatedBy }: Attribution) {
  return {
    createdOn: formatInstant(createdAt),
    createdBy: createdBy ?? null,
    lastUpdatedOn: formatInstant(lastUpdatedAt),
    lastUpdatedBy: lastUpdatedBy ?? null,
  };
}

function presentCycle(group: TargetGroup, cycle: Cycle, now: Instant) {
  const { id, refCode, description, startDate, endDate } = cycle;
  const closedAt = group.closedAt.get(cycle.number);
  return {
    id,
    refCode,
    description: description ?? null,
    startDate,
    endDate,
    periodStatus: cycleStatus(cycle, now),
    closingOn: formatInstant(closesAt(group, cycle)),
    closedOn: closedAt === undefined ? null : formatInstant(closedAt),
  };
}

export function presentTarget(target: Target, { cycles }: Pick<TargetGroup, "cycles">) {
  return {
    id: target.id,
    name: target.name,
    description: target.description ?? null,
    active: target.isActive,
    targetEntity: target.entity,
    eventName: target.eventName ?? null,
    targetType: target.type,
    attributeName: target.attributeName ?? null,
    trackFromEnrollmentDate: target.tracksFromEnrollmentDate,
    enrolmentMethod: target.enrollmentMethod,
    rewardAllocation: target.rewardAllocation,
    filters: presentFilters(lastRule(target).filters),
    targetMilestoneTriggers: presentTriggers(lastRule(target).triggers),
    rules: presentRules(target, cycles),
    defaultValues: valuesOf(target, cycles).map((value) => ({ defaultValue: wireDecimal(value) })),
    reminders: target.reminders.map(({ name, offsetHours, condition }) => ({ name, offsetHours, condition })),
    reevaluation: presentRevaluation(target, cycles),
  };
}

/** The last change of values of cycles that had not ended, and since when all customers are judged by them. */
function presentRevaluation({ revaluation }: Target, cycles: readonly Cycle[]) {
  if (revaluation === undefined) return null;
  const { changes, startedAt, finishedAt } = revaluation;
  const changed = cycles.filter(({ number }) =>
    changes.some(({ fromCycle, throughCycle }) => fromCycle <= number && number <= throughCycle),
  );
  return {
    periodIds: changed.map(({ id }) => id),
    startedOn: formatInstant(startedAt),
    finishedOn: finishedAt === undefined ? null : formatInstant(finishedAt),
  };
}

/** The rules of the cycles, if they do not all have the same one. Of the first cycles, nothing may be required. */
function presentRules({ rules }: Target, cycles: readonly Cycle[]) {
  const [first] = rules;
  if (first === undefined || (rules.length === 1 && first.fromCycle === 1)) return null;
  const all = first.fromCycle === 1 ? rules : [ruleIn({ rules }, 1), ...rules];
  return all.map(({ fromCycle, filters, triggers }) => ({
    fromPeriodId: cycles[fromCycle - 1]?.id ?? null,
    filters: presentFilters(filters),
    targetMilestoneTriggers: presentTriggers(triggers),
  }));
}

function presentFilters(filters: readonly Filter[]) {
  return filters.length === 0 ? null : filters.map(presentFilter);
}

function presentTriggers(triggers: readonly Trigger[]) {
  return triggers.length === 0 ? null : triggers.map(presentTrigger);
}

export function presentTrigger({ id, name, valueType, value }: Trigger) {
  return { id, triggerName: name, triggerValueType: valueType, triggerValue: wireDecimal(value) };
}

/** What a filter does not have is left out, so that it reads as it was written. */
function presentFilter({ entityType, entityIds, attributeName, minimum, maximum, isExcluding }: Filter) {
  return {
    entityType,
    ...(entityIds.size === 0 ? {} : { entityIds: [...entityIds] }),
    ...(attributeName === undefined ? {} : { attributeName }),
    ...(minimum === undefined ? {} : { minimum: wireDecimal(minimum) }),
    ...(maximum === undefined ? {} : { maximum: wireDecimal(maximum) }),
    ...(isExcluding ? { exclude: true } : {}),
  };
}

/** One value for all cycles, or one for each. */
function valuesOf(target: Target, cycles: readonly Cycle[]): readonly Decimal[] {
  return target.values.length === 1 ? target.values : cycles.map((cycle) => targetValue(target, cycle));
}

export function presentLevel({ id, name, cyclesToMeet }: Level) {
  return { id, name, targetCountOfSequence: cyclesToMeet };
}
