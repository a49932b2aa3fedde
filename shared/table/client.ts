import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { TableConfig } from "../config/tableConfig.ts";
import { type AttemptLimits, attemptSettings, limitAttempts, longestRequestMilliseconds } from "../sdk/attempts.ts";
import { translation } from "./item.ts";
import { OperationIds } from "./operationId.ts";
import { shortenRequests, userAgent, withQuickConfig } from "./shortRequests.ts";
import { SigningHash } from "./signingHash.ts";

/** Told of every attempt after the first: the engine did not take a request, or another write came before ours. */
export type RetryListener = (cause: "engine" | "contention") => void;

const unheard: RetryListener = () => undefined;

/** The table as repositories use it. One per process: it holds the connections. */
export type Table = {
  readonly client: DynamoDBDocumentClient;
  /** Ends the connections, which the document client leaves to the client below it. */
  readonly close: () => void;
  readonly name: string;
  readonly operationIds: OperationIds;
  /** How long a call goes on beginning something more (Patience). */
  readonly patienceMilliseconds: number;
  readonly onRetry: RetryListener;
};

/**
 * How long one engine request may take: attempts × (connect + request), below the Lambda's timeout even
 * for the longest chain of sequential requests in one call (a test holds the product against the stack).
 */
export const engineLimits = {
  maxAttempts: 3,
  connectionTimeoutMilliseconds: 400,
  requestTimeoutMilliseconds: 1000,
  /** How long a call goes on beginning further rounds, pages or activities. */
  patienceMilliseconds: 3_000,
  /** A page of closing: the index; side by side for each of its enrolments a read and a write, again while patience lasts. */
  closingPageChain: { requests: 3, patientLoops: 1 },
  /** The end of a shard: it is noted, and if it was the last, the next sweep is stored and this one deleted. */
  closingEndChain: { requests: 3, patientLoops: 0 },
} as const;

/** Requests one after the other, and loops that begin further ones while there is patience. */
export type Chain = { readonly requests: number; readonly patientLoops: number };

/** How long a chain of requests may take, every request failing on every attempt but the last. */
export function longestChainMilliseconds({ requests, patientLoops }: Chain): number {
  return requests * longestRequestMilliseconds(engineLimits) + patientLoops * engineLimits.patienceMilliseconds;
}

export type EngineLimits = AttemptLimits & { readonly patienceMilliseconds: number };

/** For an engine that shares a laptop's cores with everything else: slow is not broken there. */
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
    client: withQuickConfig(DynamoDBDocumentClient.from(client, translation())),
    close: () => client.destroy(),
    name: config.tableName,
    operationIds: new OperationIds(),
    patienceMilliseconds: limits.patienceMilliseconds,
    onRetry,
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
    defaultUserAgentProvider: async () => [[userAgent]],
    sha256: SigningHash,
  });
  limitAttempts(client, limits, () => onRetry("engine"));
  shortenRequests(client);
  return client;
}
