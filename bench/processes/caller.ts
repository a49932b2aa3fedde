import { buildContext } from "../../local/proxyEvent.ts";

/** A module with a handler, its argument, and the number of calls, which follow one another. */
export type CallerQuestion = { readonly url: string; readonly argument: object; readonly calls: number };

export type CallerAnswer = { readonly cpuMicroseconds: number; readonly lastResult: unknown };

type Handler = (argument: object, context: object) => Promise<unknown>;

process.on("message", ({ url, argument, calls }: CallerQuestion) => {
  void answer(url, argument, calls).then((result) => process.send?.(result));
});

async function answer(url: string, argument: object, calls: number): Promise<CallerAnswer> {
  const { handler }: { handler: Handler } = await import(url);
  let lastResult: unknown;
  // Each call gets a copy, because a middleware may put the parsed body into the event.
  const before = process.cpuUsage();
  for (let call = 1; call <= calls; call += 1) lastResult = await handler({ ...argument }, buildContext("enroll"));
  const { user, system } = process.cpuUsage(before);
  return { cpuMicroseconds: (user + system) / calls, lastResult };
}
