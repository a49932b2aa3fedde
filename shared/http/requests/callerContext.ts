import { type AccessGroup, accessGroups } from "../../domain/accessGroups.ts";
import { ServiceError } from "../../domain/serviceError.ts";
import type { Org } from "../../table/keys.ts";

/** Who is calling, as the authorizer hands it on; API Gateway passes only flat strings. */
export type CallerContext = { readonly org: Org; readonly username: string; readonly accessGroup: AccessGroup };

/**
 * Reads what the authorizer said. Throws when it said nothing usable: a route without an authorizer is a mistake
 * in the stack, never an anonymous caller.
 */
export function parseCallerContext(context: Readonly<Record<string, unknown>> | null | undefined): CallerContext {
  const { org, username, accessGroup } = context ?? {};
  const group = accessGroups.find((member) => member === accessGroup);
  if (typeof org !== "string" || org === "" || typeof username !== "string" || group === undefined) {
    throw new ServiceError("The request carries no caller: is the route behind the authorizer?");
  }
  return { org, username, accessGroup: group };
}
