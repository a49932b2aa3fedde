/** Numbers that look random and are the same for the same seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number in [0, 1), by splitmix32. */
  fraction(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  /** An integer in 0 … limit − 1. */
  integer(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  oneOf<Member>(members: readonly [Member, ...Member[]]): Member {
    return members[this.integer(members.length)] ?? members[0];
  }
}
