import { join } from "node:path";
import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { metricsNamespaceVariable } from "../shared/config/metricsConfig.ts";
import type { Table } from "../shared/table/client.ts";
import { buildEnrollmentUpdate } from "../shared/table/enrollmentUpdate.ts";
import { customerKey, enrollmentKey } from "../shared/table/keys.ts";
import {
  callByConnections,
  callsPerSecond,
  environmentOf,
  latencyFigures,
  newLoads,
  ratiosOf,
  speedFigures,
  spelledOut,
  unusedPerConnection,
} from "./besideTheSdk.ts";
import { type BenchEngine, withEngine } from "./engine.ts";
import { enrollOverHttp, type HttpTarget } from "./httpLoad.ts";
import { benchAuthor, during, newAuthorization, newPlace, type Place } from "./place.ts";
import type { DirectWork, EngineRequest, LoadAnswer } from "./processes/directRequests.ts";
import type { ServiceQuestion } from "./processes/service.ts";
import { Worker } from "./processes.ts";
import { printTable, type Target, verdict } from "./report.ts";
import { median } from "./statistics.ts";

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
    const direct = new Worker(join(import.meta.dirname, "processes/directRequests.ts"), environmentOf(engine));
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

async function startService(service: Worker, { table, access }: BenchEngine, place: Place): Promise<HttpTarget> {
  const authorization = await newAuthorization(table, place.org);
  const question: ServiceQuestion = { ...access, tableName: table.name };
  const baseUrl = await service.ask<string>(question);
  return { baseUrl, place, authorization };
}

const batchSize = 25;

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
  callsFor(customerId: number): EngineRequest[] {
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
    return [{ get: { TableName, Key, ProjectionExpression: "pk" } }, { update: { TableName, ...spelledOut(update) } }];
  }
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
    const pieces = Array.from({ length: amount }, (_, index) => this.#customers.callsFor(first + index));
    const work: DirectWork = { pieces, connections };
    return this.#direct.ask<LoadAnswer>(work);
  }
}

async function measure(sides: Sides, rounds: number): Promise<Target[]> {
  const loads = await callByConnections<LoadAnswer>({
    ours: (amount, connections) => sides.overHttp(amount, connections),
    sdk: (amount, connections) => sides.direct(amount, connections),
    amounts,
    warmUp: { amount: warmUpAmount, connections: judgedAt },
    rounds,
  });
  printTable(
    ["connections", "by", "enrolments a second", "of the SDK", "from", "to", "p50 ms", "p99 ms"],
    [...loads].flatMap(([connections, both]) => [
      [String(connections), "the SDK alone", ...figuresOf(both.sdk, [1])],
      [String(connections), "HTTP", ...figuresOf(both.ours, ratiosOf(both, callsPerSecond))],
    ]),
  );
  const judged = median(ratiosOf(loads.get(judgedAt) ?? newLoads<LoadAnswer>(), callsPerSecond));
  return [verdict(`throughput over HTTP at ${judgedAt} connections, of the SDK alone`, judged, "≥", target)];
}

function figuresOf(loads: readonly LoadAnswer[], ofTheSdk: readonly number[]): string[] {
  return [...speedFigures(loads, callsPerSecond, ofTheSdk), ...latencyFigures(loads)];
}
