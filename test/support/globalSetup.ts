import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { createTableIfMissing } from "../../local/createTable.ts";
import { type Engine, startEngine } from "../../local/engine.ts";
import { createClient, patientLimits } from "../../shared/table/client.ts";
import { createStreamedTables } from "./streamedTables.ts";

declare module "vitest" {
  interface ProvidedContext {
    endpoints: readonly string[];
    tableName: string;
    /** A folder that notes which streamed tables a test has taken. */
    takenTables: string;
  }
}

const tableName = "milestreak-test";

/** An engine does its work in one thread; two use two cores. */
const engineCount = 2;

/**
 * Starts the engines of the whole run, each with the table. Tests keep apart by using orgs of their own. The table has no
 * stream; a test file that reads the stream takes a table of its own.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const engines = await Promise.all(Array.from({ length: engineCount }, startEngineWithTable));
  project.provide(
    "endpoints",
    engines.map(({ endpoint }) => endpoint),
  );
  project.provide("tableName", tableName);
  const takenTables = await mkdtemp(join(tmpdir(), "milestreak-tables-"));
  project.provide("takenTables", takenTables);
  return async () => {
    try {
      await Promise.all(engines.map(({ stop }) => stop()));
    } finally {
      await rm(takenTables, { recursive: true, force: true });
    }
  };
}

async function startEngineWithTable(): Promise<Engine> {
  const engine = await startEngine(undefined);
  const client = createClient({ endpoint: engine.endpoint, ...localAccess }, patientLimits);
  await createTableIfMissing({ client, name: tableName }, { isStreamed: false });
  await createStreamedTables(client);
  client.destroy();
  return engine;
}

export const localAccess = {
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
} as const;
