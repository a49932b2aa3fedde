import { demoSecret } from "../../local/demoData.ts";
import { dataIdHeader } from "../../shared/http/dataIdHeader.ts";
import type { ProtectedRouteName, RouteName } from "../../shared/http/routes.ts";
import { invalid, type Refusal, refusal } from "./errors.ts";
import * as examples from "./examples.ts";
import { id, listOf, objectOf } from "./fields.ts";
import { type JsonSchema, ref } from "./jsonSchema.ts";
import { customerId, groupId, type Sample, target, targetId } from "./sample.ts";

type Examples = Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;

/** The description of a route that answers with the envelope, beyond what the route table says. */
export type Operation = {
  readonly tag: string;
  readonly sample: Sample;
  readonly description: string;
  readonly body?: { readonly schema: JsonSchema; readonly examples: Examples };
  /** Whether the route accepts the header `Idempotency-Key`. */
  readonly takesKey?: true;
  readonly success: {
    readonly status: 200 | 201;
    readonly description: string;
    readonly data: JsonSchema;
    readonly examples: Examples;
    readonly headers?: JsonSchema;
  };
  /** The route's own refusals in order of precedence, without those of every route. */
  readonly refusals: readonly Refusal[];
};

const enrolledCustomer = id("The customer.", 345651201);
const noSuchId = invalid(400, 'targetGroupId in the path must be an integer from 1 to 9007199254740991; got "x".');
const noSuchGroup = "Target group 99 does not exist; GET /v3/targetGroups lists them.";
const noSuchUser = invalid(400, 'userId in the path must be an integer from 1 to 9007199254740991; got "x".');
const noSuchCustomer = invalid(400, 'customerId in the path must be an integer from 1 to 9007199254740991; got "x".');

const dataId = {
  [dataIdHeader]: {
    description:
      "Names the org's data: random, made with the org's first credential. It is another one after the service was set up anew at the same address. It grants nothing.",
    schema: { type: "string", examples: ["8a2f4b1e-6c0d-4a57-9f0e-2b7d1c3e5a90"] },
  },
};

const oneRecord = (schema: string) => ({
  description: "Exactly one record, in an array or by itself.",
  anyOf: [{ type: "array", minItems: 1, maxItems: 1, items: ref(schema) }, ref(schema)],
});

export const operations = {
  enroll: {
    tag: "Enrolment",
    sample: { path: `${target}/enroll`, body: [{ customerId, initialBalance: 100 }] },
    description:
      "Enrols one customer, at first or again, into one target: for a milestone into the named cycle and every later one, for a streak into all. Of simultaneous calls exactly one succeeds; every other is refused with 310119. A call whose answer was lost is repeated with the same `Idempotency-Key` and answered as the first was.",
    takesKey: true,
    body: { schema: oneRecord("EnrollmentRecord"), examples: examples.enrollRequests },
    success: {
      status: 200,
      description: "Enrolled.",
      data: enrolledCustomer,
      examples: examples.enrolled,
    },
    refusals: [
      invalid(
        400,
        "customerId is required.",
        "periodName must be a string or null; got 7.",
        "initialBalance must be >= 0; got -1.",
      ),
      refusal(310017),
      refusal(310018),
      refusal(310011),
      refusal(310019),
      refusal(310119),
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
      "Takes one customer out of the current cycle and every later one. What earlier cycles earned stays. Of a streak the levels stay, and its value is kept for a later re-enrolment. An inactive group or target can be left too; 310017 and 310018 say that there is none.",
    body: { schema: oneRecord("UnenrollmentRecord"), examples: examples.unenrollRequests },
    success: {
      status: 200,
      description: "Un-enrolled.",
      data: enrolledCustomer,
      examples: examples.enrolled,
    },
    refusals: [
      invalid(400, "customerId is required."),
      refusal(310017, noSuchGroup),
      refusal(310018, "Target group 3 has no target 99; GET /v3/targetGroups/3 lists its targets."),
      refusal(310011),
      refusal(310126),
    ],
  },
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
  createTargetGroup: {
    tag: "Target groups",
    sample: {
      path: "/targetGroups",
      caller: "demo-admin",
      body: {
        name: "A sample milestone",
        trackingType: "DEFAULT",
        targetEvaluationType: "FIXED_CALENDAR_WINDOW",
        periods: [
          { refCode: "JAN", startDate: "2030-01-01", endDate: "2030-01-31" },
          { refCode: "FEB", startDate: "2030-02-01", endDate: "2030-02-28" },
        ],
        targets: [
          {
            name: "Monthly spend",
            targetEntity: "TRANSACTION",
            targetType: "SALES",
            defaultValues: [{ defaultValue: 1000 }],
          },
        ],
      },
    },
    description:
      "Creates a milestone or streak with its cycles, targets and levels, together or not at all. All faults of a definition are told at once.",
    body: { schema: ref("TargetGroupDefinition"), examples: examples.definitions },
    success: {
      status: 201,
      description: "Created, with every id.",
      data: objectOf("TargetGroup", "The group."),
      examples: examples.created,
    },
    refusals: [
      invalid(
        400,
        'trackingType must be one of DEFAULT, STREAKS, NON_CONTINUOUS_STREAKS; got "MILESTONE".',
        'periods[1].refCode must be unique in the group; "JAN" is there already.',
      ),
      refusal(310069),
    ],
  },
  listTargetGroups: {
    tag: "Target groups",
    sample: { path: "/targetGroups?limit=10" },
    description:
      "The org's groups in order of their names, active or not. An empty page is the last: one of large definitions can be shorter than `limit`, and a warning says so.",
    success: {
      status: 200,
      description: "One page of groups.",
      data: listOf("TargetGroup", "The page."),
      examples: examples.groups,
      headers: dataId,
    },
    refusals: [invalid(400, 'limit in the query must be an integer from 1 to 25; got "26".')],
  },
  getTargetGroup: {
    tag: "Target groups",
    sample: { path: `/targetGroups/${groupId}?includePeriods=true` },
    description: "One group, active or not.",
    success: {
      status: 200,
      description: "The group.",
      data: objectOf("TargetGroup", "The group."),
      examples: examples.group,
    },
    refusals: [noSuchId, refusal(310017, noSuchGroup)],
  },
  putCustomer: {
    tag: "Customers",
    sample: { path: `/customers/${customerId}`, caller: "demo-admin", body: { firstName: "Ada" } },
    description:
      "Registers the customer, or replaces what is kept of one. Only registered customers can be enrolled. Repeating it changes nothing more.",
    body: { schema: ref("CustomerProfile"), examples: examples.profiles },
    success: {
      status: 200,
      description: "Registered or updated.",
      data: objectOf("Customer", "The customer."),
      examples: examples.customer,
    },
    refusals: [invalid(400, "firstName must be a string or null; got 7.")],
  },
  getCustomer: {
    tag: "Customers",
    sample: { path: `/customers/${customerId}` },
    description: "A registered customer.",
    success: {
      status: 200,
      description: "The customer.",
      data: objectOf("Customer", "The customer."),
      examples: examples.customer,
    },
    refusals: [noSuchCustomer, refusal(310011)],
  },
  getUserTargetGroups: {
    tag: "Customers",
    sample: { path: `/users/${customerId}/targetGroups?includeInactive=true` },
    description: "What a customer is enrolled in and has achieved. Enrolments that were left are not listed.",
    success: {
      status: 200,
      description: "Where the customer stands.",
      data: objectOf("CustomerState", "Where the customer stands."),
      examples: examples.state,
    },
    refusals: [noSuchUser, refusal(310011)],
  },
  getTrackedTargetEvents: {
    tag: "Customers",
    sample: { path: `/users/${customerId}/trackedTargetEvents/${targetId}` },
    description:
      "What happened to a customer in a target, oldest first, the enrolment left or not. Rows follow the change they tell of within about a second. A page shorter than `limit` is the last.",
    success: {
      status: 200,
      description: "One page of history.",
      data: objectOf("TrackedTargetEvents", "The page."),
      examples: examples.history,
    },
    refusals: [noSuchUser, refusal(310011), refusal(310149)],
  },
  getEnrolledTargets: {
    tag: "Customers",
    sample: { path: `/users/${customerId}/enrolledTargets` },
    description: "The definitions of what a customer is enrolled in; a deactivated one says so.",
    success: {
      status: 200,
      description: "The definitions.",
      data: objectOf("EnrolledTargets", "The definitions."),
      examples: examples.enrolledTargets,
    },
    refusals: [noSuchUser, refusal(310011)],
  },
  generateToken: {
    tag: "Access",
    sample: { path: "/oauth/token/generate", body: { key: "demo-till", secret: demoSecret } },
    description:
      "Issues an access token for a key and secret, in this API's own envelope. For `Authorization: Bearer`. `POST /oauth/token` does the same in OAuth's words.",
    body: { schema: ref("KeyAndSecret"), examples: examples.keys },
    success: {
      status: 200,
      description: "Issued.",
      data: objectOf("GeneratedToken", "The token."),
      examples: examples.generatedToken,
    },
    refusals: [invalid(400, "secret is required.")],
  },
} as const satisfies Readonly<Record<ProtectedRouteName | "generateToken", Operation>>;

/** The description of each path parameter, by name. */
export const pathParameters = {
  targetGroupId: id("The target group.", 3),
  targetId: id("The target, one of the group's `targets`.", 3),
  customerId: id("The customer.", 345651201),
  userId: id("The customer.", 345651201),
  targetRuleId: id("The target, by its id in `targets`.", 3),
} as const;

const page = {
  limit: { description: "The most rows to answer.", example: 20 },
  offset: { description: "How many rows to skip.", example: 0 },
} as const;

/** The same for query parameters. */
export const queryParameters = {
  includePeriods: { description: "Whether to answer the cycles.", example: true },
  includeInactive: {
    description: "`true`: all cycles the enrolment covers. `false`: the current one only.",
    example: true,
  },
  includeInactiveTargets: { description: "Whether to answer deactivated groups and targets too.", example: false },
  includeLeft: { description: "Whether to answer `leftTargets` too: what a return would go on from.", example: false },
  targetRuleId: { description: "Only this target, by its id in `targets`.", example: 3 },
  periodId: { description: "Only this cycle.", example: 36 },
  ...page,
} as const;

export const tags = [
  { name: "Enrolment", description: "Into milestones and streaks, and out of them." },
  { name: "Activities", description: "What customers do, and what it counts for." },
  { name: "Customers", description: "Who takes part, and where each one stands." },
  { name: "Target groups", description: "Milestones and streaks, with their cycles, targets and levels." },
  { name: "Access", description: "Access tokens, for those who do not send their secret with every call." },
] as const;

export type EnvelopeRouteName = keyof typeof operations;

export function speaksEnvelope(name: RouteName): name is EnvelopeRouteName {
  return Object.hasOwn(operations, name);
}
