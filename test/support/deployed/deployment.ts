import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { createTableIfMissing } from "../../../local/createTable.ts";
import { type LocalGateway, startGateway } from "../../../local/gateway.ts";
import type { BundledStack } from "../../../scripts/sam/bundleStack.ts";
import { openTable, patientLimits, type Table } from "../../../shared/table/client.ts";
import { at, onlyResource, type Resource } from "../../infra/support/synthesize.ts";
import { localAccess } from "../globalSetup.ts";
import type { Place, TableKeys } from "../judge/asked.ts";
import { Judge } from "../judge/judge.ts";
import type { Statement } from "../judge/policy.ts";
import type { Session } from "../judge/signature.ts";
import { deployedApi } from "./deployedApi.ts";
import { EventSources } from "./eventSources.ts";
import { statementsOf } from "./roles.ts";
import { RunningFunction } from "./runningFunction.ts";
import { StateMachine } from "./stateMachine.ts";
import { type Physical, TemplateValues } from "./templateValues.ts";

/** A function of the template. It runs in a process of its own, with a session of its role. */
export type DeployedFunction = {
  readonly name: string;
  readonly properties: Resource["Properties"];
  readonly statements: readonly Statement[];
  readonly session: Session;
  readonly running: RunningFunction;
};

/**
 * The stack as it is deployed, as far as one machine can run it. Each bundle has a process with the environment, the
 * handler and the role that the template gives it. The API's methods, the queue, the stream and the state machine call
 * the functions that the template names. The {@link Judge} stands between all of them and the engine.
 */
export type Deployment = {
  /** The table as an operator reaches it, without the judge. */
  readonly table: Table;
  readonly judge: Judge;
  /** The functions by logical id. */
  readonly functions: ReadonlyMap<string, DeployedFunction>;
  readonly gateway: LocalGateway;
  readonly sources: EventSources;
  readonly closing: StateMachine;
  /** The same function with a role that allows these statements and nothing else. */
  readonly withRole: (functionId: string, statements: readonly Statement[]) => DeployedFunction;
  readonly stop: () => Promise<void>;
};

/** Deploys the stack onto the engine, with a table that no other deployment uses. */
export async function deploy(stack: BundledStack, engineEndpoint: string): Promise<Deployment> {
  const { table, physical, tableKeys } = await createTable(stack, engineEndpoint);
  const { place } = physical;
  const values = new TemplateValues(stack, physical);
  const judge = await Judge.start(engineEndpoint, { place, tables: new Map([[table.name, tableKeys]]) });
  const folder = unpack(stack);
  const started: RunningFunction[] = [];

  const withRole = (functionId: string, statements: readonly Statement[]): DeployedFunction => {
    const name = nameOf(stack, functionId);
    const properties = stack.resources.get(functionId)?.Properties ?? {};
    const session = judge.admit(name, statements);
    const running = new RunningFunction({
      name,
      taskRoot: join(folder, name),
      handler: String(properties["Handler"]),
      environment: { ...variablesOf(values, properties), ...lambdaEnvironment(session, place, judge.endpoint) },
    });
    started.push(running);
    return { name, properties, statements, session, running };
  };

  const functions = new Map(
    [...stack.functionIds.values()].map((id) => [id, withRole(id, statementsOf(stack, values, id))]),
  );
  const gateway = await startGateway(deployedApi(stack, functions), 0);
  const sources = await EventSources.open({ stack, values, judge, functions, table });
  return {
    table,
    judge,
    functions,
    gateway,
    sources,
    closing: new StateMachine(stack, functions),
    withRole,
    stop: async () => {
      await gateway.close();
      await sources.stop();
      await Promise.all(started.map((running) => running.stop()));
      judge.stop();
      table.client.destroy();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Creates the template's table under a name of its own. Answers it with its ARNs and its partition keys. */
async function createTable(stack: BundledStack, endpoint: string) {
  const [tableId, { Properties }] = onlyResource(stack, "AWS::DynamoDB::Table");
  const table = openTable({ tableName: `deployed-${randomUUID()}`, endpoint, ...localAccess }, patientLimits);
  await createTableIfMissing(table);
  const { Table: description } = await table.client.send(new DescribeTableCommand({ TableName: table.name }));
  const { TableArn: arn = "", LatestStreamArn: streamArn = "" } = description ?? {};
  const physical: Physical = {
    place: placeOf(arn),
    names: new Map([[tableId, table.name]]),
    attributes: new Map([
      [`${tableId}.Arn`, arn],
      [`${tableId}.StreamArn`, streamArn],
    ]),
  };
  return { table, physical, tableKeys: tableKeysOf(Properties) };
}

function placeOf(arn: string): Place {
  const [, partition = "", , region = "", accountId = ""] = arn.split(":");
  return { partition, region, accountId };
}

function tableKeysOf(properties: Resource["Properties"]): TableKeys {
  const indexes = [properties["GlobalSecondaryIndexes"] ?? []].flat();
  return {
    partitionKey: partitionKeyOf(properties),
    indexPartitionKeys: new Map(indexes.map((index) => [String(at(index, "IndexName")), partitionKeyOf(index)])),
  };
}

function partitionKeyOf(tableOrIndex: unknown): string {
  const schema = [at(tableOrIndex, "KeySchema") ?? []].flat();
  return String(
    at(
      schema.find((part) => at(part, "KeyType") === "HASH"),
      "AttributeName",
    ),
  );
}

/** Unpacks each bundle into a folder that has the name of its function. */
function unpack({ bundles }: BundledStack): string {
  const folder = mkdtempSync(join(tmpdir(), "milestreak-deployed-"));
  for (const [name, code] of bundles) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "index.mjs"), code);
  }
  return folder;
}

function nameOf({ functionIds }: BundledStack, wanted: string): string {
  const [name] = [...functionIds].find(([, id]) => id === wanted) ?? [];
  if (name === undefined) throw new Error(`The stack has no function ${wanted}`);
  return name;
}

/** The variables that the template sets, and no others. */
function variablesOf(values: TemplateValues, properties: Resource["Properties"]): Record<string, string> {
  const variables = Object(values.resolve(at(properties["Environment"], "Variables") ?? {}));
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]));
}

/** The variables that Lambda adds. They name one address for all services of AWS. */
function lambdaEnvironment(
  { accessKeyId, secretAccessKey, sessionToken }: Session,
  { region }: Place,
  endpoint: string,
) {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_ENDPOINT_URL: endpoint,
  };
}
