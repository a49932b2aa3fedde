import type { APIGatewayProxyResult } from "aws-lambda";
import { failureEnvelope } from "../shared/http/envelope.ts";
import { gatewayResponses, renderGatewayResponse } from "../shared/http/gatewayResponses.ts";
import { routeNames, routes } from "../shared/http/routes.ts";
import { methodsAt } from "./routing.ts";

type Wanted = { readonly method: string; readonly path: string };

const stagePath = "/v3";
/** Longer than any route. Longer paths are not compared, because the time for it grows with the length. */
const longestPath = 200;

/**
 * API Gateway's 404 with more help: the methods of the path, also in the header `Allow`, or a route with a similar
 * path.
 */
export function noSuchRoute(wanted: Wanted): APIGatewayProxyResult {
  const { status, headers } = renderGatewayResponse("MISSING_AUTHENTICATION_TOKEN");
  const methods = methodsAt(wanted.path);
  const allow = methods.length === 0 ? {} : { Allow: methods.join(", ") };
  const { code, detail } = gatewayResponses.MISSING_AUTHENTICATION_TOKEN;
  const hint = methods.length === 0 ? nearHint(wanted) : `That path takes ${methods.join(" and ")}.`;
  const envelope = failureEnvelope(code, [hint === undefined ? detail : `${detail} ${hint}`]);
  return { statusCode: status, headers: { ...headers, ...allow }, body: JSON.stringify(envelope) };
}

function nearHint({ method, path }: Wanted): string | undefined {
  if (path.length > longestPath) return undefined;
  const candidates = routeNames.map((name) => {
    const near = withIdsOf(path, routes[name].path);
    return { method: routes[name].method, near, distance: distance(path.toLowerCase(), near.toLowerCase()) };
  });
  const close = candidates.filter((one) => one.distance <= Math.max(2, one.near.length / 4));
  const [best] = close.toSorted(
    (a, b) => a.distance - b.distance || Number(b.method === method) - Number(a.method === method),
  );
  return best && `Did you mean ${best.method} ${stagePath}${best.near}?`;
}

/** The route's path with the ids of the requested path, in their order. */
function withIdsOf(path: string, routePath: string): string {
  const ids = path.split("/").filter((segment) => /^\d+$/.test(segment));
  return routePath.replace(/\{\w+\}/g, (parameter) => ids.shift() ?? parameter);
}

/**
 * The Levenshtein distance: how many characters must be inserted, removed or replaced to turn one text into the other.
 */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, character] of one.split("").entries()) {
    const next = [index + 1];
    for (let column = 1; column < row.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (character === other[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
