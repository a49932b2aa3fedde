import { demoCustomerWithHistory } from "../../../local/demoData.ts";
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

const notExcusable = [
  invalid(400, "periodName is required, or startDate with endDate in its place.", "reason is required."),
  refusal(310017, noSuchGroup),
  refusal(310018, noSuchTarget),
  refusal(310011),
  refusal(310019),
  refusal(310126),
];

/** The streak of the demo data, and the customer who is in it. Its cycles are around the day of the start. */
const demoStreak = "/targetGroups/2/targets/2";
const demoSpan = { customerId: demoCustomerWithHistory, startDate: "2020-01-01", endDate: "2199-12-31" };

/** The routes that enrol, un-enrol, adjust and forgive, or say what that would do. */
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
  excuse: {
    tag: "Enrolment",
    sample: { path: `${demoStreak}/excuse`, caller: "demo-support", body: { ...demoSpan, reason: "A sample" } },
    description:
      "Excuses cycles of one customer's streak: while they are not met they neither count nor end the run, and take no freeze. The body names one cycle, or dates: then all cycles that overlap them are excused. An excuse after the run has ended restores it. A call that changes nothing is answered with 200 and a warning. An inactive group or target takes part too; 310017 and 310018 say that there is none.",
    body: { schema: oneRecord("ExcuseRecord"), examples: examples.excuseRequests },
    success: {
      status: 200,
      description: "Excused now or before.",
      data: objectOf("ExcuseOutcome", "How the streak stands."),
      examples: examples.excused,
    },
    refusals: notExcusable,
  },
  unexcuse: {
    tag: "Enrolment",
    sample: { path: `${demoStreak}/unExcuse`, caller: "demo-support", body: { ...demoSpan, reason: "A sample" } },
    description:
      "Takes excuses back: the cycles count as missed again where they are not met. Levels that were reached stay. A call that changes nothing is answered with 200 and a warning.",
    body: { schema: oneRecord("ExcuseRecord"), examples: examples.excuseRequests },
    success: {
      status: 200,
      description: "Not excused any more, or not before.",
      data: objectOf("ExcuseOutcome", "How the streak stands."),
      examples: examples.unexcused,
    },
    refusals: notExcusable,
  },
  grantFreezes: {
    tag: "Enrolment",
    sample: {
      path: `${demoStreak}/freezes`,
      caller: "demo-support",
      body: { grantId: "sample:4", customerId: demoCustomerWithHistory, amount: 1, reason: "A sample" },
    },
    description:
      "Gives one customer freezes for a streak. Each bridges one missed cycle inside a run, the first ones in calendar order; a late activity that meets such a cycle frees its freeze again. A grant counts exactly once. With `initial` of the group all grants are at most 10; more is refused with 300004.",
    body: { schema: oneRecord("FreezesRecord"), examples: examples.freezesRequests },
    success: {
      status: 200,
      description: "Granted now or before.",
      data: objectOf("FreezesOutcome", "How the streak stands, or stood after the first call."),
      examples: examples.freezesGranted,
    },
    refusals: [
      invalid(400, "amount must be <= 10; got 11.", "reason is required."),
      refusal(310017, noSuchGroup),
      refusal(310018, noSuchTarget),
      refusal(310011),
      refusal(310126),
      invalid(422, 'Id "support:4713" was used before for another grant; nothing was changed.'),
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
