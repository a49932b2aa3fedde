import { invalid, noSuchGroup, noSuchTarget, refusal } from "../errors.ts";
import * as examples from "../examples.ts";
import { id, objectOf } from "../fields.ts";
import { ref } from "../jsonSchema.ts";
import { customerId, target } from "../sample.ts";
import type { Operations } from "./operation.ts";

const enrolledCustomer = id("The customer.", 345651201);

const oneRecord = (schema: string) => ({
  description: "Exactly one record, in an array or by itself.",
  anyOf: [{ type: "array", minItems: 1, maxItems: 1, items: ref(schema) }, ref(schema)],
});

const notEnrollable = [
  invalid(
    400,
    "customerId is required, or identifierName with identifierValue in its place.",
    "periodName must be a string or null; got 7.",
    "initialBalance must be >= 0; got -1.",
  ),
  refusal(310017),
  refusal(310018),
  refusal(310011),
  refusal(310019),
  refusal(310119),
];

const notUnenrollable = [
  invalid(400, "customerId is required, or identifierName with identifierValue in its place."),
  refusal(310017, noSuchGroup),
  refusal(310018, noSuchTarget),
  refusal(310011),
  refusal(310126),
];

/** The routes that enrol, un-enrol and adjust, or say what that would do. */
export const enrolment = {
  enroll: {
    tag: "Enrolment",
    sample: { path: `${target}/enroll`, body: [{ customerId, initialBalance: 100 }] },
    description:
      "Enrols or re-enrols one customer into one target. In a milestone this covers the named cycle and every later one, in a streak all cycles. When calls come at the same time, exactly one succeeds and every other one is refused with 310119. If an answer was lost, repeat the call with the same `Idempotency-Key`; it gets the first call's answer.",
    takesKey: true,
    body: { schema: oneRecord("EnrollmentRecord"), examples: examples.enrollRequests },
    success: {
      status: 200,
      description: "Enrolled.",
      data: enrolledCustomer,
      examples: examples.enrolled,
    },
    refusals: [
      ...notEnrollable,
      invalid(
        422,
        "This Idempotency-Key has enrolled the same customer with another record; use a new key for a new request.",
      ),
    ],
  },
  unenroll: {
    tag: "Enrolment",
    sample: { path: `${target}/unEnroll`, body: [{ customerId }] },
    description:
      "Takes one customer out of the current cycle and every later one. Earlier cycles keep what they earned. A streak keeps its levels, and its value is kept for a later re-enrolment. An inactive group or target can be left too; 310017 and 310018 say that there is none. A target with the `enrolmentMethod` `TRANSACTION` can also be left before any activity has enrolled the customer.",
    body: { schema: oneRecord("UnenrollmentRecord"), examples: examples.unenrollRequests },
    success: {
      status: 200,
      description: "Un-enrolled.",
      data: enrolledCustomer,
      examples: examples.enrolled,
    },
    refusals: notUnenrollable,
  },
  adjust: {
    tag: "Enrolment",
    sample: {
      path: `${target}/adjust`,
      caller: "demo-support",
      body: { adjustmentId: "sample:3", customerId, amount: 20, reason: "A receipt was not counted" },
    },
    description:
      "Adds an amount to what one customer has achieved in one cycle, or takes it off, and keeps the reason. It counts exactly once, and has the effects of an activity: marks, levels, the streak value and what is announced. The filters of the target and `trackFromEnrollmentDate` do not matter. An inactive group or target can be adjusted too; 310017 and 310018 say that there is none.",
    body: { schema: oneRecord("AdjustmentRecord"), examples: examples.adjustRequests },
    success: {
      status: 200,
      description: "Adjusted now or before.",
      data: objectOf("AdjustmentOutcome", "What it did."),
      examples: examples.adjustmentsMade,
    },
    refusals: [
      invalid(400, "amount must not be 0; an adjustment changes something.", "reason is required."),
      refusal(310017, noSuchGroup),
      refusal(310018, noSuchTarget),
      refusal(310011),
      refusal(310019),
      refusal(310126),
      invalid(422, 'Id "support:4711" was used before for another adjustment or for an activity; nothing was changed.'),
    ],
  },
  simulateEnrollment: {
    tag: "Enrolment",
    sample: { path: `${target}/enroll/simulate`, body: [{ customerId, initialBalance: 100 }] },
    description:
      "Answers what the enrolment would be answered now, and writes nothing. `simulation` says what would be written; it is absent when the call would be refused. An `Idempotency-Key` is ignored with a warning. It is a path of its own, because an older deployment would ignore an unknown flag and write.",
    body: { schema: oneRecord("EnrollmentRecord"), examples: examples.enrollRequests },
    success: {
      status: 200,
      description: "The customer could be enrolled.",
      data: enrolledCustomer,
      besides: { simulation: objectOf("Simulation", "What would be written.") },
      examples: examples.enrollmentSimulated,
    },
    refusals: notEnrollable,
  },
  simulateUnenrollment: {
    tag: "Enrolment",
    sample: { path: `${target}/unEnroll/simulate`, body: [{ customerId }] },
    description: "Answers what the un-enrolment would be answered now, and writes nothing.",
    body: { schema: oneRecord("UnenrollmentRecord"), examples: examples.unenrollRequests },
    success: {
      status: 200,
      description: "The customer could be un-enrolled.",
      data: enrolledCustomer,
      examples: examples.unenrollmentSimulated,
    },
    refusals: notUnenrollable,
  },
} as const satisfies Operations;
