import { type Decimal, formatDecimal } from "../../domain/decimal.ts";

declare global {
  interface JSON {
    /** A text that `JSON.stringify` copies as it is. It is in the language since ES2026, and in Node 24. */
    rawJSON(text: string): unknown;
  }
}

/** A decimal as a JSON number with exactly its digits, however many. */
export function wireDecimal(value: Decimal): unknown {
  return JSON.rawJSON(formatDecimal(value));
}
