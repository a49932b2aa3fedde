import type { Enrollment } from "../domain/enrollment.ts";
import type { Table } from "./client.ts";
import { parseEnrollment } from "./enrollmentItem.ts";
import { ItemReader, type StoredItem } from "./item.ts";
import {
  anyEnrollmentPrefix,
  customerPartition,
  enrollmentKey,
  erasedNoteSortKey,
  type Key,
  type Org,
  readByActivitiesPrefix,
  setAsideKey,
  setAsidePrefix,
  waitingNoteSortKey,
} from "./keys.ts";
import { inRounds, Overtaken, type Patience } from "./rounds.ts";
import { get, queryAll, type Update, update } from "./store.ts";

/** Names one enrolment. */
export type EnrollmentRef = {
  readonly org: Org;
  readonly customerId: number;
  readonly groupId: number;
  readonly targetId: number;
};

/**
 * The enrolment as it is now (strongly consistent), or `undefined` when the customer never had one or it was set aside.
 */
export async function findEnrollment(table: Table, ref: EnrollmentRef): Promise<Enrollment | undefined> {
  return find(table, keyOfEnrollment(ref), parseEnrollment);
}

/** The enrolment if it was set aside. */
export async function findSetAside(table: Table, ref: EnrollmentRef): Promise<Enrollment | undefined> {
  return find(table, keyOfEnrollment({ ...ref, isSetAside: true }), parseEnrollment);
}

/**
 * What `parse` makes of the enrolment, set aside or not. It is looked for in the order in which it moves, so it is not
 * missed.
 */
export async function findWherever<State>(
  table: Table,
  ref: EnrollmentRef,
  parse: (item: StoredItem) => State,
): Promise<State | undefined> {
  const found = await find(table, keyOfEnrollment(ref), parse);
  return found ?? find(table, keyOfEnrollment({ ...ref, isSetAside: true }), parse);
}

async function find<State>(table: Table, key: Key, parse: (item: StoredItem) => State): Promise<State | undefined> {
  const item = await get(table, key, { isConsistent: true });
  return item === undefined ? undefined : parse(item);
}

/** The enrolment with the item that holds it. */
export async function findEnrollmentItem(
  table: Table,
  ref: EnrollmentRef,
): Promise<{ readonly item: StoredItem; readonly enrollment: Enrollment } | undefined> {
  const item = await get(table, keyOfEnrollment(ref), { isConsistent: true });
  return item === undefined ? undefined : { item, enrollment: parseEnrollment(item) };
}

/** What an activity reads of a customer's enrolments. */
export type ActiveEnrollments = {
  /** All but those that were set aside. */
  readonly enrollments: readonly Enrollment[];
  /** Whether a return waits in one that was set aside. Its transaction has to look there too. */
  readonly isAwaited: boolean;
  /** Whether the customer is being erased. There are no enrolments then, whatever is still stored. */
  readonly isErased: boolean;
};

/** One consistent query. */
export async function listActive(
  table: Table,
  org: Org,
  customerId: number,
  patience?: Patience,
): Promise<ActiveEnrollments> {
  const query = { partition: customerPartition(org, customerId), sortKeyPrefix: readByActivitiesPrefix };
  const items = await queryAll(table, query, patience);
  if (items.some(isErasedNote)) return { enrollments: [], isAwaited: false, isErased: true };
  const enrollments = items.filter((item) => !isWaitingNote(item));
  return {
    enrollments: enrollments.map(parseEnrollment),
    isAwaited: enrollments.length < items.length,
    isErased: false,
  };
}

/** Whether the item is the note that a return waits in an enrolment that was set aside. */
function isWaitingNote(item: StoredItem): boolean {
  return ItemReader.of(item).text("sk") === waitingNoteSortKey;
}

/** Whether the item is the note that the customer is being erased. */
function isErasedNote(item: StoredItem): boolean {
  return ItemReader.of(item).text("sk") === erasedNoteSortKey;
}

/** Every enrolment the customer has or had, but for those that were set aside. */
export async function listEnrollments(
  table: Table,
  org: Org,
  customerId: number,
  patience?: Patience,
): Promise<readonly Enrollment[]> {
  return (await listActive(table, org, customerId, patience)).enrollments;
}

/** The enrolments that were set aside. */
export async function listSetAside(
  table: Table,
  org: Org,
  customerId: number,
  patience?: Patience,
): Promise<readonly Enrollment[]> {
  const query = { partition: customerPartition(org, customerId), sortKeyPrefix: setAsidePrefix };
  return (await queryAll(table, query, patience)).map(parseEnrollment);
}

/**
 * Every enrolment the customer has or had, by one consistent query. Each is read before where it may move to. A customer who
 * is being erased has none.
 */
export async function listAllEnrollments(table: Table, org: Org, customerId: number): Promise<Enrollment[]> {
  const query = { partition: customerPartition(org, customerId), sortKeyPrefix: anyEnrollmentPrefix };
  const items = await queryAll(table, query);
  if (items.some(isErasedNote)) return [];
  const all = items.filter((item) => !isWaitingNote(item)).map(parseEnrollment);
  return withSetAside(
    all.filter(({ isSetAside }) => !isSetAside),
    all.filter(({ isSetAside }) => isSetAside),
  );
}

/**
 * Both lists together. Those set aside must have been read after the others: an enrolment only moves this way, so none
 * is missed. One that is in both has moved in between, and counts as it was read last.
 */
export function withSetAside(enrollments: readonly Enrollment[], setAside: readonly Enrollment[]): Enrollment[] {
  const stayed = enrollments.filter((one) => !setAside.some((other) => isSame(one, other)));
  return [...stayed, ...setAside];
}

function isSame(one: Enrollment, other: Enrollment): boolean {
  return one.groupId === other.groupId && one.targetId === other.targetId;
}

/**
 * A write whose condition did not hold: the stored enrolment, or what is needed of it, and the number of attempts. All
 * attempts but the last were lost.
 */
export type FailedWrite<State> = { readonly stored: State | undefined; readonly attempts: number };

const conflictRounds = {
  most: 5,
  longestPauseMilliseconds: 50,
  overtaken: "Transactions held the enrolment every time",
};

/**
 * Sends the write. When an activity's transaction holds the item, it is sent again as the same operation. Attempts
 * whose outcome is unknown add up. An attempt that met the transaction was certainly not applied.
 */
export async function writeEnrollment<State>(
  table: Table,
  input: Update,
  patience: Patience,
  parse: (item: StoredItem) => State,
): Promise<"applied" | FailedWrite<State>> {
  return inRounds<"applied" | FailedWrite<State>>(table, { ...conflictRounds, patience }, async (lostAttempts) => {
    const result = await update(table, input);
    if (result.outcome === "applied") return "applied";
    if (result.outcome === "conflict") return new Overtaken(result.attempts - 1);
    const stored = result.stored === undefined ? undefined : parse(result.stored);
    return { stored, attempts: lostAttempts + result.attempts };
  });
}

/** Where the enrolment is kept. */
export function keyOfEnrollment({
  org,
  customerId,
  groupId,
  targetId,
  isSetAside = false,
}: EnrollmentRef & { readonly isSetAside?: boolean }): Key {
  return (isSetAside ? setAsideKey : enrollmentKey)(org, customerId, groupId, targetId);
}
