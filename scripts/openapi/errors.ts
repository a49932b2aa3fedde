import { failureEnvelope } from "../../shared/http/envelope.ts";
import { type ErrorCode, errorCatalogue, type InvalidInputStatus } from "../../shared/http/errors.ts";
import { challenge, gatewayResponses } from "../../shared/http/gatewayResponses.ts";
import { text } from "./fields.ts";
import { answerObject, type JsonSchema } from "./jsonSchema.ts";

/** A possible refusal, with one error for each detail. */
export type Refusal = {
  readonly status: number;
  readonly code: ErrorCode;
  readonly details: readonly string[];
};

const { ACCESS_DENIED, AUTHORIZER_FAILURE, INTEGRATION_TIMEOUT, THROTTLED, UNAUTHORIZED } = gatewayResponses;

/** The example for each code: the details that the service answers to such a request. */
const details = {
  401: UNAUTHORIZED.detail,
  4000: ACCESS_DENIED.detail,
  300004: "customerId is required, or identifierName with identifierValue in its place.",
  310017: "Target group 99 does not exist or is inactive; GET /v3/targetGroups lists them.",
  310018: "Target group 3 has no active target 99; GET /v3/targetGroups/3 lists its targets.",
  310011: "Customer 345651201 is not registered; PUT /v3/customers/345651201 registers one.",
  310019: 'Target group 3 has no cycle named "DEC"; periodName must equal a cycle\'s refCode exactly.',
  310119:
    "Customer 345651201 is enrolled in target 3 of target group 3, for its cycle and every later one; un-enrol first to enrol anew.",
  310126: "Customer 345651201 is not enrolled in target 3 of target group 3; nothing was changed.",
  310069: 'This org has a target group named "Spend 1000 a month"; names are compared without regard to case.',
  310149:
    "Customer 345651201 has never been enrolled in target 99; GET /v3/users/345651201/enrolledTargets lists the targets of today.",
  404: gatewayResponses.RESOURCE_NOT_FOUND.detail,
  429: THROTTLED.detail,
  500: "It was logged under this request's id.",
  4001: "The request may have been carried out; read the state, or repeat it with the same Idempotency-Key.",
} as const satisfies Record<ErrorCode, string>;

export function refusal(code: ErrorCode, detail: string = details[code]): Refusal {
  return { status: errorCatalogue[code].status, code, details: [detail] };
}

/** 300004 with details that are special to a route. */
export function invalid(status: InvalidInputStatus, ...faults: readonly string[]): Refusal {
  return { status, code: 300004, details: faults };
}

function error(codes: readonly number[]): JsonSchema {
  return answerObject("One fault.", {
    code: {
      type: "integer",
      enum: codes,
      description: "The number by which a program decides. docs/errors.md has a chapter on each code.",
      examples: codes.slice(0, 1),
    },
    message: text(
      "A sentence for people: what was given and what to check. Its wording may change.",
      "Invalid input. customerId is required, or identifierName with identifierValue in its place.",
    ),
  });
}

/** The envelope of a refusal with one of these codes. */
export function failureSchema(codes: readonly number[]): JsonSchema {
  const errors = error([...new Set(codes)]);
  return {
    type: "object",
    required: ["data", "errors", "warnings"],
    properties: {
      data: { type: "null", description: "There is none." },
      errors: {
        type: "array",
        minItems: 1,
        items: errors,
        description: "At least one error. All faults of a request are answered at once.",
      },
      warnings: { type: "null", description: "Warnings come with successes only." },
    },
  };
}

/** The response for refusals of one status, with an example body for each. */
export function refusalResponse(description: string, refusals: readonly Refusal[], headers: object = {}): JsonSchema {
  const examples = refusals.map(({ code, details: faults }, index) => {
    const isFirst = refusals.findIndex((other) => other.code === code) === index;
    const summary = errorCatalogue[code].message;
    return [isFirst ? String(code) : `${code}-${index + 1}`, { summary, value: failureEnvelope(code, faults) }];
  });
  return {
    description,
    headers,
    content: {
      "application/json": {
        schema: failureSchema(refusals.map(({ code }) => code)),
        examples: Object.fromEntries(examples),
      },
    },
  };
}

export const retryAfterHeader = {
  "Retry-After": {
    description: "Seconds to wait before the request is repeated.",
    required: true,
    schema: { type: "integer", minimum: 0, examples: [1] },
  },
} as const;

const challengeHeader = {
  "WWW-Authenticate": {
    description: "The accepted schemes.",
    required: true,
    schema: { type: "string", examples: [challenge["WWW-Authenticate"]] },
  },
} as const;

/** The refusals of every route, and of every route that reads JSON. */
export const refusalResponses = {
  Unauthenticated: refusalResponse("Nobody, or nobody who is known.", [refusal(401)], challengeHeader),
  NotAllowed: refusalResponse("Known, but the access group may not do this.", [
    refusal(4000),
    refusal(
      4000,
      'POST /customers/{customerId} needs the permission "manage", which access group "default" does not have.',
    ),
  ]),
  NoSuchRoute: refusalResponse("The API has no such method and path. It is said before the credential is looked at.", [
    refusal(404),
  ]),
  TooLarge: refusalResponse("The body is larger than the route takes. It was not parsed.", [
    invalid(413, "The body must be at most 16384 bytes; got 20000."),
    invalid(413, gatewayResponses.REQUEST_TOO_LARGE.detail),
  ]),
  NotJson: refusalResponse("The body is not declared as JSON.", [
    invalid(415, "Content-Type must be application/json; got text/plain."),
  ]),
  Throttled: refusalResponse(
    "There were more requests than the limit allows. Nothing was changed.",
    [refusal(429)],
    retryAfterHeader,
  ),
  Unexpected: refusalResponse("An unexpected error, which was logged.", [
    refusal(500),
    refusal(500, gatewayResponses.DEFAULT_5XX.detail),
  ]),
  Unavailable: refusalResponse(
    "A dependency did not answer in time. The message says whether it may have been carried out.",
    [
      refusal(4001, "Nothing was changed; try again after the seconds in Retry-After."),
      refusal(4001),
      refusal(4001, AUTHORIZER_FAILURE.detail),
      refusal(4001, INTEGRATION_TIMEOUT.detail),
    ],
    retryAfterHeader,
  ),
} as const satisfies Readonly<Record<string, JsonSchema>>;

export function responseRef(name: keyof typeof refusalResponses): { readonly $ref: string } {
  return { $ref: `#/components/responses/${name}` };
}

/** The detail of 310017 where it says that there is no such group. */
export const noSuchTarget = "Target group 3 has no target 99; GET /v3/targetGroups/3 lists its targets.";
export const noSuchGroup = "Target group 99 does not exist; GET /v3/targetGroups lists them.";
