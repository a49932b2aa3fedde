import { randomInt } from "node:crypto";

/** A random seed. `FAULTS_SEED` sets it, to repeat a run that failed. */
export const baseSeed = Number(process.env["FAULTS_SEED"] ?? randomInt(2 ** 31));

/** The share of a search's full length: 1 in `npm run test:long`, a tenth in `npm test`. */
const searchShare = Number(process.env["SEARCH_SHARE"] ?? 1);

/** Whether searches run at full length. The search for a fault that was put in on purpose runs only then. */
export const isFullLength = searchShare === 1;

/** The number of cases that a search tries: all in `npm run test:long`, a tenth in `npm test`. */
export function searchLength(full: number): number {
  return Math.ceil(full * searchShare);
}

/** The number of histories to record. `FAULTS_HISTORIES` sets another number. */
export function historyCount(full: number): number {
  return Number(process.env["FAULTS_HISTORIES"] ?? searchLength(full));
}

/** Writes a line whether the test passes or fails, so that a run that passed can be repeated too. */
export function report(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs tasks 0 … count − 1, a given number at once, and answers their results in order. */
export async function inParallel<Result>(
  count: number,
  atOnce: number,
  task: (index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      results[index] = await task(index);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
