// Temporal is used through its functions. A bundle would hold either all of its classes or none, which is three times
// as much.
import { getISO } from "temporal-polyfill/fns/Calendar";
import { addDays, fromString, toZonedDateTime } from "temporal-polyfill/fns/PlainDate";
import { type Instant, isWritable, lastInstant, parseInstant } from "../../shared/domain/instant.ts";
import { quote } from "../../shared/http/requests/parameters.ts";

const plainDate = /^\d{4}-\d{2}-\d{2}$/;

/** A name of the IANA database. Temporal would also accept an offset, or a whole date that contains a zone. */
const zoneName = /^[A-Za-z][A-Za-z0-9_+/-]*$/;

export function isTimeZone(name: string): boolean {
  return zoneName.test(name) && parsed(() => epochMilliseconds("2000-01-01", name, 0)) !== undefined;
}

/** 00:00 of a plain date in the zone, or the instant itself; `undefined` when the text is neither. */
export function startOf(text: string, timeZone: string): Instant | undefined {
  return plainDate.test(text) ? startOfDay(text, timeZone, 0) : parseInstant(text);
}

/**
 * 24:00 of a plain date in the zone, which is the first instant after that day, or the instant itself. The date
 * 9999-12-31 means "for ever" and gives the last possible instant.
 */
export function endOf(text: string, timeZone: string): Instant | undefined {
  return plainDate.test(text) ? startOfDay(text, timeZone, 1) : parseInstant(text);
}

/** The sentence about a text that is neither a plain date nor an instant. */
export function boundFault(field: string, text: string): string {
  return `${field} must be a date (2026-01-31) or an instant (2026-01-31T18:00:00Z) of the years 1 to 9999; got ${quote(text)}.`;
}

/** The start of a day in the zone. Daylight saving time is taken into account. */
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
