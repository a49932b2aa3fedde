/**
 * What a route needs. `read`: answers only; `enroll`: changes enrolments; `adjust`: corrects what customers have
 * achieved; `manage`: defines groups and customers.
 */
export type Permission = "read" | "enroll" | "adjust" | "manage";

export const accessGroups = ["read-only", "default", "support", "admin"] as const;
export type AccessGroup = (typeof accessGroups)[number];

const permissions = {
  "read-only": ["read"],
  default: ["read", "enroll"],
  support: ["read", "enroll", "adjust"],
  admin: ["read", "enroll", "adjust", "manage"],
} as const satisfies Record<AccessGroup, readonly Permission[]>;

export function isAllowed(accessGroup: AccessGroup, permission: Permission): boolean {
  const granted: readonly Permission[] = permissions[accessGroup];
  return granted.includes(permission);
}
