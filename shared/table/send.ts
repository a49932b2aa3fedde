import { DynamoDBServiceException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";

/** The engine did not answer, or asked to be left alone for a while. Nothing is known to be wrong with the request. */
export class EngineUnavailable extends Error {
  override readonly name = "EngineUnavailable";
  constructor(cause: Error) {
    super(`The table engine is unavailable: ${cause.name}`, { cause });
  }
}

/** The write's fate cannot be told: it was retried, and a later operation has replaced whatever it left. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
}

/** Other writes to the same item came in between every time. Nothing was changed. */
export class TooMuchContention extends Error {
  override readonly name = "TooMuchContention";
}

/** How often a request was sent until the engine refused it. */
export function attemptsOf(error: unknown): number {
  return error instanceof DynamoDBServiceException ? (error.$metadata.attempts ?? 1) : 1;
}

/**
 * What to throw when other requests came first every time. Of the attempts that were refused none was carried out; of
 * those before them nobody knows, as they may be on their way yet.
 */
export function outrun(lostAttempts: number, what: string): OutcomeUnknown | TooMuchContention {
  return lostAttempts > 0 ? new OutcomeUnknown(`${what}; an attempt was lost`) : new TooMuchContention(what);
}

const throttles = new Set([
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "ThrottlingException",
  "TransactionInProgressException",
]);

const connectionFailures = new Set<unknown>([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);

/** Awaits an engine request; failures of the engine rather than of the request become {@link EngineUnavailable}. */
export async function engine<Output>(request: Promise<Output>): Promise<Output> {
  try {
    return await request;
  } catch (error) {
    throw error instanceof Error && isUnavailability(error) ? new EngineUnavailable(error) : error;
  }
}

function isUnavailability(error: Error): boolean {
  if (error instanceof TransactionCanceledException) return isThrottled(error);
  if (error instanceof DynamoDBServiceException) return error.$fault === "server" || throttles.has(error.name);
  return error.name === "TimeoutError" || ("code" in error && connectionFailures.has(error.code));
}

function isThrottled({ CancellationReasons = [] }: TransactionCanceledException): boolean {
  return CancellationReasons.some(({ Code }) => Code === "ThrottlingError" || Code === "ProvisionedThroughputExceeded");
}

/** Whether a transaction lost to another request at the same items, rather than to the state they were in. */
export function isTransactionConflict(error: unknown): boolean {
  if (!(error instanceof TransactionCanceledException)) return false;
  return (error.CancellationReasons ?? []).some(({ Code }) => Code === "TransactionConflict");
}
