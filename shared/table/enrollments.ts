import type { EnrollmentPlan } from "../domain/enrolling.ts";
import type { Enrollment, IdempotencyMark } from "../domain/enrollment.ts";
import type { Instant } from "../domain/instant.ts";
import type { Refusal } from "../domain/refusal.ts";
import type { UnenrollmentPlan } from "../domain/unenrolling.ts";
import type { Table } from "./client.ts";
import { parseEnrollment } from "./enrollmentItem.ts";
import { buildEnrollmentUpdate, buildUnenrollmentUpdate } from "./enrollmentUpdate.ts";
import { OutcomeUnknown } from "./failures.ts";
import { customerPartition, enrollmentKey, enrollmentPrefix, type Key, type Org } from "./keys.ts";
import { inRounds, Overtaken, Patience } from "./rounds.ts";
import { get, queryAll, type Update, update } from "./store.ts";

/** Which enrolment is meant. */
export type EnrollmentRef = {
  readonly org: Org;
  readonly customerId: number;
  readonly groupId: number;
  readonly targetId: number;
};

/** How often a call decides anew when other operations came first. */
const mostRounds = 10;

export type EnrollOutcome = "enrolled" | "alreadyEnrolled" | "idempotencyKeyReused";

/**
 * Enrols with a single conditional write.
 *
 * `enrolled` also when an earlier attempt of this very call, or an earlier call with the same idempotency
 * mark, had succeeded. Throws {@link OutcomeUnknown} when that cannot be told.
 */
export async function enroll(
  table: Table,
  ref: EnrollmentRef,
  plan: EnrollmentPlan,
  now: Instant,
  idempotency: IdempotencyMark | undefined,
): Promise<EnrollOutcome> {
  const key = keyOf(ref);
  const patience = new Patience(table);
  let operationId = table.operationIds.next();
  // A further round happens only when an operation with a later id came first and the customer has left by it: another
  // process's clock is ahead, or our write was slow.
  const options = { most: mostRounds, patience, overtaken: "The enrolment was overtaken every time" };
  return inRounds<EnrollOutcome>(table, options, async () => {
    const result = await write(table, buildEnrollmentUpdate({ key, plan, now, operationId, idempotency }), patience);
    if (result === "applied") return "enrolled";
    const replay = replayOutcome(result.stored, idempotency);
    if (replay !== undefined) return replay;
    const verdict = judgeFailedWrite(result, operationId);
    if (verdict === "ours") return "enrolled";
    if (verdict === "unknown") throw new OutcomeUnknown("The enrolment may have happened and been replaced since");
    if (result.stored?.membership.status === "ENROLLED") return alreadyEnrolled(result);
    operationId = nextOperationId(table, result.stored);
    return new Overtaken(0);
  });
}

/**
 * A refusal is final only when no attempt is left on its way: one that is could arrive after the customer has left, by
 * an operation that began before ours, and bring the customer in.
 */
function alreadyEnrolled({ attempts }: FailedWrite): "alreadyEnrolled" {
  if (attempts === 1) return "alreadyEnrolled";
  throw new OutcomeUnknown("The customer is enrolled, and an earlier attempt may still be on its way");
}

/**
 * What a call that repeats an `Idempotency-Key` is answered, if the stored enrolment remembers that key;
 * `undefined` when the key is new here.
 */
export function replayOutcome(
  stored: Enrollment | undefined,
  idempotency: IdempotencyMark | undefined,
): "enrolled" | "idempotencyKeyReused" | undefined {
  const remembered = stored?.idempotency.find(({ keyDigest }) => keyDigest === idempotency?.keyDigest);
  if (remembered === undefined) return undefined;
  return remembered.recordDigest === idempotency?.recordDigest ? "enrolled" : "idempotencyKeyReused";
}

/**
 * Un-enrols with one read and one write conditioned on what was read; on a conflict decides again on the
 * state the failed condition returned. Answers the refusal of `decide`, or `undefined` when it is done.
 */
export async function unenroll(
  table: Table,
  ref: EnrollmentRef,
  now: Instant,
  decide: (stored: Enrollment | undefined) => UnenrollmentPlan | Refusal,
): Promise<Refusal | undefined> {
  const key = keyOf(ref);
  const patience = new Patience(table);
  let stored = await findEnrollment(table, ref);
  const options = { most: mostRounds, patience, overtaken: "The enrolment changed under every attempt to leave it" };
  return inRounds<Refusal | undefined>(table, options, async () => {
    const plan = decide(stored);
    if (plan.outcome === "refused" || stored === undefined) return plan.outcome === "refused" ? plan : undefined;
    const { revision } = stored;
    const operationId = nextOperationId(table, stored);
    const result = await write(table, buildUnenrollmentUpdate({ key, plan, now, operationId, revision }), patience);
    if (result === "applied") return undefined;
    const verdict = judgeFailedWrite(result, operationId);
    if (verdict === "ours") return undefined;
    if (verdict === "unknown") throw new OutcomeUnknown("The un-enrolment may have happened and been replaced since");
    stored = result.stored;
    // An attempt that was lost names a revision that has passed, so it can no longer be carried out.
    return new Overtaken(0);
  });
}

/** The enrolment as it is now (strongly consistent), or `undefined` when the customer never had one. */
export async function findEnrollment(table: Table, ref: EnrollmentRef): Promise<Enrollment | undefined> {
  const item = await get(table, keyOf(ref), { isConsistent: true });
  return item === undefined ? undefined : parseEnrollment(item);
}

/** Every enrolment the customer has or had. */
export async function listEnrollments(
  table: Table,
  org: Org,
  customerId: number,
  patience?: Patience,
): Promise<Enrollment[]> {
  const query = { partition: customerPartition(org, customerId), sortKeyPrefix: enrollmentPrefix };
  const items = await queryAll(table, query, patience);
  return items.map(parseEnrollment);
}

type FailedWrite = { readonly stored: Enrollment | undefined; readonly attempts: number };

const conflictRounds = {
  most: 5,
  longestPauseMilliseconds: 50,
  overtaken: "Transactions held the enrolment every time",
};

/**
 * Sends the write; again, and as the same operation, when an activity's transaction held the item. Attempts whose fate
 * is unknown add up; the one that met the transaction was certainly not applied.
 */
async function write(table: Table, input: Update, patience: Patience): Promise<"applied" | FailedWrite> {
  return inRounds<"applied" | FailedWrite>(table, { ...conflictRounds, patience }, async (lostAttempts) => {
    const result = await update(table, input);
    if (result.outcome === "applied") return "applied";
    if (result.outcome === "conflict") return new Overtaken(result.attempts - 1);
    const stored = result.stored === undefined ? undefined : parseEnrollment(result.stored);
    return { stored, attempts: lostAttempts + result.attempts };
  });
}

/**
 * What a failed condition says about our write, given that operation ids only grow on an item:
 * - `ours`: the stored state is the one we wrote; an earlier attempt succeeded and its reply was lost.
 * - `notApplied`: the state is older than our write, or newer but we tried only once: no attempt of ours has taken so far.
 * - `unknown`: newer, and we tried more than once: an earlier attempt may have been applied and replaced.
 */
function judgeFailedWrite({ stored, attempts }: FailedWrite, operationId: string): "ours" | "notApplied" | "unknown" {
  if (stored === undefined || stored.operationId < operationId) return "notApplied";
  if (stored.operationId === operationId) return "ours";
  return attempts === 1 ? "notApplied" : "unknown";
}

function nextOperationId(table: Table, stored: Enrollment | undefined): string {
  return stored === undefined ? table.operationIds.next() : table.operationIds.nextAfter(stored.operationId);
}

function keyOf({ org, customerId, groupId, targetId }: EnrollmentRef): Key {
  return enrollmentKey(org, customerId, groupId, targetId);
}
