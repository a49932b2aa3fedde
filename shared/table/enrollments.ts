import type { Enrollment } from "../domain/enrollment.ts";
import type { Table } from "./client.ts";
import { parseEnrollment } from "./enrollmentItem.ts";
import { customerPartition, enrollmentKey, enrollmentPrefix, type Key, type Org } from "./keys.ts";
import { inRounds, Overtaken, type Patience } from "./rounds.ts";
import { get, queryAll, type Update, update } from "./store.ts";

/** Names one enrolment. */
export type EnrollmentRef = {
  readonly org: Org;
  readonly customerId: number;
  readonly groupId: number;
  readonly targetId: number;
};

/** The enrolment as it is now (strongly consistent), or `undefined` when the customer never had one. */
export async function findEnrollment(table: Table, ref: EnrollmentRef): Promise<Enrollment | undefined> {
  const item = await get(table, keyOfEnrollment(ref), { isConsistent: true });
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

/**
 * A write whose condition did not hold: the stored enrolment, and the number of attempts. All attempts but the last
 * were lost.
 */
export type FailedWrite = { readonly stored: Enrollment | undefined; readonly attempts: number };

const conflictRounds = {
  most: 5,
  longestPauseMilliseconds: 50,
  overtaken: "Transactions held the enrolment every time",
};

/**
 * Sends the write. When an activity's transaction holds the item, it is sent again as the same operation. Attempts
 * whose outcome is unknown add up. An attempt that met the transaction was certainly not applied.
 */
export async function writeEnrollment(
  table: Table,
  input: Update,
  patience: Patience,
): Promise<"applied" | FailedWrite> {
  return inRounds<"applied" | FailedWrite>(table, { ...conflictRounds, patience }, async (lostAttempts) => {
    const result = await update(table, input);
    if (result.outcome === "applied") return "applied";
    if (result.outcome === "conflict") return new Overtaken(result.attempts - 1);
    const stored = result.stored === undefined ? undefined : parseEnrollment(result.stored);
    return { stored, attempts: lostAttempts + result.attempts };
  });
}

export function keyOfEnrollment({ org, customerId, groupId, targetId }: EnrollmentRef): Key {
  return enrollmentKey(org, customerId, groupId, targetId);
}
