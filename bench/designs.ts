import type { LocalFunctions } from "../local/functions.ts";
import { formatInstant } from "../shared/domain/instant.ts";
import { closeEnrollment } from "../shared/operations/closeShards.ts";
import type { Table } from "../shared/table/client.ts";
import { call, during, endOf, type Place, targetValue } from "./place.ts";

type Reading = "current" | "all" | "enrolled";

/** A way to keep enrolments and count activities. */
export type Design = {
  readonly name: string;
  /** Enrols a registered customer who is not enrolled, from the cycle on. The cycle's achieved value is kept. */
  readonly enroll: (place: Place, customerId: number, targetId: number, cycleNumber: number) => Promise<unknown>;
  /** Un-enrols the customer from the cycle and, where an enrolment is one item, from all later ones. */
  readonly leave: (place: Place, customerId: number, targetId: number, cycleNumber: number) => Promise<unknown>;
  /** Counts one activity, exactly once, in every target the customer is enrolled in. It reaches each of them. */
  readonly count: (place: Place, customerId: number, cycleNumber: number) => Promise<unknown>;
  /** In a later cycle, takes back 1 of what was counted in the first one, exactly once, in every target. */
  readonly giveBack: (place: Place, customerId: number, laterCycle: number) => Promise<unknown>;
  /** Reads the customer's current cycle, all cycles, or the targets the customer is enrolled in. */
  readonly read: (place: Place, customerId: number, what: Reading, cycleNumber: number) => Promise<unknown>;
  /** Closes the cycle, which has just ended, in every target the customer is enrolled in. */
  readonly close: (place: Place, customerId: number, cycleNumber: number) => Promise<unknown>;
  /** Whether an enrolment is one item for all cycles. */
  readonly isFlat: boolean;
};

/** The service's own design, through its handlers. */
export function milestreak(functions: LocalFunctions, table: Table): Design {
  return {
    name: "Milestreak",
    isFlat: true,
    enroll: (place, customerId, targetId, cycleNumber) =>
      call(functions, place, {
        method: "POST",
        path: `/targetGroups/${place.group.id}/targets/${targetId}/enroll`,
        body: [{ customerId }],
        now: during(cycleNumber),
      }),
    leave: (place, customerId, targetId, cycleNumber) =>
      call(functions, place, {
        method: "POST",
        path: `/targetGroups/${place.group.id}/targets/${targetId}/unEnroll`,
        body: [{ customerId }],
        now: during(cycleNumber),
      }),
    count: (place, customerId, cycleNumber) =>
      call(functions, place, {
        method: "POST",
        path: "/activities",
        body: {
          activityId: `receipt-${cycleNumber}`,
          customerId,
          type: "TRANSACTION",
          occurredAt: formatInstant(during(cycleNumber)),
          amount: targetValue,
        },
        now: during(cycleNumber),
      }),
    giveBack: (place, customerId, laterCycle) =>
      call(functions, place, {
        method: "POST",
        path: "/activities",
        body: {
          activityId: "giveback-1",
          customerId,
          type: "RETURN",
          originalActivityId: "receipt-1",
          occurredAt: formatInstant(during(laterCycle)),
          amount: 1,
        },
        now: during(laterCycle),
      }),
    read: (place, customerId, what, cycleNumber) =>
      call(functions, place, {
        method: "GET",
        path: `/users/${customerId}/${what === "enrolled" ? "enrolledTargets" : "targetGroups"}`,
        query: what === "all" ? { includeInactive: "true" } : {},
        now: during(cycleNumber),
      }),
    close: (place, customerId, cycleNumber) => closeIn(table, place, customerId, cycleNumber),
  };
}

/** As the service's own closing does it for each enrolment. */
export async function closeIn(table: Table, { org, group }: Place, customerId: number, cycleNumber: number) {
  for (const { id: targetId } of group.targets) {
    await closeEnrollment(table, group, { org, customerId, groupId: group.id, targetId }, endOf(cycleNumber));
  }
}
