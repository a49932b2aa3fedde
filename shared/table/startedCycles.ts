import type { Table } from "./client.ts";
import { ItemReader, type StoredItem } from "./item.ts";
import { type Org, startedKey } from "./keys.ts";
import { putUnlessThere } from "./store.ts";

/** That a cycle of a group has started, and the version of the definition by which it has. */
export type StartedCycle = {
  readonly org: Org;
  readonly groupId: number;
  readonly cycleNumber: number;
  readonly definitionVersion: number;
};

/** Notes the start. The projector tells of the note, and it is never removed, so a start is told once. */
export async function noteStart(table: Table, started: StartedCycle): Promise<void> {
  // Two looks may find the start at once, and a look may be repeated. Without the condition each would tell of it.
  await putUnlessThere(table, { ...startedKey(started.org, started.groupId, started.cycleNumber), ...started });
}

/** The only reader of the notes. */
export function parseStartedCycle(item: StoredItem): StartedCycle {
  const reader = ItemReader.of(item);
  return {
    org: reader.text("org"),
    groupId: reader.integer("groupId"),
    cycleNumber: reader.integer("cycleNumber"),
    definitionVersion: reader.integer("definitionVersion"),
  };
}
