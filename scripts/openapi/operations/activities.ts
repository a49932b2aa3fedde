import { invalid, refusal } from "../errors.ts";
import * as examples from "../examples.ts";
import { ref } from "../jsonSchema.ts";
import { customerId } from "../sample.ts";
import type { Operations } from "./operation.ts";

const body = {
  schema: {
    description: "One activity, or 1 to 25.",
    anyOf: [ref("Activity"), { type: "array", minItems: 1, maxItems: 25, items: ref("Activity") }],
  },
  examples: examples.activityRequests,
} as const;

const outcomes = {
  description: "The activity's effects; for an array, an envelope for each item.",
  anyOf: [ref("ActivityOutcome"), { type: "array", minItems: 1, maxItems: 25, items: ref("ActivityAnswer") }],
} as const;

const refusals = [
  invalid(400, 'occurredAt must be an instant with its offset, such as 2026-01-31T18:00:00Z; got "2030-01-10".'),
  refusal(310011),
  invalid(422, 'Activity "till-7:000123" was delivered before with other content; nothing was changed.'),
];

/** The routes that count activities, or say what would count. */
export const activities = {
  recordActivities: {
    tag: "Activities",
    sample: {
      path: "/activities",
      body: {
        activityId: "sample:1",
        customerId,
        type: "TRANSACTION",
        occurredAt: "2026-01-10T08:58:00Z",
        amount: 49.9,
      },
    },
    description:
      "Counts activities for every target that the customer is enrolled in, exactly once and in any order. The first activity that matches a target with the `enrolmentMethod` `TRANSACTION` enrols the customer in it. A single activity gets an answer of its own. An array is answered with 200, and each of its items in order with an envelope of its own. An activity that failed with 4001 can be sent again unchanged.",
    body,
    success: {
      status: 200,
      description: "Counted now or before. For an array, the outcome of each item.",
      data: outcomes,
      examples: examples.activitiesCounted,
    },
    refusals,
  },
  simulateActivities: {
    tag: "Activities",
    sample: {
      path: "/activities/simulate",
      body: { activityId: "sample:2", customerId, type: "TRANSACTION", occurredAt: "2026-01-10T08:58:00Z", amount: 5 },
    },
    description:
      "Answers what the activities would be answered now, and writes nothing. Each activity of an array is tried on what is stored, and not on what those before it would change. One that was delivered before is answered as its repeat would be.",
    body,
    success: {
      status: 200,
      description: "What would count. For an array, the outcome of each item.",
      data: outcomes,
      examples: examples.activitiesSimulated,
    },
    refusals,
  },
} as const satisfies Operations;
