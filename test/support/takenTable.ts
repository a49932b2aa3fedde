import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { engineEndpoint } from "./engineEndpoint.ts";
import { streamedTables } from "./streamedTables.ts";

/**
 * The name of a table in the worker's engine that no other test uses. It is one of those that were made before. When all
 * of them are taken, it is a new name. So whoever takes one calls `createTableIfMissing` all the same.
 */
export function takeStreamedTable(): string {
  return streamedTables.find(take) ?? `milestreak-${randomUUID()}`;
}

/** Files run in several processes. Only one of them can make a folder. */
function take(name: string): boolean {
  try {
    mkdirSync(join(inject("takenTables"), `${new URL(engineEndpoint()).port}-${name}`));
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}
