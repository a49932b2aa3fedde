import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { logRefusal, logUnexpected } from "../observability/log.ts";
import { EngineUnavailable, OutcomeUnknown, TooMuchContention } from "../table/send.ts";
import { failureEnvelope, httpResult } from "./envelope.ts";
import { type ErrorCode, errorCatalogue, RequestRefused } from "./errors.ts";

/** Turns whatever a handler throws into an answer with the envelope; what is not ours to tell stays in the log. */
export function answerErrors(): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> {
  return {
    onError: (request) => {
      request.response = answerError(request.error);
    },
  };
}

function answerError(error: unknown): APIGatewayProxyResult {
  if (error instanceof RequestRefused) {
    logRefusal(error.code);
    return httpResult(error.status, failureEnvelope(error.code, error.details));
  }
  if (error instanceof EngineUnavailable || error instanceof TooMuchContention) {
    logUnexpected(error);
    return retryLater("Nothing is known to be wrong with the request; try again after the seconds in Retry-After.");
  }
  if (error instanceof OutcomeUnknown) {
    logUnexpected(error);
    return retryLater("The request may have been carried out; read the state before trying again.");
  }
  logUnexpected(error);
  return failure(500, "It was logged under this request's id.");
}

function retryLater(detail: string): APIGatewayProxyResult {
  return failure(4001, detail, { "Retry-After": "1" });
}

function failure(code: ErrorCode, detail: string, headers: Record<string, string> = {}): APIGatewayProxyResult {
  return httpResult(errorCatalogue[code].status, failureEnvelope(code, [detail]), headers);
}
