import { creationEntry } from "../domain/auditLog.ts";
import { automaticTargets } from "../domain/automatic.ts";
import type { TargetGroupDraft } from "../domain/drafting.ts";
import type { Instant } from "../domain/instant.ts";
import { remindingAfter } from "../domain/reminding.ts";
import { firstStart, firstStatistics, firstSweep } from "../domain/sweeps.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import { triggerCount, withTriggerIds } from "../domain/triggers.ts";
import { buildAuditItems } from "../table/auditLog.ts";
import { buildListing } from "../table/automaticTargets.ts";
import type { Table } from "../table/client.ts";
import { buildSweepItem } from "../table/dueSweeps.ts";
import { allocateIds } from "../table/ids.ts";
import { ItemReader } from "../table/item.ts";
import { nameKey, type Org } from "../table/keys.ts";
import { inRounds, Overtaken } from "../table/rounds.ts";
import { type Cancelled, transact } from "../table/store.ts";
import { buildGroupItem, buildTargetItem } from "../table/targetGroupItem.ts";

/**
 * Creates the group with its cycles, targets and levels, and answers it with its ids. The same transaction puts its
 * first sweeps on the list of what is due, unless all its cycles have ended by now, and the oldest row into its audit
 * log. `nameTaken` when the org has a group of that name; case does not matter. `tooManyAutomatic` when the org would have
 * more active targets that activities enrol in than it may.
 */
export async function createTargetGroup(
  table: Table,
  org: Org,
  draft: TargetGroupDraft,
  now: Instant,
): Promise<TargetGroup | "nameTaken" | "tooManyAutomatic"> {
  const group = await withIds(table, org, draft);
  const ahead = [
    firstSweep(group, now),
    firstStart(group, now),
    remindingAfter(group, now),
    firstStatistics(group, now),
  ];
  const sweeps = ahead.filter((sweep) => sweep !== undefined);
  const items = [
    { ...nameKey(org, group.name), groupId: group.id },
    buildGroupItem(org, group),
    ...group.targets.map((target) => buildTargetItem(org, group.id, target)),
    ...sweeps.map((sweep) => buildSweepItem({ org, groupId: group.id, ...sweep })),
    ...buildAuditItems(org, group.id, creationEntry(group)),
  ];
  // Two creations with one name would both succeed without the condition on the first item. The other items cannot
  // collide while ids are unique. Their condition keeps a definition from being overwritten should ids ever not be
  // unique.
  const puts = items.map((Item) => ({ Put: { Item, ConditionExpression: "attribute_not_exists(pk)" } }));
  const automatic = automaticTargets(group).map(({ id }) => id);
  const listing = automatic.length === 0 ? [] : [{ Update: buildListing(org, group.id, automatic) }];
  const parts = [...puts, ...listing];
  return inRounds(table, rounds(group), async () => {
    const result = await transact(table, parts);
    if (result.outcome === "applied") return group;
    if (result.outcome === "conflict") return new Overtaken(result.attempts - 1);
    // The name is the first part. When it is free, the list of automatic targets has no room.
    if (result.refusals[0] === undefined) return "tooManyAutomatic";
    // When the name belongs to this group, an attempt of an earlier round has succeeded after all.
    return nameOwnerOf(result) === group.id ? group : "nameTaken";
  });
}

/** After a conflict one more round is enough: the winner has finished, and the name is either taken or free. */
function rounds({ id }: TargetGroup) {
  return { most: 3, overtaken: `Another creation with the name of target group ${id} was under way every time` };
}

/** The id of the group that has the name. */
function nameOwnerOf({ refusals: [first] }: Cancelled): number {
  return ItemReader.of(first?.stored ?? {}).integer("groupId");
}

/** A rule's cycles have ids that follow one another, also when it makes more of them later. */
const mostGeneratedCycles = 1000;

async function withIds(table: Table, org: Org, draft: TargetGroupDraft): Promise<TargetGroup> {
  const { targets, cycles, levels } = draft;
  const { groupId, targetId, cycleId, levelId, triggerId } = await allocateIds(table, org, {
    groups: 1,
    targets: targets.length,
    cycles: draft.cycleRule === undefined ? cycles.length : mostGeneratedCycles,
    levels: levels.length,
    triggers: countTriggers(targets),
  });
  return {
    ...draft,
    id: groupId,
    version: 1,
    retiredAt: undefined,
    closedAt: new Map(),
    targets: targets.map((target, index) => {
      const firstTriggerId = triggerId + countTriggers(targets.slice(0, index));
      return { ...withTriggerIds(target, firstTriggerId), id: targetId + index };
    }),
    cycles: cycles.map((cycle, index) => ({ ...cycle, id: cycleId + index })),
    levels: levels.map((level, index) => ({ ...level, id: levelId + index })),
  };
}

function countTriggers(targets: TargetGroupDraft["targets"]): number {
  return targets.reduce((sum, target) => sum + triggerCount(target), 0);
}
