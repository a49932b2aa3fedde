import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { TableConfig } from "../config/tableConfig.ts";
import { type AttemptLimits, attemptSettings, limitAttempts, longestRequestMilliseconds } from "../sdk/attempts.ts";
import { OperationIds } from "./operationId.ts";
import { shortenRequests, userAgent } from "./shortRequests.ts";
import { SigningHash } from "./signingHash.ts";

/** Told of every attempt after the first: the engine did not take a request, or another write came before ours. */
export type RetryListener = (cause: "engine" | "contention") => void;

const unheard: RetryListener = () => undefined;

/** The table as repositories use it. One per process: it holds the connections. */
export type Table = {
  readonly client: DynamoDBClient;
  readonly name: string;
  readonly operationIds: OperationIds;
  /** How long a call may go on beginning anew when other writes come in between. */
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
  patienceMilliseconds: 3_000,
  /**
   * The longest chains of requests, one after the other, beside what patience allows.
   * Enrolling on a cold definition and a clock behind another's: one query, two reads, two writes.
   */
  enrollmentChain: { requests: 5, patientLoops: 1 },
  /** Leaving on a cold definition: one query, two reads, one write. */
  unenrollmentChain: { requests: 4, patientLoops: 1 },
  /** The last activity of an array, on a cold definition: enrolments, customer or definition, transaction, record. */
  activityChain: { requests: 4, patientLoops: 2 },
  /** A page of closing: the index; side by side for each of its enrolments a read and a write, again while patience lasts. */
  closingPageChain: { requests: 3, patientLoops: 1 },
  /** A shard's first page after the definition, and its finish after the definition and a page without anybody. */
  closingChain: { requests: 4, patientLoops: 1 },
  closingFinishChain: { requests: 5, patientLoops: 0 },
} as const;

type Chain = { readonly requests: number; readonly patientLoops: number };

/** How long a chain of requests may take, every request failing on every attempt but the last. */
export function longestChainMilliseconds({ requests, patientLoops }: Chain): number {
  return requests * longestRequestMilliseconds(engineLimits) + patientLoops * engineLimits.patienceMilliseconds;
}

export type EngineLimits = AttemptLimits & { readonly patienceMilliseconds: number };

/** For an engine that shares a laptop's cores with everything else: slow is not broken there. */
export const patientLimits = {
  maxAttempts: 3,
  connectionTimeoutMilliseconds: 5_000,
  requestTimeoutMilliseconds: 10_000,
  patienceMilliseconds: 60_000,
} as const satisfies EngineLimits;

export function openTable(
  config: TableConfig,
  limits: EngineLimits = engineLimits,
  onRetry: RetryListener = unheard,
): Table {
  return {
    client: createClient(config, limits, onRetry),
    name: config.tableName,
    operationIds: new OperationIds(),
    patienceMilliseconds: limits.patienceMilliseconds,
    onRetry,
  };
}

/**
 * A client of the engine with every limit set. A middleware that is added after a command's first request is not part
 * of the next ones.
 */
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
    cacheMiddleware: true,
    defaultUserAgentProvider: async () => [[userAgent]],
    sha256: SigningHash,
  });
  limitAttempts(client, limits, () => onRetry("engine"));
  shortenRequests(client);
  return client;
}
