import { randomUUID } from "node:crypto";
import type { APIGatewayProxyEvent, Context } from "aws-lambda";
import type { RouteMatch } from "./routing.ts";

export type IncomingRequest = {
  readonly method: string;
  /** The path below the stage. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The headers in the order and case in which they were sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  readonly nowEpochMilliseconds: number;
};

/** The event API Gateway's proxy integration would hand to the function. */
export function buildEvent(
  request: IncomingRequest,
  match: RouteMatch,
  caller: Readonly<Record<string, unknown>>,
): APIGatewayProxyEvent {
  const multiValueQuery = grouped([...request.query]);
  const multiValueHeaders = grouped(request.headers);
  return {
    resource: match.route.path,
    path: request.path,
    httpMethod: request.method,
    headers: lastOf(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: request.query.size === 0 ? null : lastOf(multiValueQuery),
    multiValueQueryStringParameters: request.query.size === 0 ? null : multiValueQuery,
    pathParameters: Object.keys(match.pathParameters).length === 0 ? null : match.pathParameters,
    stageVariables: null,
    body: request.body === "" ? null : request.body,
    isBase64Encoded: false,
    requestContext: buildRequestContext(request, match, caller),
  };
}

function buildRequestContext(
  { method, path, nowEpochMilliseconds }: IncomingRequest,
  { route }: RouteMatch,
  caller: Readonly<Record<string, unknown>>,
): APIGatewayProxyEvent["requestContext"] {
  return {
    accountId: "000000000000",
    apiId: "local",
    authorizer: { ...caller },
    httpMethod: method,
    identity: localIdentity,
    path,
    protocol: "HTTP/1.1",
    requestId: randomUUID(),
    requestTimeEpoch: nowEpochMilliseconds,
    resourceId: route.path,
    resourcePath: route.path,
    stage: "v3",
  };
}

const localIdentity: APIGatewayProxyEvent["requestContext"]["identity"] = {
  accessKey: null,
  accountId: null,
  apiKey: null,
  apiKeyId: null,
  caller: null,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  sourceIp: "127.0.0.1",
  user: null,
  userAgent: null,
  userArn: null,
};

/**
 * A Lambda context. Of it only the remaining time is used, by the function that closes and counts. It always is that
 * function's whole time, because nothing ends a call here.
 */
export function buildContext(functionName: string): Context {
  return {
    awsRequestId: randomUUID(),
    callbackWaitsForEmptyEventLoop: false,
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${functionName}`,
    logGroupName: "local",
    logStreamName: "local",
    memoryLimitInMB: "512",
    getRemainingTimeInMillis: () => 60_000,
    // Deprecated, but the type still requires it.
    // oxlint-disable typescript/no-deprecated
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
    // oxlint-enable typescript/no-deprecated
  };
}

function grouped(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) groups.set(name, [...(groups.get(name) ?? []), value]);
  return Object.fromEntries(groups);
}

function lastOf(groups: Readonly<Record<string, string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, values]) => [name, values.at(-1) ?? ""]));
}
