import { globSync } from "node:fs";
import { filesInLambdas } from "../bundledFiles.ts";

/**
 * All code but tests and measurements. Folders are excluded by name rather than included, so that a folder that is added
 * or renamed is scanned.
 */
const ownSources = "*/**/*.{ts,tsx,js,mjs}";
const notScanned = ["node_modules/**", "build/**", "client/dist/**", "cdk.out/**", "test/**", "bench/**"];

/** The files that read input: our own, and those of packages of which a Lambda's bundle contains anything. */
export async function sourcesToScan(): Promise<string[]> {
  return [...new Set([...globSync(ownSources, { exclude: notScanned }), ...(await filesInLambdas())])].toSorted();
}
