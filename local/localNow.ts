import type { APIGatewayProxyResult } from "aws-lambda";
import { type Instant, parseInstant } from "../shared/domain/instant.ts";
import { failureEnvelope, httpResult } from "../shared/http/envelope.ts";

/** Sets the time of a request, so that a milestone's whole life can be tried in seconds. It is never deployed. */
export const nowHeader = "x-local-now";

/** The header's instant, or the time of the clock without the header; `undefined` when the header holds no instant. */
export function readNow(header: string | string[] | undefined): Instant | undefined {
  if (header === undefined) return Date.now();
  return typeof header === "string" ? parseInstant(header) : undefined;
}

export function badNow(): APIGatewayProxyResult {
  const detail = `The header ${nowHeader} must be an instant such as 2026-01-31T18:00:00Z.`;
  return httpResult(400, failureEnvelope(300004, [detail]));
}
