import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { TableConfig } from "../config/tableConfig.ts";
import { type SettlingRules, settlingRules } from "../domain/settling.ts";
import { type AttemptLimits, attemptSettings, limitAttempts, longestRequestMilliseconds } from "../sdk/attempts.ts";
import { translation } from "./item.ts";
import { OperationIds } from "./operationId.ts";
import { shortenRequests } from "./shortRequests.ts";
import { SigningHash } from "./signingHash.ts";
import type { Rehearsal } from "./store.ts";

/**
 * Called for every attempt after the first. The cause is `engine` when the engine did not take a request, and
 * `contention` when another write came first.
 */
export type RetryListener = (cause: "engine" | "contention") => void;

const unheard: RetryListener = () => undefined;

/** The table as repositories use it. One per process: it holds the connections. */
export type Table = {
  readonly client: DynamoDBDocumentClient;
  /** Ends the connections, which the document client leaves to the client below it. */
  readonly close: () => void;
  readonly name: string;
  readonly operationIds: OperationIds;
  /** How long a call may go on starting further work (see Patience). */
  readonly patienceMilliseconds: number;
  readonly onRetry: RetryListener;
  /** Answers the writes of a simulation, which are not sent; absent where writes take place. */
  readonly rehearsal?: Rehearsal;
  /** Tests settle cycles sooner, and fewer of them together. */
  readonly settling: SettlingRules;
};

/**
 * How long one request to the engine may take: attempts × (connect + request). Even the longest chain of requests in
 * one call stays below the Lambda's timeout. A test compares the product with the stack.
 */
export const engineLimits = {
  maxAttempts: 3,
  connectionTimeoutMilliseconds: 400,
  requestTimeoutMilliseconds: 1000,
  /** How long a call may go on starting further rounds, pages or activities. */
  patienceMilliseconds: 3_000,
} as const;

/** The requests that a call sends one after the other, and the loops in it that go on while there is patience. */
export type Chain = { readonly requests: number; readonly patientLoops: number };

/** The longest time of a chain of requests: every request fails on every attempt but the last. */
export function longestChainMilliseconds({ requests, patientLoops }: Chain): number {
  return requests * longestRequestMilliseconds(engineLimits) + patientLoops * engineLimits.patienceMilliseconds;
}

export type EngineLimits = AttemptLimits & { readonly patienceMilliseconds: number };

/**
 * Limits for an engine on a laptop. It shares the cores with everything else, so a slow answer does not mean a failure.
 */
export const patientLimits = {
  maxAttempts: 3,
  connectionTimeoutMilliseconds: 15_000,
  requestTimeoutMilliseconds: 15_000,
  patienceMilliseconds: 60_000,
} as const satisfies EngineLimits;

export function openTable(
  config: TableConfig,
  limits: EngineLimits = engineLimits,
  onRetry: RetryListener = unheard,
): Table {
  const client = createClient(config, limits, onRetry);
  return {
    client: DynamoDBDocumentClient.from(client, translation()),
    close: () => client.destroy(),
    name: config.tableName,
    operationIds: new OperationIds(),
    patienceMilliseconds: limits.patienceMilliseconds,
    onRetry,
    settling: settlingRules,
  };
}

/** A client of the engine with every limit set. It takes and answers values as the engine spells them. */
export function createClient(
  { endpoint, credentials, region }: Omit<TableConfig, "tableName">,
  limits: EngineLimits,
  onRetry: RetryListener = unheard,
): DynamoDBClient {
  const client = new DynamoDBClient({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(region === undefined ? {} : { region }),
    ...attemptSettings(limits),
    sha256: SigningHash,
  });
  limitAttempts(client, limits, () => onRetry("engine"));
  shortenRequests(client);
  return client;
}
