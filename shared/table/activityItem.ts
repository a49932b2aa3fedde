import {
  type Activity,
  type LineItem,
  numericAttributes,
  type RecordedType,
  recordedTypes,
} from "../domain/activity.ts";
import { type CycleChange, type TargetEffect } from "../domain/counting.ts";
import { type FailedFilter, filterEntityTypes } from "../domain/filters.ts";
import { formatInstant, type Instant } from "../domain/instant.ts";
import { notCountedReasons, type OriginalActivity } from "../domain/placing.ts";
import type { Level } from "../domain/targetGroup.ts";
import type { ReachedTrigger } from "../domain/triggers.ts";
import { buildAuthorship, parseAuthorship, reasonAttribute } from "./authorshipItem.ts";
import { type Item, ItemReader, MalformedItem, numberOf, type StoredItem, type Value } from "./item.ts";
import { activityKey, activityPrefix, type Org, parseCustomerPartition } from "./keys.ts";
import { asNatural, asSigned, naturalBytes, PackedReader } from "./packedCycles.ts";

/** An activity with its whole content, as it was sent. */
export type ActivityContent = Omit<Activity, "attributes" | "attributeTexts"> & {
  /** All attributes as JSON, with the names of every object in one order; `undefined` when there are none. */
  readonly attributesJson: string | undefined;
  /** Digest of everything the caller sent for it. The same id with other content has another digest. */
  readonly contentDigest: string;
};

/**
 * An activity or adjustment as it was counted: the de-duplication record, what was sent and what it did. It never
 * changes, but for texts that an anonymisation empties.
 * The content is kept for disputes, and for counting anew by other rules.
 */
export type RecordedActivity = Omit<ActivityContent, "type"> & {
  readonly type: RecordedType;
  /** Why, for an adjustment. */
  readonly reason?: string | undefined;
  readonly recordedAt: Instant;
  readonly effects: readonly TargetEffect[];
};

/** The attribute that holds what was sent as `attributes`. */
export const attributesName = "attributes";

export function buildActivityItem(org: Org, activity: RecordedActivity): Item {
  const movedIds = movedReturnIds(activity);
  return {
    ...activityKey(org, activity.customerId, activity.activityId),
    type: activity.type,
    name: activity.name,
    amount: activity.amount === undefined ? undefined : numberOf(activity.amount),
    quantity: activity.quantity === undefined ? undefined : numberOf(activity.quantity),
    [attributesName]: activity.attributesJson,
    original: activity.originalActivityId,
    [reasonAttribute]: activity.reason,
    store: activity.storeId,
    channel: activity.channel,
    zones: unlessEmpty(activity.zoneIds),
    concepts: unlessEmpty(activity.conceptIds),
    tenders: unlessEmpty(activity.tenders),
    lines: unlessEmpty(activity.lineItems.map(buildLine)),
    occurredAt: formatInstant(activity.occurredAt),
    recordedAt: formatInstant(activity.recordedAt),
    contentDigest: activity.contentDigest,
    ...buildAuthorship(activity),
    movedIds: unlessEmpty(movedIds),
    effects: activity.effects.map((effect) => buildEffect(effect, activity.activityId, movedIds)),
  };
}

/** The names are letters, because an activity may have a hundred lines and its record is billed by its bytes. */
function buildLine({ itemCode, category, brand, amount, quantity }: LineItem): Item {
  return {
    i: itemCode,
    c: category,
    b: brand,
    a: amount === undefined ? undefined : numberOf(amount),
    q: quantity === undefined ? undefined : numberOf(quantity),
  };
}

function parseLine(reader: ItemReader): LineItem {
  return {
    itemCode: reader.text("i"),
    category: reader.optionalText("c"),
    brand: reader.optionalText("b"),
    amount: reader.optionalDecimal("a"),
    quantity: reader.optionalDecimal("q"),
  };
}

/**
 * The ids of the returns that the activity moves, each once. A transaction can move 20 returns in each of 98 targets. With
 * an id of 128 characters in each change, the record would be larger than an item may be.
 */
function movedReturnIds({ activityId, effects }: RecordedActivity): string[] {
  const others = effects.flatMap((effect) => splitChanges(effect, activityId).others);
  return [...new Set(others.map((change) => change.activityId))];
}

/**
 * The stored form of an effect. A customer collects enrolments that were left or have finished, and an activity counts
 * for none of them. Each is stored as a short text, `<groupId>/<targetId> <reason>`, so that the record stays small and
 * cheap. The place and kind of the filter that failed follow, `<index> <entityType>`.
 */
function buildEffect(effect: TargetEffect, activityId: string, movedIds: readonly string[]): Value {
  const { groupId, targetId, notCounted, changes, hasEnrolled } = effect;
  if (notCounted === undefined || changes.length > 0 || hasEnrolled)
    return buildCountedEffect(effect, activityId, movedIds);
  return [`${groupId}/${targetId}`, notCounted, ...filterTexts(effect.failedFilter)].join(" ");
}

function filterTexts(failed: FailedFilter | undefined): readonly string[] {
  return failed === undefined ? [] : [String(failed.index), failed.entityType];
}

function parseFailedFilter(index: string | undefined, entityType: string | undefined): FailedFilter | undefined {
  const known = filterEntityTypes.find((one) => one === entityType);
  return known === undefined ? undefined : { index: Number(index), entityType: known };
}

/**
 * The names are short and what is empty is left out, because a record holds up to 98 effects and is billed by its bytes.
 * The change that the activity itself made is written without its cycle and id, which are the effect's and the record's.
 * Each other change is four numbers of the bytes `m`: its cycle, the place of its id, and the sums before and after.
 */
function buildCountedEffect(effect: TargetEffect, activityId: string, movedIds: readonly string[]): Item {
  const { own, others } = splitChanges(effect, activityId);
  return {
    g: effect.groupId,
    t: effect.targetId,
    e: effect.hasEnrolled ? true : undefined,
    c: effect.cycleNumber,
    s: effect.valueSetBy,
    n: effect.notCounted,
    f: unlessEmpty(filterTexts(effect.failedFilter)),
    v: effect.definitionVersion,
    k: effect.streakValue,
    r: effect.revision,
    b: own === undefined ? undefined : numberOf(own.before),
    a: own === undefined ? undefined : numberOf(own.after),
    m: others.length === 0 ? undefined : packChanges(others, movedIds),
    l: unlessEmpty(effect.levelsReached.map(buildLevel)),
    x: unlessEmpty(effect.triggersReached.flatMap(({ cycleNumber, triggerId }) => [cycleNumber, triggerId])),
    w: unlessEmpty(effect.announced),
    o: unlessEmpty(effect.reopened),
  };
}

/**
 * A transaction may move so many returns that its record would be too large if each of these numbers were one of the
 * engine's.
 */
function packChanges(changes: readonly CycleChange[], movedIds: readonly string[]): Uint8Array {
  const bytes = changes.flatMap(({ cycleNumber, before, after, activityId }) => [
    ...naturalBytes(BigInt(cycleNumber)),
    ...naturalBytes(BigInt(movedIds.indexOf(activityId))),
    ...naturalBytes(asNatural(before)),
    ...naturalBytes(asNatural(after)),
  ]);
  return Uint8Array.from(bytes);
}

/** The activity's own change comes first, if it made one. The others are returns that it moves. */
function splitChanges({ changes, cycleNumber }: TargetEffect, activityId: string) {
  const [first, ...others] = changes;
  const isOwn = first?.activityId === activityId && first.cycleNumber === cycleNumber;
  return isOwn ? { own: first, others } : { own: undefined, others: changes };
}

function unlessEmpty<Element extends Value>(list: readonly Element[]): readonly Element[] | undefined {
  return list.length === 0 ? undefined : list;
}

export function buildLevel({ id, name, cyclesToMeet }: Level): Item {
  return { id, name, cyclesToMeet };
}

/** The only reader of activity items. */
export function parseActivity(item: StoredItem): RecordedActivity {
  const reader = ItemReader.of(item);
  const customer = parseCustomerPartition(reader.text("pk"));
  if (customer === undefined) throw new MalformedItem("The key is not an activity's");
  const activityId = reader.text("sk").slice(activityPrefix.length);
  const movedIds = texts(reader, "movedIds");
  return {
    activityId,
    customerId: customer.customerId,
    type: reader.oneOf("type", recordedTypes),
    name: reader.optionalText("name"),
    amount: reader.optionalDecimal("amount"),
    quantity: reader.optionalDecimal("quantity"),
    attributesJson: reader.optionalText(attributesName),
    originalActivityId: reader.optionalText("original"),
    reason: reader.optionalText(reasonAttribute),
    storeId: reader.optionalText("store"),
    channel: reader.optionalText("channel"),
    zoneIds: texts(reader, "zones"),
    conceptIds: texts(reader, "concepts"),
    tenders: texts(reader, "tenders"),
    lineItems: maps(reader, "lines").map(parseLine),
    occurredAt: reader.instant("occurredAt"),
    recordedAt: reader.instant("recordedAt"),
    contentDigest: reader.text("contentDigest"),
    ...parseAuthorship(reader),
    effects: reader.textsAndMaps("effects").map((effect) => parseEffect(effect, activityId, movedIds)),
  };
}

function parseEffect(effect: string | ItemReader, activityId: string, movedIds: readonly string[]): TargetEffect {
  return typeof effect === "string" ? parseNotCounted(effect) : parseCountedEffect(effect, activityId, movedIds);
}

function parseNotCounted(text: string): TargetEffect {
  const [, groupId, targetId, reason, index, entityType] =
    /^(\d+)\/(\d+) ([A-Z_]+)(?: (\d+) ([A-Z]+))?$/.exec(text) ?? [];
  const notCounted = notCountedReasons.find((one) => one === reason);
  if (notCounted === undefined) throw new MalformedItem("An effect is not one");
  return {
    groupId: Number(groupId),
    targetId: Number(targetId),
    hasEnrolled: false,
    cycleNumber: undefined,
    valueSetBy: undefined,
    notCounted,
    failedFilter: parseFailedFilter(index, entityType),
    definitionVersion: undefined,
    streakValue: undefined,
    revision: undefined,
    changes: [],
    levelsReached: [],
    triggersReached: [],
    announced: [],
    reopened: [],
  };
}

function parseCountedEffect(reader: ItemReader, activityId: string, movedIds: readonly string[]): TargetEffect {
  const cycleNumber = reader.optionalInteger("c");
  return {
    groupId: reader.integer("g"),
    targetId: reader.integer("t"),
    hasEnrolled: reader.has("e"),
    cycleNumber,
    valueSetBy: reader.optionalText("s"),
    notCounted: reader.has("n") ? reader.oneOf("n", notCountedReasons) : undefined,
    failedFilter: parseFailedFilter(texts(reader, "f")[0], texts(reader, "f")[1]),
    definitionVersion: reader.optionalInteger("v"),
    streakValue: reader.optionalInteger("k"),
    revision: reader.optionalInteger("r"),
    changes: [...parseOwnChange(reader, cycleNumber, activityId), ...parseOtherChanges(reader, movedIds)],
    levelsReached: maps(reader, "l").map(parseLevel),
    triggersReached: pairs(integers(reader, "x")),
    announced: integers(reader, "w"),
    reopened: integers(reader, "o"),
  };
}

/** A record names a sub-target by its cycle and id. The definition keeps the rest, because a name may be long. */
function pairs(numbers: readonly number[]): ReachedTrigger[] {
  return numbers.flatMap((cycleNumber, index) => {
    const triggerId = numbers[index + 1];
    return index % 2 === 1 || triggerId === undefined ? [] : [{ cycleNumber, triggerId }];
  });
}

function parseOwnChange(reader: ItemReader, cycleNumber: number | undefined, activityId: string): CycleChange[] {
  if (cycleNumber === undefined || !reader.has("a")) return [];
  return [{ cycleNumber, before: reader.decimal("b"), after: reader.decimal("a"), activityId }];
}

function maps(reader: ItemReader, name: string): ItemReader[] {
  return reader.has(name) ? reader.maps(name) : [];
}

function texts(reader: ItemReader, name: string): string[] {
  return reader.has(name) ? reader.texts(name) : [];
}

function integers(reader: ItemReader, name: string): number[] {
  return reader.has(name) ? reader.integers(name) : [];
}

function parseOtherChanges(reader: ItemReader, movedIds: readonly string[]): CycleChange[] {
  const packed = new PackedReader(reader.optionalBytes("m") ?? new Uint8Array());
  const changes: CycleChange[] = [];
  while (!packed.isAtEnd) {
    const [cycleNumber, place] = [Number(packed.natural()), Number(packed.natural())];
    const [before, after] = [asSigned(packed.natural()), asSigned(packed.natural())];
    const activityId = movedIds[place];
    if (activityId === undefined) throw new MalformedItem("A change of an effect is not whole");
    changes.push({ cycleNumber, before, after, activityId });
  }
  return changes;
}

/** A level as groups and activities store it. */
export function parseLevel(reader: ItemReader): Level {
  return { id: reader.integer("id"), name: reader.text("name"), cyclesToMeet: reader.integer("cyclesToMeet") };
}

/** The attributes that a target can count, of an activity that was read. */
export function countableAttributes({ attributesJson = "{}" }: Pick<ActivityContent, "attributesJson">) {
  const attributes: Readonly<Record<string, unknown>> = Object(JSON.parse(attributesJson));
  return numericAttributes(attributes);
}

/** The part of a recorded activity that a return of it needs. */
export function asOriginal({
  type,
  occurredAt,
  effects,
}: Pick<RecordedActivity, "type" | "occurredAt" | "effects">): OriginalActivity {
  if (type !== "TRANSACTION") return { type, occurredAt };
  const counted = effects.flatMap(({ targetId, cycleNumber, valueSetBy }) =>
    cycleNumber === undefined ? [] : [[targetId, { cycleNumber, valueSetBy }] as const],
  );
  return { type, occurredAt, countedIn: new Map(counted) };
}
