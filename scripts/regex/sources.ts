import { globSync } from "node:fs";
import { filesInLambdas } from "../bundledFiles.ts";

/**
 * All code but tests and measurements. Folders are excluded by name rather than included, so that a folder that is added
 * or renamed is scanned.
 */
const ownSources = "*/**/*.{ts,tsx,js,mjs}";
const notScanned = ["node_modules/**", "build/**", "client/dist/**", "cdk.out/**", "test/**", "bench/**"];

/** The files of ours, and of packages as far as a Lambda's bundle has something of them, that read input. */
export async function sourcesToScan(): Promise<string[]> {
  return [...new Set([...globSync(ownSources, { exclude: notScanned }), ...(await filesInLambdas())])].toSorted();
}
