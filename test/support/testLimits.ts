import { type EngineLimits, patientLimits } from "../../shared/table/client.ts";

/**
 * The limits of a service that a test calls. A test may send fifty calls at once to an engine that serves other files
 * too. That must not end for want of time before the test itself does.
 */
export const testLimits = {
  ...patientLimits,
  connectionTimeoutMilliseconds: 60_000,
  requestTimeoutMilliseconds: 60_000,
  patienceMilliseconds: 170_000,
} as const satisfies EngineLimits;
