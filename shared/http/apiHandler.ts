import type { APIGatewayProxyEvent } from "aws-lambda";
import { type AccessGroup, isAllowed, type Permission } from "../domain/accessGroups.ts";
import type { Authorship } from "../domain/authorship.ts";
import type { Instant } from "../domain/instant.ts";
import type { Org } from "../table/keys.ts";
import { forRoute, type RouteLambda } from "./dispatch.ts";
import { httpResult, type Pagination, successEnvelope } from "./envelope.ts";
import { answerErrors } from "./errorMiddleware.ts";
import { errorCatalogue, RequestRefused } from "./errors.ts";
import { middlewareChain } from "./middlewareChain.ts";
import { parseCallerContext } from "./requests/callerContext.ts";
import { both, type Checked, faultsOf } from "./requests/checked.ts";
import { queryFaults } from "./requests/incomingText.ts";
import { parsePath, parseQuery, unknownQueryWarnings } from "./requests/parameters.ts";
import { nameHeaders, type Step } from "./requests/readBody.ts";
import { readJsonBody } from "./requests/readJsonBody.ts";
import { type PathParameter, type ProtectedRoute, type QueryOf, type Route, takesBody } from "./routes.ts";

type Parameters<R extends Route> = {
  readonly path: Readonly<Record<PathParameter<R["path"]>, number>>;
  readonly query: QueryOf<R["query"]>;
};

/** A request as an operation sees it. The caller is known and permitted. The body is read, but nobody has judged it. */
export type ApiRequest<R extends Route> = {
  readonly org: Org;
  readonly accessGroup: AccessGroup;
  /** Who enters what the request changes. */
  readonly authorship: Authorship;
  readonly now: Instant;
  /**
   * Headers by lower-case name. The values of a header that was sent more than once are joined by a comma and a blank.
   */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The JSON value of the body; `undefined` for a GET and a DELETE. */
  readonly body: unknown;
  /**
   * The ids of the path, and the query. An operation reads them with `required`, which then reports their faults
   * together with those of the body.
   */
  readonly parameters: Checked<Parameters<R>>;
};

export type ApiAnswer = {
  readonly status?: 200 | 201 | 202;
  readonly data: unknown;
  readonly pagination?: Pagination;
  readonly warnings?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** What is answered in place of the envelope. Its `Content-Type` is among the headers. */
  readonly text?: string;
  /** Fields of the envelope beside its usual three. */
  readonly besides?: Readonly<Record<string, unknown>>;
};

export type Operation<R extends Route> = (request: ApiRequest<R>) => Promise<ApiAnswer>;

/**
 * Wraps an operation into a Lambda handler for one route. The chain refuses a caller without the permission (4000), then
 * a body that cannot be read (300004). Whatever is thrown becomes an answer with the envelope.
 */
export function apiHandler<R extends ProtectedRoute>(route: R, operation: Operation<R>): RouteLambda<R> {
  const lambda = middlewareChain()
    .use(answerErrors())
    .use(permit(route))
    .use(nameHeaders())
    .use(takesBody(route) ? readJsonBody(route.maximumBodyBytes) : [])
    .handler(async (event: APIGatewayProxyEvent) => {
      const answer = await operation(readRequest(route, event));
      const { status = 200, data, pagination, warnings = [], headers, besides, text } = answer;
      const ignored = unknownQueryWarnings(route.query, event.queryStringParameters ?? {});
      const envelope = successEnvelope(data, [...warnings, ...ignored], pagination);
      return httpResult(status, { ...envelope, ...besides }, headers, text);
    });
  return forRoute(route, lambda);
}

/** Refuses with 4000 a caller who may not use the route. */
function permit(route: ProtectedRoute): Step {
  return {
    before: ({ event }) => {
      const { accessGroup } = parseCallerContext(event.requestContext.authorizer);
      requirePermission(accessGroup, route.permission, `${route.method} ${route.path}`);
    },
  };
}

/** Refuses with 4000 unless the access group has the permission; `what` names what needs it. */
export function requirePermission(accessGroup: AccessGroup, permission: Permission, what: string): void {
  if (isAllowed(accessGroup, permission)) return;
  throw new RequestRefused(
    4000,
    [`${what} needs the permission "${permission}", which access group "${accessGroup}" does not have.`],
    errorCatalogue[4000].status,
  );
}

function readRequest<R extends ProtectedRoute>(route: R, event: APIGatewayProxyEvent): ApiRequest<R> {
  const { org, username, accessGroup } = parseCallerContext(event.requestContext.authorizer);
  return {
    org,
    accessGroup,
    authorship: { enteredBy: username, source: "API" },
    now: event.requestContext.requestTimeEpoch,
    headers: event.headers,
    body: takesBody(route) ? event.body : undefined,
    parameters: readParameters(route, event),
  };
}

function readParameters<R extends ProtectedRoute>(route: R, event: APIGatewayProxyEvent): Checked<Parameters<R>> {
  const path = parsePath<R["path"]>(route.path, event.pathParameters ?? {});
  const query = parseQuery<R["query"]>(route.query, event.queryStringParameters ?? {});
  const faults = [...queryFaults(event), ...faultsOf(query)];
  const parameters = both(path, faults.length > 0 ? { faults } : query);
  return "faults" in parameters ? parameters : { valid: { path: parameters.valid[0], query: parameters.valid[1] } };
}
