import { type Refusal, refused } from "../../domain/refusal.ts";
import { parseId } from "./parameters.ts";
import { describe } from "./validation.ts";

/**
 * The `customerId` of a body: an integer 1…2^53 − 1, or the same as a string of digits. Anything else is the refusal
 * 310011. It is answered only after the group and the target were found.
 */
export function readCustomerId(value: unknown): number | Refusal {
  const id = typeof value === "string" ? parseId(value) : value;
  if (typeof id === "number" && Number.isSafeInteger(id) && id > 0) return id;
  return refused(
    310011,
    `customerId must be an integer from 1 to 9007199254740991, or the same as a string of digits; got ${describe(value)}.`,
  );
}
