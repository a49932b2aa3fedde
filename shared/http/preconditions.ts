import type { Instant } from "../domain/instant.ts";
import type { Target, TargetGroup } from "../domain/targetGroup.ts";
import type { Org } from "../table/keys.ts";
import type { ServiceContext } from "./context.ts";
import { RequestRefused } from "./errors.ts";
import { parseId } from "./parameters.ts";
import { describe } from "./validation.ts";

type Definition = { readonly group: TargetGroup; readonly target: Target };

/**
 * The active target of an active group, or the refusal: 310017 or 310018, and only on a consistent read, so that a
 * group created a moment ago is never "not found".
 */
export async function requireTarget(
  { targetGroups }: ServiceContext,
  org: Org,
  { targetGroupId, targetId }: { readonly targetGroupId: number; readonly targetId: number },
  now: Instant,
): Promise<Definition | RequestRefused> {
  const cached = findActive(targetGroups.cached(org, targetGroupId, now), targetId);
  if (typeof cached !== "string") return cached;
  const fresh = findActive(await targetGroups.findFresh(org, targetGroupId, now), targetId);
  if (typeof fresh !== "string") return fresh;
  return fresh === "noGroup" ? groupNotFound(targetGroupId) : targetNotFound(targetGroupId, targetId);
}

function findActive(group: TargetGroup | undefined, targetId: number): Definition | "noGroup" | "noTarget" {
  if (group === undefined || !group.isActive) return "noGroup";
  const target = group.targets.find(({ id, isActive }) => id === targetId && isActive);
  return target === undefined ? "noTarget" : { group, target };
}

export function groupNotFound(groupId: number): RequestRefused {
  return new RequestRefused(310017, [
    `Target group ${groupId} does not exist or is inactive; GET /v3/targetGroups lists them.`,
  ]);
}

function targetNotFound(groupId: number, targetId: number): RequestRefused {
  return new RequestRefused(310018, [
    `Target group ${groupId} has no active target ${targetId}; GET /v3/targetGroups/${groupId} lists its targets.`,
  ]);
}

/** A `customerId` of a body: an integer 1…2^53 − 1 or the same as a string of digits; `undefined` for anything else. */
export function parseCustomerId(value: unknown): number | undefined {
  if (typeof value === "string") return parseId(value);
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

export function notACustomerId(value: unknown): RequestRefused {
  return new RequestRefused(310011, [
    `customerId must be an integer from 1 to 9007199254740991, or the same as a string of digits; got ${describe(value)}.`,
  ]);
}

export function customerNotFound(customerId: number): RequestRefused {
  return new RequestRefused(310011, [
    `Customer ${customerId} is not registered; PUT /v3/customers/${customerId} registers one.`,
  ]);
}
