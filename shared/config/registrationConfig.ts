/** The name of the variable in which a function finds who may register customers while enrolling; see the stack. */
export const registrationVariable = "REGISTRATION_PERMISSION";

/** The permissions that a stack may ask of a caller who registers customers while enrolling, the default first. */
export const registrationPermissions = ["manage", "enroll"] as const;
export type RegistrationPermission = (typeof registrationPermissions)[number];

/** The permission that `registerCustomer: true` needs. */
export function readRegistrationPermission(environment: NodeJS.ProcessEnv = process.env): RegistrationPermission {
  return environment[registrationVariable] === "enroll" ? "enroll" : "manage";
}
