import type { Instant } from "../domain/instant.ts";
import { type AutomaticTarget, listAutomaticTargets } from "../table/automaticTargets.ts";
import type { Table } from "../table/client.ts";
import type { Org } from "../table/keys.ts";
import { isFresh, rememberNewest, type TargetGroupCache } from "./targetGroupCache.ts";

type Lists = Map<Org, { readonly list: readonly AutomaticTarget[]; readonly loadedAt: Instant }>;

/**
 * The lists that a process has loaded. They live as long as its definitions. They are apart from these, because only what
 * counts activities may read them.
 */
const listsOf = new WeakMap<TargetGroupCache, Lists>();

/** The targets of the org that activities enrol in, at most 30 s old. */
export async function findAutomaticTargets(
  table: Table,
  targetGroups: TargetGroupCache,
  org: Org,
  now: Instant,
): Promise<readonly AutomaticTarget[]> {
  const lists: Lists = listsOf.get(targetGroups) ?? new Map();
  listsOf.set(targetGroups, lists);
  const known = lists.get(org);
  if (known !== undefined && isFresh(known, now)) return known.list;
  // Calls do not share a load under way: a call would fail with the load of another one.
  const list = await listAutomaticTargets(table, org);
  rememberNewest(lists, org, { list, loadedAt: now });
  return list;
}
