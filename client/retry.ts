/** How many times a call is repeated, and how long it waits. */
export type RetryPolicy = {
  /** The number of all attempts; 1 means that nothing is repeated. */
  readonly maximumAttempts: number;
  /** The longest first pause. The longest pause doubles with each further attempt. */
  readonly firstPauseMilliseconds: number;
  /** The longest pause of all. When the API asks for a longer one, its answer is returned at once. */
  readonly longestPauseMilliseconds: number;
  /** An attempt without an answer is given up after this time. API Gateway answers within 29 s. */
  readonly timeoutMilliseconds: number;
};

export const defaultRetryPolicy: RetryPolicy = {
  maximumAttempts: 4,
  firstPauseMilliseconds: 200,
  longestPauseMilliseconds: 20_000,
  timeoutMilliseconds: 30_000,
};

/** The client's surroundings. Tests pass their own. */
export type Surroundings = {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly now: () => number;
  /** From 0 to 1, as `Math.random`. */
  readonly random: () => number;
  /** Rejects when the signal is aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
};

export const realSurroundings: Surroundings = {
  fetch: (request) => globalThis.fetch(request),
  now: Date.now,
  random: Math.random,
  wait: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const abort = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", abort);
        resolve();
      }, milliseconds);
      signal.addEventListener("abort", abort, { once: true });
    }),
};

/** The result of one attempt. */
export type Attempt =
  | { readonly response: Response; readonly wasSent: boolean }
  | { readonly failure: unknown; readonly wasSent: boolean };

/** The statuses after which a later attempt may succeed and the outcome of this one is unknown. */
const unavailable: readonly number[] = [502, 503, 504];

/**
 * Whether to send the call again. A throttled call (429) and one that was never sent have changed nothing, so they are
 * repeated. After other temporary failures, only a call that cannot do its work twice is repeated.
 */
export function isWorthRepeating(attempt: Attempt, isRepeatable: boolean): boolean {
  const canRepeat = isRepeatable || !attempt.wasSent;
  if ("failure" in attempt) return canRepeat;
  const { status } = attempt.response;
  return status === 429 || (canRepeat && unavailable.includes(status));
}

/**
 * Milliseconds to wait after the n-th attempt; `undefined` when it would be too long. It is what `Retry-After` asks for
 * plus a random time, so that the callers of an overloaded API do not all return at once.
 */
export function pauseAfter(
  attempts: number,
  attempt: Attempt,
  policy: RetryPolicy,
  { random, now }: Pick<Surroundings, "random" | "now">,
): number | undefined {
  const { firstPauseMilliseconds: first, longestPauseMilliseconds: longest } = policy;
  const header = "response" in attempt ? attempt.response.headers.get("Retry-After") : null;
  const asked = header === null ? 0 : readRetryAfter(header, now());
  if (asked > longest) return undefined;
  return Math.min(longest, asked + random() * first * 2 ** (attempts - 1));
}

/** Reads seconds or a date (RFC 9110, section 10.2.3). Any other text asks for no pause. */
function readRetryAfter(header: string, now: number): number {
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return milliseconds > 0 ? milliseconds : 0;
}
