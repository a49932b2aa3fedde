import type { Enrollment } from "../domain/enrollment.ts";
import { type Refusal, refused } from "../domain/refusal.ts";
import type { Table } from "../table/client.ts";
import { type EnrollmentRef, findSetAside, listActive } from "../table/enrollments.ts";
import type { Patience } from "../table/rounds.ts";

/**
 * The enrolment. It is looked for in the order in which it moves, so it is not missed. It is read like an activity reads
 * it, because the note that the customer is being erased is beside it. Such a customer has none.
 */
export async function findMembership(
  table: Table,
  ref: EnrollmentRef,
  mayBeSetAside: boolean,
  patience: Patience,
): Promise<Enrollment | undefined> {
  const { enrollments, isErased } = await listActive(table, ref.org, ref.customerId, patience);
  const found = enrollments.find(({ groupId, targetId }) => groupId === ref.groupId && targetId === ref.targetId);
  return found ?? (mayBeSetAside && !isErased ? findSetAside(table, ref) : undefined);
}

/** The refusal of a customer who is not in the target. */
export function notEnrolled({ customerId, groupId, targetId }: Omit<EnrollmentRef, "org">): Refusal {
  return refused(
    310126,
    `Customer ${customerId} is not enrolled in target ${targetId} of target group ${groupId}; nothing was changed.`,
  );
}
