/**
 * A moment on the business time line, in milliseconds since 1970-01-01T00:00:00Z.
 *
 * The request brings the time. No code in `shared/domain` reads a clock.
 */
export type Instant = number;

/** The instant as UTC ISO 8601 text with milliseconds. */
export function formatInstant(instant: Instant): string {
  return new Date(instant).toISOString();
}

/** How far a caller's clock may be ahead of the service's: five minutes. An activity that occurs later than that is refused. */
export const clockToleranceMilliseconds = 300_000;

const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

const firstInstant = /* @__PURE__ */ Date.parse("0001-01-01T00:00:00Z");
export const lastInstant = /* @__PURE__ */ Date.parse("9999-12-31T23:59:59.999Z");

/** Whether {@link formatInstant} can write the instant with a year of four digits, so that texts sort as instants do. */
export function isWritable(instant: Instant): boolean {
  return instant >= firstInstant && instant <= lastInstant;
}

/**
 * The instant an ISO 8601 text with an offset stands for; `undefined` for any other text. 30 February is refused too;
 * `Date.parse` alone would read it as 2 March.
 */
export function parseInstant(text: string): Instant | undefined {
  if (!instantPattern.test(text) || !isCalendarDay(text.slice(0, 10))) return undefined;
  const instant = Date.parse(text);
  return isWritable(instant) ? instant : undefined;
}

/** Whether a text like `2030-02-28` is a day of the calendar. 30 February is another day when it is written again. */
export function isCalendarDay(day: string): boolean {
  const instant = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(instant) && formatInstant(instant).startsWith(day);
}
