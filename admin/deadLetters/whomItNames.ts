import { customerFaults, idsNamedBy, readCustomer } from "../../shared/http/requests/customerId.ts";
import { jsonObjectOf } from "../../shared/http/requests/json.ts";
import type { JsonObject } from "../../shared/http/requests/validation.ts";
import { isRefusal } from "../../shared/operations/customer.ts";
import type { Org } from "../../shared/table/keys.ts";

/** The customer of one brand, by the id and by each external id under which activities may have been sent. */
export type Person = { readonly org: Org; readonly customerId: number; readonly externalIds: ReadonlySet<string> };

/** A dead letter as far as it says whom it is about. */
export type DeadLetter = {
  readonly body: string;
  /** The message attribute `org`, if the sender has set it. */
  readonly namedOrg: string | undefined;
  /** The brand of the queue that it came by, if that takes one brand's activities only. */
  readonly queueOrg: Org | undefined;
};

/**
 * Whom a dead letter names: `person`, `another`, or `unclear` when that cannot be told. It is read as the queue's function
 * reads it, and ids are compared exactly. An activity that names the person beside somebody else can never count, so it
 * is the person's. An activity of another brand is never the person's.
 */
export function whomItNames(letter: DeadLetter, person: Person): "person" | "another" | "unclear" {
  const org = orgOf(letter);
  if (org !== undefined && org !== person.org) return "another";
  const activity = jsonObjectOf(letter.body);
  if (activity === undefined) return "unclear";
  if (names(activity, person)) return org === undefined ? "unclear" : "person";
  return namesSomebody(activity) ? "another" : "unclear";
}

/** The brand, or `undefined` when the message names none, or another one than the queue's that it came by. */
function orgOf({ namedOrg, queueOrg }: DeadLetter): Org | undefined {
  if (queueOrg === undefined) return namedOrg;
  return namedOrg === undefined || namedOrg === queueOrg ? queueOrg : undefined;
}

/** Whether any field names the person, also where the fields contradict each other. */
function names(activity: JsonObject, person: Person): boolean {
  if (idsNamedBy(activity).includes(person.customerId)) return true;
  const { identifierName, identifierValue } = activity;
  return identifierName !== "id" && typeof identifierValue === "string" && person.externalIds.has(identifierValue);
}

function namesSomebody(activity: JsonObject): boolean {
  return customerFaults(activity).length === 0 && !isRefusal(readCustomer(activity));
}
