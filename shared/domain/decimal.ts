/**
 * An exact decimal with at most 4 fractional digits, counted in ten-thousandths: `12.5` is `125000n`.
 *
 * The operators of the language add, subtract and compare whole numbers exactly, so 0.1 + 0.2 is exactly 0.3
 * (docs/decisions/0004-decimals.md).
 */
export type Decimal = bigint;

const fractionDigits = 4;

/** The number 1. */
export const one: Decimal = 10_000n;
const decimalPattern = /^(-?)(\d+)(?:\.(\d{1,4}))?$/;

/** The decimal that a JSON number stands for; `undefined` for one that no decimal is, and for any other value. */
export function decimalOf(value: unknown): Decimal | undefined {
  return typeof value === "number" ? parseDecimal(value.toString()) : undefined;
}

/** The decimal a plain notation such as `12`, `-0.5` or `1000.0001` stands for; `undefined` for any other text. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = decimalPattern.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = ""] = match;
  const magnitude = BigInt(whole + fraction.padEnd(fractionDigits, "0"));
  return sign === "-" ? -magnitude : magnitude;
}

/** The shortest plain notation: `125000n` is `12.5`. */
export function formatDecimal(value: Decimal): string {
  const digits = (value < 0n ? -value : value).toString().padStart(fractionDigits + 1, "0");
  const whole = digits.slice(0, -fractionDigits);
  const fraction = withoutTrailingZeros(digits.slice(-fractionDigits));
  return `${value < 0n ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Scans from the end. A regular expression would start over at each zero and take a minute for 256 kB of zeros. */
export function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === "0") end -= 1;
  return digits.slice(0, end);
}
