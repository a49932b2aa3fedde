import type { Activity } from "../domain/activity.ts";
import { enrolls, isAutomatic, newEnrollment } from "../domain/automatic.ts";
import { type CountingDecision, cyclesToCount, decideCounting } from "../domain/counting.ts";
import type { Enrollment } from "../domain/enrollment.ts";
import type { Instant } from "../domain/instant.ts";
import { isConcerned, reachesBack } from "../domain/over.ts";
import { keeping, returnedTo, rowsToRead } from "../domain/past.ts";
import { type OriginalActivity } from "../domain/placing.ts";
import type { Target } from "../domain/targetGroup.ts";
import { holdsWaitingAmount, type ReturnContents, returnsToRead, waitingReturns } from "../domain/waitingReturns.ts";
import {
  type ActivityContent,
  asOriginal,
  buildActivityItem,
  countableAttributes,
  parseActivity,
  type RecordedActivity,
} from "../table/activityItem.ts";
import type { Table } from "../table/client.ts";
import { buildCountingUpdate } from "../table/countingUpdate.ts";
import { findStanding } from "../table/customers.ts";
import {
  type ActiveEnrollments,
  keyOfEnrollment,
  listActive,
  listSetAside,
  withSetAside,
} from "../table/enrollments.ts";
import { outrun } from "../table/failures.ts";
import { activityKey, type Org } from "../table/keys.ts";
import { buildWhileNotArrived, type NotedReturns, parseNotedReturns, whenFirst } from "../table/notedReturns.ts";
import { readRows } from "../table/past.ts";
import { buildChangedRows, changedPastCycles, changedRows } from "../table/pastItem.ts";
import { inRounds, manyRounds, Overtaken, Patience } from "../table/rounds.ts";
import { buildWaitingNote } from "../table/settingAside.ts";
import { type Conditional, get, requirePatience, type TransactionPart, transact, type Update } from "../table/store.ts";
import { findAutomaticTargets } from "./automaticTargets.ts";
import { requireDefinition, type TargetRef } from "./definition.ts";
import type { TargetGroupCache } from "./targetGroupCache.ts";

/** An activity to be counted, with all of it that is recorded. */
export type IncomingActivity = Activity &
  ActivityContent & {
    /** The customer is known to be registered, so nobody has to look. */
    readonly isOfRegistered?: boolean;
  };

export type RecordOutcome =
  /**
   * Counted now (`recorded`), or in an earlier delivery (`repeated`). Then the record says what it did at that time.
   */
  | { readonly outcome: "recorded" | "repeated"; readonly activity: RecordedActivity }
  | { readonly outcome: "idReused" }
  | { readonly outcome: "unknownCustomer" | "erasedCustomer" }
  /**
   * The activity would change more enrolments, and rows of settled cycles, than one transaction can hold. Nothing was
   * changed.
   */
  | { readonly outcome: "tooManyTargets"; readonly targets: number; readonly changes: number; readonly most: number };

/**
 * The engine allows 100 items in a transaction. Two are the activity's record and the check on the activity that a
 * return names.
 */
const mostChangedItems = 98;

/**
 * Counts an activity for every target the customer is enrolled in. It counts once, however often it is delivered. The
 * first activity that matches a target with automatic enrolment enrols the customer in the same transaction. A return that
 * comes before its transaction is noted where the record of its transaction will be.
 *
 * It takes one consistent query and one transaction. The list of the targets that enrol is a small read every 30 s. A return
 * reads what it names, and a transaction of which returns were noted reads these when its first write is refused. An
 * activity of long ago takes a second query, for enrolments that were set aside. The transaction writes the activity's
 * record, which must not exist, and each changed enrolment, which must have the revision that was decided on. A row of
 * settled cycles is read and written as well when the activity counts there. On a conflict it decides again, after a random
 * pause that spreads competing deliveries. Throws when every round met other writes: TooMuchContention if nothing was
 * counted, OutcomeUnknown if a lost attempt may still count.
 */
export async function recordActivity(
  table: Table,
  targetGroups: TargetGroupCache,
  org: Org,
  activity: IncomingActivity,
  now: Instant,
): Promise<RecordOutcome> {
  const patience = new Patience(table);
  const overtaken = "The activity met other writes in every round";
  let noted: NotedReturns | undefined;
  return inRounds(table, { ...manyRounds, patience, overtaken }, async (lostAttempts) => {
    const [active, named, automatic, earlierReturns] = await Promise.all([
      listActive(table, org, activity.customerId, patience),
      findNamed(table, org, activity),
      findAutomaticTargets(table, targetGroups, org, now),
      readActivities(table, org, activity.customerId, noted?.activityIds ?? []),
    ]);
    if (active.isErased) return { outcome: "erasedCustomer" };
    const { original } = named;
    const circumstances = { table, targetGroups, org, activity, original, earlierReturns, now };
    const enrollments = await withThoseReached(circumstances, active, patience);
    const mayBeUnknown = enrollments.length === 0 && activity.isOfRegistered !== true;
    const [standing, joined] = await Promise.all([
      mayBeUnknown ? findStanding(table, org, activity.customerId) : "registered",
      enrollIn(circumstances, without(automatic, enrollments)),
    ]);
    if (standing !== "registered") return { outcome: standing === "erased" ? "erasedCustomer" : "unknownCustomer" };
    const all = [...enrollments, ...joined];
    const decisions = await decide(circumstances, all, patience);
    const changes = buildChanges(circumstances, active, decisions);
    if (changes.length > mostChangedItems) {
      const targets = decisions.filter(({ next }) => next !== undefined).length;
      return tooMany(table, org, activity, { targets, changes: changes.length }, lostAttempts);
    }
    const recorded = { ...activity, recordedAt: now, effects: decisions.map(({ effect }) => effect) };
    const condition = whenFirst(noted, waitingIds(all, activity));
    const parts = [...changes, ...whileNotArrived(org, activity, named)];
    const result = await commit(table, org, recorded, condition, parts);
    if (result === "committed") return { outcome: "recorded", activity: recorded };
    if ("effects" in result) return repeated(result, activity);
    noted = result.noted ?? noted;
    return result.overtaken;
  });
}

async function tooMany(
  table: Table,
  org: Org,
  activity: IncomingActivity,
  counts: { readonly targets: number; readonly changes: number },
  lostAttempts: number,
): Promise<RecordOutcome> {
  const earlier = await findActivity(table, org, activity.customerId, activity.activityId);
  if (earlier !== undefined) return repeated(earlier, activity);
  // An earlier round had fewer targets and was sent. Its lost attempt may still arrive.
  if (lostAttempts > 0) throw outrun(lostAttempts, "The activity counts for more targets by now");
  return { outcome: "tooManyTargets", ...counts, most: mostChangedItems };
}

function repeated(earlier: RecordedActivity, { contentDigest }: IncomingActivity): RecordOutcome {
  return earlier.contentDigest === contentDigest ? { outcome: "repeated", activity: earlier } : { outcome: "idReused" };
}

type Circumstances = {
  readonly table: Table;
  readonly targetGroups: TargetGroupCache;
  readonly org: Org;
  readonly activity: Activity;
  readonly original: OriginalActivity | undefined;
  /** The returns of the activity that were noted at its key. */
  readonly earlierReturns: readonly RecordedActivity[];
  readonly now: Instant;
};

/** `enrollment` is the state that was decided on, with the settled cycles that were needed. */
type Decision = CountingDecision & { readonly enrollment: Enrollment };

/**
 * Adds the enrolments that were set aside, if the activity may change one of them. They are read after the others and
 * like a further page of them.
 */
async function withThoseReached(
  { table, org, activity, original, now }: Circumstances,
  { enrollments, isAwaited }: ActiveEnrollments,
  patience: Patience,
): Promise<readonly Enrollment[]> {
  const mayBeAwaited = activity.type === "TRANSACTION" && isAwaited;
  if (!mayBeAwaited && !reachesBack(activity, original, now)) return enrollments;
  requirePatience(patience);
  return withSetAside(enrollments, await listSetAside(table, org, activity.customerId, patience));
}

/** The targets in which the customer never was. */
function without(targets: readonly TargetRef[], enrollments: readonly Enrollment[]): TargetRef[] {
  const known = new Set(enrollments.map(({ targetId }) => targetId));
  return targets.filter(({ targetId }) => !known.has(targetId));
}

/** The enrolments that the activity makes, before it counts for them. */
async function enrollIn(circumstances: Circumstances, targets: readonly TargetRef[]): Promise<Enrollment[]> {
  return (await Promise.all(targets.map((target) => enrollInOne(circumstances, target)))).flat();
}

async function enrollInOne(
  { table, targetGroups, org, activity, now }: Circumstances,
  { groupId, targetId }: TargetRef,
): Promise<Enrollment[]> {
  const group = await targetGroups.find(org, groupId, now);
  const target = group?.targets.find(({ id }) => id === targetId);
  if (group === undefined || target === undefined || !enrolls({ group, target }, activity, now)) return [];
  const { customerId, activityId: enrolledByActivity } = activity;
  const operationId = table.operationIds.next();
  return [newEnrollment({ group, target }, { customerId, enrolledByActivity, operationId, now })];
}

/** What the decisions write. The rows of settled cycles are among it if there is room for them. */
function buildChanges(
  { org, activity }: Circumstances,
  { isAwaited }: ActiveEnrollments,
  decisions: readonly Decision[],
): TransactionPart[] {
  const isToBeNoted = !isAwaited && decisions.some(waitsAside);
  const note = isToBeNoted ? [{ Put: buildWaitingNote(org, activity.customerId) }] : [];
  const changesBy = (build: (org: Org, decision: Decision) => Update[]) => [
    ...decisions.flatMap((decision) => build(org, decision)).map((Update) => ({ Update })),
    ...note,
  ];
  const withRows = changesBy(buildUpdates);
  return withRows.length > mostChangedItems ? changesBy(buildKeptUpdates) : withRows;
}

/** The returns that wait for the activity in these enrolments. */
function waitingIds(enrollments: readonly Enrollment[], activity: Activity): ReadonlySet<string> {
  return new Set(enrollments.flatMap((one) => waitingReturns(one, activity).map(({ activityId }) => activityId)));
}

function waitsAside({ next }: Decision): boolean {
  return next !== undefined && next.isSetAside && holdsWaitingAmount(next);
}

async function decide(
  circumstances: Circumstances,
  enrollments: readonly Enrollment[],
  patience: Patience,
): Promise<Decision[]> {
  return (await Promise.all(enrollments.map((enrollment) => decideOne(circumstances, enrollment, patience)))).flat();
}

async function decideOne(
  { table, targetGroups, org, activity, original, earlierReturns, now }: Circumstances,
  stored: Enrollment,
  patience: Patience,
): Promise<Decision[]> {
  const definition = await requireDefinition(targetGroups, org, stored, now);
  if (!isConcerned({ ...definition, enrollment: stored }, activity, original, now)) return [];
  const cycles = cyclesToCount({ ...definition, enrollment: stored }, activity, original);
  const enrollment = await readRows(table, org, stored, rowsToRead(stored, cycles));
  const subject = { ...definition, enrollment };
  const toRead = returnsToRead(subject, activity);
  if (toRead.length > 0) requirePatience(patience);
  const contents = await readActivities(table, org, activity.customerId, toRead);
  const returns = { waiting: contentsOf(contents), unheard: unheardReturns(definition.target, earlierReturns) };
  return [{ enrollment, ...decideCounting(subject, activity, original, now, returns) }];
}

/** The returns that were decided before the target had an enrolment. It hears of them now. */
function unheardReturns(target: Target, returns: readonly RecordedActivity[]): ReturnContents {
  const wasDecided = ({ effects }: RecordedActivity) => effects.some(({ targetId }) => targetId === target.id);
  return contentsOf(isAutomatic(target) ? returns.filter((one) => !wasDecided(one)) : []);
}

function contentsOf(recorded: readonly RecordedActivity[]): ReturnContents {
  const returns = recorded.flatMap(({ type, ...one }) => (type === "RETURN" ? [{ ...one, type }] : []));
  return new Map(returns.map((one) => [one.activityId, { ...one, attributes: countableAttributes(one) }]));
}

/** The records of activities that have one. A return is recorded in the transaction that notes it, so it is there. */
async function readActivities(
  table: Table,
  org: Org,
  customerId: number,
  activityIds: readonly string[],
): Promise<RecordedActivity[]> {
  const found = await Promise.all(activityIds.map((activityId) => findActivity(table, org, customerId, activityId)));
  return found.filter((one) => one !== undefined);
}

/** What is stored for the activity that a return names. */
type Named = { readonly original?: OriginalActivity; readonly others?: NotedReturns | undefined };

async function findNamed(table: Table, org: Org, activity: Activity): Promise<Named> {
  const { type, customerId, originalActivityId } = activity;
  if (type !== "RETURN" || originalActivityId === undefined) return {};
  const item = await get(table, activityKey(org, customerId, originalActivityId), { isConsistent: true });
  if (item === undefined) return {};
  const others = parseNotedReturns(item);
  return others === undefined ? { original: asOriginal(parseActivity(item)) } : { others };
}

/** The record under an id of the customer: of an activity, or of an adjustment. Read consistently. */
export async function findActivity(
  table: Table,
  org: Org,
  customerId: number,
  activityId: string,
): Promise<RecordedActivity | undefined> {
  const item = await get(table, activityKey(org, customerId, activityId), { isConsistent: true });
  return item === undefined || parseNotedReturns(item) !== undefined ? undefined : parseActivity(item);
}

/** Other writes came first. Returns of the activity may have been found at its key. */
export type CameLater = { readonly overtaken: Overtaken; readonly noted: NotedReturns | undefined };

/**
 * Records an activity or adjustment with what it changes, in one transaction. Answers the record when its id has one
 * already.
 */
export async function commit(
  table: Table,
  org: Org,
  activity: RecordedActivity,
  condition: Conditional,
  parts: readonly TransactionPart[],
): Promise<"committed" | RecordedActivity | CameLater> {
  const record = { Put: { Item: buildActivityItem(org, activity), ...condition } };
  const result = await transact(table, [record, ...parts]);
  if (result.outcome === "applied") return "committed";
  const stored = result.outcome === "refused" ? result.refusals[0]?.stored : undefined;
  const noted = stored && parseNotedReturns(stored);
  if (stored !== undefined && noted === undefined) return parseActivity(stored);
  return { overtaken: new Overtaken(result.attempts - 1), noted };
}

/**
 * What a decision changes: the enrolment, and rows of settled cycles. `enrollment` is the state that was decided on, with
 * the settled cycles that were needed.
 */
export function buildUpdates(org: Org, { enrollment, next }: Pick<Decision, "enrollment" | "next">): Update[] {
  if (next === undefined) return [];
  const key = keyOfEnrollment({ org, ...enrollment });
  const rest = returnedTo(next, changedRows(enrollment, next));
  return [buildCountingUpdate(key, enrollment, rest), ...buildChangedRows(org, enrollment, next)];
}

/**
 * The same in one item: the enrolment keeps the changed cycles of rows until the next closing. It is for an activity that
 * changes too many enrolments to write their rows in the same transaction.
 */
function buildKeptUpdates(org: Org, { enrollment, next }: Decision): Update[] {
  if (next === undefined) return [];
  const kept = keeping(next, changedPastCycles(enrollment, next));
  return [buildCountingUpdate(keyOfEnrollment({ org, ...enrollment }), enrollment, kept)];
}

/** A return is noted for what it names while that has not arrived. */
function whileNotArrived(
  org: Org,
  { type, customerId, activityId, originalActivityId }: IncomingActivity,
  { original, others }: Named,
): TransactionPart[] {
  const isNamed = type === "RETURN" && originalActivityId !== undefined && originalActivityId !== activityId;
  if (!isNamed || original !== undefined) return [];
  const key = activityKey(org, customerId, originalActivityId);
  return [buildWhileNotArrived(key, activityId, others)];
}
