/** The name of the variable in which a function finds how long its tokens live; the stack sets the same constant. */
export const tokenLifetimeVariable = "TOKEN_LIFETIME_MINUTES";

/** What a stack may set, and what it sets by itself. */
export const tokenLifetimeMinutes = { minimum: 5, maximum: 60, default: 30 } as const;

/** How long access tokens live. Throws when the stack did not say, or said something it may not. */
export function readTokenLifetimeSeconds(environment: NodeJS.ProcessEnv = process.env): number {
  const minutes = Number(environment[tokenLifetimeVariable]);
  const { minimum, maximum } = tokenLifetimeMinutes;
  if (Number.isInteger(minutes) && minutes >= minimum && minutes <= maximum) return minutes * 60;
  throw new Error(`${tokenLifetimeVariable} must be an integer from ${minimum} to ${maximum}`);
}
