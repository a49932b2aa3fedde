import type { Authorship } from "../../shared/domain/authorship.ts";
import type { EnrollmentPlan } from "../../shared/domain/enrolling.ts";
import type { Enrollment, IdempotencyMark } from "../../shared/domain/enrollment.ts";
import type { Instant } from "../../shared/domain/instant.ts";
import type { Refusal } from "../../shared/domain/refusal.ts";
import type { UnenrollmentPlan } from "../../shared/domain/unenrolling.ts";
import { type WriteOutcome, writeEnrollment } from "../../shared/operations/enroll.ts";
import { writeUnenrollment } from "../../shared/operations/unenroll.ts";
import type { Table } from "../../shared/table/client.ts";
import type { EnrollmentRef } from "../../shared/table/enrollments.ts";

/** Who enters what a test writes below the API. */
export const byTest: Authorship = { enteredBy: "test", source: "API" };

/** Enrols as the product does, without asking whether group, target and customer exist. */
export function enroll(
  table: Table,
  ref: EnrollmentRef,
  plan: EnrollmentPlan,
  now: Instant,
  idempotency?: IdempotencyMark,
): Promise<WriteOutcome> {
  return writeEnrollment(table, ref, plan, { authorship: byTest, idempotency, now });
}

/** Un-enrols in the same way. */
export function unenroll(
  table: Table,
  ref: EnrollmentRef,
  now: Instant,
  decide: (stored: Enrollment | undefined) => UnenrollmentPlan | Refusal,
): Promise<Refusal | undefined> {
  return writeUnenrollment(table, ref, { authorship: byTest, now, mayBeSetAside: false }, decide);
}
