import type { APIGatewayProxyResult } from "aws-lambda";
import { type Instant, parseInstant } from "../shared/domain/instant.ts";
import { failureEnvelope, httpResult } from "../shared/http/envelope.ts";

/** Sets what time a request is made, so that a milestone's whole life can be walked in seconds. Never deployed. */
export const nowHeader = "x-local-now";

/** The time of the clock without the header; `undefined` when it holds no instant. */
export function readNow(header: string | string[] | undefined): Instant | undefined {
  if (header === undefined) return Date.now();
  return typeof header === "string" ? parseInstant(header) : undefined;
}

export function badNow(): APIGatewayProxyResult {
  const detail = `The header ${nowHeader} must be an instant such as 2026-01-31T18:00:00Z.`;
  return httpResult(400, failureEnvelope(300004, [detail]));
}
