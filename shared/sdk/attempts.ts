import type { IncomingMessage } from "node:http";
import type { MiddlewareStack, Provider, RetryStrategy, RetryStrategyV2 } from "@smithy/types";

/** How often a request is sent, how long each time may take until the answer is read, and until there is a connection. */
export type AttemptLimits = {
  readonly maxAttempts: number;
  readonly connectionTimeoutMilliseconds: number;
  readonly requestTimeoutMilliseconds: number;
};

/** Between three attempts the SDK pauses for at most 50 ms, then 100 ms. */
export const longestPausesMilliseconds = 150;

/**
 * The longest that a request may take, every attempt but the last failing as late as it can. The time for connecting is
 * part of the time for the request as the SDK counts today; it is added all the same.
 */
export function longestRequestMilliseconds(limits: AttemptLimits): number {
  const { maxAttempts, connectionTimeoutMilliseconds, requestTimeoutMilliseconds } = limits;
  return maxAttempts * (connectionTimeoutMilliseconds + requestTimeoutMilliseconds) + longestPausesMilliseconds;
}

/** The SDK's settings for the limits; without `throwOnRequestTimeout` a timeout would only warn. */
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

/** As much of a client of the SDK as is needed here, whichever service it is for. */
type Client<Input extends object, Output extends object> = {
  readonly config: { retryStrategy: Provider<RetryStrategy | RetryStrategyV2> };
  readonly middlewareStack: MiddlewareStack<Input, Output>;
};

/** Holds a client to the limits where its settings do not. `onRetry` is told of each attempt after the first. */
export function limitAttempts<Input extends object, Output extends object>(
  client: Client<Input, Output>,
  limits: AttemptLimits,
  onRetry: () => void = () => undefined,
): void {
  limitAnswers(client, limits.requestTimeoutMilliseconds);
  pauseShortly(client, onRetry);
}

/** The SDK's time for a request ends with the answer's headers; it would wait for the body as long as it takes. */
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

/** Told by what is used of it: to import its class makes Node build all of `node:http`, 18 ms of CPU at a cold start. */
function isMessage(body: unknown): body is IncomingMessage {
  return typeof body === "object" && body !== null && "complete" in body && "destroy" in body && "once" in body;
}

/** Whoever reads the body then fails as for any other answer that does not come. */
function endLate(body: IncomingMessage, milliseconds: number): void {
  const timer = setTimeout(() => body.destroy(new AnswerTimeout()), Math.max(0, milliseconds));
  body.once("close", () => clearTimeout(timer));
}

/** By its name the SDK knows what it may repeat. */
class AnswerTimeout extends Error {
  override readonly name = "TimeoutError";
  constructor() {
    super("The answer began and did not end in time");
  }
}

/**
 * Left alone the SDK waits up to 1 s, then 2 s, before it repeats a throttled request, and for as long as the service
 * asks it to, up to 5 s more: time that is paid for, and past the function's own limit in a chain of requests. With the
 * short pauses of other failures a passing throttle is still outlived, and a lasting one answered with `Retry-After`,
 * for the caller to wait.
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
