import type { Instant } from "../domain/instant.ts";
import { type AutomaticTarget, listAutomaticTargets } from "../table/automaticTargets.ts";
import type { Table } from "../table/client.ts";
import type { Org } from "../table/keys.ts";
import { isFresh, rememberNewest, type TargetGroupCache } from "./targetGroupCache.ts";

type Lists = Map<Org, { readonly list: Promise<readonly AutomaticTarget[]>; readonly loadedAt: Instant }>;

/**
 * The lists that a process has loaded, or is loading. They live as long as its definitions. They are apart from these,
 * because only what counts activities may read them.
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
  const list = listAutomaticTargets(table, org);
  rememberNewest(lists, org, { list, loadedAt: now });
  // The next call loads it again. What has failed here is thrown to this one.
  list.catch(() => lists.delete(org));
  return list;
}
