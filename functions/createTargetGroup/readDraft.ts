import { type Decimal, parseDecimal } from "../../shared/domain/decimal.ts";
import type { TargetGroupDraft } from "../../shared/domain/drafting.ts";
import type { Instant } from "../../shared/domain/instant.ts";
import type { CreateTargetGroupRequest, PeriodRequest, TargetRequest } from "../../shared/http/requestTypes.ts";
import { endOf, isTimeZone, startOf } from "./calendar.ts";

/**
 * The draft a request of the right shape asks for, or the faults that only a calendar and exact decimals show.
 * A plain date is 00:00 of its day at the start of a cycle and 24:00 at its end, in the group's time zone.
 */
export function readDraft(
  request: CreateTargetGroupRequest,
): TargetGroupDraft | { readonly faults: readonly string[] } {
  const timeZone = request.timeZoneName ?? "UTC";
  if (!isTimeZone(timeZone))
    return { faults: [`timeZoneName must be an IANA time zone; got ${JSON.stringify(timeZone)}.`] };
  const faults: string[] = [];
  const cycles = request.periods.map((period, index) => readCycle(period, index, timeZone, faults));
  const targets = request.targets.map((target, index) => readTarget(target, index, faults));
  if (faults.length > 0) return { faults };
  return {
    name: request.name,
    description: request.description ?? undefined,
    isActive: request.active ?? true,
    trackingType: request.trackingType,
    timeZone,
    cycles,
    targets,
    levels: (request.streaks ?? []).map(({ name, targetCountOfSequence }) => ({
      name,
      cyclesToMeet: targetCountOfSequence,
    })),
  };
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
    faults.push(
      `periods[${index}].${field} must be a date (2026-01-31) or an instant (2026-01-31T18:00:00Z); got ${JSON.stringify(period[field])}.`,
    );
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

function readTarget(target: TargetRequest, index: number, faults: string[]): TargetGroupDraft["targets"][number] {
  const value = ({ defaultValue }: { defaultValue: number }, position: number): Decimal => {
    const decimal = parseDecimal(defaultValue.toString());
    if (decimal !== undefined) return decimal;
    faults.push(
      `targets[${index}].defaultValues[${position}].defaultValue must have at most 4 fractional digits; got ${defaultValue}.`,
    );
    return 0n;
  };
  return {
    name: target.name,
    isActive: target.active ?? true,
    entity: target.targetEntity,
    eventName: target.eventName ?? undefined,
    type: target.targetType,
    attributeName: target.attributeName ?? undefined,
    tracksFromEnrollmentDate: target.trackFromEnrollmentDate ?? false,
    rewardAllocation: target.rewardAllocation ?? "IMMEDIATE",
    filters: target.filters ?? undefined,
    values: target.defaultValues.map(value),
  };
}

/** Filters are kept and answered; until they are evaluated, saying so beats counting more than the brand meant. */
export function filterWarnings({ targets }: TargetGroupDraft): string[] {
  return targets.flatMap(({ filters }, index) =>
    filters === undefined ? [] : [`targets[${index}].filters was stored; it does not restrict what counts.`],
  );
}
