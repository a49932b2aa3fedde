import type { Checked } from "./checked.ts";
import { quote } from "./parameters.ts";
import { isJsonObject } from "./validation.ts";

/**
 * The value of a field as JSON text, with the names of every object in one order. Two spellings of a value have the
 * same text. A number that was not held exactly is a fault, because all such numbers would have the same text.
 */
export function canonicalJson(field: string, value: unknown): Checked<string> {
  const inexact: string[] = [];
  const inOrder = (name: string, part: unknown): unknown => {
    if (typeof part === "number" && !Number.isFinite(part)) inexact.push(name);
    return isJsonObject(part) ? Object.fromEntries(Object.entries(part).toSorted(byName)) : part;
  };
  const text = JSON.stringify(value, inOrder);
  const faults = inexact.map((name) => `${field}: ${quote(name)} is a number that cannot be held exactly.`);
  return faults.length > 0 ? { faults } : { valid: text };
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
