import type { IncomingMessage } from "node:http";
import type { MiddlewareStack, Provider, RetryStrategy, RetryStrategyV2 } from "@smithy/types";

/**
 * How many times a request is sent, how long each attempt may take until the answer is read, and how long connecting
 * may take.
 */
export type AttemptLimits = {
  readonly maxAttempts: number;
  readonly connectionTimeoutMilliseconds: number;
  readonly requestTimeoutMilliseconds: number;
};

/** The SDK pauses for at most 50 ms before the second attempt and at most 100 ms before the third. */
export const longestPausesMilliseconds = 150;

/**
 * The longest time of a request: every attempt but the last fails as late as it can. The SDK counts connecting as part
 * of the request today. It is added all the same, in case that changes.
 */
export function longestRequestMilliseconds(limits: AttemptLimits): number {
  const { maxAttempts, connectionTimeoutMilliseconds, requestTimeoutMilliseconds } = limits;
  return maxAttempts * (connectionTimeoutMilliseconds + requestTimeoutMilliseconds) + longestPausesMilliseconds;
}

/** The SDK's settings for the limits. Without `throwOnRequestTimeout` the SDK only warns about a timeout. */
export function attemptSettings(limits: AttemptLimits) {
  return {
    maxAttempts: limits.maxAttempts,
    requestHandler: {
      connectionTimeout: limits.connectionTimeoutMilliseconds,
      requestTimeout: limits.requestTimeoutMilliseconds,
      throwOnRequestTimeout: true,
    },
  } as const;
}

/** The parts of an SDK client that are needed here, for any service. */
type Client<Input extends object, Output extends object> = {
  readonly config: { retryStrategy: Provider<RetryStrategy | RetryStrategyV2> };
  readonly middlewareStack: MiddlewareStack<Input, Output>;
};

/** Enforces the limits that a client's settings do not cover. `onRetry` is called for each attempt after the first. */
export function limitAttempts<Input extends object, Output extends object>(
  client: Client<Input, Output>,
  limits: AttemptLimits,
  onRetry: () => void = () => undefined,
): void {
  limitAnswers(client, limits.requestTimeoutMilliseconds);
  pauseShortly(client, onRetry);
}

/** The SDK's request timeout ends when the answer's headers arrive. It would wait for the body without a limit. */
function limitAnswers<Input extends object, Output extends object>(
  { middlewareStack }: Client<Input, Output>,
  limitMilliseconds: number,
): void {
  middlewareStack.add(
    (next) => async (args) => {
      const startedAt = performance.now();
      const result = await next(args);
      const body = bodyOf(result.response);
      if (body?.complete === false) endLate(body, startedAt + limitMilliseconds - performance.now());
      return result;
    },
    { step: "deserialize", priority: "low", name: "limitAnswers" },
  );
}

function bodyOf(response: unknown): IncomingMessage | undefined {
  const isAnswer = typeof response === "object" && response !== null && "body" in response;
  return isAnswer && isMessage(response.body) ? response.body : undefined;
}

/**
 * Checks the properties that are used, not the class. Importing the class makes Node load all of `node:http`, 18 ms of
 * CPU at a cold start.
 */
function isMessage(body: unknown): body is IncomingMessage {
  return typeof body === "object" && body !== null && "complete" in body && "destroy" in body && "once" in body;
}

/** Destroys a body that comes too late. Its reader then fails in the same way as for an answer that never comes. */
function endLate(body: IncomingMessage, milliseconds: number): void {
  const timer = setTimeout(() => body.destroy(new AnswerTimeout()), Math.max(0, milliseconds));
  body.once("close", () => clearTimeout(timer));
}

/** The SDK decides by the error's name whether to retry. */
class AnswerTimeout extends Error {
  override readonly name = "TimeoutError";
  constructor() {
    super("The answer began and did not end in time");
  }
}

/**
 * Makes the SDK pause after a throttled request as briefly as after other failures. By default it waits up to 1 s, then
 * 2 s, and up to 5 s more when the service asks for it. That time is paid for, and in a chain of requests it exceeds
 * the function's timeout. A short throttle still passes during the short pauses. A longer one is answered with
 * `Retry-After`, so that the caller waits.
 */
function pauseShortly<Input extends object, Output extends object>(
  { config }: Client<Input, Output>,
  onRetry: () => void,
): void {
  const original = config.retryStrategy;
  config.retryStrategy = async () => {
    const strategy = await original();
    if (!("refreshRetryTokenForRetry" in strategy)) return strategy;
    return {
      acquireInitialRetryToken: (scope) => strategy.acquireInitialRetryToken(scope),
      refreshRetryTokenForRetry: async (token, { retryAfterHint: _ignored, ...failure }) => {
        const soon = failure.errorType === "THROTTLING" ? { ...failure, errorType: "TRANSIENT" as const } : failure;
        const next = await strategy.refreshRetryTokenForRetry(token, soon);
        onRetry();
        return next;
      },
      recordSuccess: (token) => strategy.recordSuccess(token),
    };
  };
}
