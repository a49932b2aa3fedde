import type { Instant } from "../domain/instant.ts";
import { addCounts, noCounts, type TargetCounts } from "../domain/statistics.ts";
import { isFinalCount } from "../domain/sweeps.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import type { Table } from "../table/client.ts";
import type { Org } from "../table/keys.ts";
import { findCompleteCount, listParts } from "../table/statistics.ts";

/** What the last complete count of a target has found. */
export type Statistics = {
  /**
   * When the count was started. What was written before is in it, but for who joined while the index lagged behind; what
   * was written while it ran may be in it.
   */
  readonly asOf: Instant;
  /** Whether no count follows. */
  readonly isFinal: boolean;
  readonly counts: TargetCounts;
};

/** `undefined` before the first count of the group is complete. */
export async function readStatistics(
  table: Table,
  org: Org,
  group: TargetGroup,
  targetId: number,
): Promise<Statistics | undefined> {
  const complete = await findCompleteCount(table, org, group.id);
  if (complete === undefined) return undefined;
  const { dueAt, startedAt, slot } = complete;
  const stored = await listParts(table, org, { groupId: group.id, targetId, slot });
  const parts = stored.filter((part) => part.dueAt === dueAt);
  return {
    asOf: startedAt,
    isFinal: isFinalCount(group, startedAt),
    counts: parts.reduce((sum, { counts }) => addCounts(sum, counts), noCounts),
  };
}
