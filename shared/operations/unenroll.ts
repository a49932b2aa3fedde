import type { Authorship } from "../domain/authorship.ts";
import { isAutomatic, newEnrollment, takesCustomersIn } from "../domain/automatic.ts";
import type { NamedCustomer } from "../domain/customer.ts";
import type { Enrollment } from "../domain/enrollment.ts";
import type { Instant } from "../domain/instant.ts";
import { isOver } from "../domain/over.ts";
import { type Refusal, refused } from "../domain/refusal.ts";
import { decideUnenrollment, type UnenrollmentPlan } from "../domain/unenrolling.ts";
import type { Table } from "../table/client.ts";
import { findStanding } from "../table/customers.ts";
import { parseEnrollment } from "../table/enrollmentItem.ts";
import {
  type EnrollmentRef,
  findEnrollment,
  findSetAside,
  keyOfEnrollment,
  writeEnrollment as write,
} from "../table/enrollments.ts";
import { buildUnenrollmentUpdate } from "../table/enrollmentUpdate.ts";
import { OutcomeUnknown } from "../table/failures.ts";
import type { Org } from "../table/keys.ts";
import { inRounds, Overtaken, Patience } from "../table/rounds.ts";
import type { ServiceContext } from "./context.ts";
import { identifyCustomer, isRefusal, whyUnknown } from "./customer.ts";
import { type Definition, findTarget, type TargetRef } from "./definition.ts";
import { judgeFailedWrite, nextOperationId } from "./lostAttempts.ts";
import { notEnrolled } from "./membership.ts";

/** Who leaves which target. */
export type UnenrollCommand = TargetRef & {
  readonly org: Org;
  readonly authorship: Authorship;
  /** The customer, or the refusal when the caller named none. It is answered only after group and target were found. */
  readonly customer: NamedCustomer | Refusal;
};

/**
 * Un-enrols the customer from the current cycle and all later ones (docs/enrolment.md), with one read and one
 * conditional write. A group or target that the brand has switched off can be left too. A target that enrols with an
 * activity can be left before the first one, so that no activity enrols, while its group is active.
 *
 * Refuses, in this order, with 310017, 310018, 310011, 310126. Throws OutcomeUnknown when an attempt was lost that may
 * have ended the membership.
 */
export async function unenroll(
  context: ServiceContext,
  command: UnenrollCommand,
  now: Instant,
): Promise<{ readonly outcome: "unenrolled"; readonly customerId: number } | Refusal> {
  const { table, targetGroups } = context;
  const { org, customer, groupId, targetId } = command;
  const [definition, customerId] = await Promise.all([
    findTarget(targetGroups, org, command, now),
    isRefusal(customer) ? customer : identifyCustomer(table, org, customer),
  ]);
  if (definition.outcome === "refused") return definition;
  if (typeof customerId !== "number") return customerId;
  const ref = { org, customerId, groupId, targetId };
  const decide = (stored: Enrollment | undefined) => decideUnenrollment(definition.group, stored, now);
  const mayLeaveBefore = isAutomatic(definition.target) && takesCustomersIn(definition.group, now);
  const ifNone = mayLeaveBefore ? () => beforeTheFirstActivity(context, ref, definition, now) : undefined;
  const call = { ...command, now, mayBeSetAside: isOver(definition.group, now), ifNone };
  const refusal = await writeUnenrollment(table, ref, call, decide);
  return refusal === undefined ? { outcome: "unenrolled", customerId } : explain(table, ref, refusal);
}

/**
 * The enrolment that a customer leaves in whom an activity might enrol: none is stored yet. Refuses with 310011 for a
 * customer who is not registered, and with 310126 while the group is switched off: it may be deleted by then, and an
 * enrolment without a group would make every later activity of the customer fail.
 */
async function beforeTheFirstActivity(
  { table, targetGroups }: ServiceContext,
  { org, customerId, groupId }: EnrollmentRef,
  definition: Definition,
  now: Instant,
): Promise<Enrollment | Refusal> {
  const [standing, group] = await Promise.all([
    findStanding(table, org, customerId),
    definition.group.isActive ? definition.group : targetGroups.findFresh(org, groupId, now),
  ]);
  if (standing !== "registered") return whyUnknown(standing, customerId);
  if (group?.isActive !== true) return refused(310126, "Nothing was changed.");
  const operationId = table.operationIds.next();
  return newEnrollment({ ...definition, group }, { customerId, enrolledByActivity: undefined, operationId, now });
}

/**
 * A customer who is not enrolled may not even be registered. This is looked up only here, because an enrolled customer
 * is always registered. A refusal with 310011 has looked already.
 */
async function explain(table: Table, ref: EnrollmentRef, refusal: Refusal): Promise<Refusal> {
  if (refusal.code === 310011) return refusal;
  const { org, customerId } = ref;
  const standing = await findStanding(table, org, customerId);
  if (standing !== "registered") return whyUnknown(standing, customerId);
  return notEnrolled(ref);
}

/** How often a call decides anew when other operations came first. */
const mostRounds = 10;

type UnenrollmentCall = Pick<UnenrollCommand, "authorship"> & {
  readonly now: Instant;
  /** Whether the group is over. */
  readonly mayBeSetAside: boolean;
  /** What is left when no enrolment is stored. Without it, nothing can be. */
  readonly ifNone?: (() => Promise<Enrollment | Refusal>) | undefined;
};

/**
 * Un-enrols with one read and one write whose condition is the state that was read. After a conflict it decides again
 * on the state that the failed condition answered. Answers the refusal of `decide`, or `undefined` on success.
 */
export async function writeUnenrollment(
  table: Table,
  ref: EnrollmentRef,
  { authorship, now, mayBeSetAside, ifNone }: UnenrollmentCall,
  decide: (stored: Enrollment | undefined) => UnenrollmentPlan | Refusal,
): Promise<Refusal | undefined> {
  const patience = new Patience(table);
  const setAside = async () => (mayBeSetAside ? findSetAside(table, ref) : undefined);
  const found = (await findEnrollment(table, ref)) ?? (await setAside()) ?? (await ifNone?.());
  if (found !== undefined && "outcome" in found) return found;
  let stored = found;
  const options = { most: mostRounds, patience, overtaken: "The enrolment changed under every attempt to leave it" };
  return inRounds<Refusal | undefined>(table, options, async () => {
    const plan = decide(stored);
    if (plan.outcome === "refused" || stored === undefined) return plan.outcome === "refused" ? plan : undefined;
    const key = keyOfEnrollment({ org: ref.org, ...stored });
    const operationId = nextOperationId(table, stored);
    const update = buildUnenrollmentUpdate({ key, plan, now, operationId, authorship, stored });
    const result = await write(table, update, patience, parseEnrollment);
    if (result === "applied") return undefined;
    // An enrolment that is not there any more was set aside, with what an attempt of this call may have written.
    stored = result.stored ?? (await setAside());
    const verdict = judgeFailedWrite({ ...result, stored }, operationId);
    if (verdict === "ours") return undefined;
    if (verdict === "unknown") throw new OutcomeUnknown("The un-enrolment may have happened and been replaced since");
    // A lost attempt names an outdated revision, so it can no longer be applied.
    return new Overtaken(0);
  });
}
