import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { hashSecret } from "../shared/auth/secret.ts";
import { metricsNamespaceVariable } from "../shared/config/metricsConfig.ts";
import type { Table } from "../shared/table/client.ts";
import { createCredential } from "../shared/table/credentials.ts";
import { buildEnrollmentUpdate } from "../shared/table/enrollmentUpdate.ts";
import { customerKey, enrollmentKey } from "../shared/table/keys.ts";
import type { Update } from "../shared/table/store.ts";
import { type BenchEngine, withEngine } from "./engine.ts";
import { enrollOverHttp, type HttpTarget } from "./httpLoad.ts";
import type { EngineCalls } from "./peers/bareSdk.ts";
import { benchAuthor, during, newPlace, type Place } from "./place.ts";
import type { DirectQuestion, LoadAnswer } from "./processes/directCaller.ts";
import type { ServiceQuestion } from "./processes/service.ts";
import { Worker } from "./processes.ts";
import { printTable, type Target, verdict } from "./report.ts";
import { median, quantile, ratios } from "./statistics.ts";

const target = 0.85;
/** How many enrolments one round makes, by the number of connections. */
const amounts = new Map([
  [1, 200],
  [8, 800],
  [32, 1_200],
]);
const judgedAt = 32;
const warmUpAmount = 1_500;

/** Enrolments over HTTP, beside the SDK that sends the same two requests to the same engine, at the same concurrency. */
export async function benchHttp(rounds: number): Promise<Target[]> {
  return withEngine(async (engine) => {
    const service = new Worker(join(import.meta.dirname, "processes/service.ts"), {
      // The service writes its metrics, as when deployed.
      [metricsNamespaceVariable]: "Bench",
    });
    const direct = new Worker(join(import.meta.dirname, "processes/directCaller.ts"), environmentOf(engine));
    try {
      const place = await newPlace(engine.table, 12, 1);
      const customers = new Customers(engine.table, place);
      const http = await startService(service, engine, place);
      return await measure(new Sides(http, direct, customers), rounds);
    } finally {
      for (const worker of [service, direct]) worker.stop();
    }
  });
}

function environmentOf({ access }: BenchEngine): Record<string, string> {
  return {
    AWS_REGION: access.region,
    AWS_ACCESS_KEY_ID: access.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: access.credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: access.endpoint,
  };
}

async function startService(service: Worker, { table, access }: BenchEngine, place: Place): Promise<HttpTarget> {
  const [username, secret] = [randomUUID(), randomUUID()];
  await createCredential(
    table,
    { username, org: place.org, accessGroup: "default", secret: hashSecret(secret) },
    during(1),
  );
  const question: ServiceQuestion = { ...access, tableName: table.name };
  const baseUrl = await service.ask<string>(question);
  return { baseUrl, place, authorization: `Basic ${Buffer.from(`${username}:${secret}`).toString("base64")}` };
}

const batchSize = 25;
/** A connection asks for the body of its next call before it knows whether there will be one. */
const unusedPerConnection = 2;

/** Registered customers without an enrolment. */
class Customers {
  readonly #table: Table;
  readonly #place: Place;
  #registered = 0;

  constructor(table: Table, place: Place) {
    this.#table = table;
    this.#place = place;
  }

  /** Registers more customers and answers the first of them. */
  async register(count: number): Promise<number> {
    const first = this.#registered + 1;
    while (this.#registered < first + count) {
      const ids = Array.from({ length: batchSize }, (_, index) => this.#registered + index + 1);
      const requests = ids.map((id) => ({
        PutRequest: { Item: customerKey(this.#place.org, id) },
      }));
      await this.#table.client.send(new BatchWriteCommand({ RequestItems: { [this.#table.name]: requests } }));
      this.#registered += batchSize;
    }
    return first;
  }

  /** The two requests that the service would send. */
  callsFor(customerId: number): EngineCalls {
    const { org, group } = this.#place;
    const TableName = this.#table.name;
    const update = buildEnrollmentUpdate({
      key: enrollmentKey(org, customerId, group.id, group.targets[0]?.id ?? 0),
      plan: { outcome: "accepted", fromCycle: 1, opening: { kind: "resume" }, definitionVersion: 1 },
      now: during(1),
      operationId: this.#table.operationIds.next(),
      authorship: benchAuthor,
      idempotency: undefined,
    });
    const Key = marshall(customerKey(org, customerId));
    return { get: { TableName, Key, ProjectionExpression: "pk" }, update: { TableName, ...spelledOut(update) } };
  }
}

/** The update with values in the engine's notation, for the SDK without the document client. */
function spelledOut({ Key, ExpressionAttributeValues, ...expressions }: Update) {
  return { ...expressions, Key: marshall(Key), ExpressionAttributeValues: marshall(ExpressionAttributeValues) };
}

class Sides {
  readonly #http: HttpTarget;
  readonly #direct: Worker;
  readonly #customers: Customers;

  constructor(http: HttpTarget, direct: Worker, customers: Customers) {
    this.#http = http;
    this.#direct = direct;
    this.#customers = customers;
  }

  async overHttp(amount: number, connections: number): Promise<LoadAnswer> {
    let next = await this.#customers.register(amount + unusedPerConnection * connections);
    return enrollOverHttp(this.#http, () => next++, amount, connections);
  }

  async direct(amount: number, connections: number): Promise<LoadAnswer> {
    const first = await this.#customers.register(amount);
    const calls = Array.from({ length: amount }, (_, index) => this.#customers.callsFor(first + index));
    const question: DirectQuestion = { calls, connections };
    return this.#direct.ask<LoadAnswer>(question);
  }
}

type Loads = { readonly http: LoadAnswer[]; readonly direct: LoadAnswer[] };

async function measure(sides: Sides, rounds: number): Promise<Target[]> {
  await sides.overHttp(warmUpAmount, judgedAt);
  await sides.direct(warmUpAmount, judgedAt);
  const loads = new Map([...amounts.keys()].map((connections): [number, Loads] => [connections, newLoads()]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const [connections, { http, direct }] of loads) {
      const amount = amounts.get(connections) ?? 0;
      // The two sides take turns in going first, because the engine becomes slower as it fills.
      if (round % 2 === 0) http.push(await sides.overHttp(amount, connections));
      direct.push(await sides.direct(amount, connections));
      if (round % 2 === 1) http.push(await sides.overHttp(amount, connections));
    }
  }
  printTable(
    ["connections", "by", "enrolments a second", "of the SDK", "from", "to", "p50 ms", "p99 ms"],
    [...loads].flatMap(([connections, { http, direct }]) => [
      [String(connections), "the SDK alone", ...figuresOf(direct, [1])],
      [String(connections), "HTTP", ...figuresOf(http, ratiosOf({ http, direct }))],
    ]),
  );
  const judged = median(ratiosOf(loads.get(judgedAt) ?? newLoads()));
  return [verdict(`throughput over HTTP at ${judgedAt} connections, of the SDK alone`, judged, "≥", target)];
}

function newLoads(): Loads {
  return { http: [], direct: [] };
}

/** The ratios of loads that ran directly after each other. */
function ratiosOf({ http, direct }: Loads): number[] {
  return ratios(http.map(throughputOf), direct.map(throughputOf));
}

function throughputOf({ latencies, milliseconds }: LoadAnswer): number {
  return (1000 * latencies.length) / milliseconds;
}

function figuresOf(loads: readonly LoadAnswer[], ofTheSdk: readonly number[]): string[] {
  const latencies = loads.flatMap((load) => load.latencies);
  return [
    median(loads.map(throughputOf)).toFixed(0),
    ...[median(ofTheSdk), Math.min(...ofTheSdk), Math.max(...ofTheSdk)].map((ratio) => ratio.toFixed(2)),
    quantile(latencies, 0.5).toFixed(1),
    quantile(latencies, 0.99).toFixed(1),
  ];
}
