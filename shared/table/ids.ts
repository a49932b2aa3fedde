import { ServiceError } from "../domain/serviceError.ts";
import type { Table } from "./client.ts";
import { ItemReader } from "./item.ts";
import { type Org, sequenceKey } from "./keys.ts";
import { update } from "./store.ts";

/** How many ids of each kind are needed. */
type IdCounts = {
  readonly groups: number;
  readonly targets: number;
  readonly cycles: number;
  readonly levels: number;
  readonly triggers: number;
};

/**
 * The first id of each kind, unique in the org; the others follow it. `ADD` is atomic, so no two calls get the same ids.
 * A lost reply leaves a gap in the ids, which is harmless.
 */
export async function allocateIds(table: Table, org: Org, counts: Partial<IdCounts>) {
  const { groups = 0, targets = 0, cycles = 0, levels = 0, triggers = 0 } = counts;
  const result = await update(
    table,
    {
      Key: sequenceKey(org),
      UpdateExpression:
        "ADD lastGroupId :groups, lastTargetId :targets, lastCycleId :cycles, lastLevelId :levels, lastTriggerId :triggers",
      // Ids above 2^53 − 1 would not be JSON numbers that every client can represent.
      ConditionExpression: "attribute_not_exists(pk) OR lastCycleId < :maximum",
      ExpressionAttributeValues: {
        ":groups": groups,
        ":targets": targets,
        ":cycles": cycles,
        ":levels": levels,
        ":triggers": triggers,
        ":maximum": Number.MAX_SAFE_INTEGER - cycles,
      },
    },
    "UPDATED_NEW",
  );
  if (result.outcome !== "applied") throw new ServiceError("The org has used up its ids");
  const last = ItemReader.of(result.item);
  return {
    groupId: last.integer("lastGroupId") - groups + 1,
    targetId: last.integer("lastTargetId") - targets + 1,
    cycleId: last.integer("lastCycleId") - cycles + 1,
    levelId: last.integer("lastLevelId") - levels + 1,
    triggerId: last.integer("lastTriggerId") - triggers + 1,
  };
}
