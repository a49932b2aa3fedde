import { type RouteName, routes } from "../shared/http/routes.ts";

/** A Lambda's name here is its folder below `functions/`; one serves each route. */
export type FunctionName = RouteName | "authorizer";

export const routeNames: readonly RouteName[] = Object.keys(routes).filter((name): name is RouteName => name in routes);
