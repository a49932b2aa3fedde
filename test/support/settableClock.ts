import type { Clock } from "../../shared/auth/clock.ts";

/** A clock that stands still until it is set, so tests wait for nothing. */
export class SettableClock {
  now: number;

  constructor(now = Date.UTC(2030, 0, 15, 12)) {
    this.now = now;
  }

  readonly read: Clock = () => this.now;

  advance(milliseconds: number): void {
    this.now += milliseconds;
  }
}
