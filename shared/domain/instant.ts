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
