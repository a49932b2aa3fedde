import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from "aws-lambda";
import { ServiceError } from "../domain/serviceError.ts";
import type { Route, RoutesOf, routes, ServingFunction } from "./routes.ts";

export type ApiLambda = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/** A Lambda handler for one route, and that route. */
export type RouteLambda<R extends Route = Route> = ApiLambda & { readonly route: R };

/** A handler for every route of the function. A missing one does not compile. */
export type RouteLambdas<Name extends ServingFunction> = {
  readonly [Served in RoutesOf<Name>]: RouteLambda<(typeof routes)[Served]>;
};

export function forRoute<R extends Route>(route: R, lambda: ApiLambda): RouteLambda<R> {
  return Object.assign(lambda, { route });
}

/**
 * One Lambda handler for several routes. It chooses by the method and the resource that API Gateway matched. It does
 * not look at the path, which is another one under a domain of the brand's own.
 *
 * Throws for a route that is not among them, because the stack has then wired it to the wrong function.
 */
export function dispatch(lambdas: Readonly<Record<string, RouteLambda>>): ApiLambda {
  const byRoute = new Map(
    Object.values(lambdas).map((lambda) => [keyOf(lambda.route.method, lambda.route.path), lambda]),
  );
  return async (event, context) => {
    const key = keyOf(event.httpMethod, event.resource);
    const lambda = byRoute.get(key);
    if (lambda === undefined) throw new ServiceError(`This function does not serve ${key}`);
    return lambda(event, context);
  };
}

function keyOf(method: string, resource: string): string {
  return `${method} ${resource}`;
}
