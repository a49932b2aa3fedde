import { inject } from "vitest";

/**
 * The engine that this worker's tests use. An engine does its work in one thread, so workers share two of them. Tests of
 * one file always have the same one.
 */
export function engineEndpoint(): string {
  const endpoints = inject("endpoints");
  const endpoint = endpoints[Number(process.env["VITEST_POOL_ID"]) % endpoints.length];
  if (endpoint === undefined) throw new Error("The worker has no number");
  return endpoint;
}
