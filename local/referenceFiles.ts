import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Where the reference page's requests go, and as whom; nobody where the page is for others. */
export type ReferenceSettings = {
  /** Absolute, or relative to the page. */
  readonly serverUrl: string;
  readonly credential: { readonly username: string; readonly secret: string } | null;
};

export type ReferenceFileName = "index.html" | "start.js" | "scalar.js" | "icon.svg" | "openapi.json" | "settings.json";

/** The reference page as a browser asks for it, by the name of the file. */
export type ReferenceFiles = Readonly<Record<ReferenceFileName, string>>;

const root = new URL("../", import.meta.url);
/** The build that needs no other file; the package does not export it by a name. */
const scalar = join(dirname(createRequire(import.meta.url).resolve("@scalar/api-reference")), "browser/standalone.js");

/** The page for a place with these settings, about this document. */
export async function readReference(settings: ReferenceSettings, document: string): Promise<ReferenceFiles> {
  const [page, start, library, icon] = await Promise.all([
    readFile(new URL("reference/index.html", root), "utf8"),
    readFile(new URL("reference/start.js", root), "utf8"),
    readFile(scalar, "utf8"),
    readFile(new URL("console/icon.svg", root), "utf8"),
  ]);
  const policy = `<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(settings)}" />`;
  return {
    "index.html": page.replace("<!-- content-security-policy -->", policy),
    "start.js": start,
    "scalar.js": library,
    "icon.svg": icon,
    "openapi.json": document,
    "settings.json": JSON.stringify(settings),
  };
}

/**
 * Nothing but the page's own files, and the API where it is elsewhere. Scalar writes its styles into the page, and
 * shows pictures that it carries in itself.
 */
export function contentSecurityPolicy({ serverUrl }: ReferenceSettings): string {
  const elsewhere = URL.canParse(serverUrl) ? ` ${new URL(serverUrl).origin}` : "";
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    `connect-src 'self'${elsewhere}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
