import type { IncomingHttpHeaders } from "node:http";
import type { APIGatewayProxyResult } from "aws-lambda";
import { failureEnvelope, httpResult } from "../shared/http/envelope.ts";

type Incoming = { readonly method: string; readonly path: string; readonly headers: IncomingHttpHeaders };

const ownHosts: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Answers 403 with code 4000 to a request that a web page of another origin may have caused; `undefined` for all
 * others. The demo credentials are public and the local routes need none, so nothing else would stop such a page.
 */
export function refuseForeign({ method, path, headers }: Incoming): APIGatewayProxyResult | undefined {
  const { host = "" } = headers;
  if (!isOwnHost(host)) {
    return refused(
      `The local server answers to 127.0.0.1, localhost and [::1] only; the Host header is ${quote(host)}.`,
    );
  }
  const changesState = path.startsWith("/local/") && method !== "GET";
  if (!changesState || isOwnOrigin(host, headers)) return undefined;
  return refused("A web page of another origin may not change the local service.");
}

/**
 * A page can make its own host name lead to this machine (DNS rebinding). The browser then sends that name as the host.
 */
function isOwnHost(host: string): boolean {
  return ownHosts.has(host.toLowerCase().replace(/:\d{1,5}$/, ""));
}

/** A client that is not a browser sends neither header. A sandboxed page has no origin and sends `null`. */
function isOwnOrigin(host: string, headers: IncomingHttpHeaders): boolean {
  const { origin = `http://${host}` } = headers;
  const site = headers["sec-fetch-site"] ?? "none";
  return origin === `http://${host}` && (site === "same-origin" || site === "none");
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

function refused(detail: string): APIGatewayProxyResult {
  return httpResult(403, failureEnvelope(4000, [detail]));
}
