import type { Table } from "./client.ts";

/**
 * How long a call goes on meeting other writes. It bounds when the last round may begin, so that a call whose requests
 * then all fail but on the last attempt is still answered before the function's limit (a test holds the sum).
 */
export class Patience {
  readonly #endsAtMilliseconds: number;

  constructor({ patienceMilliseconds }: Table) {
    this.#endsAtMilliseconds = performance.now() + patienceMilliseconds;
  }

  get isOver(): boolean {
    return performance.now() >= this.#endsAtMilliseconds;
  }
}
