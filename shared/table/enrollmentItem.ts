import {
  type Enrollment,
  type IdempotencyMark,
  type Judged,
  type Membership,
  type PendingReturn,
  type Reminded,
  rememberedKeys,
} from "../domain/enrollment.ts";
import type { Instant } from "../domain/instant.ts";
import { type CycleRecord, keeping, withRecords } from "../domain/past.ts";
import { parseAuthorship, versionAttribute } from "./authorshipItem.ts";
import { ItemReader, MalformedItem, numberOf, type StoredItem, type Value } from "./item.ts";
import { enrollmentPrefix, parseCustomerPartition, setAsidePrefix } from "./keys.ts";
import { unpackCycles, unpackNumbers } from "./packedCycles.ts";
import { unpackPast } from "./pastItem.ts";

/**
 * The attributes that most enrolments have. An activity reads all enrolments of its customer and is billed by their
 * bytes, so these names are letters.
 */
export const names = {
  status: "s",
  fromCycle: "f",
  enrolledAt: "e",
  enrolledByActivity: "x",
  announced: "n",
  settledThrough: "t",
  settled: "p",
  past: "q",
  kept: "k",
  excused: "u",
  freezesGranted: "z",
  bridgedWhenLeft: "h",
  judged: "j",
  reminded: "m",
  revision: "i",
  operationId: "o",
} as const;

/** The stored forms of a membership's status. */
export const statuses = { enrolled: "IN", unenrolled: "OUT" } as const;

/**
 * Each touched cycle that is not settled has attributes of its own. So one flat update serves a first enrolment and a
 * re-enrolment.
 */
export function achievedAttribute(cycleNumber: number): string {
  return `a${cycleNumber}`;
}

export function reachedAtAttribute(cycleNumber: number): string {
  return `r${cycleNumber}`;
}

export function closedAtAttribute(cycleNumber: number): string {
  return `c${cycleNumber}`;
}

export function valueSetByAttribute(cycleNumber: number): string {
  return `v${cycleNumber}`;
}

/** The sub-targets that were reached in the cycle. */
export function triggersAttribute(cycleNumber: number): string {
  return `g${cycleNumber}`;
}

/** Each id with its moment, one after another. It is a list, so that an enrolment can write it without packing. */
export function triggersValue(reachedAt: ReadonlyMap<number, Instant>): number[] {
  return [...reachedAt].flat();
}

function parseTriggers(numbers: readonly number[]): Map<number, Instant> {
  const reachedAt = new Map<number, Instant>();
  for (let index = 0; index < numbers.length; index += 2) {
    const [id, at] = numbers.slice(index);
    if (id === undefined || at === undefined) throw new MalformedItem("A reached sub-target has no moment");
    reachedAt.set(id, at);
  }
  return reachedAt;
}

export function levelReachedAtAttribute(levelId: number): string {
  return `l${levelId}`;
}

/** One attribute for each remembered `Idempotency-Key`, the latest first. */
export const markAttributes = Array.from({ length: rememberedKeys }, (_, index) => `key#${index + 1}`);

const markSeparator = ".";

/** Stored when there is no earlier key to copy, because an update cannot copy an attribute that does not exist. */
export const noMark = "";

/** How the stored text of this key begins, whichever record it was sent with. */
export function markStart(keyDigest: string): string {
  return `${keyDigest}${markSeparator}`;
}

export function markText({ keyDigest, recordDigest }: IdempotencyMark): string {
  return `${markStart(keyDigest)}${recordDigest}`;
}

const pendingReturnPrefix = "pendingReturn#";

export function pendingReturnAttribute(originalActivityId: string): string {
  return `${pendingReturnPrefix}${originalActivityId}`;
}

/** Whether the customer is in, and by which operation. An enrolment that is refused asks for no more. */
export type MembershipState = Pick<Enrollment, "membership" | "settledThrough" | "operationId" | "idempotency">;

/** Throws {@link MalformedItem} when the item is no enrolment. */
export function parseMembershipState(item: StoredItem): MembershipState {
  const reader = ItemReader.of(item);
  return {
    membership: parseMembership(reader),
    settledThrough: reader.has(names.settledThrough) ? reader.integer(names.settledThrough) : 0,
    operationId: reader.text(names.operationId),
    idempotency: markAttributes.flatMap((name) => parseMark(reader, name)),
  };
}

/** Reads a whole enrolment. Throws {@link MalformedItem} when the item is not one. */
export function parseEnrollment(item: StoredItem): Enrollment {
  const reader = ItemReader.of(item);
  const enrollment: Enrollment = {
    ...parseIds(reader),
    ...parseMembershipState(item),
    fromCycle: reader.integer(names.fromCycle),
    enrolledAt: reader.integer(names.enrolledAt),
    enrolledByActivity: reader.optionalText(names.enrolledByActivity),
    ...parseAuthorship(reader),
    definitionVersion: reader.integer(versionAttribute),
    achieved: byNumber(reader, achievedAttribute, (name) => reader.decimal(name)),
    reachedAt: byNumber(reader, reachedAtAttribute, (name) => reader.integer(name)),
    triggerReachedAt: byNumber(reader, triggersAttribute, (name) => parseTriggers(reader.integers(name))),
    levelReachedAt: byNumber(reader, levelReachedAtAttribute, (name) => reader.integer(name)),
    closedAt: byNumber(reader, closedAtAttribute, (name) => reader.integer(name)),
    carriedRun: reader.has("carriedRun") ? reader.integer("carriedRun") : 0,
    metWhenLeft: integers(reader, "metWhenLeft"),
    bridgedWhenLeft: integers(reader, names.bridgedWhenLeft),
    excused: unpackNumbers(reader.optionalBytes(names.excused) ?? new Uint8Array()),
    freezesGranted: reader.optionalInteger(names.freezesGranted) ?? 0,
    leftInCycle: reader.optionalInteger("leftInCycle"),
    owedCycles: integers(reader, "owedCycles"),
    pendingReturns: parsePendingReturns(reader),
    announced: new Set(reader.has(names.announced) ? reader.integerSet(names.announced) : []),
    valueSetBy: byNumber(reader, valueSetByAttribute, (name) => reader.text(name)),
    judged: reader.has(names.judged) ? parseJudged(reader.map(names.judged)) : undefined,
    reminded: reader.has(names.reminded) ? parseReminded(reader.map(names.reminded)) : undefined,
    past: unpackPast(reader.optionalBytes(names.past)),
    revision: reader.integer(names.revision),
  };
  const [settled, kept] = [names.settled, names.kept].map((name) => unpackOptional(reader, name));
  const whole = withRecords(enrollment, [...(settled ?? []), ...(kept ?? [])]);
  return kept === undefined
    ? whole
    : keeping(
        whole,
        kept.map(({ cycleNumber }) => cycleNumber),
      );
}

/** A list that is left out when it is empty. */
function integers(reader: ItemReader, name: string): number[] {
  return reader.has(name) ? reader.integers(name) : [];
}

function unpackOptional(reader: ItemReader, name: string): CycleRecord[] | undefined {
  const bytes = reader.optionalBytes(name);
  return bytes === undefined ? undefined : unpackCycles(bytes);
}

function parseIds(reader: ItemReader): Pick<Enrollment, "customerId" | "groupId" | "targetId" | "isSetAside"> {
  const customer = parseCustomerPartition(reader.text("pk"));
  const sortKey = reader.text("sk");
  const prefix = [enrollmentPrefix, setAsidePrefix].find((one) => sortKey.startsWith(one));
  const target = /^(\d+)#(\d+)$/.exec(sortKey.slice(prefix?.length));
  if (customer === undefined || target === null || prefix === undefined) {
    throw new MalformedItem("The key is not an enrolment's");
  }
  const { customerId } = customer;
  return { customerId, groupId: Number(target[1]), targetId: Number(target[2]), isSetAside: prefix === setAsidePrefix };
}

function parseMembership(reader: ItemReader): Membership {
  const status = reader.oneOf(names.status, Object.values(statuses));
  return status === statuses.enrolled
    ? { status: "ENROLLED" }
    : { status: "UNENROLLED", leftAt: reader.integer("leftAt") };
}

function parsePendingReturns(reader: ItemReader): Enrollment["pendingReturns"] {
  const attributes = reader.names().filter((name) => name.startsWith(pendingReturnPrefix));
  return new Map(
    attributes.map((name) => [name.slice(pendingReturnPrefix.length), reader.maps(name).map(parsePendingReturn)]),
  );
}

function parsePendingReturn(reader: ItemReader): PendingReturn {
  return {
    activityId: reader.text("activityId"),
    amount: reader.decimal("amount"),
    cycleNumber: reader.optionalInteger("cycleNumber"),
    valueSetBy: reader.optionalText("valueSetBy"),
  };
}

function parseReminded(reader: ItemReader): Reminded {
  return {
    revision: reader.integer(names.revision),
    at: reader.integer("t"),
    cycleNumber: reader.integer("c"),
    places: reader.integers("p"),
    told: reader.integers("d"),
  };
}

export function remindedValue({ revision, at, cycleNumber, places, told }: Reminded): Value {
  return { [names.revision]: revision, t: at, c: cycleNumber, p: places, d: told };
}

/** The names of its parts are letters too. */
function parseJudged(reader: ItemReader): Judged {
  return {
    revision: reader.integer(names.revision),
    at: reader.integer("t"),
    cycles: reader.maps("c").map((cycle) => ({
      cycleNumber: cycle.integer("n"),
      oldValue: cycle.decimal("o"),
      newValue: cycle.decimal("w"),
      isAnnounced: cycle.has("a"),
    })),
  };
}

export function judgedValue({ revision, at, cycles }: Judged): Value {
  return {
    [names.revision]: revision,
    t: at,
    c: cycles.map(({ cycleNumber, oldValue, newValue, isAnnounced }) => ({
      n: cycleNumber,
      o: numberOf(oldValue),
      w: numberOf(newValue),
      ...(isAnnounced ? { a: true } : {}),
    })),
  };
}

function parseMark(reader: ItemReader, name: string): IdempotencyMark[] {
  const text = reader.optionalText(name) ?? noMark;
  if (text === noMark) return [];
  const [keyDigest, recordDigest] = text.split(markSeparator);
  if (keyDigest === undefined || recordDigest === undefined) throw new MalformedItem(`${name} is not two digests`);
  return [{ keyDigest, recordDigest }];
}

function byNumber<Content>(
  reader: ItemReader,
  attribute: (number: number) => string,
  read: (name: string) => Content,
): Map<number, Content> {
  const letter = attribute(0).slice(0, -1);
  const numbers = reader.names().flatMap((name) => (name.startsWith(letter) ? numberAfter(letter, name) : []));
  return new Map(numbers.map((number) => [number, read(attribute(number))]));
}

/** The number that follows the letter, if nothing else does. Other attributes begin with the same letters. */
function numberAfter(letter: string, name: string): number[] {
  const digits = name.slice(letter.length);
  return /^\d+$/.test(digits) ? [Number(digits)] : [];
}
