import type { Table } from "./client.ts";

/**
 * How long a call goes on beginning something more: a round after other writes came first, a page, the next of several.
 * So a call whose requests then all fail but on the last attempt is still answered before the function's limit (a test
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
