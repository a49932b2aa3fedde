import { randomInt } from "node:crypto";

/** Random unless `FAULTS_SEED` is set, which makes a run like one that failed. */
export const baseSeed = Number(process.env["FAULTS_SEED"] ?? randomInt(2 ** 31));

/** How many histories to record: for a longer search than every test run makes, `FAULTS_HISTORIES` says. */
export function historyCount(usual: number): number {
  return Number(process.env["FAULTS_HISTORIES"] ?? usual);
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
