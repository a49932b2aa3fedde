import { createTableIfMissing } from "../local/createTable.ts";
import { startEngine } from "../local/engine.ts";
import { createClient, openTable, patientLimits, type Table } from "../shared/table/client.ts";

/** An engine with an empty table, and how to open another client of it. */
export type BenchEngine = {
  readonly table: Table;
  readonly access: typeof localAccess & { readonly endpoint: string };
};

const localAccess = {
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
} as const;

const tableName = "milestreak-bench";

/** Runs the work on a real engine in memory and stops it whatever happens. */
export async function withEngine<Result>(work: (engine: BenchEngine) => Promise<Result>): Promise<Result> {
  const engine = await startEngine(undefined);
  try {
    const access = { endpoint: engine.endpoint, ...localAccess };
    const setUp = createClient(access, patientLimits);
    await createTableIfMissing({ client: setUp, name: tableName });
    setUp.destroy();
    const table = openTable({ tableName, ...access }, patientLimits);
    return await work({ table, access }).finally(() => table.close());
  } finally {
    await engine.stop();
  }
}
