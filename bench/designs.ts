import type { LocalFunctions } from "../local/functions.ts";
import { formatInstant } from "../shared/domain/instant.ts";
import { customerPartition } from "../shared/table/keys.ts";
import { call, during, type Place, targetValue } from "./place.ts";

/** A way to keep enrolments and count activities. */
export type Design = {
  readonly name: string;
  /** Enrols a registered customer who is not enrolled, from the cycle on. The cycle's achieved value is kept. */
  readonly enroll: (place: Place, customerId: number, targetId: number, cycleNumber: number) => Promise<unknown>;
  /**
   * Un-enrols the customer from the cycle and, where an enrolment is one item, from all later ones. This is not
   * measured.
   */
  readonly leave: (place: Place, customerId: number, targetId: number, cycleNumber: number) => Promise<unknown>;
  /** Counts one activity, exactly once, in every target the customer is enrolled in. It reaches each of them. */
  readonly count: (place: Place, customerId: number, cycleNumber: number) => Promise<unknown>;
  /** The partition of a customer's enrolments, if each enrolment is one item that grows with every cycle. */
  readonly flatPartition: ((org: string, customerId: number) => string) | undefined;
};

/** The service's own design, through its handlers. */
export function milestreak(functions: LocalFunctions): Design {
  return {
    name: "Milestreak",
    flatPartition: customerPartition,
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
  };
}
