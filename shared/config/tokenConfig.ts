/** The name of the variable in which a function finds how long its tokens live; the stack sets the same constant. */
export const tokenLifetimeVariable = "TOKEN_LIFETIME_MINUTES";

/** The range that a stack may set, and its default. */
export const tokenLifetimeMinutes = { minimum: 5, maximum: 60, default: 30 } as const;

/** How long access tokens are valid. Throws when the stack set no value or one out of range. */
export function readTokenLifetimeSeconds(environment: NodeJS.ProcessEnv = process.env): number {
  const minutes = Number(environment[tokenLifetimeVariable]);
  const { minimum, maximum } = tokenLifetimeMinutes;
  if (Number.isInteger(minutes) && minutes >= minimum && minutes <= maximum) return minutes * 60;
  throw new Error(`${tokenLifetimeVariable} must be an integer from ${minimum} to ${maximum}`);
}
