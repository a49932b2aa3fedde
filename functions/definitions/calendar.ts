// Temporal by its functions: of its classes a bundle holds all or none, three times as much.
import { getISO } from "temporal-polyfill/fns/Calendar";
import { addDays, fromString, toZonedDateTime } from "temporal-polyfill/fns/PlainDate";
import { type Instant, isWritable, lastInstant, parseInstant } from "../../shared/domain/instant.ts";

const plainDate = /^\d{4}-\d{2}-\d{2}$/;

/** A name of the IANA database: Temporal would also take an offset, or a whole date with a zone in it. */
const zoneName = /^[A-Za-z][A-Za-z0-9_+/-]*$/;

export function isTimeZone(name: string): boolean {
  return zoneName.test(name) && parsed(() => epochMilliseconds("2000-01-01", name, 0)) !== undefined;
}

/** 00:00 of a plain date in the zone, or the instant itself; `undefined` when the text is neither. */
export function startOf(text: string, timeZone: string): Instant | undefined {
  return plainDate.test(text) ? startOfDay(text, timeZone, 0) : parseInstant(text);
}

/**
 * 24:00 of a plain date in the zone, which is the first instant after it, or the instant itself. "For ever", written
 * 9999-12-31, ends with the last instant there is.
 */
export function endOf(text: string, timeZone: string): Instant | undefined {
  return plainDate.test(text) ? startOfDay(text, timeZone, 1) : parseInstant(text);
}

/** A day begins where the zone's calendar lets it begin, daylight saving included. */
function startOfDay(date: string, timeZone: string, daysLater: number): Instant | undefined {
  const day = parsed(() => epochMilliseconds(date, timeZone, daysLater));
  const instant = day === undefined ? undefined : Math.min(day, lastInstant);
  return instant !== undefined && isWritable(instant) ? instant : undefined;
}

function epochMilliseconds(date: string, timeZone: string, daysLater: number): number {
  return toZonedDateTime(addDays(fromString(date, getISO), daysLater), timeZone).epochMilliseconds;
}

function parsed<Value>(parse: () => Value): Value | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
