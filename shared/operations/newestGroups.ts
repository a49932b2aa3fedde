import type { Instant } from "../domain/instant.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import type { Org } from "../table/keys.ts";
import { Patience } from "../table/rounds.ts";
import { listNewestGroupIds } from "../table/targetGroups.ts";
import type { ServiceContext } from "./context.ts";

/** The most groups that one call looks at. */
const mostGroups = 200;

/** How many definitions are loaded side by side. */
const loadsAtOnce = 25;

export type NewestGroups = {
  /** In the order of their ids. */
  readonly groups: readonly TargetGroup[];
  /** Whether these are all groups of the org. */
  readonly isWhole: boolean;
};

/** The org's groups, active or not, with at most 30 s old definitions. Of very many it answers those created last. */
export async function findNewestGroups(
  { table, targetGroups }: ServiceContext,
  org: Org,
  now: Instant,
): Promise<NewestGroups> {
  const patience = new Patience(table);
  const { ids, isWhole } = await listNewestGroupIds(table, org, mostGroups);
  const found: TargetGroup[] = [];
  let looked = 0;
  while (looked < ids.length && (looked === 0 || !patience.isOver)) {
    const some = ids.slice(looked, looked + loadsAtOnce);
    const groups = await Promise.all(some.map((id) => targetGroups.find(org, id, now)));
    found.push(...groups.filter((group) => group !== undefined));
    looked += some.length;
  }
  return { groups: found.toSorted((one, other) => one.id - other.id), isWhole: isWhole && looked === ids.length };
}
