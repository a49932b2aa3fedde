import type { Outcome, Verdict } from "./rowResult.ts";

const maximumVerdicts = 255;

/** The last verdict on each line of a file. Each takes one byte, so a million rows take a megabyte. */
export class LineVerdicts {
  /** Each byte is a position in this list. Position 0 means that the line has no verdict. */
  readonly #verdicts: (Verdict | undefined)[] = [undefined];
  readonly #positions = new Map<string, number>();
  #byLine = new Uint8Array(1024);

  set(line: number, verdict: Verdict): void {
    if (line >= this.#byLine.length) this.#grow(line + 1);
    this.#byLine[line] = this.#positionOf(verdict);
  }

  get(line: number): Verdict | undefined {
    return this.#verdicts[this.#byLine[line] ?? 0];
  }

  /** How many lines have each verdict, in the order in which the verdicts were first seen. */
  tally(): { readonly verdict: Verdict; readonly count: number }[] {
    const counts = new Uint32Array(this.#verdicts.length);
    for (const position of this.#byLine) counts[position] = (counts[position] ?? 0) + 1;
    return this.#verdicts.flatMap((verdict, position) => {
      const count = counts[position] ?? 0;
      return verdict === undefined || count === 0 ? [] : [{ verdict, count }];
    });
  }

  /** How many lines have one of the outcomes. */
  count(outcomes: ReadonlySet<Outcome>): number {
    return this.tally().reduce((sum, { verdict, count }) => sum + (outcomes.has(verdict.outcome) ? count : 0), 0);
  }

  #positionOf(verdict: Verdict): number {
    const key = `${verdict.outcome} ${verdict.code}`;
    const known = this.#positions.get(key);
    if (known !== undefined) return known;
    const position = this.#verdicts.length;
    if (position > maximumVerdicts) throw new RangeError(`More than ${maximumVerdicts} different verdicts`);
    this.#verdicts.push({ outcome: verdict.outcome, code: verdict.code });
    this.#positions.set(key, position);
    return position;
  }

  #grow(minimumLength: number): void {
    const larger = new Uint8Array(Math.max(minimumLength, this.#byLine.length * 2));
    larger.set(this.#byLine);
    this.#byLine = larger;
  }
}
