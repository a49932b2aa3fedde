/** What time it is now, in epoch milliseconds. A request brings its own time. */
export const systemClock = (): number => Date.now();
