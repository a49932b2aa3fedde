import type { Table } from "../../shared/table/client.ts";

/**
 * Holds the first write of the kind on its way to the engine, or the one after so many others. `isHeld` resolves when it is
 * held, and `release` sends it.
 */
export function holdFirst(
  { client }: Table,
  command: "PutItemCommand" | "TransactWriteItemsCommand" | "UpdateItemCommand",
  after = 0,
): { readonly isHeld: Promise<void>; readonly release: () => void } {
  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  let seen = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== command) return next(args);
        seen += 1;
        if (seen !== after + 1) return next(args);
        held.resolve();
        await released.promise;
        return next(args);
      },
    { step: "finalizeRequest", name: "holdFirst" },
  );
  return { isHeld: held.promise, release: () => released.resolve() };
}
