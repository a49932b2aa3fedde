import { type AccessGroup, accessGroups } from "../../domain/accessGroups.ts";
import { ServiceError } from "../../domain/serviceError.ts";
import type { Org } from "../../table/keys.ts";

/** The caller as the authorizer describes it. API Gateway passes only flat strings. */
export type CallerContext = { readonly org: Org; readonly username: string; readonly accessGroup: AccessGroup };

/**
 * Reads the authorizer's context. Throws when it names no caller, because a route without an authorizer is a mistake in
 * the stack and not an anonymous caller.
 */
export function parseCallerContext(context: Readonly<Record<string, unknown>> | null | undefined): CallerContext {
  const { org, username, accessGroup } = context ?? {};
  const group = accessGroups.find((member) => member === accessGroup);
  if (typeof org !== "string" || org === "" || typeof username !== "string" || group === undefined) {
    throw new ServiceError("The request carries no caller: is the route behind the authorizer?");
  }
  return { org, username, accessGroup: group };
}
