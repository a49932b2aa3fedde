import { join } from "node:path";
import { metricsNamespaceVariable } from "../shared/config/metricsConfig.ts";
import { formatInstant } from "../shared/domain/instant.ts";
import { countOne } from "../shared/http/countActivity.ts";
import { createContext } from "../shared/operations/context.ts";
import { writeEnrollment } from "../shared/operations/enroll.ts";
import { openTable, patientLimits } from "../shared/table/client.ts";
import { customerPartition, enrollmentKey } from "../shared/table/keys.ts";
import {
  callByConnections,
  callsPerSecond,
  environmentOf,
  type Loads,
  latencyFigures,
  newLoads,
  ratiosOf,
  speedFigures,
  unusedPerConnection,
} from "./besideTheSdk.ts";
import { copyItems } from "./copies.ts";
import { type BenchEngine, withEngine } from "./engine.ts";
import { benchAuthor, during, newAuthorization, newPlace, type Place } from "./place.ts";
import { postAll } from "./postLoad.ts";
import type { DirectWork, EngineRequest, MeasuredLoad } from "./processes/directRequests.ts";
import type { MeasuredServiceQuestion } from "./processes/measuredService.ts";
import { Worker } from "./processes.ts";
import { printTable, type Target, verdict } from "./report.ts";
import { median } from "./statistics.ts";

const target = 0.85;
const judgedAt = 32;
/** How many activities one round counts: by the number of the customer's targets, and of connections. */
const amountsByTargets = new Map([
  [
    1,
    new Map([
      [1, 80],
      [8, 240],
      [judgedAt, 480],
    ]),
  ],
  [
    10,
    new Map([
      [1, 40],
      [8, 80],
      [judgedAt, 160],
    ]),
  ],
]);

/**
 * Activities counted over HTTP, beside the SDK that sends the same query and the same transaction to the same engine at
 * the same concurrency. Each activity is another customer's, who is enrolled in one target or in ten.
 */
export async function benchActivities(rounds: number): Promise<Target[]> {
  return withEngine(async (engine) => {
    const service = new Worker(join(import.meta.dirname, "processes/measuredService.ts"), {
      // The service writes its metrics, as when deployed.
      [metricsNamespaceVariable]: "Bench",
    });
    const direct = new Worker(join(import.meta.dirname, "processes/directRequests.ts"), environmentOf(engine));
    try {
      const baseUrl = await service.ask<string>({ ...engine.access, tableName: engine.table.name });
      const verdicts: Target[] = [];
      for (const [targetCount, amounts] of amountsByTargets) {
        const sides = new Sides(engine, { service, baseUrl, direct }, await Members.create(engine, targetCount));
        verdicts.push(await measure(sides, targetCount, amounts, rounds));
      }
      return verdicts;
    } finally {
      for (const worker of [service, direct]) worker.stop();
    }
  });
}

/** Customers who are enrolled in every target of a place and have no activity yet. */
class Members {
  readonly place: Place;
  readonly authorization: string;
  readonly #engine: BenchEngine;
  #count = 1;

  private constructor(engine: BenchEngine, place: Place, authorization: string) {
    this.#engine = engine;
    this.place = place;
    this.authorization = authorization;
  }

  static async create(engine: BenchEngine, targetCount: number): Promise<Members> {
    const place = await newPlace(engine.table, 12, targetCount);
    const plan = { outcome: "accepted", fromCycle: 1, opening: { kind: "resume" }, definitionVersion: 1 } as const;
    for (const { id: targetId } of place.group.targets) {
      const ref = { org: place.org, customerId: 1, groupId: place.group.id, targetId };
      await writeEnrollment(engine.table, ref, plan, {
        authorship: benchAuthor,
        idempotency: undefined,
        now: during(1),
      });
    }
    return new Members(engine, place, await newAuthorization(engine.table, place.org));
  }

  /** Enrols more customers and answers the first of them. The very first customer stays as the model of all others. */
  async add(count: number): Promise<number> {
    const { org, group } = this.place;
    const first = this.#count + 1;
    const ids = Array.from({ length: count }, (_, index) => first + index);
    const sortKeys = group.targets.map(({ id }) => enrollmentKey(org, 1, group.id, id).sk);
    await copyItems(this.#engine.table, org, 1, sortKeys, ids);
    this.#count += count;
    return first;
  }
}

/** The activity of a customer, as a till sends it. */
function activityOf(customerId: number) {
  const occurredAt = formatInstant(during(1));
  return { activityId: `bench:${customerId}:`, customerId, type: "TRANSACTION", occurredAt, amount: 25 };
}

type Processes = { readonly service: Worker; readonly baseUrl: string; readonly direct: Worker };

class Sides {
  readonly #engine: BenchEngine;
  readonly #processes: Processes;
  readonly #members: Members;

  constructor(engine: BenchEngine, processes: Processes, members: Members) {
    this.#engine = engine;
    this.#processes = processes;
    this.#members = members;
  }

  async overHttp(amount: number, connections: number): Promise<MeasuredLoad> {
    const { baseUrl } = this.#processes;
    let next = await this.#members.add(amount + unusedPerConnection * connections);
    const usedBefore = await this.#serviceCpu();
    const load = await postAll({
      url: `${baseUrl}/activities`,
      headers: { authorization: this.#members.authorization, "x-local-now": formatInstant(during(1)) },
      nextBody: () => JSON.stringify(activityOf(next++)),
      amount,
      connections,
    });
    return { ...load, cpuMicroseconds: (await this.#serviceCpu()) - usedBefore };
  }

  #serviceCpu(): Promise<number> {
    const question: MeasuredServiceQuestion = { asks: "cpu" };
    return this.#processes.service.ask<number>(question);
  }

  async direct(amount: number, connections: number): Promise<MeasuredLoad> {
    const first = await this.#members.add(amount);
    const requests = await requestsOf(this.#engine, this.#members.place);
    const pieces = Array.from({ length: amount }, (_, index) =>
      forCustomer(requests, this.#members.place, first + index),
    );
    const work: DirectWork = { pieces, connections };
    return this.#processes.direct.ask<MeasuredLoad>(work);
  }
}

/** What the service sends to count the first customer's activity. The transaction is taken down and not sent. */
async function requestsOf({ table, access }: BenchEngine, { org }: Place): Promise<EngineRequest[]> {
  const requests: EngineRequest[] = [];
  const watched = openTable({ tableName: table.name, ...access }, patientLimits);
  watched.client.middlewareStack.add(
    (next) => async (args) => {
      const { input } = args;
      if ("TransactItems" in input) {
        const writes = input.TransactItems?.flatMap((item) => ("Get" in item ? [] : [item]));
        requests.push({ transact: { TransactItems: writes } });
        return { output: { $metadata: {} }, response: undefined };
      }
      // The other query loads the definition, which the service has in its cache.
      if ("KeyConditionExpression" in input && input.KeyConditionExpression?.includes("begins_with") === true) {
        requests.push({ query: input });
      }
      return next(args);
    },
    { step: "build", name: "takeDown" },
  );
  await countOne(createContext(watched), { org, authorship: benchAuthor }, activityOf(1), during(1));
  watched.close();
  if (requests.length !== 2) throw new Error(`An activity takes ${requests.length} requests`);
  return requests;
}

/** The same requests for another customer, whose enrolments are copies of the first one's. */
function forCustomer(requests: readonly EngineRequest[], { org }: Place, customerId: number): EngineRequest[] {
  const text = JSON.stringify(requests)
    .replaceAll(JSON.stringify(customerPartition(org, 1)), JSON.stringify(customerPartition(org, customerId)))
    .replaceAll(activityOf(1).activityId, activityOf(customerId).activityId);
  const copies: EngineRequest[] = JSON.parse(text);
  return copies;
}

async function measure(
  sides: Sides,
  targetCount: number,
  amounts: ReadonlyMap<number, number>,
  rounds: number,
): Promise<Target> {
  const loads = await callByConnections<MeasuredLoad>({
    ours: (amount, connections) => sides.overHttp(amount, connections),
    sdk: (amount, connections) => sides.direct(amount, connections),
    amounts,
    warmUp: { amount: amounts.get(judgedAt) ?? 0, connections: judgedAt },
    rounds,
  });
  printFigures(loads, targetCount);
  const judged = median(ratiosOf(loads.get(judgedAt) ?? newLoads<MeasuredLoad>(), callsPerSecond));
  const what = `throughput with ${targetCount} of a customer's targets at ${judgedAt} connections, of the SDK alone`;
  return verdict(what, judged, "≥", target);
}

function printFigures(loads: ReadonlyMap<number, Loads<MeasuredLoad>>, targetCount: number): void {
  printTable(
    [
      `targets: ${targetCount}`,
      "by",
      "activities a second",
      "of the SDK",
      "from",
      "to",
      "µs of CPU each",
      "p50 ms",
      "p99 ms",
    ],
    [...loads].flatMap(([connections, both]) => [
      [`${connections} connections`, "the SDK alone", ...figuresOf(both.sdk, [1])],
      [`${connections} connections`, "HTTP", ...figuresOf(both.ours, ratiosOf(both, callsPerSecond))],
    ]),
  );
}

function figuresOf(loads: readonly MeasuredLoad[], ofTheSdk: readonly number[]): string[] {
  const cpuMicroseconds = median(loads.map((load) => load.cpuMicroseconds / load.latencies.length));
  return [...speedFigures(loads, callsPerSecond, ofTheSdk), cpuMicroseconds.toFixed(0), ...latencyFigures(loads)];
}
