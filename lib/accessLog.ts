import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";

/**
 * One line per request: who called which route, how it ended and how long each part took. It names the route, not
 * the path, and no header, query or body, so neither a secret nor a customer's id gets into the log.
 */
export const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: "$context.requestId",
    traceId: "$context.xrayTraceId",
    requestedAtEpochMilliseconds: "$context.requestTimeEpoch",
    org: "$context.authorizer.org",
    username: "$context.authorizer.principalId",
    sourceIp: "$context.identity.sourceIp",
    method: "$context.httpMethod",
    route: "$context.resourcePath",
    status: "$context.status",
    gatewayResponse: "$context.error.responseType",
    authorizerStatus: "$context.authorizer.status",
    functionStatus: "$context.integration.status",
    functionRequestId: "$context.integration.requestId",
    latencyMilliseconds: "$context.responseLatency",
    authorizerLatencyMilliseconds: "$context.authorizer.latency",
    functionLatencyMilliseconds: "$context.integration.latency",
    responseBytes: "$context.responseLength",
  }),
);
