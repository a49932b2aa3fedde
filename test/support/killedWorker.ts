import type { Table } from "../../shared/table/client.ts";

/** The process ended in the middle of its work. */
class Killed extends Error {
  override readonly name = "Killed";
}

/**
 * Ends a worker at the request with the given number, before it is sent or after the engine has carried it out. No later
 * request is sent, as of a process that is gone. Answers whether it has come to that.
 */
export function killAt({ client }: Table, number: number, isCarriedOut: boolean): { readonly isKilled: () => boolean } {
  let sent = 0;
  let isKilled = false;
  client.middlewareStack.add(
    (next) => async (args) => {
      sent += 1;
      if (sent < number) return next(args);
      const isFirst = !isKilled;
      isKilled = true;
      if (isFirst && isCarriedOut) await next(args);
      throw new Killed("The worker was killed");
    },
    { step: "initialize", name: "killAt", priority: "high" },
  );
  return { isKilled: () => isKilled };
}
