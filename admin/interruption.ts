import type { Output } from "./output.ts";

const signals = ["SIGINT", "SIGTERM"] as const;

/** One press of Ctrl-C can arrive twice: from the terminal, and again from npm some milliseconds later. */
const samePressMilliseconds = 500;

/**
 * Does the work with a signal that Ctrl-C aborts. `onStop` is what the operator is told then. A further message says that
 * a second Ctrl-C ends the process at once, as it does by default.
 */
export async function interruptible<Result>(
  work: (stop: AbortSignal) => Promise<Result>,
  { problem }: Output,
  onStop = "Stopping once the rows under way are done.",
): Promise<Result> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stopListening = () => {
    clearTimeout(timer);
    for (const signal of signals) process.off(signal, stop);
  };
  const stop = () => {
    if (controller.signal.aborted) return;
    problem(`\n${onStop}\n`);
    controller.abort();
    timer = setTimeout(() => {
      stopListening();
      problem("Ctrl-C again stops at once.\n");
    }, samePressMilliseconds);
  };
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    stopListening();
  }
}
