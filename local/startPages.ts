import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import type { APIGatewayProxyResult } from "aws-lambda";
import { failureEnvelope, httpResult, securityHeaders, successEnvelope } from "../shared/http/envelope.ts";
import { EngineUnavailable } from "../shared/table/failures.ts";
import type { LocalPages } from "./gateway.ts";

type Guide = { readonly path: `/local/guides/${string}`; readonly title: string; readonly file: URL };

const guidesFolder = new URL("../docs/guides/", import.meta.url);
const style = "body{font:1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}";

const headers = {
  ...securityHeaders,
  "Content-Security-Policy": `default-src 'none'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "Referrer-Policy": "no-referrer",
};

/** Serves the first page of the local service with links to the others, the health check, and the guides as written. */
export function startPages(askEngine: () => Promise<unknown>, hasEvents: boolean): LocalPages {
  const guides = findGuides();
  const guidePages = guides.map(({ path, file }) => [`GET ${path}`, async () => plainText(readFileSync(file, "utf8"))]);
  return {
    ...Object.fromEntries(guidePages),
    "GET /": async () => html(startPage(guides, hasEvents)),
    "GET /local/health": () => health(askEngine),
  };
}

function findGuides(): Guide[] {
  const names = readdirSync(guidesFolder).filter((name) => name.endsWith(".md"));
  const files = names.map((name) => new URL(name, guidesFolder));
  return [new URL("../README.md", import.meta.url), ...files].map((file) => {
    const [heading = ""] = readFileSync(file, "utf8").split("\n", 1);
    return { path: `/local/guides/${basename(file.pathname)}`, title: heading.replace(/^# /, ""), file };
  });
}

/** 200 when the database engine answers, else 503 with 4001. */
async function health(askEngine: () => Promise<unknown>): Promise<APIGatewayProxyResult> {
  try {
    await askEngine();
    return httpResult(200, successEnvelope({ status: "UP" }, []));
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    return httpResult(503, failureEnvelope(4001, ["The database engine does not answer."]), { "Retry-After": "1" });
  }
}

function startPage(guides: readonly Guide[], hasEvents: boolean): string {
  const events = hasEvents ? [link("/local/events", "What the brand's other systems are told")] : [];
  const links = [
    link("/docs/", "The API reference, to read and to try"),
    link("/console/", "The console, to look at target groups and customers"),
    ...events,
    link("/local/health", "Health"),
  ];
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>Milestreak</title><style>${style}</style>`,
    "<h1>Milestreak</h1><p>The local service is running. The API is below <code>/v3</code>.</p>",
    `<ul>${links.join("")}</ul><h2>Guides</h2>`,
    `<ul>${guides.map(({ path, title }) => link(path, title)).join("")}</ul></html>`,
  ].join("\n");
}

function link(path: string, text: string): string {
  return `<li><a href="${path}">${text}</a></li>`;
}

function html(body: string): APIGatewayProxyResult {
  return { statusCode: 200, headers: { ...headers, "Content-Type": "text/html; charset=utf-8" }, body };
}

function plainText(body: string): APIGatewayProxyResult {
  return { statusCode: 200, headers: { ...headers, "Content-Type": "text/plain; charset=utf-8" }, body };
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
