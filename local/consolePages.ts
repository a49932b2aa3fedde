import type { APIGatewayProxyResult } from "aws-lambda";
import { securityHeaders } from "../shared/http/envelope.ts";
import type { LocalSettings } from "../web/console/settings.ts";
import { bundleConsole, type ConsoleFileName, type ConsoleFiles, contentSecurityPolicy } from "./consoleBundle.ts";
import type { LocalPages } from "./gateway.ts";

const contentTypes = {
  "index.html": "text/html; charset=utf-8",
  "console.css": "text/css; charset=utf-8",
  "console.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
  "settings.json": "application/json",
} as const satisfies Record<ConsoleFileName, string>;

/** Serves the console beside the API. It is bundled at the first request, so that starting does not wait for it. */
export function consolePages(local: LocalSettings): LocalPages {
  const settings = { apiBaseUrl: "/v3", local };
  const headers = {
    ...securityHeaders,
    "Content-Security-Policy": `${contentSecurityPolicy(settings)}; frame-ancestors 'none'`,
    "Referrer-Policy": "no-referrer",
  };
  let bundled: Promise<ConsoleFiles> | undefined;
  const serve = (name: ConsoleFileName) => async (): Promise<APIGatewayProxyResult> => {
    bundled ??= bundleConsole(settings);
    const body = (await bundled)[name];
    return { statusCode: 200, headers: { ...headers, "Content-Type": contentTypes[name] }, body };
  };
  return {
    // The page names its files relative to itself, so that it can be hosted in any folder.
    "GET /console": async () => ({ statusCode: 308, headers: { ...headers, Location: "/console/" }, body: "" }),
    "GET /console/": serve("index.html"),
    "GET /console/console.css": serve("console.css"),
    "GET /console/console.js": serve("console.js"),
    "GET /console/icon.svg": serve("icon.svg"),
    "GET /console/settings.json": serve("settings.json"),
  };
}
