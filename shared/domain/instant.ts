/**
 * A moment on the business time line, in milliseconds since 1970-01-01T00:00:00Z.
 *
 * The request says what time it is (architecture: "Time"); nothing in `shared/domain` reads a clock.
 */
export type Instant = number;

/** The instant as UTC ISO 8601 with milliseconds, as it goes on the wire and into the table. */
export function formatInstant(instant: Instant): string {
  return new Date(instant).toISOString();
}

const instantPattern = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * The instant an ISO 8601 text with an offset stands for; `undefined` for any other text. A day that its month does not
 * have is no day: `Date.parse` alone would take 30 February for 2 March.
 */
export function parseInstant(text: string): Instant | undefined {
  const [, year, month, day] = instantPattern.exec(text) ?? [];
  const instant = Date.parse(text);
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  return isDay && !Number.isNaN(instant) ? instant : undefined;
}
