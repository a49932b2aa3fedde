import middy from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";

/**
 * An empty chain for a route's Lambda. Middy's early timeout is switched off: it would answer 500 while a write may still
 * take place. Without it API Gateway answers 4001 when the function's time is over, which says that the outcome is
 * unknown. Requests to the table end before that time by their own limits.
 */
export function middlewareChain() {
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>({ timeoutEarlyInMillis: 0 });
}
