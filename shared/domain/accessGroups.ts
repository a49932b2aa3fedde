/** What a route needs. `read`: answers only; `enroll`: changes enrolments; `manage`: defines groups and customers. */
export type Permission = "read" | "enroll" | "manage";

export const accessGroups = ["read-only", "default", "admin"] as const;
export type AccessGroup = (typeof accessGroups)[number];

const permissions = {
  "read-only": ["read"],
  default: ["read", "enroll"],
  admin: ["read", "enroll", "manage"],
} as const satisfies Record<AccessGroup, readonly Permission[]>;

export function isAllowed(accessGroup: AccessGroup, permission: Permission): boolean {
  const granted: readonly Permission[] = permissions[accessGroup];
  return granted.includes(permission);
}
