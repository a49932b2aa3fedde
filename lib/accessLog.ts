import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";

/**
 * One line per request: the caller, the route, the result and the time of each part. It holds the route and not the
 * path, and no header, query or body. So neither a secret nor a customer's id gets into the log.
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
    authorizerInvocationStatus: "$context.authorizer.integrationStatus",
    functionStatus: "$context.integration.status",
    functionInvocationStatus: "$context.integration.integrationStatus",
    functionRequestId: "$context.integration.requestId",
    latencyMilliseconds: "$context.responseLatency",
    authorizerLatencyMilliseconds: "$context.authorizer.latency",
    functionLatencyMilliseconds: "$context.integration.latency",
    responseBytes: "$context.responseLength",
  }),
);
