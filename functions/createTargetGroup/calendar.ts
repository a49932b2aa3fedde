import { Temporal } from "temporal-polyfill";
import type { Instant } from "../../shared/domain/instant.ts";

const plainDate = /^\d{4}-\d{2}-\d{2}$/;

export function isTimeZone(name: string): boolean {
  return parsed(() => Temporal.PlainDate.from("2000-01-01").toZonedDateTime(name)) !== undefined;
}

/** 00:00 of a plain date in the zone, or the instant itself; `undefined` when the text is neither. */
export function startOf(text: string, timeZone: string): Instant | undefined {
  return plainDate.test(text) ? startOfDay(text, timeZone, 0) : instant(text);
}

/** 24:00 of a plain date in the zone, which is the first instant after it, or the instant itself. */
export function endOf(text: string, timeZone: string): Instant | undefined {
  return plainDate.test(text) ? startOfDay(text, timeZone, 1) : instant(text);
}

/** A day begins where the zone's calendar lets it begin, daylight saving included. */
function startOfDay(date: string, timeZone: string, daysLater: number): Instant | undefined {
  return parsed(
    () => Temporal.PlainDate.from(date).add({ days: daysLater }).toZonedDateTime(timeZone).epochMilliseconds,
  );
}

function instant(text: string): Instant | undefined {
  return parsed(() => Temporal.Instant.from(text).epochMilliseconds);
}

function parsed<Value>(parse: () => Value): Value | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
