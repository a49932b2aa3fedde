const format = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 4 });

/** `1,250.5`: at most the four fractional digits the API keeps. */
export function formatNumber(value: number): string {
  return format.format(value);
}

/** `1 cycle`, `3 cycles`. */
export function counted(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? "" : "s"}`;
}
