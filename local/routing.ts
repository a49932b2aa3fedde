import { type Route, type RouteName, routeNames, routes } from "../shared/http/routes.ts";

export type RouteMatch = {
  readonly name: RouteName;
  readonly route: Route;
  /** The path's parameters, percent-decoded as by API Gateway. */
  readonly pathParameters: Readonly<Record<string, string>>;
};

const compiled = routeNames.map((name) => ({
  name,
  route: routes[name],
  pattern: new RegExp(`^${routes[name].path.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`),
}));

/** The route that API Gateway would choose for a path below the stage; `undefined` when it would answer 404. */
export function matchRoute(method: string, path: string): RouteMatch | undefined {
  for (const { name, route, pattern } of compiled) {
    const match = route.method === method ? pattern.exec(path) : null;
    if (match === null) continue;
    const raw = Object.entries(match.groups ?? {});
    return { name, route, pathParameters: Object.fromEntries(raw.map(([key, text]) => [key, decode(text)])) };
  }
  return undefined;
}

/** The methods of a path below the stage; none when there is no such path. */
export function methodsAt(path: string): readonly string[] {
  return compiled.filter(({ pattern }) => pattern.test(path)).map(({ route }) => route.method);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
