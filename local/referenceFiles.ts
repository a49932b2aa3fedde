import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

/** Where the reference page's requests go, and as whom; nobody where the page is for others. */
export type ReferenceSettings = {
  /** Absolute, or relative to the page. */
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

/** The reference page as a browser asks for it, by the name of the file. */
export type ReferenceFiles = Readonly<Record<ReferenceFileName, string>>;

const root = new URL("../", import.meta.url);
const { resolve } = createRequire(import.meta.url);

/** The page for a place with these settings, about this document. */
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

/** Nothing but the page's own files, the pictures inside its style sheet, and the API where it is elsewhere. */
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
