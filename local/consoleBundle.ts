import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Settings } from "../web/console/settings.ts";

/** The console as a browser asks for it, by the name of the file. */
export type ConsoleFiles = Readonly<Record<ConsoleFileName, string>>;

export type ConsoleFileName = "index.html" | "console.css" | "console.js" | "icon.svg" | "settings.json";

const source = new URL("../web/console/", import.meta.url);

/** Bundles the console for a place with these settings. */
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
 * Nothing but the page's own files, and the API where it is elsewhere. Text never becomes markup: the browser refuses
 * every sink that would make it.
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
  // Loaded when it is first needed: most runs of the local service never show the page.
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
  // Its process would otherwise wait for the next build, which never comes.
  await stop();
  const [script] = outputFiles;
  if (script === undefined) throw new Error("esbuild wrote nothing");
  return script.text;
}
