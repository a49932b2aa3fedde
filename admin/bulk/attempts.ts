import { setTimeout as wait } from "node:timers/promises";
import { type Answer, mayHaveHappened } from "../answer.ts";

const firstPauseMilliseconds = 200;
const longestPauseMilliseconds = 10_000;

export type Attempted = {
  readonly answer: Answer;
  /** An attempt before the last may have been carried out unseen. */
  readonly isEarlierUnknown: boolean;
};

/**
 * Makes a request until there is a final answer, at most so many times. For those that the client does not repeat by
 * itself. Ends with the last answer when it is told to stop.
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
    if (isFinal || !(await waited(pauseMilliseconds(count), stop))) {
      return { answer, isEarlierUnknown };
    }
    isEarlierUnknown ||= mayHaveHappened(String(answer.code));
  }
}

/** Twice as long after each attempt, and spread, or rows that failed together would come back together. */
function pauseMilliseconds(attemptCount: number): number {
  return Math.min(firstPauseMilliseconds * 2 ** (attemptCount - 1), longestPauseMilliseconds) * (1 + Math.random() / 2);
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
