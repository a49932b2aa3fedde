import type { Instant } from "../domain/instant.ts";
import { type Refusal, refused } from "../domain/refusal.ts";
import { ServiceError } from "../domain/serviceError.ts";
import type { Target, TargetGroup } from "../domain/targetGroup.ts";
import type { Org } from "../table/keys.ts";
import type { TargetGroupCache } from "./targetGroupCache.ts";

export type Definition = { readonly group: TargetGroup; readonly target: Target };

/** Names one target of one group. */
export type TargetRef = { readonly groupId: number; readonly targetId: number };

type Found = Definition & { readonly outcome: "found" };

/**
 * The active target of an active group. Refuses with 310017 or 310018. It refuses only after a consistent read, so that
 * a group created a moment ago is found.
 */
export async function findActiveTarget(
  targetGroups: TargetGroupCache,
  org: Org,
  ref: TargetRef,
  now: Instant,
): Promise<Found | Refusal> {
  return found(targetGroups, org, ref, now, activeTarget);
}

/** The same, from a consistent read. */
export async function findActiveTargetFresh(
  targetGroups: TargetGroupCache,
  org: Org,
  ref: TargetRef,
  now: Instant,
): Promise<Found | Refusal> {
  return activeTarget(await targetGroups.findFresh(org, ref.groupId, now), ref);
}

/** The target, active or not. Otherwise it is like {@link findActiveTarget}. */
export async function findTarget(
  targetGroups: TargetGroupCache,
  org: Org,
  ref: TargetRef,
  now: Instant,
): Promise<Found | Refusal> {
  return found(targetGroups, org, ref, now, anyTarget);
}

/** The target, active or not, from a consistent read. */
export async function findTargetFresh(
  targetGroups: TargetGroupCache,
  org: Org,
  ref: TargetRef,
  now: Instant,
): Promise<Found | Refusal> {
  return anyTarget(await targetGroups.findFresh(org, ref.groupId, now), ref);
}

async function found(
  targetGroups: TargetGroupCache,
  org: Org,
  ref: TargetRef,
  now: Instant,
  choose: (group: TargetGroup | undefined, ref: TargetRef) => Found | Refusal,
): Promise<Found | Refusal> {
  const cached = choose(targetGroups.cached(org, ref.groupId, now), ref);
  if (cached.outcome === "found") return cached;
  return choose(await targetGroups.findFresh(org, ref.groupId, now), ref);
}

function activeTarget(group: TargetGroup | undefined, { groupId, targetId }: TargetRef): Found | Refusal {
  if (group === undefined || !group.isActive) {
    return refused(310017, `Target group ${groupId} does not exist or is inactive; GET /v3/targetGroups lists them.`);
  }
  const target = group.targets.find(({ id, isActive }) => id === targetId && isActive);
  if (target !== undefined) return { outcome: "found", group, target };
  return refused(
    310018,
    `Target group ${groupId} has no active target ${targetId}; GET /v3/targetGroups/${groupId} lists its targets.`,
  );
}

function anyTarget(group: TargetGroup | undefined, { groupId, targetId }: TargetRef): Found | Refusal {
  if (group === undefined) return groupNotFound(groupId);
  const target = group.targets.find(({ id }) => id === targetId);
  if (target !== undefined) return { outcome: "found", group, target };
  return refused(
    310018,
    `Target group ${groupId} has no target ${targetId}; GET /v3/targetGroups/${groupId} lists its targets.`,
  );
}

/** The target of the group. Throws when it has none, as a stored enrolment always names one. */
export function targetOf(group: TargetGroup, targetId: number): Target {
  const target = group.targets.find(({ id }) => id === targetId);
  if (target === undefined) throw new ServiceError(`Target group ${group.id} has no target ${targetId}`);
  return target;
}

export function groupNotFound(groupId: number): Refusal {
  return refused(310017, `Target group ${groupId} does not exist; GET /v3/targetGroups lists them.`);
}

export function nameTaken(name: string): Refusal {
  return refused(
    310069,
    `This org has a target group named ${JSON.stringify(name)}; names are compared without regard to case.`,
  );
}

/**
 * The definition that a stored enrolment or effect names, active or not, in the version that decided it or a later one.
 * Throws when there is none.
 */
export async function requireDefinition(
  targetGroups: TargetGroupCache,
  org: Org,
  { groupId, targetId, definitionVersion }: TargetRef & { readonly definitionVersion: number | undefined },
  now: Instant,
): Promise<Definition> {
  const group = await targetGroups.find(org, groupId, now, definitionVersion);
  const target = group?.targets.find(({ id }) => id === targetId);
  if (group !== undefined && target !== undefined) return { group, target };
  throw new ServiceError(`Target ${targetId} of target group ${groupId} has no definition`);
}

/**
 * The groups that these enrolments are in, each once, in the versions that decided the enrolments or later ones.
 */
export async function findGroupsOf(
  targetGroups: TargetGroupCache,
  org: Org,
  enrollments: readonly { readonly groupId: number; readonly definitionVersion: number }[],
  now: Instant,
): Promise<(TargetGroup | undefined)[]> {
  const versions = new Map<number, number>();
  for (const { groupId, definitionVersion } of enrollments)
    versions.set(groupId, Math.max(definitionVersion, versions.get(groupId) ?? 1));
  return Promise.all([...versions].map(([groupId, version]) => targetGroups.find(org, groupId, now, version)));
}
