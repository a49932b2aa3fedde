import { activityConsequences } from "../domain/activityConsequences.ts";
import type { Consequences } from "../domain/change.ts";
import { enrollmentConsequences, merged } from "../domain/consequences.ts";
import { forgivenessConsequences } from "../domain/forgivenessConsequences.ts";
import type { Instant } from "../domain/instant.ts";
import {
  editNotification,
  erasureNotification,
  type Notification,
  startNotification,
} from "../domain/notifications.ts";
import { cycleOf } from "../domain/targetGroup.ts";
import type { DefinitionChange } from "../table/auditLog.ts";
import { putIndexRow } from "../table/enrollmentIndex.ts";
import type { EnrollmentRef } from "../table/enrollments.ts";
import { addLedgerEntries } from "../table/ledger.ts";
import type { StartedCycle } from "../table/startedCycles.ts";
import { parseChange, type StreamRecord, type TableChange } from "../table/streamRecord.ts";
import type { ShardList } from "../table/targetShards.ts";
import type { ServiceContext } from "./context.ts";
import { requireDefinition } from "./definition.ts";

/** The service's context, with the bus that notifications go to, and the shards that hold enrolments. */
export type ProjectionContext = ServiceContext & {
  readonly bus: { readonly publish: (notifications: readonly Notification[]) => Promise<void> };
  readonly shards: ShardList;
};

/** When the stream took a change, in epoch seconds. */
type StreamTime = { readonly dynamodb?: { readonly ApproximateCreationDateTime?: number | undefined } | undefined };

/**
 * Writes the history rows of a stored change and publishes its notifications, for a record of the table's stream. Rows
 * are written first, so that a receiver of a notification can read them. A record that is processed twice adds no row
 * and publishes nothing under another `eventId`.
 */
export async function projectChange(context: ProjectionContext, record: StreamRecord & StreamTime): Promise<void> {
  const change = parseChange(record);
  if (change === undefined) return;
  if (change.kind === "definition") return publishEdit(context, change, streamedAt(record));
  if (change.kind === "start") return publishStart(context, change, streamedAt(record));
  if (change.kind === "erasure") return context.bus.publish([erasureNotification(change.request)]);
  if (isEnrolling(change)) await addToIndex(context, { ...change.after, org: change.org });
  const { entries, notifications } = await consequencesOf(context, change, streamedAt(record));
  await addLedgerEntries(context.table, change.org, customerOf(change), entries);
  await context.bus.publish(notifications);
}

/** Side by side, because the record is delivered again unless both are written. */
async function addToIndex({ table, shards }: ProjectionContext, ref: EnrollmentRef): Promise<void> {
  await Promise.all([putIndexRow(table, ref), shards.add(ref)]);
}

async function publishEdit(
  { targetGroups, bus }: ProjectionContext,
  { org, groupId, entry, changeCount }: DefinitionChange,
  now: Instant,
): Promise<void> {
  const group = await targetGroups.find(org, groupId, now, entry.version);
  // The group has been deleted. Nobody was ever enrolled in it, so nobody waits for the event.
  if (group === undefined) return;
  await bus.publish([editNotification({ org, group }, entry, changeCount)]);
}

async function publishStart(
  { targetGroups, bus }: ProjectionContext,
  { org, groupId, cycleNumber, definitionVersion }: StartedCycle,
  now: Instant,
): Promise<void> {
  const group = await targetGroups.find(org, groupId, now, definitionVersion);
  // The group has been deleted in the meantime.
  if (group === undefined) return;
  await bus.publish([startNotification({ org, group }, cycleOf(group, cycleNumber))]);
}

/** A change of one customer's state. */
type CustomerChange = Extract<TableChange, { readonly kind: "activity" | "enrollment" | "forgiveness" }>;

/** When the stream received the change. It is used only to judge the age of a cached definition. */
function streamedAt({ dynamodb }: StreamTime): Instant {
  return (dynamodb?.ApproximateCreationDateTime ?? 0) * 1000;
}

function customerOf(change: CustomerChange): number {
  switch (change.kind) {
    case "activity":
      return change.activity.customerId;
    case "forgiveness":
      return change.forgiveness.customerId;
    case "enrollment":
      return change.after.customerId;
  }
}

async function consequencesOf(context: ProjectionContext, change: CustomerChange, now: Instant): Promise<Consequences> {
  const { org } = change;
  if (change.kind === "enrollment") {
    const { customerId } = change.after;
    const definition = await requireDefinition(context.targetGroups, org, change.after, now);
    return enrollmentConsequences({ ...definition, ...change, customerId });
  }
  if (change.kind === "forgiveness") {
    const { forgiveness } = change;
    const definition = await requireDefinition(context.targetGroups, org, forgiveness, now);
    return forgivenessConsequences({ ...definition, org, customerId: forgiveness.customerId }, forgiveness);
  }
  const { activity } = change;
  const counted = activity.effects.filter(({ changes, levelsReached }) => changes.length + levelsReached.length > 0);
  return merged(
    await Promise.all(
      counted.map(async (effect) => {
        const definition = await requireDefinition(context.targetGroups, org, effect, now);
        return activityConsequences({ ...definition, org, customerId: activity.customerId, activity, effect });
      }),
    ),
  );
}

/**
 * Whether the change enrols a customer. Such an enrolment must be in the index, so that it is found when a cycle ends. One
 * that was left before the first activity is there too, because a group with enrolments must not be deleted.
 */
function isEnrolling(change: CustomerChange): change is Extract<TableChange, { readonly kind: "enrollment" }> {
  if (change.kind !== "enrollment") return false;
  if (change.before === undefined) return true;
  return change.after.membership.status === "ENROLLED" && change.before.membership.status !== "ENROLLED";
}
