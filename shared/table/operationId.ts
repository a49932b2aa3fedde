import { randomUUID } from "node:crypto";

/** Few digits, because each enrolment holds an id and is paid for by its bytes. Text order is the order of the numbers. */
const radix = 36;
/** Until the year 5188. */
const millisecondsDigits = 9;
/** So many that no process uses them up in a millisecond, nor while its clock is set back. */
const counterDigits = 6;

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
    return `${digitsOf(this.#milliseconds, millisecondsDigits)}${digitsOf(this.#counter, counterDigits)}${randomDigits()}`;
  }

  /** An id greater than one another process has written, however far its clock is ahead. */
  nextAfter(seen: string): string {
    const counterAt = millisecondsDigits;
    const milliseconds = Number.parseInt(seen.slice(0, counterAt), radix);
    const counter = Number.parseInt(seen.slice(counterAt, counterAt + counterDigits), radix);
    if (milliseconds > this.#milliseconds || (milliseconds === this.#milliseconds && counter > this.#counter)) {
      this.#milliseconds = milliseconds;
      this.#counter = counter;
    }
    return this.next();
  }
}

/** The last ten digits of a UUID, which are random. Node draws many UUIDs at once, so one costs less than 5 bytes. */
function randomDigits(): string {
  return randomUUID().slice(-10);
}

function digitsOf(value: number, count: number): string {
  return value.toString(radix).padStart(count, "0");
}
