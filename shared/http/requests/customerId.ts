import type { NamedCustomer } from "../../domain/customer.ts";
import { type Refusal, refused } from "../../domain/refusal.ts";
import { externalIdCharacters } from "../limits.ts";
import { isTextWithin, parseId } from "./parameters.ts";
import { describe, isJsonObject, type JsonObject } from "./validation.ts";

const idRule = "must be an integer from 1 to 9007199254740991, or the same as a string of digits";

/**
 * The faults of the fields by which a record names its customer: `customerId`, or `identifierName` with
 * `identifierValue`. No fault repeats an `identifierValue`, because it can be the number of a card.
 */
export function customerFaults(record: unknown): string[] {
  if (!isJsonObject(record)) return [];
  const { identifierName: name, identifierValue: value } = record;
  const pair = [name, value].filter(isGiven).length;
  if (pair === 0) {
    return record["customerId"] === undefined
      ? ["customerId is required, or identifierName with identifierValue in its place."]
      : [];
  }
  if (isGiven(record["customerId"])) return ["customerId and identifierName must not both be there."];
  if (pair === 1) return [`${isGiven(name) ? "identifierValue" : "identifierName"} is required beside the other.`];
  if (name !== "externalId" && name !== "id")
    return ["identifierName must be externalId or id; no contact data is held."];
  if (name === "id" || (typeof value === "string" && isTextWithin(value, externalIdCharacters))) return [];
  return [`identifierValue must be a string of 1 to ${externalIdCharacters} characters, of which one is no blank.`];
}

/**
 * The customer whom a record without {@link customerFaults} names. An id that is none is the refusal 310011. It is
 * answered only after the group and the target were found.
 */
export function readCustomer(record: JsonObject): NamedCustomer | Refusal {
  const { customerId, identifierName, identifierValue } = record;
  if (!isGiven(identifierName)) {
    return readId(customerId) ?? refused(310011, `customerId ${idRule}; got ${describe(customerId)}.`);
  }
  if (identifierName === "externalId" && typeof identifierValue === "string") return { externalId: identifierValue };
  return readId(identifierValue) ?? refused(310011, `identifierValue ${idRule}.`);
}

/**
 * The ids that a record names, also one with {@link customerFaults}: it can name two by mistake. What is no id is left out.
 */
export function idsNamedBy({ customerId, identifierName, identifierValue }: JsonObject): number[] {
  const values = identifierName === "id" ? [customerId, identifierValue] : [customerId];
  return values.map(readId).filter((id) => id !== undefined);
}

function readId(value: unknown): number | undefined {
  const id = typeof value === "string" ? parseId(value) : value;
  return typeof id === "number" && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

/** Whether a field has a value. `null` is the same as none. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
