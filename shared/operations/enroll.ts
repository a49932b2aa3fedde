import type { Authorship } from "../domain/authorship.ts";
import type { NamedCustomer } from "../domain/customer.ts";
import { decideEnrollment, type EnrollmentPlan, type EnrollmentRequest } from "../domain/enrolling.ts";
import type { IdempotencyMark } from "../domain/enrollment.ts";
import type { Instant } from "../domain/instant.ts";
import { type Refusal, refused } from "../domain/refusal.ts";
import type { TargetGroup } from "../domain/targetGroup.ts";
import type { Table } from "../table/client.ts";
import { type MembershipState, parseMembershipState } from "../table/enrollmentItem.ts";
import {
  type EnrollmentRef,
  type FailedWrite,
  findWherever,
  keyOfEnrollment,
  writeEnrollment as write,
} from "../table/enrollments.ts";
import { buildEnrollmentUpdate } from "../table/enrollmentUpdate.ts";
import { OutcomeUnknown } from "../table/failures.ts";
import type { Org } from "../table/keys.ts";
import { inRounds, Overtaken, Patience } from "../table/rounds.ts";
import type { ServiceContext } from "./context.ts";
import { customerNotFound, findUnlessErased, isRefusal } from "./customer.ts";
import { type Definition, findActiveTarget, findActiveTargetFresh, type TargetRef } from "./definition.ts";
import { judgeFailedWrite, nextOperationId } from "./lostAttempts.ts";
import { ensureRegistered } from "./registerCustomer.ts";

/** Who is to be enrolled into which target, and how. */
export type EnrollCommand = TargetRef & {
  readonly org: Org;
  readonly authorship: Authorship;
  /** The customer, or the refusal when the caller named none. It is answered only after group and target were found. */
  readonly customer: NamedCustomer | Refusal;
  /** Whether a customer who is not registered is registered without a profile, by a write before the enrolment. */
  readonly registersCustomer: boolean;
  readonly request: EnrollmentRequest;
  readonly idempotency: IdempotencyMark | undefined;
};

export type EnrollResult =
  | Refusal
  /** By which plan of which enrolment. */
  | (Pick<Planned, "group" | "plan" | "isRegistered"> & {
      readonly outcome: "enrolled";
      readonly customerId: number;
      readonly ref: EnrollmentRef;
    })
  /**
   * An earlier call with the same `Idempotency-Key` and record has enrolled the customer. The group may have been
   * deactivated since.
   */
  | { readonly outcome: "repeated"; readonly customerId: number; readonly group: TargetGroup | undefined }
  /** An earlier call with the same key has enrolled the same customer with another record. */
  | { readonly outcome: "idempotencyKeyReused" };

/**
 * Enrols or re-enrols one customer with one conditional write (docs/enrolment.md).
 *
 * Refuses, in this order, with 310017, 310018, 310011, 310019, 310119. Throws OutcomeUnknown when an attempt was lost that
 * may have enrolled the customer.
 */
export async function enroll(context: ServiceContext, command: EnrollCommand, now: Instant): Promise<EnrollResult> {
  const { table, targetGroups } = context;
  const [definition, customer] = await Promise.all([
    findActiveTarget(targetGroups, command.org, command, now),
    findNamed(table, command),
  ]);
  const planned = planFor(definition, command, customer, now);
  if (planned.outcome === "planned") return writePlanned(context, command, planned, now);
  // Only these paths cost further reads. They go side by side, because a call has time for few requests in a row.
  const [current, earlier] = await Promise.all([
    planned.code === 310019 ? planAnew(context, command, customer, now) : planned,
    findEarlierCall(context, command, customer, now),
  ]);
  if (earlier !== undefined) return earlier;
  return current.outcome === "refused" ? current : writePlanned(context, command, current, now);
}

/** What is known of the customer: the id, that none is registered, or the refusal when the call names none or one who was erased. */
type Found = number | "unknown" | Refusal;

async function findNamed(table: Table, { org, customer }: EnrollCommand): Promise<Found> {
  return isRefusal(customer) ? customer : findUnlessErased(table, org, customer);
}

type Planned = {
  readonly outcome: "planned";
  /** The customer to enrol, or to register and then enrol. */
  readonly customer: NamedCustomer;
  /** Whether the customer had been registered before this call. */
  readonly isRegistered: boolean;
  readonly group: TargetGroup;
  readonly plan: EnrollmentPlan;
};

async function writePlanned(
  { table }: ServiceContext,
  command: EnrollCommand,
  { customer, isRegistered, group, plan }: Planned,
  now: Instant,
): Promise<EnrollResult> {
  const { org, groupId, targetId } = command;
  const isKnown = isRegistered && typeof customer === "number";
  const patience = new Patience(table);
  const customerId = isKnown ? customer : await ensureRegistered(table, { org, customer, now }, patience);
  if (typeof customerId !== "number") return customerId;
  const ref = { org, customerId, groupId, targetId };
  const outcome = await writeEnrollment(table, ref, plan, { ...command, now, patience });
  return outcome === "enrolled"
    ? { outcome, ref, group, plan, customerId, isRegistered }
    : describeFailure(outcome, ref);
}

/** Decides, without writing. */
function planFor(
  definition: (Definition & { readonly outcome: "found" }) | Refusal,
  command: EnrollCommand,
  customer: Found,
  now: Instant,
): Planned | Refusal {
  if (definition.outcome === "refused") return definition;
  if (isRefusal(command.customer)) return command.customer;
  if (typeof customer === "object") return customer;
  if (customer === "unknown" && !command.registersCustomer) return customerNotFound(command.customer);
  const { group, target } = definition;
  const decided = decideEnrollment(group, target, command.request, now);
  if (decided.outcome === "refused") return decided;
  const isRegistered = typeof customer === "number";
  return {
    outcome: "planned",
    customer: isRegistered ? customer : command.customer,
    isRegistered,
    group,
    plan: decided,
  };
}

/** A cycle may have been appended or moved a moment ago. So 310019 is based on the definition as it is now. */
async function planAnew(
  { targetGroups }: ServiceContext,
  command: EnrollCommand,
  customer: Found,
  now: Instant,
): Promise<Planned | Refusal> {
  return planFor(await findActiveTargetFresh(targetGroups, command.org, command, now), command, customer, now);
}

/**
 * A call that repeats an `Idempotency-Key` gets the first call's answer. That holds even when its record would be
 * refused now, for example because the cycle has ended since.
 */
async function findEarlierCall(
  { table, targetGroups }: ServiceContext,
  { org, groupId, targetId, idempotency }: EnrollCommand,
  customerId: Found,
  now: Instant,
): Promise<EnrollResult | undefined> {
  if (idempotency === undefined || typeof customerId !== "number") return undefined;
  const ref = { org, customerId, groupId, targetId };
  const outcome = replayOutcome(await findWherever(table, ref, parseMembershipState), idempotency);
  if (outcome === undefined) return undefined;
  if (outcome !== "enrolled") return describeFailure(outcome, ref);
  return { outcome: "repeated", customerId, group: await targetGroups.find(org, groupId, now) };
}

function describeFailure(
  outcome: Exclude<WriteOutcome, "enrolled">,
  { customerId, groupId, targetId }: EnrollmentRef,
): EnrollResult {
  switch (outcome) {
    case "idempotencyKeyReused":
      return { outcome };
    case "cycleSettled":
      return refused(
        310019,
        `The cycle has ended for customer ${customerId} in target ${targetId} of target group ${groupId}; enrol into the current cycle or a later one.`,
      );
    case "alreadyEnrolled":
      return refused(
        310119,
        `Customer ${customerId} is enrolled in target ${targetId} of target group ${groupId}, for its cycle and every later one; un-enrol first to enrol anew.`,
      );
  }
}

/** How often a call decides anew when other operations came first. */
const mostRounds = 10;

/** What a write needs besides its plan. */
type EnrollmentCall = Pick<EnrollCommand, "authorship" | "idempotency"> & {
  readonly now: Instant;
  /** What is left of the patience of the call, when requests went before. */
  readonly patience?: Patience;
};

/** The outcome of the write. */
export type WriteOutcome =
  | "enrolled"
  | "alreadyEnrolled"
  | "idempotencyKeyReused"
  /** The cycle was current when the request was made, and has been settled since. */
  | "cycleSettled";

/**
 * Enrols with a single conditional write.
 *
 * Answers `enrolled` also when an earlier attempt of this call, or an earlier call with the same idempotency mark, has
 * succeeded. Throws {@link OutcomeUnknown} when it cannot find that out.
 */
export async function writeEnrollment(
  table: Table,
  ref: EnrollmentRef,
  plan: EnrollmentPlan,
  { authorship, idempotency, now, patience = new Patience(table) }: EnrollmentCall,
): Promise<WriteOutcome> {
  const key = keyOfEnrollment(ref);
  let operationId = table.operationIds.next();
  // A further round is needed only when an operation with a later id came first and ended the membership. That happens
  // when another process's clock is ahead or our write was slow.
  const options = { most: mostRounds, patience, overtaken: "The enrolment was overtaken every time" };
  return inRounds<WriteOutcome>(table, options, async () => {
    const update = buildEnrollmentUpdate({ key, plan, now, operationId, authorship, idempotency });
    const result = await write(table, update, patience, parseMembershipState);
    if (result === "applied") return "enrolled";
    const replay = replayOutcome(result.stored, idempotency);
    if (replay !== undefined) return replay;
    const verdict = judgeFailedWrite(result, operationId);
    if (verdict === "ours") return "enrolled";
    if (verdict === "unknown") throw new OutcomeUnknown("The enrolment may have happened and been replaced since");
    if (result.stored?.membership.status === "ENROLLED") return alreadyEnrolled(result);
    if ((result.stored?.settledThrough ?? 0) >= plan.fromCycle) return "cycleSettled";
    operationId = nextOperationId(table, result.stored);
    return new Overtaken(0);
  });
}

/**
 * A refusal is final only when no attempt can still arrive. A lost attempt could arrive after the customer has left by
 * an operation that began before ours, and would enrol the customer again.
 */
function alreadyEnrolled({ attempts }: FailedWrite<MembershipState>): "alreadyEnrolled" {
  if (attempts === 1) return "alreadyEnrolled";
  throw new OutcomeUnknown("The customer is enrolled, and an earlier attempt may still be on its way");
}

/** The answer to a call whose `Idempotency-Key` the stored enrolment remembers; `undefined` when the key is new. */
function replayOutcome(
  stored: Pick<MembershipState, "idempotency"> | undefined,
  idempotency: IdempotencyMark | undefined,
): "enrolled" | "idempotencyKeyReused" | undefined {
  const remembered = stored?.idempotency.find(({ keyDigest }) => keyDigest === idempotency?.keyDigest);
  if (remembered === undefined) return undefined;
  return remembered.recordDigest === idempotency?.recordDigest ? "enrolled" : "idempotencyKeyReused";
}
