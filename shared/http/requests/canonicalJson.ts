import { isJsonObject } from "./validation.ts";

/** What two spellings of one JSON value have in common; or why it cannot be told. */
export type Canonical =
  | { readonly text: string }
  /** Numbers that were not held exactly (`parseJson` made them NaN): as text they would be equal to each other. */
  | { readonly inexact: readonly string[] }
  | { readonly isTooDeep: true };

/** The value as JSON text with the fields of every object in one order, however deeply nested. */
export function canonicalJson(value: unknown): Canonical {
  const inexact: string[] = [];
  const inOrder = (name: string, part: unknown): unknown => {
    if (Number.isNaN(part)) inexact.push(name);
    return isJsonObject(part) ? Object.fromEntries(Object.entries(part).toSorted(byName)) : part;
  };
  try {
    const text = JSON.stringify(value, inOrder);
    return inexact.length > 0 ? { inexact } : { text };
  } catch (error) {
    // Nested so deeply that the engine ran out of stack.
    if (error instanceof RangeError) return { isTooDeep: true };
    throw error;
  }
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
