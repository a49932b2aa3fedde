import { changesBetween } from "../domain/auditLog.ts";
import { automaticTargets } from "../domain/automatic.ts";
import type { Instant } from "../domain/instant.ts";
import type { Refusal } from "../domain/refusal.ts";
import { remindingOfEdit } from "../domain/reminding.ts";
import { judgingsOfEdit, startOfEdit, statisticsOfEdit, sweepOfEdit } from "../domain/sweeps.ts";
import type { Target, TargetGroup } from "../domain/targetGroup.ts";
import { buildAuditItems } from "../table/auditLog.ts";
import { buildDelisting, buildListing } from "../table/automaticTargets.ts";
import type { Table } from "../table/client.ts";
import { buildJudgingItem, buildSweepItem, type GroupSweep } from "../table/dueSweeps.ts";
import { outrun } from "../table/failures.ts";
import type { Item } from "../table/item.ts";
import { nameKey, type Org } from "../table/keys.ts";
import { inRounds, Overtaken } from "../table/rounds.ts";
import { type Cancelled, type TransactionPart, transact } from "../table/store.ts";
import { buildGroupItem, buildTargetItem, retiredAtAttribute, revaluedAtAttribute } from "../table/targetGroupItem.ts";
import { findTargetGroup } from "../table/targetGroups.ts";
import type { ServiceContext } from "./context.ts";
import { groupNotFound, nameTaken } from "./definition.ts";

/** Which group is edited, when, by whom, and from which version on if the caller names one. */
export type EditCommand = {
  readonly org: Org;
  readonly groupId: number;
  readonly now: Instant;
  readonly editedBy: string | undefined;
  readonly expectedVersion: number | undefined;
};

/** What an edit makes of a group as it is now, or why it cannot be made. */
type Decision<Fault> =
  | Refusal
  | { readonly outcome: "invalid"; readonly faults: readonly Fault[] }
  | { readonly outcome: "edit"; readonly group: TargetGroup };

export type EditResult<Fault> =
  | Refusal
  | { readonly outcome: "invalid"; readonly faults: readonly Fault[] }
  /** The caller has named another version than the current one. */
  | { readonly outcome: "otherVersion"; readonly version: number }
  /** The org would have more active targets that activities enrol in than it may. */
  | { readonly outcome: "tooManyAutomatic" }
  | { readonly outcome: "edited"; readonly group: TargetGroup };

const mostRounds = 5;

/**
 * Edits a definition with one transaction, conditioned on the version that the edit was decided on. The rows of the
 * audit log are part of it. When another edit came first, it is decided again. An edit that changes nothing writes
 * nothing, and the version stays.
 *
 * Refuses with 310017, with what `decide` answers, and with 310069. Throws TooMuchContention when other edits came first
 * in every round, and OutcomeUnknown when an attempt was lost that may have made the edit.
 */
export async function editTargetGroup<Fault>(
  { table, targetGroups }: ServiceContext,
  command: EditCommand,
  decide: (group: TargetGroup) => Decision<Fault>,
): Promise<EditResult<Fault>> {
  const overtaken = `Target group ${command.groupId} was edited by others every time`;
  const options = { most: mostRounds, longestPauseMilliseconds: 50, overtaken };
  return inRounds(table, options, async (lostAttempts) => {
    const result = await editOnce(table, command, decide);
    // What refuses now may be what a lost attempt of this very edit has made.
    const mayBeOwn = lostAttempts > 0 && !(result instanceof Overtaken) && result.outcome !== "edited";
    if (mayBeOwn) throw outrun(lostAttempts, overtaken);
    // Reads of this process show the edit at once.
    if (!(result instanceof Overtaken) && result.outcome === "edited")
      targetGroups.remember(command.org, result.group, command.now);
    return result;
  });
}

async function editOnce<Fault>(
  table: Table,
  { org, groupId, now, editedBy, expectedVersion }: EditCommand,
  decide: (group: TargetGroup) => Decision<Fault>,
): Promise<EditResult<Fault> | Overtaken> {
  const before = await findTargetGroup(table, org, groupId);
  if (before === undefined) return groupNotFound(groupId);
  const { version } = before;
  if (expectedVersion !== undefined && expectedVersion !== version) return { outcome: "otherVersion", version };
  const decision = decide(before);
  if (decision.outcome !== "edit") return decision;
  const changes = changesBetween(before, decision.group);
  if (changes.length === 0) return { outcome: "edited", group: before };
  const attribution = { ...before.attribution, lastUpdatedAt: now, lastUpdatedBy: editedBy };
  const after = { ...decision.group, version: version + 1, attribution };
  const entry = { version: after.version, changedAt: now, changedBy: editedBy, changes };
  const rows = buildAuditItems(org, groupId, entry).map(putNew);
  const parts = [
    ...definitionParts(org, before, after),
    ...sweepParts(org, before, after, now),
    ...judgingParts(org, before, after),
    ...rows,
  ];
  const listing = listingParts(org, before, after);
  const result = await transact(table, [...parts, ...listing]);
  if (result.outcome === "applied") return { outcome: "edited", group: after };
  if (result.outcome === "conflict") return new Overtaken(result.attempts - 1);
  if (renames(before, after) && isNameTaken(result)) return nameTaken(after.name);
  return isListFull(result, parts.length) ? { outcome: "tooManyAutomatic" } : new Overtaken(result.attempts - 1);
}

/** Whether the new name's part was refused and the version's was not: with another version, the edit is decided again. */
function isNameTaken({ refusals: [version, name] }: Cancelled): boolean {
  return version === undefined && name !== undefined;
}

/** Whether the list of automatic targets alone was refused. Its part, if there is one, follows all others. */
function isListFull({ refusals }: Cancelled, partsBefore: number): boolean {
  return refusals.findIndex((refusal) => refusal !== undefined) === partsBefore;
}

/** Targets that activities enrol in from now on, or no longer. One edit does not do both. */
function listingParts(org: Org, before: TargetGroup, after: TargetGroup): TransactionPart[] {
  const [earlier, later] = [before, after].map((group) => new Set(automaticTargets(group).map(({ id }) => id)));
  const added = [...(later ?? [])].filter((id) => !earlier?.has(id));
  const removed = [...(earlier ?? [])].filter((id) => !later?.has(id));
  return [
    ...(added.length === 0 ? [] : [{ Update: buildListing(org, after.id, added) }]),
    ...(removed.length === 0 ? [] : [{ Update: buildDelisting(org, after.id, removed) }]),
  ];
}

/** The group first and a new name second, so that a refusal can be told apart. */
function definitionParts(org: Org, before: TargetGroup, after: TargetGroup): TransactionPart[] {
  return [putVersion(org, before, after), ...renameParts(org, before, after), ...targetParts(org, before, after)];
}

function putVersion(org: Org, before: TargetGroup, after: TargetGroup): TransactionPart {
  return {
    Put: {
      Item: buildGroupItem(org, after),
      // Two edits that were decided on one version would each overwrite what the other has changed. Closing marks a group
      // whose enrolments it sets aside, and leaves the version: an edit that was decided before would take the mark away
      // and extend the group.
      ConditionExpression: `#version = :version AND attribute_${before.retiredAt === undefined ? "not_exists" : "exists"}(#mark)`,
      ExpressionAttributeNames: { "#version": "version", "#mark": retiredAtAttribute },
      ExpressionAttributeValues: { ":version": before.version },
    },
  };
}

/** The new name is taken and the old one freed. Names that differ in case only are one name. */
function renameParts(org: Org, before: TargetGroup, after: TargetGroup): TransactionPart[] {
  if (!renames(before, after)) return [];
  const [oldKey, newKey] = [nameKey(org, before.name), nameKey(org, after.name)];
  return [
    // A creation or another edit may take the name at the same time.
    putNew({ ...newKey, groupId: after.id }),
    {
      Delete: {
        Key: oldKey,
        // An edit that was decided on an older version would free a name that belongs to another group by now.
        ConditionExpression: "groupId = :id",
        ExpressionAttributeValues: { ":id": before.id },
      },
    },
  ];
}

function renames(before: TargetGroup, after: TargetGroup): boolean {
  return nameKey("", before.name).sk !== nameKey("", after.name).sk;
}

function targetParts(org: Org, before: TargetGroup, after: TargetGroup): TransactionPart[] {
  return after.targets.flatMap((target): TransactionPart[] => {
    const known = before.targets.find(({ id }) => id === target.id);
    if (known === target) return [];
    const Item = buildTargetItem(org, after.id, target);
    return [known === undefined ? putNew(Item) : putTarget(Item, known)];
  });
}

function putTarget(Item: Item, { revaluation }: Target): TransactionPart {
  const isFinished = revaluation?.finishedAt !== undefined;
  return {
    Put: {
      Item,
      // The version of the group guards its targets. But the end of a judging is noted without another version: an edit
      // that was decided before would take the note away.
      ConditionExpression: `attribute_exists(pk) AND attribute_${isFinished ? "exists" : "not_exists"}(#mark)`,
      ExpressionAttributeNames: { "#mark": revaluedAtAttribute },
    },
  };
}

/** A sweep for each target whose values were changed. */
function judgingParts(org: Org, before: TargetGroup, after: TargetGroup): TransactionPart[] {
  // Every edit has a version of its own, so only a lost attempt of this one can have put the same item.
  return judgingsOfEdit(before, after).map(({ sweep, changes }) =>
    putNew(buildJudgingItem({ ...sweep, org, groupId: after.id }, changes)),
  );
}

/** Sweeps at the first closing, start, reminder and count that lie ahead, when the list does not have them that early. */
function sweepParts(org: Org, before: TargetGroup, after: TargetGroup, now: Instant): TransactionPart[] {
  const sweeps = [
    sweepOfEdit(before, after, now),
    startOfEdit(before, after, now),
    remindingOfEdit(before, after, now),
    statisticsOfEdit(before, after, now),
  ];
  return sweeps.flatMap((sweep) => (sweep === undefined ? [] : [sweepPart({ ...sweep, org, groupId: after.id })]));
}

function sweepPart(sweep: GroupSweep): TransactionPart {
  const Item = buildSweepItem(sweep);
  // A sweep of this kind may be due at the same moment already. The condition keeps another group's sweep.
  const ConditionExpression = "attribute_not_exists(pk) OR groupId = :id";
  return { Put: { Item, ConditionExpression, ExpressionAttributeValues: { ":id": sweep.groupId } } };
}

/** Another call may put the item at the same time. */
function putNew(Item: Item): TransactionPart {
  return { Put: { Item, ConditionExpression: "attribute_not_exists(pk)" } };
}
