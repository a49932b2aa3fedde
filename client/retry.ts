/** How often and how patiently a call is repeated. */
export type RetryPolicy = {
  /** Attempts in all; 1 repeats nothing. */
  readonly maximumAttempts: number;
  /** The first pause is up to so long, each further one up to twice as long as the one before. */
  readonly firstPauseMilliseconds: number;
  /** No pause is longer. When the API asks for a longer one, its answer is handed on at once. */
  readonly longestPauseMilliseconds: number;
  /** An attempt that has no answer by then is given up. API Gateway answers within 29 s. */
  readonly timeoutMilliseconds: number;
};

export const defaultRetryPolicy: RetryPolicy = {
  maximumAttempts: 4,
  firstPauseMilliseconds: 200,
  longestPauseMilliseconds: 20_000,
  timeoutMilliseconds: 30_000,
};

/** What the client needs of the world; tests bring their own. */
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

/** What became of one attempt. */
export type Attempt =
  | { readonly response: Response; readonly wasSent: boolean }
  | { readonly failure: unknown; readonly wasSent: boolean };

/** The statuses at which a later attempt may succeed, the outcome of this one being unknown. */
const unavailable: readonly number[] = [502, 503, 504];

/**
 * Whether to go once more. Too many requests (429), and a call that was never sent, have changed nothing; whatever else
 * may pass has to be a call that can be repeated without doing its work twice.
 */
export function isWorthRepeating(attempt: Attempt, isRepeatable: boolean): boolean {
  const canRepeat = isRepeatable || !attempt.wasSent;
  if ("failure" in attempt) return canRepeat;
  const { status } = attempt.response;
  return status === 429 || (canRepeat && unavailable.includes(status));
}

/**
 * Milliseconds to wait after the n-th attempt; `undefined` when it would be too long. Chosen at random, so that the
 * callers of an API in trouble do not all come back at once, on top of what `Retry-After` asks for.
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

/** Seconds or a date (RFC 9110, section 10.2.3); anything else asks for nothing. */
function readRetryAfter(header: string, now: number): number {
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return milliseconds > 0 ? milliseconds : 0;
}
