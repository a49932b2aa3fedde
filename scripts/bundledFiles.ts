import { globSync } from "node:fs";
import { type BuildOptions, build } from "esbuild";
import { unreachedModules } from "../lib/apiFunction.ts";

/** The files, our own and those of packages, of which a Lambda's bundle contains anything. */
export function filesInLambdas(): Promise<string[]> {
  return filesInBundles({
    entryPoints: globSync("functions/*/handler.ts"),
    platform: "node",
    mainFields: ["module", "main"],
    external: unreachedModules,
  });
}

/** The files, our own and those of packages, of which the console's script contains anything. */
export function filesInConsole(): Promise<string[]> {
  return filesInBundles({ entryPoints: ["web/console/main.tsx"], tsconfig: "web/console/tsconfig.json" });
}

async function filesInBundles(options: BuildOptions): Promise<string[]> {
  const { metafile } = await build({
    ...options,
    outdir: "build",
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
  });
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  return [...new Set(files)];
}
