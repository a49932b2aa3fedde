import middy from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from "aws-lambda";
import { isAllowed } from "../domain/accessGroups.ts";
import type { Instant } from "../domain/instant.ts";
import type { Org } from "../table/keys.ts";
import { httpResult, successEnvelope } from "./envelope.ts";
import { answerErrors } from "./errorMiddleware.ts";
import { errorCatalogue, invalidInput, RequestRefused } from "./errors.ts";
import { parseBody } from "./requests/body.ts";
import { parseCallerContext } from "./requests/callerContext.ts";
import { queryFaults, readHeaders } from "./requests/incomingText.ts";
import { faultsOf, parsePath, parseQuery, unknownQueryWarnings } from "./requests/parameters.ts";
import type { Checked } from "./requests/validation.ts";
import type { PathParameter, ProtectedRoute, QueryOf, Route } from "./routes.ts";

type Parameters<R extends Route> = {
  readonly path: Readonly<Record<PathParameter<R["path"]>, number>>;
  readonly query: QueryOf<R["query"]>;
};

/** A request as an operation sees it: authenticated, permitted, its body read but not yet judged. */
export type ApiRequest<R extends Route> = {
  readonly org: Org;
  readonly now: Instant;
  /** By lower-case name; of one that was sent more than once the values are joined by a comma and a blank. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The JSON value of the body; `undefined` for a GET. */
  readonly body: unknown;
  /** Whether {@link parameters} will refuse whatever the body is like. */
  readonly hasParameterFaults: boolean;
  /** The ids of the path and the query. Refuses with 300004, all faults of path, query and body at once. */
  readonly parameters: (bodyFaults?: readonly string[]) => Parameters<R>;
  /** The same for a body that was judged by its schema, with the record it is. */
  readonly validated: <Valid>(body: Checked<Valid>) => Parameters<R> & { readonly record: Valid };
};

export type ApiAnswer = {
  readonly status?: 200 | 201;
  readonly data: unknown;
  readonly warnings?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
};

export type Operation<R extends Route> = (request: ApiRequest<R>) => Promise<ApiAnswer>;

export type ApiLambda = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/**
 * Wraps an operation into a Lambda handler for one route: permission (4000), body, path and query (300004),
 * the operation, the envelope; whatever is thrown becomes an error envelope.
 */
export function apiHandler<R extends ProtectedRoute>(route: R, operation: Operation<R>): ApiLambda {
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(answerErrors())
    .handler(async (event: APIGatewayProxyEvent) => {
      const { status = 200, data, warnings = [], headers } = await operation(readRequest(route, event));
      const ignored = unknownQueryWarnings(route.query, event.queryStringParameters ?? {});
      return httpResult(status, successEnvelope(data, [...ignored, ...warnings]), headers);
    });
}

function readRequest<R extends ProtectedRoute>(route: R, event: APIGatewayProxyEvent): ApiRequest<R> {
  const caller = parseCallerContext(event.requestContext.authorizer);
  if (!isAllowed(caller.accessGroup, route.permission)) throw notAllowed(route, caller.accessGroup);
  const headers = readHeaders(event);
  const body = readBody(route, event, headers);
  const path = parsePath<R["path"]>(route.path, event.pathParameters ?? {});
  const query = parseQuery<R["query"]>(route.query, event.queryStringParameters ?? {});
  const parameterFaults = [...faultsOf(path), ...queryFaults(event), ...faultsOf(query)];
  const parameters = (bodyFaults: readonly string[] = []): Parameters<R> => {
    if ("faults" in path || "faults" in query || parameterFaults.length + bodyFaults.length > 0) {
      throw invalidInput([...parameterFaults, ...bodyFaults]);
    }
    return { path: path.values, query: query.values };
  };
  return {
    org: caller.org,
    now: event.requestContext.requestTimeEpoch,
    headers,
    body,
    hasParameterFaults: parameterFaults.length > 0,
    parameters,
    validated: (result) => {
      if ("valid" in result) return { ...parameters(), record: result.valid };
      throw invalidInput([...parameterFaults, ...result.faults]);
    },
  };
}

function notAllowed(route: Route, accessGroup: string): RequestRefused {
  return new RequestRefused(
    4000,
    [
      `${route.method} ${route.path} needs the permission "${route.permission}", which access group "${accessGroup}" does not have.`,
    ],
    errorCatalogue[4000].status,
  );
}

function readBody(
  route: Route,
  event: APIGatewayProxyEvent,
  headers: Readonly<Record<string, string | undefined>>,
): unknown {
  if (route.method === "GET") return undefined;
  return parseBody(event.body, event.isBase64Encoded, headers["content-type"], route.maximumBodyBytes);
}
