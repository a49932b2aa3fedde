import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { logRefusal, logUnexpected } from "../observability/log.ts";
import { EngineUnavailable, OutcomeUnknown, TooMuchContention } from "../table/failures.ts";
import { failureEnvelope, httpResult } from "./envelope.ts";
import { type ErrorCode, errorCatalogue, RequestRefused } from "./errors.ts";
import { challenge } from "./gatewayResponses.ts";

/**
 * Turns whatever a handler throws into an answer with the envelope. Details that are not for callers stay in the log.
 */
export function answerErrors(): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> {
  return {
    onError: (request) => {
      const { code, details, status } = answerFor(request.error, orgOf(request.event));
      request.response = httpResult(status, failureEnvelope(code, details), headersFor(code));
    },
  };
}

/** The caller's org, if the route has an authorizer. */
function orgOf({ requestContext }: APIGatewayProxyEvent): string | undefined {
  const org: unknown = requestContext.authorizer?.["org"];
  return typeof org === "string" ? org : undefined;
}

function headersFor(code: ErrorCode): Record<string, string> {
  if (code === 401) return challenge;
  return code === 4001 ? { "Retry-After": "1" } : {};
}

/** The error that the caller is told. Logs it and counts it, for the caller's org if that is known. */
export function answerFor(
  error: unknown,
  org: string | undefined,
): {
  readonly code: ErrorCode;
  readonly details: readonly string[];
  readonly status: number;
} {
  if (error instanceof RequestRefused) {
    logRefusal(error.code, org);
    return error;
  }
  const code = isUnavailability(error) ? 4001 : 500;
  logUnexpected(error, "api", { org, code });
  return { code, details: [adviceFor(error)], status: errorCatalogue[code].status };
}

function isUnavailability(error: unknown): boolean {
  return error instanceof EngineUnavailable || error instanceof TooMuchContention || error instanceof OutcomeUnknown;
}

function adviceFor(error: unknown): string {
  if (error instanceof TooMuchContention) return "Nothing was changed; try again after the seconds in Retry-After.";
  // The engine may have carried out a write whose answer was lost.
  return isUnavailability(error)
    ? "The request may have been carried out; read the state, or repeat it with the same Idempotency-Key."
    : "It was logged under this request's id.";
}
