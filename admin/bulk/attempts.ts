import { setTimeout as wait } from "node:timers/promises";
import { type Answer, mayHaveHappened } from "../answer.ts";

const firstPauseMilliseconds = 200;
const longestPauseMilliseconds = 10_000;

export type Attempted = {
  readonly answer: Answer;
  /** Whether an attempt before the last may have been carried out although its answer was lost. */
  readonly isEarlierUnknown: boolean;
};

/**
 * Repeats a request until there is a final answer or the attempts are used up. It is for requests that the client does
 * not repeat by itself. When stopped, it ends with the last answer.
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

/**
 * The pause doubles after each attempt and is partly random. Otherwise rows that failed together would be repeated
 * together.
 */
function pauseMilliseconds(attemptCount: number): number {
  return Math.min(firstPauseMilliseconds * 2 ** (attemptCount - 1), longestPauseMilliseconds) * (1 + Math.random() / 2);
}

/** Waits. Answers false when it was stopped before the end. */
async function waited(milliseconds: number, stop: AbortSignal): Promise<boolean> {
  try {
    await wait(milliseconds, undefined, { signal: stop });
    return true;
  } catch (error) {
    if (stop.aborted) return false;
    throw error;
  }
}
