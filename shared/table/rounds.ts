import { setTimeout as delay } from "node:timers/promises";
import type { Table } from "./client.ts";
import { outrun } from "./failures.ts";

/**
 * How long a call may go on starting further work: another round after other writes came first, another page, the next
 * of several activities. Even if all requests after that succeed only on their last attempt, the call is answered
 * before the function's timeout. A test holds the sum.
 */
export class Patience {
  readonly #endsAtMilliseconds: number;

  constructor({ patienceMilliseconds }: Table) {
    this.#endsAtMilliseconds = performance.now() + patienceMilliseconds;
  }

  /** Whether the round with this number may start. The first may always start, however long earlier requests took. */
  allows(round: number): boolean {
    return round === 1 || !this.isOver;
  }

  get isOver(): boolean {
    return performance.now() >= this.#endsAtMilliseconds;
  }
}

/**
 * A round answers this when another write came first. `lostAttempts` of its own attempts were lost, so their outcome is
 * unknown.
 */
export class Overtaken {
  readonly lostAttempts: number;
  constructor(lostAttempts: number) {
    this.lostAttempts = lostAttempts;
  }
}

type RoundsOptions = {
  /** The most rounds, the first included. */
  readonly most: number;
  /** The longest pause before a round. The actual pause is a random part of it, which spreads competing calls. */
  readonly longestPauseMilliseconds?: number | ((round: number) => number);
  /** The patience of the whole call, if the rounds are only a part of it. */
  readonly patience?: Patience;
  /** The error's message when all rounds were overtaken. */
  readonly overtaken: string;
};

/** For calls that many others meet at one customer: many rounds, with pauses that spread them. */
export const manyRounds = { most: 40, longestPauseMilliseconds: (round: number) => Math.min(200, 5 * 2 ** round) };

/**
 * Decides and writes until a round is not overtaken, at most `most` times and only while there is patience. Every round
 * after the first is reported to the table's `onRetry`. Each round receives the number of attempts that earlier rounds
 * have lost.
 *
 * Throws when every round was overtaken: TooMuchContention if nothing was written, OutcomeUnknown if an attempt was
 * lost that may arrive yet.
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
