import { type CyclePattern, cyclesOfRule, ruleOf } from "../../../shared/domain/cycleRule.ts";
import type { Cycle } from "../model.ts";
import { type Span, spanOf, type WallTime } from "../time.ts";

export type FrequencyType = CyclePattern["frequencyType"];

/** The contents of the fields of a rule. */
export type RuleFields = {
  readonly frequencyType: FrequencyType;
  readonly frequency: string;
  readonly count: string;
  readonly firstDay: string;
};

/** The contents of the fields of a listed cycle. Both dates are days in the group's zone. */
export type CycleFields = { readonly refCode: string; readonly startDate: string; readonly endDate: string };

export const maximumFrequency = 366;
export const maximumRuleCycles = 1000;

const dayMilliseconds = 24 * 60 * 60 * 1000;

/** A cycle as the definition has it: its name, its first and its last day. */
type PlannedCycle = { readonly refCode: string; readonly startDate: string; readonly endDate: string };

/**
 * The cycles that the API will make of the rule, by the API's own code. They are drawn as days, so the zone's offsets are not
 * needed. The answer is `undefined` while a field is empty or out of its limits.
 */
export function cyclesOfFields(fields: RuleFields): readonly PlannedCycle[] | undefined {
  const { frequencyType, firstDay } = fields;
  const frequency = wholeNumber(fields.frequency, maximumFrequency);
  const count = wholeNumber(fields.count, maximumRuleCycles);
  if (frequency === undefined || count === undefined) return undefined;
  const rule = ruleOf({ frequencyType, frequency, count, firstDay }, Date.parse);
  return rule === undefined ? undefined : cyclesOfRule(rule);
}

function wholeNumber(text: string, maximum: number): number | undefined {
  const number = Number(text);
  return Number.isInteger(number) && number >= 1 && number <= maximum ? number : undefined;
}

/** The cycles as they are drawn. `now` is the reading of a clock in the group's zone. */
export function drawn(planned: readonly PlannedCycle[], zone: string, now: WallTime): readonly Cycle[] {
  return planned.map(({ refCode, startDate, endDate }, index) => {
    const span = spanOf(startDate, endDate, zone);
    return { id: -index - 1, refCode, span, status: statusOf(span, now) };
  });
}

function statusOf({ start, end }: Span, now: WallTime): Cycle["status"] {
  if (now < start) return "NOT_STARTED";
  return now < end ? "RUNNING" : "ENDED";
}

/** Whether the cycles can be drawn: each ends after it starts, and none starts before the one before it ends. */
export function areInOrder(cycles: readonly Cycle[]): boolean {
  return cycles.every(
    ({ span }, index) => span.start < span.end && (cycles[index - 1]?.span.end ?? span.start) <= span.start,
  );
}

/** The fields of a cycle that starts with the first whole day from the time on. Its name and end are to be filled in. */
export function cycleFrom(time: WallTime): CycleFields {
  const day = Math.ceil(time / dayMilliseconds) * dayMilliseconds;
  return { refCode: "", startDate: dayOf(day), endDate: "" };
}

/** The fields of a cycle behind those that are filled in. */
export function cycleBehind(cycles: readonly CycleFields[]): CycleFields {
  const last = cycles.at(-1)?.endDate ?? "";
  return last === "" ? { refCode: "", startDate: "", endDate: "" } : cycleFrom(dayAfter(last));
}

/** The day of a reading of the clock, as a definition has it. */
export function dayOf(time: WallTime): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The last day of a span. */
export function lastDayOf({ end }: Span): string {
  return dayOf(end - 1);
}

/** The first reading of the clock after a day. */
export function dayAfter(day: string): WallTime {
  return Date.parse(day) + dayMilliseconds;
}
