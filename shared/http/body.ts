import { withoutTrailingZeros } from "../domain/decimal.ts";
import { invalidInput } from "./errors.ts";

const jsonContentType = /^application\/json\s*(;|$)/i;

/**
 * The JSON value of a request body.
 *
 * Refuses with 300004: too large (413, before parsing), not declared `application/json` (415), absent or
 * malformed (400). A number that JavaScript cannot hold exactly (`1.0000000000000001`, `1e400`) becomes NaN,
 * which no schema accepts; silently rounded it would be taken for another number.
 */
export function parseBody(
  body: string | null,
  isBase64Encoded: boolean,
  contentType: string | undefined,
  maximumBodyBytes: number,
): unknown {
  const text = readText(body, isBase64Encoded, maximumBodyBytes);
  if (contentType === undefined || !jsonContentType.test(contentType)) {
    throw invalidInput([`Content-Type must be application/json; got ${contentType ?? "none"}.`], 415);
  }
  return parseJson(text);
}

/** Refuses with 300004 (413) a body that is too large to be looked at. */
export function readText(body: string | null, isBase64Encoded: boolean, maximumBodyBytes: number): string {
  const text = body === null ? "" : Buffer.from(body, isBase64Encoded ? "base64" : "utf8").toString("utf8");
  const sizeBytes = Buffer.byteLength(text, "utf8");
  if (sizeBytes <= maximumBodyBytes) return text;
  throw invalidInput([`The body must be at most ${maximumBodyBytes} bytes; got ${sizeBytes}.`], 413);
}

/** Refuses with 300004 what is not JSON, or nested too deeply. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, exactNumber);
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidInput(["The body must be well-formed JSON."]);
    // Nested so deeply that the engine's parser ran out of stack.
    if (error instanceof RangeError) throw invalidInput(["The body is nested too deeply."]);
    throw error;
  }
}

/** Every decimal of at most 15 significant digits survives the way through a double. */
const exactDigits = 15;

function exactNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined || String(value) === source) return value;
  const [mantissa = ""] = source.toLowerCase().split("e");
  const digits = withoutTrailingZeros(mantissa.replace(/[-.]/g, "").replace(/^0+/, ""));
  const isLost = digits.length > exactDigits || !Number.isFinite(value) || (value === 0 && digits !== "");
  return isLost ? Number.NaN : value;
}
