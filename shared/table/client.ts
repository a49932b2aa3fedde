import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { TableConfig } from "../config/tableConfig.ts";
import { OperationIds } from "./operationId.ts";

/** The table as repositories use it. One per process: it holds the connections. */
export type Table = {
  readonly client: DynamoDBClient;
  readonly name: string;
  readonly operationIds: OperationIds;
};

/**
 * How long one engine request may take: attempts × (connect + request), below the Lambda's timeout even
 * for the longest chain of sequential requests in one call (a test holds the product against the stack).
 */
export const engineLimits = {
  maxAttempts: 3,
  connectionTimeoutMilliseconds: 400,
  requestTimeoutMilliseconds: 1000,
  /** Enrolling on a cold definition and a clock behind another's: two queries, two reads, two writes. */
  longestChain: 5,
} as const;

export type EngineLimits = {
  readonly maxAttempts: number;
  readonly connectionTimeoutMilliseconds: number;
  readonly requestTimeoutMilliseconds: number;
};

/** For an engine that shares a laptop's cores with everything else: slow is not broken there. */
export const patientLimits = {
  maxAttempts: 3,
  connectionTimeoutMilliseconds: 5_000,
  requestTimeoutMilliseconds: 10_000,
} as const satisfies EngineLimits;

export function openTable(config: TableConfig, limits: EngineLimits = engineLimits): Table {
  return { client: createClient(config, limits), name: config.tableName, operationIds: new OperationIds() };
}

/** A client of the engine with every limit set; without `throwOnRequestTimeout` a timeout would only warn. */
export function createClient(
  { endpoint, credentials, region }: Omit<TableConfig, "tableName">,
  limits: EngineLimits,
): DynamoDBClient {
  return new DynamoDBClient({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(region === undefined ? {} : { region }),
    maxAttempts: limits.maxAttempts,
    requestHandler: {
      connectionTimeout: limits.connectionTimeoutMilliseconds,
      requestTimeout: limits.requestTimeoutMilliseconds,
      throwOnRequestTimeout: true,
    },
  });
}
