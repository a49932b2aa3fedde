import type { Table } from "../../shared/table/client.ts";

/**
 * Holds the first write of the kind on its way to the engine. `isHeld` resolves when it is held, and `release` sends it.
 */
export function holdFirst(
  { client }: Table,
  command: "PutItemCommand" | "TransactWriteItemsCommand" | "UpdateItemCommand",
): { readonly isHeld: Promise<void>; readonly release: () => void } {
  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  let isFirst = true;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== command || !isFirst) return next(args);
        isFirst = false;
        held.resolve();
        await released.promise;
        return next(args);
      },
    { step: "finalizeRequest", name: "holdFirst" },
  );
  return { isHeld: held.promise, release: () => released.resolve() };
}
