import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import type { BundledStack } from "./bundleStack.ts";
import { type SamEnvironment, type SamTemplate, stampedModule } from "./template.ts";

type SamFolder = {
  readonly stack: BundledStack;
  readonly template: SamTemplate;
  readonly environment: SamEnvironment;
};

/** Replaces the folder: `template.json`, `env.json`, and a folder for each function with its code. */
export async function writeSamFolder(folder: string, { stack, template, environment }: SamFolder): Promise<void> {
  const stampedCode = await bundleStamped();
  rmSync(folder, { recursive: true, force: true });
  for (const [name, code] of stack.bundles) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, "index.mjs"), code);
    writeFileSync(join(folder, name, stampedModule), stampedCode);
  }
  writeJson(join(folder, "template.json"), template);
  writeJson(join(folder, "env.json"), environment);
}

/** The function's own bundle stays as deployed. */
async function bundleStamped(): Promise<string> {
  const contents = [
    'import { handler as deployed } from "./index.mjs";',
    'import { stamped } from "./stamped.ts";',
    "export const handler = stamped(deployed);",
  ].join("\n");
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, sourcefile: stampedModule },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node24",
    external: ["./index.mjs"],
    logLevel: "warning",
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error("esbuild wrote nothing");
  return output.text;
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`);
}
