/**
 * Log lines for an operator. The Lambda runtime writes them as JSON with time, level and request id; the
 * functions never log bodies, headers or secrets.
 */
export function logRefusal(code: number): void {
  console.info({ event: "refused", code });
}

/** Something an operator should look at: the whole error, with its cause. */
export function logUnexpected(error: unknown): void {
  console.error({ event: "failed", error });
}
