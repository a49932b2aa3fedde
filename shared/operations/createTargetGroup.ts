import type { TargetGroupDraft } from "../domain/drafting.ts";
import type { Instant } from "../domain/instant.ts";
import { ServiceError } from "../domain/serviceError.ts";
import { firstSweep } from "../domain/sweeps.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import type { Table } from "../table/client.ts";
import { buildSweepItem } from "../table/dueSweeps.ts";
import { ItemReader } from "../table/item.ts";
import { nameKey, type Org, sequenceKey } from "../table/keys.ts";
import { inRounds, Overtaken } from "../table/rounds.ts";
import { type Cancelled, transact, update } from "../table/store.ts";
import { buildGroupItem, buildTargetItem } from "../table/targetGroupItem.ts";

/**
 * Creates the group with its cycles, targets and levels, and answers it with its ids. The same transaction puts its
 * first sweep on the list of what to close, unless all its cycles have ended by now. `nameTaken` when the org has a group
 * of that name; case does not matter.
 */
export async function createTargetGroup(
  table: Table,
  org: Org,
  draft: TargetGroupDraft,
  now: Instant,
): Promise<TargetGroup | "nameTaken"> {
  const group = await withIds(table, org, draft);
  const sweep = firstSweep(group, now);
  const items = [
    { ...nameKey(org, group.name), groupId: group.id },
    buildGroupItem(org, group),
    ...group.targets.map((target) => buildTargetItem(org, group.id, target)),
    ...(sweep === undefined ? [] : [buildSweepItem({ org, groupId: group.id, ...sweep })]),
  ];
  // Two creations with one name would both succeed without the condition on the first item. The other items cannot
  // collide while ids are unique. Their condition keeps a definition from being overwritten should ids ever not be
  // unique.
  const parts = items.map((Item) => ({ Put: { Item, ConditionExpression: "attribute_not_exists(pk)" } }));
  return inRounds(table, rounds(group), async () => {
    const result = await transact(table, parts);
    if (result.outcome === "applied") return group;
    if (result.outcome === "conflict") return new Overtaken(result.attempts - 1);
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

async function withIds(table: Table, org: Org, draft: TargetGroupDraft): Promise<TargetGroup> {
  const { groupId, targetId, cycleId, levelId } = await allocateIds(table, org, draft);
  return {
    ...draft,
    id: groupId,
    version: 1,
    retiredAt: undefined,
    targets: draft.targets.map((target, index) => ({ ...target, id: targetId + index })),
    cycles: draft.cycles.map((cycle, index) => ({ ...cycle, id: cycleId + index })),
    levels: draft.levels.map((level, index) => ({ ...level, id: levelId + index })),
  };
}

/**
 * The first id of each kind for the draft, unique in the org. `ADD` is atomic, so no two creations get the same ids. A
 * lost reply leaves a gap in the ids, which is harmless.
 */
async function allocateIds(table: Table, org: Org, { targets, cycles, levels }: TargetGroupDraft) {
  const result = await update(
    table,
    {
      Key: sequenceKey(org),
      UpdateExpression: "ADD lastGroupId :one, lastTargetId :targets, lastCycleId :cycles, lastLevelId :levels",
      // Ids above 2^53 − 1 would not be JSON numbers that every client can represent.
      ConditionExpression: "attribute_not_exists(pk) OR lastCycleId < :maximum",
      ExpressionAttributeValues: {
        ":one": 1,
        ":targets": targets.length,
        ":cycles": cycles.length,
        ":levels": levels.length,
        ":maximum": Number.MAX_SAFE_INTEGER - cycles.length,
      },
    },
    "UPDATED_NEW",
  );
  if (result.outcome !== "applied") throw new ServiceError("The org has used up its ids");
  const last = ItemReader.of(result.item);
  return {
    groupId: last.integer("lastGroupId"),
    targetId: last.integer("lastTargetId") - targets.length + 1,
    cycleId: last.integer("lastCycleId") - cycles.length + 1,
    levelId: last.integer("lastLevelId") - levels.length + 1,
  };
}
