// Times are shown and drawn in a group's own zone, as a wall clock there shows them.

/**
 * The reading of a wall clock, taken as if its zone were UTC. It is for comparing and drawing and is never an instant.
 */
export type WallTime = number;

/** A span from its first moment to the first moment after it. */
export type Span = { readonly start: WallTime; readonly end: WallTime };

const dayMilliseconds = 24 * 60 * 60 * 1000;

export function wallTimeOf(epochMilliseconds: number, zone: string): WallTime {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const parts = new Map(format.formatToParts(epochMilliseconds).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
}

/** Whether it is the name of a time zone that the browser knows. */
export function isZone(name: string): boolean {
  try {
    return name !== "" && wallTimeOf(0, name) !== undefined;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * A cycle's span from the dates of its definition. A plain end date is the last day, so the span ends with that day. An
 * instant is the end itself.
 */
export function spanOf(startDate: string, endDate: string, zone: string): Span {
  return {
    start: isPlainDate(startDate) ? Date.parse(startDate) : wallTimeOf(Date.parse(startDate), zone),
    end: isPlainDate(endDate) ? Date.parse(endDate) + dayMilliseconds : wallTimeOf(Date.parse(endDate), zone),
  };
}

function isPlainDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text);
}

const dayFormat = new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC",
  day: "numeric",
  month: "short",
  year: "numeric",
});
const shortDayFormat = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });
const timeFormat = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", hour: "2-digit", minute: "2-digit" });

/** The time as text, such as `1 Jan 2030`. The time of day is left out at midnight. */
export function formatWallTime(time: WallTime): string {
  return time % dayMilliseconds === 0
    ? dayFormat.format(time)
    : `${dayFormat.format(time)}, ${timeFormat.format(time)}`;
}

/** The span as text, such as `1 Jan 2030 – 31 Jan 2030`. A span of whole days shows its first and last day. */
export function formatSpan({ start, end }: Span): string {
  const [first, last] = [formatWallTime(start), formatEnd(end)];
  return first === last ? first : `${first} – ${last}`;
}

/** The end of a span as text. For an end at midnight it is the last day. */
export function formatEnd(end: WallTime): string {
  return formatWallTime(end % dayMilliseconds === 0 ? end - dayMilliseconds : end);
}

/** The day as short text, such as `5 Jan`. */
export function formatShortDay(time: WallTime): string {
  return shortDayFormat.format(time);
}

/** A date of a definition as text: a plain date as it is, an instant in the zone. */
export function formatDate(date: string, zone: string): string {
  return isPlainDate(date) ? dayFormat.format(Date.parse(date)) : formatInstant(date, zone);
}

export function formatInstant(instant: string, zone: string): string {
  const time = wallTimeOf(Date.parse(instant), zone);
  return `${dayFormat.format(time)}, ${timeFormat.format(time)}`;
}

/** The instant in the form of `<input type="datetime-local">` at UTC. */
export function toInputValue(epochMilliseconds: number): string {
  return new Date(epochMilliseconds).toISOString().slice(0, 16);
}

export function fromInputValue(text: string): number | undefined {
  const instant = Date.parse(`${text}Z`);
  return Number.isNaN(instant) ? undefined : instant;
}
