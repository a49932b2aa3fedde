import { type RouteName, routes } from "../shared/http/routes.ts";

/** The functions that the API calls: one for each route, and the authorizer. */
export type ApiFunctionName = RouteName | "authorizer";

/** A Lambda's name here is its folder below `functions/`. */
export type FunctionName = ApiFunctionName | "countQueuedActivities" | "projector" | "listDueCycles" | "closeShard";

export const routeNames: readonly RouteName[] = Object.keys(routes).filter((name): name is RouteName => name in routes);
