import middy from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import type { ApiAnswer, ApiLambda } from "./apiHandler.ts";
import { httpResult, successEnvelope } from "./envelope.ts";
import { answerErrors } from "./errorMiddleware.ts";
import { invalidInput } from "./errors.ts";
import { parseBody } from "./requests/body.ts";
import { queryFaults, readHeaders } from "./requests/incomingText.ts";
import { unknownQueryWarnings } from "./requests/parameters.ts";
import type { Route } from "./routes.ts";

/** An operation that knows its caller by what is in the body. */
export type OpenOperation = (body: unknown) => Promise<ApiAnswer>;

/** Wraps an operation of a route without an authorizer: JSON body (300004), the operation, the envelope. */
export function openHandler(route: Route, operation: OpenOperation): ApiLambda {
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(answerErrors())
    .handler(async (event: APIGatewayProxyEvent) => {
      const { body, isBase64Encoded, queryStringParameters } = event;
      const contentType = readHeaders(event)["content-type"];
      const record = parseBody(body, isBase64Encoded, contentType, route.maximumBodyBytes);
      const faults = queryFaults(event);
      if (faults.length > 0) throw invalidInput(faults);
      const { status = 200, data, warnings = [] } = await operation(record);
      const ignored = unknownQueryWarnings(route.query, queryStringParameters ?? {});
      return httpResult(status, successEnvelope(data, [...ignored, ...warnings]));
    });
}
