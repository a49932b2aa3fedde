import { withoutTrailingZeros } from "../../domain/decimal.ts";
import { invalidInput } from "../errors.ts";
import { nestingDepth } from "../limits.ts";
import { quote } from "./parameters.ts";
import { isJsonObject, type JsonObject } from "./validation.ts";

/**
 * The JSON value of a text. A number that a double cannot hold becomes an infinite one ({@link markInexactNumbers}).
 *
 * Refuses with 300004 a text that is not JSON, a text that is nested too deeply ({@link refuseDeepNesting}), and a string
 * with half of a surrogate pair.
 */
export function parseJson(text: string): unknown {
  refuseDeepNesting(text);
  try {
    return JSON.parse(markInexactNumbers(text), refuseHalfPairs);
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidInput(["The body must be well-formed JSON."]);
    throw error;
  }
}

/** A whole string, or a bracket. Each match ends as soon as it can, so any text is read only once. */
const stringOrBracket = /"(?:[^"\\]|\\[^])*"?|[[\]{}]/g;

/**
 * Refuses with 300004 a JSON text whose lists and objects are nested more than {@link nestingDepth} deep. It comes before
 * the parser, which takes any depth, so that nothing after it runs out of stack.
 */
export function refuseDeepNesting(text: string): void {
  let depth = 0;
  for (const [token] of text.matchAll(stringOrBracket)) {
    if (token === "[" || token === "{") depth += 1;
    else if (token === "]" || token === "}") depth -= 1;
    if (depth > nestingDepth)
      throw invalidInput([`The body must not nest lists and objects more than ${nestingDepth} deep.`]);
  }
}

/**
 * The JSON object of a text; `undefined` when it is none. It is for reading whom a refused text names, so it takes texts
 * that {@link parseJson} refuses for half of a surrogate pair or for their nesting. A number that was rounded would be the
 * id of somebody else, so it is read as an infinite one.
 */
export function jsonObjectOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(markInexactNumbers(text));
    return isJsonObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * A reviver for `JSON.parse` that changes nothing. It refuses with 300004 a name or string with half of a surrogate pair,
 * because such a text has no form in UTF-8.
 */
export function refuseHalfPairs(key: string, value: unknown): unknown {
  if (key.isWellFormed() && (typeof value !== "string" || value.isWellFormed())) return value;
  throw invalidInput([`The text of ${quote(key)} must be well-formed Unicode; it holds half of a surrogate pair.`]);
}

/** A whole string, or a number as JSON writes it. Each match ends as soon as it can, so any text is read only once. */
const stringOrNumber = /"(?:[^"\\]|\\[^])*"?|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A number that JavaScript reads as infinite. No schema takes one. */
const tooLarge = "1e999";

/**
 * The same JSON text with an infinite number in the place of each number that a double cannot hold, such as
 * `1.0000000000000001` and `1e400`. Rounded, they would be taken for other numbers. Every schema refuses an infinite
 * number and names its field. A well-formed text stays well-formed, and a malformed one stays malformed.
 */
export function markInexactNumbers(text: string): string {
  return text.replace(stringOrNumber, (token) => {
    if (token.startsWith('"') || isHeldExactly(token)) return token;
    // The sign stays. Without it `1-9007199254740993` would become a number.
    return token.startsWith("-") ? `-${tooLarge}` : tooLarge;
  });
}

/** A double holds every decimal of at most 15 significant digits exactly. */
const exactDigits = 15;

function isHeldExactly(number: string): boolean {
  const value = Number(number);
  if (String(value) === number) return true;
  const [mantissa = ""] = number.toLowerCase().split("e");
  const digits = withoutTrailingZeros(mantissa.replace(/[-.]/g, "").replace(/^0+/, ""));
  return digits.length <= exactDigits && Number.isFinite(value) && (value !== 0 || digits === "");
}
