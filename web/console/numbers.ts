const format = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 4 });

/** The number as text, such as `1,250.5`. It has at most the four fractional digits that the API keeps. */
export function formatNumber(value: number): string {
  return format.format(value);
}

/** The count with its noun, such as `1 cycle` or `3 cycles`. */
export function counted(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** The part of the whole, such as `33.3 %`. Nothing has no parts, so it is empty then. */
export function shareOf(part: number, whole: number): string {
  return whole === 0 ? "" : `${formatNumber(Math.round((1000 * part) / whole) / 10)} %`;
}
