import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

/** Where the reference page sends its requests, and with which credential. A page for others has no credential. */
export type ReferenceSettings = {
  /** The API's address, absolute or relative to the page. */
  readonly serverUrl: string;
  readonly credential: { readonly username: string; readonly secret: string } | null;
};

export type ReferenceFileName =
  | "index.html"
  | "start.js"
  | "swagger-ui.js"
  | "swagger-ui.css"
  | "icon.svg"
  | "openapi.json"
  | "settings.json";

/** The reference page's files by name, as a browser requests them. */
export type ReferenceFiles = Readonly<Record<ReferenceFileName, string>>;

const root = new URL("../", import.meta.url);
const { resolve } = createRequire(import.meta.url);

/** The files of a page that shows this document with these settings. */
export async function readReference(settings: ReferenceSettings, document: string): Promise<ReferenceFiles> {
  const [page, start, library, style, icon] = await Promise.all([
    readFile(new URL("web/reference/index.html", root), "utf8"),
    readFile(new URL("web/reference/start.js", root), "utf8"),
    readFile(resolve("swagger-ui-dist/swagger-ui-bundle.js"), "utf8"),
    readFile(resolve("swagger-ui-dist/swagger-ui.css"), "utf8"),
    readFile(new URL("web/console/icon.svg", root), "utf8"),
  ]);
  const policy = `<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(settings)}" />`;
  return {
    "index.html": page.replace("<!-- content-security-policy -->", policy),
    "start.js": start,
    "swagger-ui.js": library,
    "swagger-ui.css": style,
    "icon.svg": icon,
    "openapi.json": document,
    "settings.json": JSON.stringify(settings),
  };
}

/** Allows the page's own files, the pictures in its style sheet, and the API if it has another origin. */
export function contentSecurityPolicy({ serverUrl }: ReferenceSettings): string {
  const elsewhere = URL.canParse(serverUrl) ? ` ${new URL(serverUrl).origin}` : "";
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self'${elsewhere}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
