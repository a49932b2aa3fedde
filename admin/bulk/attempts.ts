import { setTimeout as wait } from "node:timers/promises";
import { type Answer, mayHaveHappened } from "../answer.ts";

const firstDelayMilliseconds = 200;
const maximumDelayMilliseconds = 10_000;
const maximumRetryAfterSeconds = 60;

export type Attempted = {
  readonly answer: Answer;
  /** An attempt before the last may have been carried out unseen. */
  readonly isEarlierUnknown: boolean;
};

/**
 * Makes a request until there is a final answer, at most so many times. Waits as long as the API says, or twice as long
 * after each attempt, never the same for all rows at once. Ends with the last answer when it is told to stop.
 */
export async function attempt(
  send: () => Promise<Answer>,
  maximumAttempts: number,
  stop: AbortSignal,
): Promise<Attempted> {
  let isEarlierUnknown = false;
  for (let count = 1; ; count += 1) {
    const answer = await send();
    const isFinal = answer.kind !== "unanswered" || count === maximumAttempts;
    if (isFinal || !(await waited(delayMilliseconds(count, answer.retryAfterSeconds), stop))) {
      return { answer, isEarlierUnknown };
    }
    isEarlierUnknown ||= mayHaveHappened(String(answer.code));
  }
}

function delayMilliseconds(attemptCount: number, retryAfterSeconds: number | undefined): number {
  const wanted =
    retryAfterSeconds === undefined
      ? Math.min(firstDelayMilliseconds * 2 ** (attemptCount - 1), maximumDelayMilliseconds)
      : Math.min(retryAfterSeconds, maximumRetryAfterSeconds) * 1000;
  // Never sooner than the API asked for, and spread, or the rows that were refused together would come back together.
  return wanted * (1 + Math.random() / 2);
}

/** False when there was no use in waiting any longer. */
async function waited(milliseconds: number, stop: AbortSignal): Promise<boolean> {
  try {
    await wait(milliseconds, undefined, { signal: stop });
    return true;
  } catch (error) {
    if (stop.aborted) return false;
    throw error;
  }
}
