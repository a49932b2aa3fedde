import pMap from "p-map";
import { isAnonymised, isFirstPass } from "../domain/erasing.ts";
import { ServiceError } from "../domain/serviceError.ts";
import { emptyTexts, listItemsWithTexts } from "../table/anonymising.ts";
import type { Table } from "../table/client.ts";
import { findProfile, isErased } from "../table/customers.ts";
import { noteSwept } from "../table/dueSweeps.ts";
import {
  type CustomerRef,
  indexRowOf,
  listErasable,
  listErasedTargets,
  noteErasedTargets,
  removeErased,
  removeErasedNote,
} from "../table/erasures.ts";
import type { Key } from "../table/keys.ts";
import type { ErasingTask } from "./listDueShards.ts";

/** How many items one call reads, and then removes or changes side by side. */
const itemsAtOnce = 25;

/**
 * Goes through a customer's items, and removes them or empties their texts, until all are done or `mustStop` answers true.
 * At the end it notes that the pass is done. Answers where to go on; `undefined` when nothing is left.
 *
 * It is safe to continue, to start again and to run two workers at once, because what is done is found done.
 */
export async function eraseItems(
  table: Table,
  task: ErasingTask,
  mustStop: () => boolean,
): Promise<string | undefined> {
  const ref = { org: task.org, customerId: task.sweep.customerId };
  const take = task.sweep.mode === "ERASE" ? await erasing(table, ref) : anonymising(table, ref, task);
  for (let last = await take(task.resumeAfter); last !== undefined; last = await take(last)) {
    if (mustStop()) return last;
  }
  if (task.sweep.mode === "ERASE" && !isFirstPass(task.sweep)) await removeRest(table, ref);
  await noteSwept(table, { org: task.org, ...task.sweep }, [0]);
  return undefined;
}

/** Takes the items after the sort key, and answers the last one of them; `undefined` when there was none. */
type TakePage = (after: string | null) => Promise<string | undefined>;

async function erasing(table: Table, ref: CustomerRef): Promise<TakePage> {
  // Nothing but the tombstone says that the items may go.
  if (!isErased(await findProfile(table, ref.org, ref.customerId)))
    throw new ServiceError("A customer is to be erased and has no tombstone");
  return async (after) => {
    const { keys, targets, last } = await listErasable(table, ref, after, itemsAtOnce);
    // The note comes first. Without it, a row of the index that the projector writes later would never be found.
    await noteErasedTargets(table, ref, targets);
    await removeAll(table, [...targets.map((target) => indexRowOf(ref, target)), ...keys]);
    return last;
  };
}

/** What only the second pass finds: rows of the index that were written after the enrolments had gone. Then the note goes. */
async function removeRest(table: Table, ref: CustomerRef): Promise<void> {
  const targets = await listErasedTargets(table, ref);
  await removeAll(
    table,
    targets.map((target) => indexRowOf(ref, target)),
  );
  await removeErasedNote(table, ref);
}

async function removeAll(table: Table, keys: readonly Key[]): Promise<void> {
  await pMap(keys, (key) => removeErased(table, key), { concurrency: itemsAtOnce });
}

function anonymising(table: Table, ref: CustomerRef, { sweep }: ErasingTask): TakePage {
  return async (after) => {
    const { items, last } = await listItemsWithTexts(table, ref, after, itemsAtOnce);
    const concerned = items.filter(({ recordedAt }) => recordedAt !== undefined && isAnonymised(recordedAt, sweep));
    await pMap(concerned, (item) => emptyTexts(table, item), { concurrency: itemsAtOnce });
    return last;
  };
}
