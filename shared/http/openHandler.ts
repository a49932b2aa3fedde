import type { APIGatewayProxyEvent } from "aws-lambda";
import type { ApiAnswer } from "./apiHandler.ts";
import { forRoute, type RouteLambda } from "./dispatch.ts";
import { httpResult, successEnvelope } from "./envelope.ts";
import { answerErrors } from "./errorMiddleware.ts";
import { invalidInput } from "./errors.ts";
import { middlewareChain } from "./middlewareChain.ts";
import { queryFaults } from "./requests/incomingText.ts";
import { unknownQueryWarnings } from "./requests/parameters.ts";
import { nameHeaders } from "./requests/readBody.ts";
import { readJsonBody } from "./requests/readJsonBody.ts";
import type { Route } from "./routes.ts";

/** An operation that learns from the body who is calling. */
export type OpenOperation = (body: unknown) => Promise<ApiAnswer>;

/** Wraps an operation of a route without an authorizer into a Lambda handler. It answers like `apiHandler`. */
export function openHandler<R extends Route>(route: R, operation: OpenOperation): RouteLambda<R> {
  const lambda = middlewareChain()
    .use(answerErrors())
    .use(nameHeaders())
    .use(readJsonBody(route.maximumBodyBytes))
    .handler(async (event: APIGatewayProxyEvent) => {
      const faults = queryFaults(event);
      if (faults.length > 0) throw invalidInput(faults);
      const { status = 200, data, warnings = [] } = await operation(event.body);
      const ignored = unknownQueryWarnings(route.query, event.queryStringParameters ?? {});
      return httpResult(status, successEnvelope(data, [...ignored, ...warnings]));
    });
  return forRoute(route, lambda);
}
