import { formatDecimal } from "../domain/decimal.ts";
import type { EnrollmentPlan, Opening } from "../domain/enrolling.ts";
import type { IdempotencyMark } from "../domain/enrollment.ts";
import { formatInstant, type Instant } from "../domain/instant.ts";
import type { UnenrollmentPlan } from "../domain/unenrolling.ts";
import {
  achievedAttribute,
  levelReachedAtAttribute,
  reachedAtAttribute,
  replacedByAttribute,
} from "./enrollmentItem.ts";
import { Expression, type Update } from "./expression.ts";
import type { Key } from "./keys.ts";

export type EnrollmentWrite = {
  readonly key: Key;
  readonly plan: EnrollmentPlan;
  readonly now: Instant;
  readonly operationId: string;
  readonly idempotency: IdempotencyMark | undefined;
};

/**
 * The one write of an enrolment, first or repeated: it depends on nothing stored, so nothing is read first,
 * and it touches one cycle however many it covers.
 */
export function buildEnrollmentUpdate({ key, plan, now, operationId, idempotency }: EnrollmentWrite): Update {
  const expression = new Expression();
  expression.set("status", { S: "ENROLLED" });
  expression.set("fromCycle", { N: plan.fromCycle.toString() });
  expression.set("enrolledAt", { S: formatInstant(now) });
  expression.set("operationId", { S: operationId });
  expression.increment("revision");
  openCycle(expression, plan.opening, plan.fromCycle, now, operationId);
  if (idempotency !== undefined) {
    expression.set("keyDigest", { S: idempotency.keyDigest });
    expression.set("recordDigest", { S: idempotency.recordDigest });
  }
  return expression.update(key, enrollmentCondition(expression, operationId, idempotency));
}

/**
 * Which stored states an enrolment may replace:
 * - none at all: two first enrolments at once would both succeed without it;
 * - one that was left: an enrolment of a customer who is in would overwrite what has been achieved since;
 * - and written by an older operation: a retry of this very enrolment, arriving after the customer left,
 *   would bring the customer back;
 * - and not opened by the same `Idempotency-Key`: likewise for a caller's own late repeat.
 */
function enrollmentCondition(
  expression: Expression,
  operationId: string,
  idempotency: IdempotencyMark | undefined,
): string {
  const left = `${expression.name("status")} = ${expression.value({ S: "UNENROLLED" })}`;
  const older = `${expression.name("operationId")} < ${expression.value({ S: operationId })}`;
  const clauses = [left, older];
  if (idempotency !== undefined) {
    const keyDigest = expression.name("keyDigest");
    clauses.push(
      `(attribute_not_exists(${keyDigest}) OR ${keyDigest} <> ${expression.value({ S: idempotency.keyDigest })})`,
    );
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
      expression.setIfAbsent(achieved, { N: "0" });
      return;
    case "balance":
      expression.set(achieved, { N: formatDecimal(opening.value) });
      if (opening.isReached) expression.set(reachedAtAttribute(cycleNumber), { S: formatInstant(now) });
      else expression.remove(reachedAtAttribute(cycleNumber));
      expression.set(replacedByAttribute(cycleNumber), { S: operationId });
      if (opening.isAnnounced) expression.addToSet("announced", [cycleNumber]);
      else expression.deleteFromSet("announced", [cycleNumber]);
      return;
    case "streakReset":
      for (const cleared of opening.clearedCycles) {
        expression.set(achievedAttribute(cleared), { N: "0" });
        expression.set(replacedByAttribute(cleared), { S: operationId });
      }
      expression.set("carriedRun", { N: "0" });
      expression.remove(
        "leftInCycle",
        ...opening.clearedCycles.map(reachedAtAttribute),
        ...opening.levelIds.map(levelReachedAtAttribute),
      );
      expression.deleteFromSet("announced", opening.clearedCycles);
      return;
  }
}

export type UnenrollmentWrite = {
  readonly key: Key;
  readonly plan: UnenrollmentPlan;
  readonly now: Instant;
  readonly operationId: string;
  /** The revision the plan was decided on. */
  readonly revision: number;
};

/** The one write of an un-enrolment. The operation id stays on the item, so that no older write can follow it. */
export function buildUnenrollmentUpdate({ key, plan, now, operationId, revision }: UnenrollmentWrite): Update {
  const expression = new Expression();
  expression.set("status", { S: "UNENROLLED" });
  expression.set("leftAt", { S: formatInstant(now) });
  expression.set("leftInCycle", { N: plan.leftInCycle.toString() });
  expression.set("carriedRun", { N: plan.carriedRun.toString() });
  if (plan.owedCycles.length === 0) expression.remove("owedCycles");
  else expression.set("owedCycles", { L: plan.owedCycles.map((cycle) => ({ N: cycle.toString() })) });
  expression.set("operationId", { S: operationId });
  expression.increment("revision");
  // Two un-enrolments at once: the second finds the customer gone. An activity counted between the read and
  // this write: the run to carry would miss it, so the revision must be the one that was decided on. A late
  // retry of this write after a re-enrolment: the re-enrolment's operation id is newer.
  const condition = [
    `${expression.name("status")} = ${expression.value({ S: "ENROLLED" })}`,
    `${expression.name("revision")} = ${expression.value({ N: revision.toString() })}`,
    `${expression.name("operationId")} < ${expression.value({ S: operationId })}`,
  ].join(" AND ");
  return expression.update(key, condition);
}
