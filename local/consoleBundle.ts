import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Settings } from "../web/console/settings.ts";

/** The console's files by name, as a browser requests them. */
export type ConsoleFiles = Readonly<Record<ConsoleFileName, string>>;

export type ConsoleFileName = "index.html" | "console.css" | "console.js" | "icon.svg" | "settings.json";

const source = new URL("../web/console/", import.meta.url);

/** Bundles the console with the settings of the place where it is served. */
export async function bundleConsole(settings: Settings): Promise<ConsoleFiles> {
  const [page, style, icon, script] = await Promise.all([
    readFile(new URL("index.html", source), "utf8"),
    readFile(new URL("console.css", source), "utf8"),
    readFile(new URL("icon.svg", source), "utf8"),
    bundleScript(),
  ]);
  const policy = `<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(settings)}" />`;
  return {
    "index.html": page.replace("<!-- content-security-policy -->", policy),
    "console.css": style,
    "console.js": script,
    "icon.svg": icon,
    "settings.json": JSON.stringify(settings),
  };
}

/**
 * Allows the page's own files only, and the API if it has another origin. The browser refuses every operation that
 * would turn text into markup.
 */
export function contentSecurityPolicy({ apiBaseUrl }: Settings): string {
  const elsewhere = URL.canParse(apiBaseUrl) ? ` ${new URL(apiBaseUrl).origin}` : "";
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self'${elsewhere}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

async function bundleScript(): Promise<string> {
  // Loaded when first needed, because most runs of the local service never show the page.
  const { build, stop } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("main.tsx", source))],
    tsconfig: fileURLToPath(new URL("tsconfig.json", source)),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2024",
    write: false,
  });
  // Without this, the process of esbuild would wait for another build.
  await stop();
  const [script] = outputFiles;
  if (script === undefined) throw new Error("esbuild wrote nothing");
  return script.text;
}
