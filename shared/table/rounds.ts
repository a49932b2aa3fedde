import { setTimeout as delay } from "node:timers/promises";
import type { Table } from "./client.ts";
import { outrun } from "./failures.ts";

/**
 * How long a call goes on beginning something more: a round after other writes came first, a page, the next of several.
 * A call whose requests then all fail but on the last attempt is still answered before the function's limit (a test
 * holds the sum).
 */
export class Patience {
  readonly #endsAtMilliseconds: number;

  constructor({ patienceMilliseconds }: Table) {
    this.#endsAtMilliseconds = performance.now() + patienceMilliseconds;
  }

  /** Whether the round of this number may begin. The first may however long the requests before it took. */
  allows(round: number): boolean {
    return round === 1 || !this.isOver;
  }

  get isOver(): boolean {
    return performance.now() >= this.#endsAtMilliseconds;
  }
}

/** What a round answers when another write came first. Of its own attempts so many were lost: nobody knows their fate. */
export class Overtaken {
  readonly lostAttempts: number;
  constructor(lostAttempts: number) {
    this.lostAttempts = lostAttempts;
  }
}

type RoundsOptions = {
  /** The most rounds, the first included. */
  readonly most: number;
  /** The longest pause before a round; a random part of it is waited, which spreads competing calls. */
  readonly longestPauseMilliseconds?: number | ((round: number) => number);
  /** The call's, where rounds are only a part of it. */
  readonly patience?: Patience;
  /** What to say when all rounds were overtaken. */
  readonly overtaken: string;
};

/**
 * Decides and writes until a round is not overtaken, at most `most` times and only while there is patience. Every round
 * after the first is told to the table's listener. Each round is told how many attempts the ones before it have lost.
 *
 * Throws when every round was overtaken: TooMuchContention if nothing was written, OutcomeUnknown if an attempt was lost
 * that may arrive yet.
 */
export async function inRounds<Result>(
  table: Table,
  { most, longestPauseMilliseconds = 0, patience = new Patience(table), overtaken }: RoundsOptions,
  decideAndWrite: (lostAttempts: number) => Promise<Result | Overtaken>,
): Promise<Result> {
  let lostAttempts = 0;
  for (let round = 1; round <= most && patience.allows(round); round += 1) {
    if (round > 1) table.onRetry("contention");
    const result = await decideAndWrite(lostAttempts);
    if (!(result instanceof Overtaken)) return result;
    lostAttempts += result.lostAttempts;
    await pause(longestPauseMilliseconds, round);
  }
  throw outrun(lostAttempts, overtaken);
}

async function pause(longestMilliseconds: number | ((round: number) => number), round: number): Promise<void> {
  const longest = typeof longestMilliseconds === "number" ? longestMilliseconds : longestMilliseconds(round);
  if (longest > 0) await delay(Math.random() * longest);
}
