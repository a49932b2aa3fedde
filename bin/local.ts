import { consolePages } from "../local/consolePages.ts";
import { createTableIfMissing } from "../local/createTable.ts";
import { claimDataDirectory } from "../local/dataDirectory.ts";
import {
  type DemoEnrollment,
  demoCredentials,
  demoCustomerWithHistory,
  demoOrg,
  demoSecret,
  seedDemoData,
} from "../local/demoData.ts";
import { EngineNotStarted, startEngine } from "../local/engine.ts";
import { enginePage } from "../local/enginePage.ts";
import { erasureListIn, noErasureList } from "../local/erasureList.ts";
import { whyNotFree } from "../local/freePort.ts";
import { localFunctions } from "../local/functions.ts";
import { type LocalGateway, startGateway } from "../local/gateway.ts";
import { tryProjection } from "../local/projection.ts";
import { referencePages } from "../local/referencePages.ts";
import { startPages } from "../local/startPages.ts";
import { noIssuer } from "../shared/auth/externalIssuer.ts";
import { InvalidConfig, type LocalConfig, readLocalConfig } from "../shared/config/localConfig.ts";
import { systemClock } from "../shared/config/systemClock.ts";
import { openTable, patientLimits, type Table } from "../shared/table/client.ts";
import { findDataId } from "../shared/table/dataId.ts";

const tableName = "milestreak";
const parentCheckMilliseconds = 500;

/**
 * `npm start`: starts engine, table, demo data, projector and gateway. SIGINT or SIGTERM ends them in reverse order.
 */
async function main(): Promise<void> {
  const config = readLocalConfig();
  const stopRequested = untilStopped();
  try {
    await requireFreePort(config.port);
    await runService(config, stopRequested);
  } catch (error) {
    console.error(explainFailure(error, config) ?? error);
    process.exitCode = 1;
  }
}

/** Checks the port first, because the engine takes seconds to start. */
async function requireFreePort(port: number): Promise<void> {
  const code = port === 0 ? undefined : await whyNotFree(port);
  if (code !== undefined) throw new InvalidConfig(explainPort(port, code));
}

function explainPort(port: number, code: string): string {
  if (code === "EADDRINUSE")
    return `Port ${port} is in use. Stop what listens there, or set PORT; PORT=0 takes any free one.`;
  return `Port ${port} cannot be listened on (${code}). Set PORT to another, from 1024 on; PORT=0 takes any free one.`;
}

async function runService(config: LocalConfig, stopRequested: Promise<void>): Promise<void> {
  const { endpoint, dataDirectory } = config;
  if (endpoint === undefined) return runWithEngine(config, dataDirectory, stopRequested);
  console.log(`Connecting to the engine at ${endpoint}…`);
  await serve(config, endpoint, stopRequested);
}

async function runWithEngine(
  config: LocalConfig,
  dataDirectory: string | undefined,
  stopRequested: Promise<void>,
): Promise<void> {
  const release = dataDirectory === undefined ? undefined : claimDataDirectory(dataDirectory);
  try {
    console.log("Starting the engine…");
    const engine = await startEngine(dataDirectory);
    try {
      if (!engine.isOnLoopback) console.log(openEngine(engine.endpoint));
      await serve(config, engine.endpoint, stopRequested);
    } finally {
      await engine.stop();
    }
  } finally {
    release?.();
  }
}

/**
 * Resolves at SIGINT or SIGTERM, or when the parent process has ended. npm runs this program under a shell that ends on
 * a signal without passing it on.
 */
function untilStopped(): Promise<void> {
  const parent = process.ppid;
  return new Promise((resolve) => {
    // The timer is unreferenced, so that it does not keep a process alive that has failed to start.
    const watch = setInterval(() => process.ppid !== parent && stop(), parentCheckMilliseconds).unref();
    const stop = () => {
      clearInterval(watch);
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
  });
}

async function serve(local: LocalConfig, endpoint: string, stopRequested: Promise<void>): Promise<void> {
  const { region, credentials } = local;
  const config = { tableName, region, credentials, endpoint };
  const table = openTable(config, patientLimits);
  await requireTable(table, endpoint);
  const demo = await seedDemoData(table, Date.now());
  let isListening = false;
  const record = local.dataDirectory === undefined ? noErasureList : erasureListIn(local.dataDirectory);
  const projection = await tryProjection(table, config, (line) => isListening && console.log(line), record);
  // The events of the demo history are projected now, so that they are not printed as new ones.
  if (demo.hasNewHistory) await projection?.drain();
  const pages = {
    ...projection?.pages,
    ...enginePage({ endpoint, region, tableName }),
    ...consolePages({
      demoCredential: { username: "demo-admin", secret: demoSecret },
      exampleCustomerId: demoCustomerWithHistory,
      hasEvents: projection !== undefined,
    }),
    ...startPages(() => findDataId(table, demoOrg), projection !== undefined),
    ...referencePages({ username: "demo-admin", secret: demoSecret }, demo.enrollment),
  };
  const functions = localFunctions(table, systemClock, noIssuer, local.adjustmentLimit);
  const gateway = await startGateway(functions, local.port, pages);
  console.log(welcome(gateway, demo.enrollment));
  isListening = true;
  projection?.start();
  await stopRequested;
  await gateway.close();
  await projection?.stop();
  table.close();
}

/** The first request shows whether the engine can be used as the environment says. */
async function requireTable(table: Table, endpoint: string): Promise<void> {
  try {
    await createTableIfMissing(table);
  } catch (error) {
    if (!(error instanceof Error) || isRefusedConnection(error)) throw error;
    const [reason = ""] = error.message.split("\n");
    throw new InvalidConfig(
      `The engine at ${endpoint} cannot be used (${error.name}: ${reason}). Check DYNAMODB_ENDPOINT, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment.`,
    );
  }
}

function isRefusedConnection(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
}

/**
 * A message for the user when the service could not start for an outside reason; `undefined` for a fault of the
 * program, which needs its stack.
 */
function explainFailure(error: unknown, { port, endpoint }: LocalConfig): string | undefined {
  if (error instanceof EngineNotStarted || error instanceof InvalidConfig) return error.message;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  // Another process has taken the port since it was checked.
  if (code === "EADDRINUSE") return explainPort(port, code);
  if (isRefusedConnection(error))
    return `Nothing listens at DYNAMODB_ENDPOINT ${endpoint}. Start the engine there, or unset it.`;
  return undefined;
}

/** The warning when the engine could not be bound to this machine only. */
function openEngine(endpoint: string): string {
  return [
    `The database engine listens on all interfaces, port ${new URL(endpoint).port}, without a password: whoever reaches`,
    "this machine reaches its data. With a JDK in place of a Java runtime it listens on 127.0.0.1 only.",
  ].join("\n");
}

function welcome({ baseUrl }: LocalGateway, { groupId, targetId, customerId }: DemoEnrollment): string {
  const rows = demoCredentials.map(
    ({ username, org, accessGroup }) =>
      `  ${`${username}:${demoSecret}`.padEnd(26)} org ${org}, access group ${accessGroup}`,
  );
  return [
    `Milestreak is listening on ${baseUrl}`,
    "",
    "Demo credentials (Basic), on this machine only:",
    ...rows,
    "",
    "Enrol a demo customer:",
    "",
    `curl -s -u demo-till:${demoSecret} -H 'Content-Type: application/json' \\`,
    `  -d '[{ "customerId": ${customerId} }]' \\`,
    `  ${baseUrl}/targetGroups/${groupId}/targets/${targetId}/enroll`,
    "",
    `Start page, with links to all there is: ${new URL("/", baseUrl).href}`,
    `Console: ${new URL("/console/", baseUrl).href}`,
    `API reference, to read and to try: ${new URL("/docs/", baseUrl).href}`,
    `Events that other systems are told: ${new URL("/local/events", baseUrl).href}`,
    "",
  ].join("\n");
}

main().catch((error: unknown) => {
  console.error(error instanceof InvalidConfig ? error.message : error);
  process.exitCode = 1;
});
