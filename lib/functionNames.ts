import { type RouteName, routeNames, routes, type ServingFunction } from "../shared/http/routes.ts";

/** The functions that the API calls: those behind its methods, and the authorizer. */
export type ApiFunctionName = ServingFunction | "authorizer";

/** A Lambda's name here is its folder below `functions/`. */
export type FunctionName = ApiFunctionName | "countQueuedActivities" | "projector" | "listDueCycles" | "closeShard";

/** The purpose of a call: a route's request, or the one task of a function without routes. */
export type CallName = RouteName | Exclude<FunctionName, ServingFunction>;

/** The functions behind the API's methods, each once. */
export const servingFunctions: readonly ServingFunction[] = [
  ...new Set(routeNames.map((name) => routes[name].servedBy)),
];
