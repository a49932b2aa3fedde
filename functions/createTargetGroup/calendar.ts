import { Temporal } from "temporal-polyfill";
import { type Instant, parseInstant } from "../../shared/domain/instant.ts";

const plainDate = /^\d{4}-\d{2}-\d{2}$/;

/** A name of the IANA database: Temporal would also take an offset, or a whole date with a zone in it. */
const zoneName = /^[A-Za-z][A-Za-z0-9_+/-]*$/;

export function isTimeZone(name: string): boolean {
  return zoneName.test(name) && parsed(() => Temporal.PlainDate.from("2000-01-01").toZonedDateTime(name)) !== undefined;
}

/** 00:00 of a plain date in the zone, or the instant itself; `undefined` when the text is neither. */
export function startOf(text: string, timeZone: string): Instant | undefined {
  return plainDate.test(text) ? startOfDay(text, timeZone, 0) : parseInstant(text);
}

/** 24:00 of a plain date in the zone, which is the first instant after it, or the instant itself. */
export function endOf(text: string, timeZone: string): Instant | undefined {
  return plainDate.test(text) ? startOfDay(text, timeZone, 1) : parseInstant(text);
}

/** A day begins where the zone's calendar lets it begin, daylight saving included. */
function startOfDay(date: string, timeZone: string, daysLater: number): Instant | undefined {
  return parsed(
    () => Temporal.PlainDate.from(date).add({ days: daysLater }).toZonedDateTime(timeZone).epochMilliseconds,
  );
}

function parsed<Value>(parse: () => Value): Value | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
