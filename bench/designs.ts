import type { LocalFunctions } from "../local/functions.ts";
import { formatInstant } from "../shared/domain/instant.ts";
import { customerPartition } from "../shared/table/keys.ts";
import { call, during, type Place, targetValue } from "./place.ts";

/** A way to keep enrolments and count activities. */
export type Design = {
  readonly name: string;
  /** Enrols a registered customer who is not in, from the cycle on, keeping what was achieved in it. */
  readonly enroll: (place: Place, customerId: number, targetId: number, cycleNumber: number) => Promise<unknown>;
  /** Takes the customer out again, in the cycle and, where an enrolment is one item, in every later one. Never measured. */
  readonly leave: (place: Place, customerId: number, targetId: number, cycleNumber: number) => Promise<unknown>;
  /** Counts one activity, once, in every target the customer is in; it reaches each of them. */
  readonly count: (place: Place, customerId: number, cycleNumber: number) => Promise<unknown>;
  /** Where a customer's enrolments are, if each is one item that grows with every cycle. */
  readonly flatPartition: ((org: string, customerId: number) => string) | undefined;
};

/** The service's own, through its handlers. */
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
