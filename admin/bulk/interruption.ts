const signals = ["SIGINT", "SIGTERM"] as const;

/**
 * Does the work with a signal that the first Ctrl-C aborts. The second one ends the process at once, as the system
 * does it when nobody listens.
 */
export async function interruptible<Result>(
  work: (stop: AbortSignal) => Promise<Result>,
  onStop: () => void,
): Promise<Result> {
  const controller = new AbortController();
  const stop = () => {
    for (const signal of signals) process.off(signal, stop);
    onStop();
    controller.abort();
  };
  for (const signal of signals) process.once(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}
