import type { FailureSource } from "./metricNames.ts";
import { countFailure, countRefusal } from "./metrics.ts";

/**
 * Log lines for an operator, and the metrics that go with them. The Lambda runtime writes the lines as JSON with time,
 * level and request id; the functions never log bodies, headers or secrets.
 */
export function logRefusal(code: number, org?: string): void {
  console.info({ event: "refused", code });
  countRefusal(code, org);
}

/** Something an operator should look at: the whole error, with its cause. */
export function logUnexpected(
  error: unknown,
  source: FailureSource,
  properties: { readonly org?: string | undefined; readonly code?: number } = {},
): void {
  console.error({ event: "failed", error });
  countFailure(source, properties);
}
