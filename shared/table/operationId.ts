import { randomUUID } from "node:crypto";

/**
 * Ids of write operations, each greater (as text) than every one this source has given or seen.
 *
 * The ids come from a hybrid logical clock: system milliseconds, a counter for operations within one millisecond, and
 * random digits that keep two processes apart. Nothing else on the request path depends on the system clock, and an id
 * is never used as business time (docs/decisions/0002-operation-ids.md).
 */
export class OperationIds {
  readonly #systemClock: () => number;
  #milliseconds = 0;
  #counter = 0;

  constructor(systemClock: () => number = Date.now) {
    this.#systemClock = systemClock;
  }

  next(): string {
    const milliseconds = this.#systemClock();
    if (milliseconds > this.#milliseconds) {
      this.#milliseconds = milliseconds;
      this.#counter = 0;
    } else {
      this.#counter += 1;
    }
    return `${pad(this.#milliseconds, 14)}-${pad(this.#counter, 9)}-${randomDigits()}`;
  }

  /** An id greater than one another process has written, however far its clock is ahead. */
  nextAfter(seen: string): string {
    const [milliseconds = 0, counter = 0] = seen.split("-").map(Number);
    if (milliseconds > this.#milliseconds || (milliseconds === this.#milliseconds && counter > this.#counter)) {
      this.#milliseconds = milliseconds;
      this.#counter = counter;
    }
    return this.next();
  }
}

/** The last twelve digits of a UUID, which are random. Node draws many UUIDs at once, so one costs less than 6 bytes. */
function randomDigits(): string {
  return randomUUID().slice(-12);
}

function pad(value: number, digits: number): string {
  return value.toString().padStart(digits, "0");
}
