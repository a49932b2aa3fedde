import { withoutTrailingZeros } from "../../domain/decimal.ts";
import { invalidInput } from "../errors.ts";
import { bodyText } from "./incomingText.ts";
import { quote } from "./parameters.ts";

const jsonContentType = /^application\/json\s*(;|$)/i;

/**
 * The JSON value of a request body.
 *
 * Refuses with 300004: too large (413, before parsing), not declared `application/json` (415), absent, not UTF-8 or
 * malformed (400). A number that JavaScript cannot hold exactly (`1.0000000000000001`, `1e400`) becomes NaN,
 * which no schema accepts; silently rounded it would be taken for another number.
 */
export function parseBody(
  body: string | null,
  isBase64Encoded: boolean,
  contentType: string | undefined,
  maximumBodyBytes: number,
): unknown {
  assertSize(body, isBase64Encoded, maximumBodyBytes);
  if (contentType === undefined || !jsonContentType.test(contentType)) {
    throw invalidInput([`Content-Type must be application/json; got ${contentType ?? "none"}.`], 415);
  }
  return parseJson(readText(body, isBase64Encoded));
}

/** Refuses with 300004 (413) a body that is too large to be looked at. */
export function assertSize(body: string | null, isBase64Encoded: boolean, maximumBodyBytes: number): void {
  const sizeBytes = Buffer.byteLength(body ?? "", isBase64Encoded ? "base64" : "utf8");
  if (sizeBytes <= maximumBodyBytes) return;
  throw invalidInput([`The body must be at most ${maximumBodyBytes} bytes; got ${sizeBytes}.`], 413);
}

/** Refuses with 300004 a body that was not sent as UTF-8: what it said is lost. */
export function readText(body: string | null, isBase64Encoded: boolean): string {
  const text = bodyText(body, isBase64Encoded);
  if (text !== undefined) return text;
  throw invalidInput([
    "The body must be UTF-8; U+FFFD counts as bytes that are not, unless it is written as an escape.",
  ]);
}

/**
 * Refuses with 300004 what is not JSON, is nested too deeply, or holds a text that is not well-formed Unicode: half of
 * a surrogate pair has no form in UTF-8, and breaks who reads it.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, judged);
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidInput(["The body must be well-formed JSON."]);
    // Nested so deeply that the engine's parser ran out of stack.
    if (error instanceof RangeError) throw invalidInput(["The body is nested too deeply."]);
    throw error;
  }
}

/** Every decimal of at most 15 significant digits survives the way through a double. */
const exactDigits = 15;

function judged(key: string, value: unknown, context?: { source?: string }): unknown {
  if (key.isWellFormed() && (typeof value !== "string" || value.isWellFormed())) {
    return exactNumber(value, context?.source);
  }
  throw invalidInput([`The text of ${quote(key)} must be well-formed Unicode; it holds half of a surrogate pair.`]);
}

function exactNumber(value: unknown, source: string | undefined): unknown {
  if (typeof value !== "number" || source === undefined || String(value) === source) return value;
  const [mantissa = ""] = source.toLowerCase().split("e");
  const digits = withoutTrailingZeros(mantissa.replace(/[-.]/g, "").replace(/^0+/, ""));
  const isLost = digits.length > exactDigits || !Number.isFinite(value) || (value === 0 && digits !== "");
  return isLost ? Number.NaN : value;
}
