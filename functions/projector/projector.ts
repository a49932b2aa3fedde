import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import type { Bus } from "../../shared/bus/bus.ts";
import { activityConsequences } from "../../shared/domain/activityConsequences.ts";
import type { Consequences } from "../../shared/domain/change.ts";
import { enrollmentConsequences, merged } from "../../shared/domain/consequences.ts";
import type { Instant } from "../../shared/domain/instant.ts";
import { ServiceError } from "../../shared/domain/serviceError.ts";
import type { Target, TargetGroup } from "../../shared/domain/targetGroup.ts";
import type { ServiceContext } from "../../shared/http/context.ts";
import { logUnexpected } from "../../shared/observability/log.ts";
import { putIndexRow } from "../../shared/table/enrollmentIndex.ts";
import type { Org } from "../../shared/table/keys.ts";
import { addLedgerEntries } from "../../shared/table/ledger.ts";
import { Patience } from "../../shared/table/rounds.ts";
import { parseChange, type TableChange } from "../../shared/table/streamRecord.ts";

export type StreamLambda = (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>;

export type ProjectorContext = ServiceContext & { readonly bus: Bus };

/**
 * Turns the table's stream into ledger rows and notifications (docs/history.md).
 *
 * Records are worked on in their order. The first that fails, or that there is no time to begin, is reported and ends the
 * batch: the stream delivers it and all after it again, and doing a record twice adds no row and tells nothing under
 * another `eventId`.
 */
export function projector(context: ProjectorContext): StreamLambda {
  return async ({ Records }) => {
    const patience = new Patience(context.table);
    for (const [index, record] of Records.entries()) {
      if (!patience.allows(index + 1)) return goOnWith(record);
      try {
        await project(context, record);
      } catch (error) {
        logUnexpected(error, "stream");
        return goOnWith(record);
      }
    }
    return { batchItemFailures: [] };
  };
}

function goOnWith({ dynamodb }: DynamoDBRecord): DynamoDBBatchResponse {
  return { batchItemFailures: [{ itemIdentifier: dynamodb?.SequenceNumber ?? "" }] };
}

/** Rows first: whoever is told of something can read it. */
async function project(context: ProjectorContext, record: DynamoDBRecord): Promise<void> {
  const change = parseChange(record);
  if (change === undefined) return;
  if (isEnrolling(change)) await putIndexRow(context.table, { ...change.after, org: change.org });
  const { entries, notifications } = await consequencesOf(context, change, streamedAt(record));
  await addLedgerEntries(context.table, change.org, customerOf(change), entries);
  await context.bus.publish(notifications);
}

/** When the stream took the change, good enough to tell how old a cached definition is; nothing else depends on it. */
function streamedAt({ dynamodb }: DynamoDBRecord): Instant {
  return (dynamodb?.ApproximateCreationDateTime ?? 0) * 1000;
}

function customerOf(change: TableChange): number {
  return change.kind === "activity" ? change.activity.customerId : change.after.customerId;
}

async function consequencesOf(context: ProjectorContext, change: TableChange, now: Instant): Promise<Consequences> {
  const { org } = change;
  if (change.kind === "enrollment") {
    const { customerId, groupId, targetId } = change.after;
    const definition = await requireDefinition(context, org, { groupId, targetId }, now);
    return enrollmentConsequences({ ...definition, ...change, customerId });
  }
  const { activity } = change;
  const counted = activity.effects.filter(({ changes, levelsReached }) => changes.length + levelsReached.length > 0);
  return merged(
    await Promise.all(
      counted.map(async (effect) => {
        const definition = await requireDefinition(context, org, effect, now);
        return activityConsequences({ ...definition, org, customerId: activity.customerId, activity, effect });
      }),
    ),
  );
}

/** Whoever is enrolled has to be found when a cycle ends. */
function isEnrolling(change: TableChange): change is Extract<TableChange, { readonly kind: "enrollment" }> {
  if (change.kind === "activity") return false;
  return change.after.membership.status === "ENROLLED" && change.before?.membership.status !== "ENROLLED";
}

type Definition = { readonly group: TargetGroup; readonly target: Target };

/** Throws when there is no definition: then the record waits, first in the stream and then with the dead letters. */
async function requireDefinition(
  { targetGroups }: ProjectorContext,
  org: Org,
  { groupId, targetId }: { readonly groupId: number; readonly targetId: number },
  now: Instant,
): Promise<Definition> {
  const group = await targetGroups.find(org, groupId, now);
  const target = group?.targets.find(({ id }) => id === targetId);
  if (group !== undefined && target !== undefined) return { group, target };
  throw new ServiceError(`Target ${targetId} of target group ${groupId} has no definition`);
}
