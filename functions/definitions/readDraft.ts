import { type Decimal, parseDecimal } from "../../shared/domain/decimal.ts";
import type { TargetGroupDraft } from "../../shared/domain/drafting.ts";
import type { Instant } from "../../shared/domain/instant.ts";
import { filterBytes } from "../../shared/http/limits.ts";
import { canonicalJson } from "../../shared/http/requests/canonicalJson.ts";
import { quote } from "../../shared/http/requests/parameters.ts";
import type {
  CreateTargetGroupRequest,
  PeriodRequest,
  TargetRequest,
} from "../../shared/http/requests/requestTypes.ts";
import { endOf, isTimeZone, startOf } from "./calendar.ts";

/**
 * The draft that a request of the right shape asks for, and the faults that need a calendar or exact decimals to be
 * found. When there are faults, the draft is only usable for finding more of them.
 *
 * A plain date is 00:00 of its day at the start of a cycle and 24:00 at its end, in the group's time zone.
 */
export function readDraft(request: CreateTargetGroupRequest): {
  readonly draft: TargetGroupDraft;
  readonly faults: readonly string[];
} {
  const faults: string[] = [];
  const timeZone = readTimeZone(request.timeZoneName ?? "UTC", faults);
  const draft = {
    name: request.name,
    description: request.description ?? undefined,
    isActive: request.active ?? true,
    trackingType: request.trackingType,
    timeZone,
    cycles: request.periods.map((period, index) => readCycle(period, index, timeZone, faults)),
    targets: request.targets.map((target, index) => readTarget(target, index, faults)),
    levels: (request.streaks ?? []).map(({ name, targetCountOfSequence }) => ({
      name,
      cyclesToMeet: targetCountOfSequence,
    })),
  };
  return { draft, faults };
}

function readTimeZone(name: string, faults: string[]): string {
  if (isTimeZone(name)) return name;
  faults.push(`timeZoneName must be an IANA time zone; got ${quote(name)}.`);
  return "UTC";
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
      `periods[${index}].${field} must be a date (2026-01-31) or an instant (2026-01-31T18:00:00Z) of the years 1 to 9999; got ${quote(period[field])}.`,
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
  faults.push(...filterFaults(`targets[${index}].filters`, target.filters));
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

/**
 * Filters may be any JSON, so no schema limits them. Their size counts as they are stored: `1e20` is then written with 21
 * digits, and larger filters would not fit into an item of the table.
 */
function filterFaults(field: string, filters: unknown): readonly string[] {
  const text = canonicalJson(field, filters ?? null);
  if ("faults" in text) return text.faults;
  const sizeBytes = Buffer.byteLength(text.valid);
  return sizeBytes > filterBytes ? [`${field} must take at most ${filterBytes} bytes as JSON; got ${sizeBytes}.`] : [];
}

/** Warns that filters are stored and not evaluated, because more would count than the brand expects. */
export function filterWarnings({ targets }: TargetGroupDraft): string[] {
  return targets.flatMap(({ filters }, index) =>
    filters === undefined ? [] : [`targets[${index}].filters was stored; it does not restrict what counts.`],
  );
}
