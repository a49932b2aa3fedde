import { type Activity, activityTypes } from "../domain/activity.ts";
import { type CycleChange, notCountedReasons, type OriginalActivity, type TargetEffect } from "../domain/counting.ts";
import { formatInstant, type Instant } from "../domain/instant.ts";
import type { Level } from "../domain/targetGroup.ts";
import { buildAuthorship, parseAuthorship, versionAttribute } from "./authorshipItem.ts";
import { type Item, ItemReader, MalformedItem, numberOf, type StoredItem, type Value } from "./item.ts";
import { activityKey, activityPrefix, type Org, parseCustomerPartition } from "./keys.ts";

/** An activity with its whole content, as it was sent. */
export type ActivityContent = Omit<Activity, "attributes"> & {
  /** All attributes as JSON, with the names of every object in one order; `undefined` when there are none. */
  readonly attributesJson: string | undefined;
  /** Digest of everything the caller sent for it. The same id with other content has another digest. */
  readonly contentDigest: string;
};

/**
 * An activity as it was counted: the de-duplication record, what was sent and what it did. It never changes. The content
 * is kept for disputes, and for counting anew by other rules.
 */
export type RecordedActivity = ActivityContent & {
  readonly recordedAt: Instant;
  readonly effects: readonly TargetEffect[];
};

export function buildActivityItem(org: Org, activity: RecordedActivity): Item {
  return {
    ...activityKey(org, activity.customerId, activity.activityId),
    type: activity.type,
    name: activity.name,
    amount: activity.amount === undefined ? undefined : numberOf(activity.amount),
    quantity: activity.quantity === undefined ? undefined : numberOf(activity.quantity),
    attributes: activity.attributesJson,
    original: activity.originalActivityId,
    occurredAt: formatInstant(activity.occurredAt),
    recordedAt: formatInstant(activity.recordedAt),
    contentDigest: activity.contentDigest,
    ...buildAuthorship(activity),
    effects: activity.effects.map(buildEffect),
  };
}

/**
 * The stored form of an effect. A customer collects enrolments that were left or have finished, and an activity counts
 * for none of them. Each is stored as a short text, `<groupId>/<targetId> <reason>`, so that the record stays small and
 * cheap.
 */
function buildEffect(effect: TargetEffect): Value {
  const { groupId, targetId, notCounted, changes } = effect;
  if (notCounted === undefined || changes.length > 0) return buildCountedEffect(effect);
  return `${groupId}/${targetId} ${notCounted}`;
}

function buildCountedEffect(effect: TargetEffect): Item {
  return {
    groupId: effect.groupId,
    targetId: effect.targetId,
    cycleNumber: effect.cycleNumber,
    valueSetBy: effect.valueSetBy,
    notCounted: effect.notCounted,
    [versionAttribute]: effect.definitionVersion,
    streakValue: effect.streakValue,
    revision: effect.revision,
    changes: effect.changes.map(buildChange),
    levelsReached: effect.levelsReached.map(buildLevel),
    announced: effect.announced,
    reopened: effect.reopened,
  };
}

function buildChange({ cycleNumber, before, after, activityId }: CycleChange): Item {
  return {
    cycleNumber,
    before: numberOf(before),
    after: numberOf(after),
    activityId,
  };
}

function buildLevel({ id, name, cyclesToMeet }: Level): Item {
  return { id, name, cyclesToMeet };
}

/** The only reader of activity items. */
export function parseActivity(item: StoredItem): RecordedActivity {
  const reader = ItemReader.of(item);
  const customer = parseCustomerPartition(reader.text("pk"));
  if (customer === undefined) throw new MalformedItem("The key is not an activity's");
  return {
    activityId: reader.text("sk").slice(activityPrefix.length),
    customerId: customer.customerId,
    type: reader.oneOf("type", activityTypes),
    name: reader.optionalText("name"),
    amount: reader.optionalDecimal("amount"),
    quantity: reader.optionalDecimal("quantity"),
    attributesJson: reader.optionalText("attributes"),
    originalActivityId: reader.optionalText("original"),
    occurredAt: reader.instant("occurredAt"),
    recordedAt: reader.instant("recordedAt"),
    contentDigest: reader.text("contentDigest"),
    ...parseAuthorship(reader),
    effects: reader.textsAndMaps("effects").map(parseEffect),
  };
}

function parseEffect(effect: string | ItemReader): TargetEffect {
  return typeof effect === "string" ? parseNotCounted(effect) : parseCountedEffect(effect);
}

function parseNotCounted(text: string): TargetEffect {
  const [, groupId, targetId, reason] = /^(\d+)\/(\d+) ([A-Z_]+)$/.exec(text) ?? [];
  const notCounted = notCountedReasons.find((one) => one === reason);
  if (notCounted === undefined) throw new MalformedItem("An effect is not one");
  return {
    groupId: Number(groupId),
    targetId: Number(targetId),
    cycleNumber: undefined,
    valueSetBy: undefined,
    notCounted,
    definitionVersion: undefined,
    streakValue: undefined,
    revision: undefined,
    changes: [],
    levelsReached: [],
    announced: [],
    reopened: [],
  };
}

function parseCountedEffect(reader: ItemReader): TargetEffect {
  return {
    groupId: reader.integer("groupId"),
    targetId: reader.integer("targetId"),
    cycleNumber: reader.optionalInteger("cycleNumber"),
    valueSetBy: reader.optionalText("valueSetBy"),
    notCounted: reader.has("notCounted") ? reader.oneOf("notCounted", notCountedReasons) : undefined,
    definitionVersion: reader.optionalInteger(versionAttribute),
    streakValue: reader.optionalInteger("streakValue"),
    revision: reader.optionalInteger("revision"),
    changes: reader.maps("changes").map(parseChange),
    levelsReached: reader.maps("levelsReached").map(parseLevel),
    announced: reader.integers("announced"),
    reopened: reader.integers("reopened"),
  };
}

function parseChange(reader: ItemReader): CycleChange {
  return {
    cycleNumber: reader.integer("cycleNumber"),
    before: reader.decimal("before"),
    after: reader.decimal("after"),
    activityId: reader.text("activityId"),
  };
}

/** A level as groups and activities store it. */
export function parseLevel(reader: ItemReader): Level {
  return { id: reader.integer("id"), name: reader.text("name"), cyclesToMeet: reader.integer("cyclesToMeet") };
}

/** The part of a recorded activity that a return of it needs. */
export function asOriginal({ type, effects }: Pick<RecordedActivity, "type" | "effects">): OriginalActivity {
  if (type !== "TRANSACTION") return { type };
  const counted = effects.flatMap(({ targetId, cycleNumber, valueSetBy }) =>
    cycleNumber === undefined ? [] : [[targetId, { cycleNumber, valueSetBy }] as const],
  );
  return { type, countedIn: new Map(counted) };
}
