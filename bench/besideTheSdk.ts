import { marshall } from "@aws-sdk/util-dynamodb";
import type { Update } from "../shared/table/store.ts";
import type { BenchEngine } from "./engine.ts";
import type { LoadAnswer } from "./processes/directRequests.ts";
import { median, quantile, ratios } from "./statistics.ts";

/** The environment of a process that sends requests by the SDK alone. */
export function environmentOf({ access }: BenchEngine): Record<string, string> {
  return {
    AWS_REGION: access.region,
    AWS_ACCESS_KEY_ID: access.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: access.credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: access.endpoint,
  };
}

/** The update with values in the engine's notation, for the SDK without the document client. */
export function spelledOut({ Key, ExpressionAttributeValues, ...expressions }: Update) {
  return { ...expressions, Key: marshall(Key), ExpressionAttributeValues: marshall(ExpressionAttributeValues) };
}

/** What both sides took, in the order of the rounds. */
export type Loads<Load> = { readonly ours: Load[]; readonly sdk: Load[] };

export function newLoads<Load>(): Loads<Load> {
  return { ours: [], sdk: [] };
}

type Sides<Load> = { readonly ours: () => Promise<Load>; readonly sdk: () => Promise<Load> };

/** The two sides take turns in going first, because the engine becomes slower as it fills. */
export async function addRound<Load>({ ours, sdk }: Loads<Load>, round: number, sides: Sides<Load>): Promise<void> {
  if (round % 2 === 0) ours.push(await sides.ours());
  sdk.push(await sides.sdk());
  if (round % 2 === 1) ours.push(await sides.ours());
}

/** One side's calls, so many at once. */
type Caller<Load> = (amount: number, connections: number) => Promise<Load>;

export type ConnectionRounds<Load> = {
  readonly ours: Caller<Load>;
  readonly sdk: Caller<Load>;
  /** How many calls a round makes, by the number of connections. */
  readonly amounts: ReadonlyMap<number, number>;
  /** Calls before the first round, by as many connections. */
  readonly warmUp: { readonly amount: number; readonly connections: number };
  readonly rounds: number;
};

/** What both sides took for each number of connections. */
export async function callByConnections<Load>({
  ours,
  sdk,
  amounts,
  warmUp,
  rounds,
}: ConnectionRounds<Load>): Promise<Map<number, Loads<Load>>> {
  for (const side of [ours, sdk]) await side(warmUp.amount, warmUp.connections);
  const loads = new Map([...amounts.keys()].map((connections) => [connections, newLoads<Load>()] as const));
  for (let round = 1; round <= rounds; round += 1) {
    for (const [connections, both] of loads) {
      const amount = amounts.get(connections) ?? 0;
      await addRound(both, round, { ours: () => ours(amount, connections), sdk: () => sdk(amount, connections) });
    }
  }
  return loads;
}

/** The ratios of the speeds of loads that ran directly after each other. */
export function ratiosOf<Load>({ ours, sdk }: Loads<Load>, speedOf: (load: Load) => number): number[] {
  return ratios(ours.map(speedOf), sdk.map(speedOf));
}

/** The speed in the middle, and what it is of the SDK's: in the middle, at least, at most. */
export function speedFigures<Load>(
  loads: readonly Load[],
  speedOf: (load: Load) => number,
  ofTheSdk: readonly number[],
): string[] {
  const shares = [median(ofTheSdk), Math.min(...ofTheSdk), Math.max(...ofTheSdk)];
  return [median(loads.map(speedOf)).toFixed(0), ...shares.map((ratio) => ratio.toFixed(2))];
}

export function callsPerSecond({ latencies, milliseconds }: LoadAnswer): number {
  return (1000 * latencies.length) / milliseconds;
}

/** The time of the call in the middle, and of the slowest but one in a hundred. */
export function latencyFigures(loads: readonly LoadAnswer[]): string[] {
  const latencies = loads.flatMap((load) => load.latencies);
  return [quantile(latencies, 0.5).toFixed(1), quantile(latencies, 0.99).toFixed(1)];
}

/** A connection asks for the body of its next call before it knows whether there will be one. */
export const unusedPerConnection = 2;
