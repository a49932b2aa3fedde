import { invalid, refusal } from "../errors.ts";
import * as examples from "../examples.ts";
import { ref } from "../jsonSchema.ts";
import { customerId } from "../sample.ts";
import type { Operations } from "./operation.ts";

/** The route that counts activities. */
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
      "Counts what customers did, for every target they are enrolled in, exactly once and in any order. One activity is answered for itself. Of an array each item is answered in an envelope of its own, in order, and the array with 200. Whatever failed with 4001 can be sent again as it is.",
    body: {
      schema: {
        description: "One activity, or 1 to 25.",
        anyOf: [ref("Activity"), { type: "array", minItems: 1, maxItems: 25, items: ref("Activity") }],
      },
      examples: examples.activityRequests,
    },
    success: {
      status: 200,
      description: "Counted, or counted before; of an array, what became of each.",
      data: {
        description: "What the activity did; for an array, an envelope for each.",
        anyOf: [ref("ActivityOutcome"), { type: "array", minItems: 1, maxItems: 25, items: ref("ActivityAnswer") }],
      },
      examples: examples.activitiesCounted,
    },
    refusals: [
      invalid(400, 'occurredAt must be an instant with its offset, such as 2026-01-31T18:00:00Z; got "2030-01-10".'),
      refusal(310011),
      invalid(422, 'Activity "till-7:000123" was delivered before with other content; nothing was changed.'),
    ],
  },
} as const satisfies Operations;
