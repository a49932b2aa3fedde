import { formatInstant, type Instant, isWritable } from "./instant.ts";
import type { Cycle, TargetGroup } from "./targetGroup.ts";

/** Plain dates in the group's zone. */
type CycleDates = { readonly first: string; readonly last: string };

/** Dates by cycle. A cycle lives as long as its cached definition, so a date is mostly found out only once. */
const datesByCycle = new WeakMap<Cycle, CycleDates>();

/**
 * The first and the last day of a cycle in its group's zone. The last day is the one that holds the last moment before
 * the cycle's end, so a cycle that ends at midnight ends with the day before. A bound that the brand wrote as a plain
 * date is answered as it was written.
 */
export function cycleDates(group: TargetGroup, cycle: Cycle): CycleDates {
  const known = datesByCycle.get(cycle);
  if (known !== undefined) return known;
  const dates = {
    first: plainDate(cycle.startDate) ?? dateIn(group, cycle.startsAt),
    last: plainDate(cycle.endDate) ?? dateIn(group, cycle.endsAt - 1),
  };
  datesByCycle.set(cycle, dates);
  return dates;
}

function plainDate(written: string): string | undefined {
  return /^\d{4}-\d{2}-\d{2}$/.test(written) ? written : undefined;
}

/**
 * The date that a calendar in the group's zone shows. At the ends of time the zone's year can have other than four
 * digits; the date is then that of UTC.
 */
function dateIn(group: TargetGroup, instant: Instant): string {
  const local = instant + offsetMilliseconds(offsetFormatOf(group).format(instant));
  return formatInstant(isWritable(local) ? local : instant).slice(0, "2030-01-31".length);
}

/** Formats by group, because Node takes most of a millisecond to make one. */
const offsetFormats = new WeakMap<TargetGroup, Intl.DateTimeFormat>();

/** Writes an instant with the zone's offset at its end, such as `GMT+05:30`. */
function offsetFormatOf(group: TargetGroup): Intl.DateTimeFormat {
  const known = offsetFormats.get(group);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en", { timeZone: group.timeZone, timeZoneName: "longOffset" });
  offsetFormats.set(group, format);
  return format;
}

/** Before zones were standardised, offsets had seconds too: `GMT-00:44:30`. */
function offsetMilliseconds(formatted: string): number {
  const [, sign, hours = 0, minutes = 0, seconds = 0] =
    /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(formatted) ?? [];
  const size = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return sign === "-" ? -size : size;
}
