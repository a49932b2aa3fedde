import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { APIGatewayProxyResult } from "aws-lambda";
import type { Instant } from "../shared/domain/instant.ts";
import { type GatewayResponseType, renderGatewayResponse } from "../shared/http/gatewayResponses.ts";
import { isProtected } from "../shared/http/routes.ts";
import { AuthorizerCache, type AuthorizerVerdict } from "./authorizerCache.ts";
import { refuseForeign } from "./foreign.ts";
import type { LocalFunctions } from "./functions.ts";
import { badNow, nowHeader, readNow } from "./localNow.ts";
import { noSuchRoute } from "./noSuchRoute.ts";
import { buildContext, buildEvent } from "./proxyEvent.ts";
import { matchRoute, type RouteMatch } from "./routing.ts";

/** Imitates API Gateway's stage for clients: routes, authorizer, limits, errors. */
export type LocalGateway = {
  /** The address with the stage: `http://127.0.0.1:<port>/v3`. */
  readonly baseUrl: string;
  /**
   * Stops accepting, finishes the running answers and closes. It does not wait for incomplete requests. It waits at
   * most `graceMilliseconds` for a client that does not read its answer.
   */
  readonly close: (graceMilliseconds?: number) => Promise<void>;
};

/**
 * Pages that exist on a laptop only, by method and path outside the stage. They do not collide with routes: a deployed
 * path begins with the stage or, on an own domain, with the first word of a route.
 */
export type LocalPages = Readonly<
  Partial<Record<"GET /" | `${"GET" | "POST"} /${"local" | "console" | "docs"}${string}`, LocalPage>>
>;

type LocalPage = (query: URLSearchParams, now: Instant) => Promise<APIGatewayProxyResult>;

const stage = "v3";
/** Longer than the longest function. */
const longestGraceMilliseconds = 30_000;
/** API Gateway's own payload limit. */
const maximumPayloadBytes = 10 * 1024 * 1024;

/** Serves the functions on 127.0.0.1. Port 0 asks the system for a free one. */
export async function startGateway(
  functions: LocalFunctions,
  port: number,
  pages: LocalPages = {},
): Promise<LocalGateway> {
  const authorizer = new AuthorizerCache(functions.authorizer);
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    open.add(response);
    response.once("close", () => open.delete(response));
    void answerRequest(functions, authorizer, pages, request)
      .catch((error: unknown) => {
        console.error(error);
        return gatewayAnswer("DEFAULT_5XX");
      })
      .then((result) => send(response, result, server.listening));
  });
  // Idle connections are never closed. A client could send a request at that very moment, and not every client repeats
  // it.
  server.keepAliveTimeout = 0;
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The gateway has no port");
  return {
    baseUrl: `http://127.0.0.1:${address.port}/${stage}`,
    close: async (graceMilliseconds = longestGraceMilliseconds) => {
      const closed = once(server, "close");
      server.close();
      const isOver = delay(graceMilliseconds, undefined, { ref: false });
      await Promise.race([untilAnswered(open), isOver]);
      // All connections are closed here. A browser opens one ahead of its next request, and Node does not count an
      // unused connection as idle.
      server.closeAllConnections();
      await closed;
    },
  };
}

async function untilAnswered(open: ReadonlySet<ServerResponse>): Promise<void> {
  const answering = [...open].filter(({ req }) => req.complete);
  if (answering.length === 0) return;
  await Promise.all(answering.map(untilClosed));
  // Another request may have arrived on a connection that was still busy.
  await untilAnswered(open);
}

function untilClosed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.once("close", () => resolve()));
}

/** Checks in this order: foreign pages, the laptop's own pages, the API. */
async function answerRequest(
  functions: LocalFunctions,
  authorizer: AuthorizerCache,
  pages: LocalPages,
  request: IncomingMessage,
): Promise<APIGatewayProxyResult> {
  const { method = "GET", url = "/", headers } = request;
  const refused = refuseForeign({ method, path: url.split("?")[0] ?? "/", headers });
  return refused ?? (await answerPage(pages, request)) ?? answer(functions, authorizer, Object.keys(pages), request);
}

async function answerPage(
  pages: LocalPages,
  { method, url = "/", headers }: IncomingMessage,
): Promise<APIGatewayProxyResult | undefined> {
  const [path = "/", ...rest] = url.split("?");
  const page = new Map<string, LocalPage | undefined>(Object.entries(pages)).get(`${method} ${path}`);
  if (page === undefined) return undefined;
  const now = readNow(headers[nowHeader]);
  return now === undefined ? badNow() : page(new URLSearchParams(rest.join("?")), now);
}

/** Follows API Gateway's order: route, size, credential, function. */
async function answer(
  functions: LocalFunctions,
  authorizer: AuthorizerCache,
  pages: readonly string[],
  incoming: IncomingMessage,
): Promise<APIGatewayProxyResult> {
  const { path, rawPath, query } = parseTarget(incoming.url ?? "/");
  const method = incoming.method ?? "GET";
  const body = await readBody(incoming);
  const match = matchRoute(method, path);
  if (match === undefined) return noSuchRoute({ method, path, rawPath }, pages);
  if (body === undefined) return gatewayAnswer("REQUEST_TOO_LARGE");
  const verdict = await judge(authorizer, incoming.headers.authorization, match);
  if (verdict.outcome !== "allowed") return gatewayAnswer(verdict.outcome);
  const now = readNow(incoming.headers[nowHeader]);
  if (now === undefined) return badNow();
  const headers = pairs(incoming.rawHeaders);
  const event = buildEvent({ method, path, query, headers, body, nowEpochMilliseconds: now }, match, verdict.context);
  return functions.handlers[match.name](event, buildContext(match.name));
}

function judge(
  authorizer: AuthorizerCache,
  authorization: string | undefined,
  match: RouteMatch,
): Promise<AuthorizerVerdict> {
  if (!isProtected(match.name)) return Promise.resolve({ outcome: "allowed", context: {} });
  return authorizer.judge(authorization, methodArn(match));
}

/** The stage is optional. A deployed API answers below `/v3`, and on an own domain also without it. */
function parseTarget(target: string): {
  readonly path: string;
  readonly rawPath: string;
  readonly query: URLSearchParams;
} {
  const [rawPath = "/", ...rest] = target.split("?");
  const path = rawPath.startsWith(`/${stage}/`) ? rawPath.slice(stage.length + 1) : rawPath;
  return { path, rawPath, query: new URLSearchParams(rest.join("?")) };
}

async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size <= maximumPayloadBytes) chunks.push(chunk);
  }
  return size > maximumPayloadBytes ? undefined : Buffer.concat(chunks).toString("utf8");
}

function methodArn({ route }: RouteMatch): string {
  return `arn:aws:execute-api:local:000000000000:local/${stage}/${route.method}${route.path}`;
}

function gatewayAnswer(type: GatewayResponseType): APIGatewayProxyResult {
  const { status, headers, body } = renderGatewayResponse(type);
  return { statusCode: status, headers, body };
}

function pairs(rawHeaders: readonly string[]): [string, string][] {
  const names = rawHeaders.filter((_, index) => index % 2 === 0);
  return names.map((name, index) => [name, rawHeaders[2 * index + 1] ?? ""]);
}

function send(
  response: ServerResponse,
  { statusCode, headers, body }: APIGatewayProxyResult,
  isListening: boolean,
): void {
  // A client that keeps its connection would otherwise send further requests on it.
  if (!isListening) response.setHeader("Connection", "close");
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, String(value));
  response.statusCode = statusCode;
  response.end(body);
}
