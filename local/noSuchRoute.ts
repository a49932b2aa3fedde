import type { APIGatewayProxyResult } from "aws-lambda";
import { failureEnvelope } from "../shared/http/envelope.ts";
import { gatewayResponses, renderGatewayResponse } from "../shared/http/gatewayResponses.ts";
import { routeNames, routes } from "../shared/http/routes.ts";
import { methodsAt } from "./routing.ts";

/** What was asked for. `rawPath` still has the stage if it was sent; the laptop's own pages lie outside it. */
type Wanted = { readonly method: string; readonly path: string; readonly rawPath: string };

const stagePath = "/v3";
/** Longer than any route. Longer paths are not compared, because the time for it grows with the length. */
const longestPath = 200;

/**
 * API Gateway's 404 with more help: the methods of the path, also in the header `Allow`, or a route or page with a similar
 * path. `pages` are the laptop's own, each as `GET /docs/`.
 */
export function noSuchRoute(wanted: Wanted, pages: readonly string[]): APIGatewayProxyResult {
  const { status, headers } = renderGatewayResponse("MISSING_AUTHENTICATION_TOKEN");
  const methods = [...methodsAt(wanted.path), ...pageMethodsAt(wanted.rawPath, pages)];
  const allow = methods.length === 0 ? {} : { Allow: methods.join(", ") };
  const { code, detail } = gatewayResponses.MISSING_AUTHENTICATION_TOKEN;
  const hint = methods.length === 0 ? nearHint(wanted, pages) : `That path takes ${methods.join(" and ")}.`;
  const envelope = failureEnvelope(code, [hint === undefined ? detail : `${detail} ${hint}`]);
  return { statusCode: status, headers: { ...headers, ...allow }, body: JSON.stringify(envelope) };
}

function pageMethodsAt(path: string, pages: readonly string[]): string[] {
  return pages.filter((page) => page.endsWith(` ${path}`)).map((page) => page.slice(0, -path.length - 1));
}

/** Something that can be called, and how many characters it is away from what was asked for. */
type Near = { readonly method: string; readonly path: string; readonly distance: number };

function nearHint({ method, path, rawPath }: Wanted, pages: readonly string[]): string | undefined {
  if (rawPath.length > longestPath) return undefined;
  const nearRoutes = routeNames.map((name): Near => {
    const near = withIdsOf(path, routes[name].path);
    return { method: routes[name].method, path: `${stagePath}${near}`, distance: howFar(path, near) };
  });
  const nearPages = pages.map((page): Near => {
    const [pageMethod = "", pagePath = ""] = page.split(" ");
    return { method: pageMethod, path: pagePath, distance: howFar(rawPath, pagePath) };
  });
  const close = [...nearRoutes, ...nearPages].filter((one) => one.distance !== tooFar);
  const [best] = close.toSorted(
    (a, b) => a.distance - b.distance || Number(b.method === method) - Number(a.method === method),
  );
  return best && `Did you mean ${best.method} ${best.path}?`;
}

const tooFar = Number.POSITIVE_INFINITY;

/** The distance of two paths in any case; {@link tooFar} when the one is hardly a slip for the other. */
function howFar(asked: string, path: string): number {
  const found = distance(asked.toLowerCase(), path.toLowerCase());
  return path !== "/" && found <= Math.max(2, path.length / 4) ? found : tooFar;
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
