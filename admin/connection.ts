import { type Command, InvalidArgumentError } from "commander";
import { type EngineAddress, enginePath } from "../local/enginePage.ts";
import { readLocalConfig } from "../shared/config/localConfig.ts";
import { isJsonObject } from "../shared/http/requests/validation.ts";
import { openTable, patientLimits, type Table } from "../shared/table/client.ts";
import { Refused } from "./refused.ts";

/** The table that a command works on: a deployed one by name, or that of the local service. */
export type ConnectionOptions = { readonly table?: string; readonly local?: true; readonly port?: number };

const patienceMilliseconds = 30_000;

export function addConnectionOptions(command: Command): Command {
  return command
    .option(
      "--table <name>",
      "the deployed stack's table, as its output TableName says; region and credentials as AWS's tools find them",
    )
    .option("--local", "the service that npm start runs on this machine")
    .option(...portOption, parsePort);
}

export const portOption = ["--port <number>", "where the local service listens (default: PORT, or 3000)"] as const;

export function parsePort(text: string): number {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError("A port is an integer from 1 to 65535.");
}

/** Opens the table, does the work and closes the table. Naming no table or two tables is a mistake in usage. */
export async function withTable<Result>(
  command: Command,
  { table: tableName, local, port }: ConnectionOptions,
  work: (table: Table) => Promise<Result>,
): Promise<Result> {
  if ((tableName === undefined) === (local === undefined)) {
    command.error("error: name one of --table <name> and --local", { exitCode: 2 });
  }
  const table = tableName === undefined ? await openLocalTable(port) : openTable({ tableName }, patientLimits);
  try {
    await assertRegion(table);
    return await work(table);
  } finally {
    table.close();
  }
}

export const regionMissing =
  "No AWS region is set. Name the stack's: export AWS_REGION=eu-west-1, or give your AWS profile a region.";

/** Refuses a missing region with a message that helps. The SDK's "Region is missing" does not say where to set it. */
async function assertRegion({ client }: Table): Promise<void> {
  const region: unknown = await client.config.region().catch((error: unknown) => error);
  if (typeof region === "string") return;
  throw new Refused(regionMissing, 2);
}

async function openLocalTable(port: number | undefined): Promise<Table> {
  const config = readLocalConfig();
  const address = await askLocalService(port ?? config.port);
  return openTable({ ...address, credentials: config.credentials }, patientLimits);
}

/** The table of the service that `npm start` runs on this machine. Refuses when no service listens there. */
export async function askLocalService(port: number): Promise<EngineAddress> {
  const url = `http://127.0.0.1:${port}${enginePath}`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(patienceMilliseconds) }).catch(() => undefined);
  if (answer === undefined) {
    throw new Refused(
      `Nothing answers on port ${port}. Start the service with npm start, or name its port with --port.`,
    );
  }
  const address = parseAddress(await answer.json().catch(() => undefined));
  if (address === undefined) throw new Refused(`What answers on port ${port} is not a local Milestreak; see --port.`);
  return address;
}

function parseAddress(body: unknown): EngineAddress | undefined {
  const { endpoint, region, tableName } = isJsonObject(body) && isJsonObject(body.data) ? body.data : {};
  const isAddress = typeof endpoint === "string" && typeof region === "string" && typeof tableName === "string";
  return isAddress ? { endpoint, region, tableName } : undefined;
}
