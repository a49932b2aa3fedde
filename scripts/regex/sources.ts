import { globSync } from "node:fs";
import { filesInLambdas } from "../bundledFiles.ts";

/** Code that runs on a laptop or in a browser and reads foreign input. */
const otherSources = "{admin,bin,client,console,lib,local,scripts,shared}/**/*.{ts,tsx,js}";

/** The files of ours, and of packages as far as a Lambda's bundle has something of them, that read input. */
export async function sourcesToScan(): Promise<string[]> {
  return [...new Set([...globSync(otherSources), ...(await filesInLambdas())])].toSorted();
}
