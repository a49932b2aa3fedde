/** The system's time in epoch milliseconds. It is not for requests, which bring their own time. */
export const systemClock = (): number => Date.now();
