import type { TestProject } from "vitest/node";
import { createTableIfMissing } from "../../local/createTable.ts";
import { startEngine } from "../../local/engine.ts";
import { createClient, patientLimits } from "../../shared/table/client.ts";

declare module "vitest" {
  interface ProvidedContext {
    endpoint: string;
    tableName: string;
  }
}

const tableName = "milestreak-test";

/** Starts one engine and one table for the whole run. Tests keep apart by using orgs of their own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const engine = await startEngine(undefined);
  const client = createClient({ endpoint: engine.endpoint, ...localAccess }, patientLimits);
  await createTableIfMissing({ client, name: tableName });
  client.destroy();
  project.provide("endpoint", engine.endpoint);
  project.provide("tableName", tableName);
  return engine.stop;
}

export const localAccess = {
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
} as const;
