import type { Enrollment } from "../domain/enrollment.ts";
import { holdsWaitingAmount } from "../domain/waitingReturns.ts";
import type { Table } from "./client.ts";
import { names } from "./enrollmentItem.ts";
import { type EnrollmentRef, keyOfEnrollment } from "./enrollments.ts";
import { copyOf, type StoredItem } from "./item.ts";
import { type Org, waitingNoteKey } from "./keys.ts";
import { type Put, put, transact } from "./store.ts";

/**
 * Moves an enrolment out of the way of the customer's activities. It stays as it is, its revision included. Answers
 * false when it is no longer the stored one.
 */
export async function setAside(
  table: Table,
  ref: EnrollmentRef,
  { item, enrollment }: { readonly item: StoredItem; readonly enrollment: Enrollment },
): Promise<boolean> {
  // It comes first, so that no transaction of the customer misses the return in between.
  if (holdsWaitingAmount(enrollment)) await put(table, buildWaitingNote(ref.org, ref.customerId));
  const result = await transact(table, [
    {
      Delete: {
        Key: keyOfEnrollment(ref),
        // Without it, what an activity has counted since the read would be lost.
        ConditionExpression: "#revision = :revision",
        ExpressionAttributeNames: { "#revision": names.revision },
        ExpressionAttributeValues: { ":revision": enrollment.revision },
      },
    },
    {
      Put: {
        Item: { ...copyOf(item), ...keyOfEnrollment({ ...ref, isSetAside: true }) },
        // Two workers may set it aside at once. The first condition refuses the second of them. This one keeps what was
        // set aside before, should a customer ever have been enrolled once more.
        ConditionExpression: "attribute_not_exists(pk)",
      },
    },
  ]);
  return result.outcome === "applied";
}

/** Notes that a return waits in an enrolment that is set aside. The note is never removed. */
export function buildWaitingNote(org: Org, customerId: number): Put {
  // Two returns may begin to wait at once. The condition sends the second one back to decide on what is there now.
  return { Item: { ...waitingNoteKey(org, customerId) }, ConditionExpression: "attribute_not_exists(pk)" };
}
