import { readFile } from "node:fs/promises";
import type { APIGatewayProxyResult } from "aws-lambda";
import { securityHeaders } from "../shared/http/envelope.ts";
import { type DemoCall, showDemoCall } from "./demoDocument.ts";
import type { LocalPages } from "./gateway.ts";
import {
  contentSecurityPolicy,
  type ReferenceFileName,
  type ReferenceFiles,
  type ReferenceSettings,
  readReference,
} from "./referenceFiles.ts";

const contentTypes = {
  "index.html": "text/html; charset=utf-8",
  "start.js": "text/javascript; charset=utf-8",
  "swagger-ui.js": "text/javascript; charset=utf-8",
  "swagger-ui.css": "text/css; charset=utf-8",
  "icon.svg": "image/svg+xml",
  "openapi.json": "application/json",
  "settings.json": "application/json",
} as const satisfies Record<ReferenceFileName, string>;

/** Serves the reference page beside the API, with the demo call filled in. Its files are read at the first request. */
export function referencePages(credential: ReferenceSettings["credential"], demo: DemoCall): LocalPages {
  const settings = { serverUrl: "/v3", credential };
  const headers = {
    ...securityHeaders,
    "Content-Security-Policy": `${contentSecurityPolicy(settings)}; frame-ancestors 'none'`,
    "Referrer-Policy": "no-referrer",
  };
  const read = async () => {
    const document = await readFile(new URL("../docs/openapi.json", import.meta.url), "utf8");
    return readReference(settings, showDemoCall(document, demo));
  };
  let files: Promise<ReferenceFiles> | undefined;
  const serve = (name: ReferenceFileName) => async (): Promise<APIGatewayProxyResult> => {
    files ??= read();
    const body = (await files)[name];
    return { statusCode: 200, headers: { ...headers, "Content-Type": contentTypes[name] }, body };
  };
  return {
    // The page names its files relative to itself, so that it can be hosted in any folder.
    "GET /docs": async () => ({ statusCode: 308, headers: { ...headers, Location: "/docs/" }, body: "" }),
    "GET /docs/": serve("index.html"),
    "GET /docs/start.js": serve("start.js"),
    "GET /docs/swagger-ui.js": serve("swagger-ui.js"),
    "GET /docs/swagger-ui.css": serve("swagger-ui.css"),
    "GET /docs/icon.svg": serve("icon.svg"),
    "GET /docs/openapi.json": serve("openapi.json"),
    "GET /docs/settings.json": serve("settings.json"),
  };
}
