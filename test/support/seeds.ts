import { randomInt } from "node:crypto";

/** Random unless `FAULTS_SEED` is set, which makes a run like one that failed. */
export const baseSeed = Number(process.env["FAULTS_SEED"] ?? randomInt(2 ** 31));

/** 1 in `npm run test:long`, a tenth in `npm test`. */
const searchShare = Number(process.env["SEARCH_SHARE"] ?? 1);

/** How many cases a search tries: all of them in `npm run test:long`, a tenth of them in `npm test`. */
export function searchLength(full: number): number {
  return Math.ceil(full * searchShare);
}

/** How many histories to record: for a search of another length `FAULTS_HISTORIES` says. */
export function historyCount(full: number): number {
  return Number(process.env["FAULTS_HISTORIES"] ?? searchLength(full));
}

/** Written whatever becomes of the test: a run that passed can be made again too. */
export function report(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs tasks 0 … count − 1, so many at once, and answers their results in order. */
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
