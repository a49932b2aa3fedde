import { type EngineCalls, handler } from "../peers/bareSdk.ts";

/** The enrolments to make, and how many at once. */
export type DirectQuestion = { readonly calls: readonly EngineCalls[]; readonly connections: number };

/** The time of all together, and of each one. */
export type LoadAnswer = { readonly milliseconds: number; readonly latencies: readonly number[] };

process.on("message", (question: DirectQuestion) => {
  void answer(question).then((result) => process.send?.(result));
});

async function answer({ calls, connections }: DirectQuestion): Promise<LoadAnswer> {
  const waiting = calls.values();
  const latencies: number[] = [];
  const work = async () => {
    for (const one of waiting) {
      const calledAt = performance.now();
      await handler(one);
      latencies.push(performance.now() - calledAt);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: connections }, work));
  return { milliseconds: performance.now() - startedAt, latencies };
}
