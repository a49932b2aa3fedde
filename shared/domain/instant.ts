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

const instantPattern = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

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
  const [, year, month, day] = instantPattern.exec(text) ?? [];
  const instant = Date.parse(text);
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  return isDay && isWritable(instant) ? instant : undefined;
}
