import { deletionEntry } from "../domain/auditLog.ts";
import type { Instant } from "../domain/instant.ts";
import type { Refusal } from "../domain/refusal.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import { buildAuditItems } from "../table/auditLog.ts";
import type { Table } from "../table/client.ts";
import { outrun } from "../table/failures.ts";
import { closedCyclesKey, groupKey, nameKey, type Org, targetKey } from "../table/keys.ts";
import { inRounds, Overtaken } from "../table/rounds.ts";
import { type TransactionPart, transact } from "../table/store.ts";
import { findTargetGroup } from "../table/targetGroups.ts";
import { listTargetShards } from "../table/targetShards.ts";
import { groupNotFound } from "./definition.ts";
import type { EditCommand } from "./editTargetGroup.ts";

export type DeletionResult =
  | Refusal
  | { readonly outcome: "deleted" }
  | { readonly outcome: "otherVersion"; readonly version: number }
  | { readonly outcome: "inUse"; readonly use: "active" | "justDeactivated" | "enrolled" };

/**
 * How long a group must be as it is. A process that has cached it while it was active enrols for up to 30 s more, and the
 * index of enrolments follows from the stream.
 */
const quietMilliseconds = 60_000;

const mostRounds = 5;

/**
 * Deletes a group with its targets, and frees its name. A last row in the audit log says who did it. The group must be
 * inactive and unchanged for 60 s, and nobody may ever have been enrolled in it.
 *
 * Refuses with 310017. Throws TooMuchContention when edits came first in every round, and OutcomeUnknown when an attempt
 * was lost that may have deleted the group.
 */
export async function deleteTargetGroup(table: Table, command: EditCommand): Promise<DeletionResult> {
  const overtaken = `Target group ${command.groupId} was edited by others every time`;
  return inRounds(table, { most: mostRounds, longestPauseMilliseconds: 50, overtaken }, async (lostAttempts) => {
    const result = await deleteOnce(table, command);
    const mayBeOwn = lostAttempts > 0 && !(result instanceof Overtaken) && result.outcome !== "deleted";
    if (mayBeOwn) throw outrun(lostAttempts, overtaken);
    return result;
  });
}

async function deleteOnce(table: Table, command: EditCommand): Promise<DeletionResult | Overtaken> {
  const { org, groupId, now, editedBy, expectedVersion } = command;
  const [group, shards] = await Promise.all([
    findTargetGroup(table, org, groupId),
    listTargetShards(table, org, groupId),
  ]);
  if (group === undefined) return groupNotFound(groupId);
  const { version } = group;
  if (expectedVersion !== undefined && expectedVersion !== version) return { outcome: "otherVersion", version };
  const use = shards.length > 0 ? "enrolled" : whyInUse(group, now);
  if (use !== undefined) return { outcome: "inUse", use };
  const rows = buildAuditItems(org, groupId, deletionEntry(group, { changedAt: now, changedBy: editedBy }));
  const result = await transact(table, [
    ...deletions(org, group),
    // Two deletions of one version would each write the row.
    ...rows.map((Item) => ({ Put: { Item, ConditionExpression: "attribute_not_exists(pk)" } })),
  ]);
  return result.outcome === "applied" ? { outcome: "deleted" } : new Overtaken(result.attempts - 1);
}

function whyInUse({ isActive, attribution }: TargetGroup, now: Instant): "active" | "justDeactivated" | undefined {
  if (isActive) return "active";
  return now - attribution.lastUpdatedAt < quietMilliseconds ? "justDeactivated" : undefined;
}

function deletions(org: Org, group: TargetGroup): TransactionPart[] {
  return [
    {
      Delete: {
        Key: groupKey(org, group.id),
        // An edit may activate the group, or add a target, between the decision and this write.
        ConditionExpression: "#version = :version",
        ExpressionAttributeNames: { "#version": "version" },
        ExpressionAttributeValues: { ":version": group.version },
      },
    },
    {
      Delete: {
        Key: nameKey(org, group.name),
        // The version guards the name too. The condition keeps a name that belongs to another group.
        ConditionExpression: "groupId = :id",
        ExpressionAttributeValues: { ":id": group.id },
      },
    },
    ...group.targets.map(({ id }) => ({
      // A second deletion finds nothing.
      Delete: { Key: targetKey(org, group.id, id), ConditionExpression: "attribute_exists(pk)" },
    })),
    ...(group.closedAt.size === 0
      ? []
      : [{ Delete: { Key: closedCyclesKey(org, group.id), ConditionExpression: "attribute_exists(pk)" } }]),
  ];
}
