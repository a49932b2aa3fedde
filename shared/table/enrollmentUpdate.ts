import type { Authorship } from "../domain/authorship.ts";
import type { EnrollmentPlan, Opening } from "../domain/enrolling.ts";
import { type Enrollment, type IdempotencyMark, isNew } from "../domain/enrollment.ts";
import type { Instant } from "../domain/instant.ts";
import type { UnenrollmentPlan } from "../domain/unenrolling.ts";
import { enteredByAttribute, sourceAttribute, versionAttribute } from "./authorshipItem.ts";
import {
  achievedAttribute,
  levelReachedAtAttribute,
  markAttributes,
  markStart,
  markText,
  names,
  noMark,
  reachedAtAttribute,
  statuses,
  triggersAttribute,
  triggersValue,
  valueSetByAttribute,
} from "./enrollmentItem.ts";
import { Expression } from "./expression.ts";
import { numberOf } from "./item.ts";
import type { Key } from "./keys.ts";
import type { Update } from "./store.ts";

export type EnrollmentWrite = {
  readonly key: Key;
  readonly plan: EnrollmentPlan;
  readonly now: Instant;
  readonly operationId: string;
  readonly authorship: Authorship;
  readonly idempotency: IdempotencyMark | undefined;
};

/**
 * The one write of an enrolment or a re-enrolment. It does not depend on the stored state, so nothing is read before.
 * It touches one cycle, however many the membership covers.
 */
export function buildEnrollmentUpdate(write: EnrollmentWrite): Update {
  const { key, plan, now, operationId, idempotency } = write;
  const expression = new Expression();
  expression.set(names.status, statuses.enrolled);
  expression.set(names.fromCycle, plan.fromCycle);
  expression.set(names.enrolledAt, now);
  setMembershipChange(expression, write);
  expression.set(names.operationId, operationId);
  expression.increment(names.revision);
  openCycle(expression, plan.opening, plan.fromCycle, now, operationId);
  if (idempotency !== undefined) rememberKey(expression, idempotency);
  return expression.update(key, enrollmentCondition(expression, plan.fromCycle, operationId, idempotency));
}

/** What the first write of an enrolment stores besides, when no call has enrolled the customer. */
export function setFirstMembership(expression: Expression, enrollment: Enrollment): void {
  expression.set(names.fromCycle, enrollment.fromCycle);
  expression.set(names.enrolledAt, enrollment.enrolledAt);
  if (enrollment.enrolledByActivity !== undefined)
    expression.set(names.enrolledByActivity, enrollment.enrolledByActivity);
}

/** Every enrolment and un-enrolment replaces it. The earlier ones are in the history. */
export function setMembershipChange(
  expression: Expression,
  { plan, authorship }: { readonly plan: { readonly definitionVersion: number }; readonly authorship: Authorship },
): void {
  if (authorship.enteredBy === undefined) expression.remove(enteredByAttribute);
  else expression.set(enteredByAttribute, authorship.enteredBy);
  expression.set(sourceAttribute, authorship.source);
  expression.set(versionAttribute, plan.definitionVersion);
}

/**
 * Moves each remembered key one place back, within this write. That works because `SET` reads the item as it was before
 * the update.
 */
function rememberKey(expression: Expression, mark: IdempotencyMark): void {
  for (const [index, attribute] of markAttributes.entries()) {
    const before = markAttributes[index - 1];
    if (before === undefined) expression.set(attribute, markText(mark));
    else expression.copy(attribute, before, noMark);
  }
}

/**
 * The stored states that an enrolment may replace, and what each clause prevents:
 * - no item: without it, two first enrolments at once would both succeed;
 * - an enrolment that was left: a second enrolment would overwrite what an enrolled customer has achieved;
 * - which an older operation wrote: a retry of this enrolment that arrives after the customer left would enrol again;
 * - in which the cycle is not settled: a request that is an hour late, or whose clock is, would write to a cycle beside
 *   what is kept of it;
 * - which does not remember the same `Idempotency-Key`: a caller's late repeat would enrol again in the same way.
 */
function enrollmentCondition(
  expression: Expression,
  fromCycle: number,
  operationId: string,
  idempotency: IdempotencyMark | undefined,
): string {
  const left = `${expression.name(names.status)} = ${expression.value(statuses.unenrolled)}`;
  const older = `${expression.name(names.operationId)} < ${expression.value(operationId)}`;
  // A comparison with an attribute that does not exist is false, so the clause is negated.
  const open = `NOT ${expression.name(names.settledThrough)} >= ${expression.value(fromCycle)}`;
  const clauses = [left, older, open];
  if (idempotency !== undefined) {
    const start = expression.value(markStart(idempotency.keyDigest));
    clauses.push(...markAttributes.map((attribute) => `NOT begins_with(${expression.name(attribute)}, ${start})`));
  }
  return `attribute_not_exists(${expression.name("pk")}) OR (${clauses.join(" AND ")})`;
}

function openCycle(
  expression: Expression,
  opening: Opening,
  cycleNumber: number,
  now: Instant,
  operationId: string,
): void {
  const achieved = achievedAttribute(cycleNumber);
  switch (opening.kind) {
    case "resume":
      expression.setIfAbsent(achieved, 0);
      return;
    case "balance":
      expression.set(achieved, numberOf(opening.value));
      if (opening.isReached) expression.set(reachedAtAttribute(cycleNumber), now);
      else expression.remove(reachedAtAttribute(cycleNumber));
      expression.set(valueSetByAttribute(cycleNumber), operationId);
      if (opening.isAnnounced) expression.addToSet(names.announced, [cycleNumber]);
      else expression.deleteFromSet(names.announced, [cycleNumber]);
      if (opening.triggerIds.length === 0) expression.remove(triggersAttribute(cycleNumber));
      else
        expression.set(
          triggersAttribute(cycleNumber),
          triggersValue(new Map(opening.triggerIds.map((id) => [id, now]))),
        );
      return;
    case "streakReset":
      for (const cleared of opening.clearedCycles) {
        expression.set(achievedAttribute(cleared), 0);
        expression.set(valueSetByAttribute(cleared), operationId);
      }
      expression.set("carriedRun", 0);
      expression.remove(
        "leftInCycle",
        "metWhenLeft",
        names.bridgedWhenLeft,
        names.excused,
        names.freezesGranted,
        ...opening.clearedCycles.map(reachedAtAttribute),
        ...opening.clearedCycles.map(triggersAttribute),
        ...opening.levelIds.map(levelReachedAtAttribute),
      );
      expression.deleteFromSet(names.announced, opening.clearedCycles);
      return;
  }
}

export type UnenrollmentWrite = {
  readonly key: Key;
  readonly plan: UnenrollmentPlan;
  readonly now: Instant;
  readonly operationId: string;
  readonly authorship: Authorship;
  /** The state the plan was decided on. A customer who leaves before the first activity has one that is not stored. */
  readonly stored: Enrollment;
};

/** The one write of an un-enrolment. The operation id stays on the item, so that no older write can follow it. */
export function buildUnenrollmentUpdate(write: UnenrollmentWrite): Update {
  const { key, plan, now, operationId, stored } = write;
  const expression = new Expression();
  if (isNew(stored)) setFirstMembership(expression, stored);
  expression.set(names.status, statuses.unenrolled);
  expression.set("leftAt", now);
  setMembershipChange(expression, write);
  expression.set("leftInCycle", plan.leftInCycle);
  expression.set("carriedRun", plan.carriedRun);
  setCycles(expression, "metWhenLeft", plan.metWhenLeft);
  setCycles(expression, names.bridgedWhenLeft, plan.bridgedWhenLeft);
  setCycles(expression, "owedCycles", plan.owedCycles);
  expression.set(names.operationId, operationId);
  expression.increment(names.revision);
  // Without it, leaving would be laid over an enrolment that a first activity or a call has made at the same time.
  if (isNew(stored)) return expression.update(key, `attribute_not_exists(${expression.name("pk")})`);
  // The first clause refuses the second of two un-enrolments at once. The revision must be the one that was decided on,
  // because the run to carry would miss an activity that was counted since. The operation id refuses a late retry of
  // this write after a re-enrolment, whose id is newer.
  const condition = [
    `${expression.name(names.status)} = ${expression.value(statuses.enrolled)}`,
    `${expression.name(names.revision)} = ${expression.value(stored.revision)}`,
    `${expression.name(names.operationId)} < ${expression.value(operationId)}`,
  ].join(" AND ");
  return expression.update(key, condition);
}

/** Stores a list of cycles. It is mostly empty, and then the attribute is removed to keep the item small. */
function setCycles(expression: Expression, attribute: string, cycles: readonly number[]): void {
  if (cycles.length === 0) expression.remove(attribute);
  else expression.set(attribute, cycles);
}
