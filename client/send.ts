import { MilestreakUnreachable } from "./answer.ts";
import type { Authorization } from "./authorization.ts";
import { type Attempt, isWorthRepeating, pauseAfter, type RetryPolicy, type Surroundings } from "./retry.ts";

export type Sender = {
  readonly authorization: Authorization;
  readonly policy: RetryPolicy;
  readonly surroundings: Surroundings;
};

export type Sent = { readonly response: Response; readonly attempts: number };

/**
 * Sends the request until there is an answer that a repeat would not improve, and reads its body. Throws {@link
 * MilestreakUnreachable} when the last attempt had no answer, and the signal's reason when it is aborted.
 */
export async function send(sender: Sender, request: Request, isRepeatable: boolean): Promise<Sent> {
  const { policy, surroundings } = sender;
  for (let attempts = 1; ; attempts += 1) {
    const attempt = await tryOnce(sender, request);
    const isLast = attempts >= policy.maximumAttempts || !isWorthRepeating(attempt, isRepeatable);
    const pause = isLast ? undefined : pauseAfter(attempts, attempt, policy, surroundings);
    if (pause === undefined) return conclude(attempt, attempts, request);
    await surroundings.wait(pause, request.signal);
  }
}

function conclude(attempt: Attempt, attempts: number, { method, url }: Request): Sent {
  if ("response" in attempt) return { response: attempt.response, attempts };
  throw new MilestreakUnreachable(`${method} ${url} has no answer`, attempts, attempt.failure);
}

/** One attempt. If the API does not accept the token any more, the attempt is made once more with a new one. */
async function tryOnce(sender: Sender, request: Request): Promise<Attempt> {
  const first = await authorizeAndSend(sender, request);
  if (!("response" in first.attempt) || first.header === undefined) return first.attempt;
  const isUnknown = first.attempt.response.status === 401 && sender.authorization.isRenewable(first.header);
  return isUnknown ? (await authorizeAndSend(sender, request)).attempt : first.attempt;
}

type Authorized = { readonly attempt: Attempt; readonly header?: string };

async function authorizeAndSend(sender: Sender, request: Request): Promise<Authorized> {
  let header: string | undefined;
  try {
    const proof = await sender.authorization.header();
    if (proof instanceof Response) return { attempt: { response: proof, wasSent: false } };
    header = proof;
    return { attempt: { response: await fetchOnce(sender, request, header), wasSent: true }, header };
  } catch (failure) {
    request.signal.throwIfAborted();
    return { attempt: { failure, wasSent: header !== undefined } };
  }
}

/** The answer with its body, because the body may be lost on the way too. */
async function fetchOnce({ policy, surroundings }: Sender, request: Request, header: string): Promise<Response> {
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(policy.timeoutMilliseconds)]);
  const attempt = new Request(request.clone(), { signal });
  attempt.headers.set("Authorization", header);
  const response = await surroundings.fetch(attempt);
  return new Response(await response.arrayBuffer(), response);
}
