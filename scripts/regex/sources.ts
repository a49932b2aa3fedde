import { globSync } from "node:fs";
import { build } from "esbuild";
import { unreachedModules } from "../../lib/apiFunction.ts";

/** Code that runs on a laptop or in a browser and reads foreign input. */
const otherSources = "{admin,bin,client,console,lib,local,scripts,shared}/**/*.{ts,tsx,js}";

/** The files of ours, and of packages as far as a Lambda's bundle has something of them, that read input. */
export async function sourcesToScan(): Promise<string[]> {
  return [...new Set([...globSync(otherSources), ...(await bundledFiles())])].toSorted();
}

async function bundledFiles(): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: globSync("functions/*/handler.ts"),
    outdir: "build",
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    external: unreachedModules,
  });
  return Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
}
