import { invalid, refusal } from "../errors.ts";
import * as examples from "../examples.ts";
import { listOf, objectOf } from "../fields.ts";
import { ref } from "../jsonSchema.ts";
import { customerId, targetId } from "../sample.ts";
import type { Operations } from "./operation.ts";

const noSuchUser = invalid(400, 'userId in the path must be an integer from 1 to 9007199254740991; got "x".');
const noSuchCustomer = invalid(400, 'customerId in the path must be an integer from 1 to 9007199254740991; got "x".');

/** The routes for customers and their state. */
export const customers = {
  putCustomer: {
    tag: "Customers",
    sample: { path: `/customers/${customerId}`, caller: "demo-admin", body: { firstName: "Ada" } },
    description:
      "Registers the customer, or changes the profile: an absent field stays as it is, `null` empties it. Only registered customers can be enrolled. A repeat changes nothing.",
    body: { schema: ref("CustomerProfile"), examples: examples.profiles },
    success: {
      status: 200,
      description: "Registered or updated.",
      data: objectOf("Customer", "The customer."),
      examples: examples.customer,
    },
    refusals: [
      invalid(400, "firstName must be a string or null; got 7."),
      refusal(310011, "Customer 345651201 was erased, and the id is given to nobody else."),
      invalid(409, "externalId is another customer's; give this one another, or empty that one's first."),
    ],
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
  registerCustomer: {
    tag: "Customers",
    sample: { path: "/customers", caller: "demo-admin", body: { externalId: "crm-345651202" } },
    description:
      "Registers a customer by the brand's own id. The service draws the customer's id. When somebody has the external id already, that customer's profile is changed in the same way as with `PUT`, and the answer is 200 with the same `customerId`.",
    body: { schema: ref("CustomerRegistration"), examples: examples.registrations },
    success: {
      status: 201,
      description: "Registered.",
      data: objectOf("Customer", "The customer."),
      examples: examples.customer,
    },
    again: "There was a customer with this external id, whose profile was changed.",
    refusals: [invalid(400, "externalId is required.")],
  },
  findCustomer: {
    tag: "Customers",
    sample: { path: "/customers?externalId=crm-345651202" },
    description: "The customer with the brand's own id. No answer repeats an external id that nobody has.",
    success: {
      status: 200,
      description: "The customer.",
      data: objectOf("Customer", "The customer."),
      examples: examples.customer,
    },
    refusals: [
      invalid(400, "externalId in the query is required."),
      refusal(310011, "No customer has this externalId; POST /v3/customers registers one."),
    ],
  },
  eraseCustomer: {
    tag: "Customers",
    sample: { path: `/customers/${customerId}?mode=ANONYMISE`, caller: "demo-admin" },
    description:
      "Asks for a customer's data to be erased or anonymised. `ERASE` removes everything that is stored about the customer but the id and the time. From the answer on, calls for the customer are refused with 310011, but for un-enrolling until the enrolment is removed, and the id is given to nobody again. `ANONYMISE` empties names, external id, the texts in attributes of activities and the reasons of adjustments, excuses and grants of freezes; sums and history stay. Both begin within five minutes and are repeated 25 hours later for what was under way. A repeat answers the same request; an anonymisation that is completed, or after which the profile was changed, begins anew.",
    success: {
      status: 202,
      description: "Asked for.",
      data: objectOf("Erasure", "The request."),
      examples: examples.erasure,
    },
    refusals: [invalid(400, "mode in the query is required: ERASE or ANONYMISE."), refusal(310011)],
  },
  getErasure: {
    tag: "Customers",
    sample: { path: `/erasures/${customerId}`, caller: "demo-admin" },
    description: "How far the latest erasure or anonymisation of a customer is. The request has the customer's id.",
    success: {
      status: 200,
      description: "The request.",
      data: objectOf("Erasure", "The request."),
      examples: examples.erasure,
    },
    refusals: [
      invalid(400, 'requestId in the path must be an integer from 1 to 9007199254740991; got "x".'),
      refusal(310011),
    ],
  },
  exportCustomer: {
    tag: "Customers",
    sample: { path: `/customers/${customerId}/export`, caller: "demo-admin" },
    description:
      'Everything that is stored of a customer: the profile, enrolments, settled cycles, activities, adjustments, excuses and grants of freezes with all that was sent of them and what they changed, and history. Cycles are given by their number in the group. A page has up to 100 rows besides the profile; ask on with `cursor` until `nextCursor` is `null`. With the header `Accept: application/x-ndjson` the answer has each row as a line and a last line `{ "type": "page", "nextCursor": … }`.',
    success: {
      status: 200,
      description: "One page.",
      data: objectOf("CustomerExport", "One page."),
      examples: examples.customerExport,
      otherContent: {
        "application/x-ndjson": {
          schema: {
            type: "string",
            description: "A line of JSON for each row of `rows`, and a last line with `nextCursor`.",
          },
          examples: examples.customerExportLines,
        },
      },
    },
    refusals: [
      invalid(400, "cursor in the query must be the nextCursor of a page of this customer's export."),
      refusal(310011),
    ],
  },
  getUserTargetGroups: {
    tag: "Customers",
    sample: { path: `/users/${customerId}/targetGroups?includeInactive=true` },
    description:
      "The targets in which the customer is enrolled, with what was achieved. Enrolments that were left are not listed, unless `includeLeft` or `enrolmentStatus` asks for them.",
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
      "The history of a customer in a target, oldest first, whether the customer is still enrolled or not. A row appears within about a second of its change. `pagination.total` is `null` on a full page, because more rows may follow. A page shorter than `limit` is the last.",
    success: {
      status: 200,
      description: "One page of history.",
      data: listOf("LedgerEntry", "The rows of the page, oldest first."),
      pagination: objectOf("Pagination", "The part of the history that the page is."),
      examples: examples.history,
    },
    refusals: [noSuchUser, refusal(310011), refusal(310149)],
  },
  getEnrolledTargets: {
    tag: "Customers",
    sample: { path: `/users/${customerId}/enrolledTargets` },
    description: "The definitions of the targets in which a customer is enrolled. A deactivated one says so.",
    success: {
      status: 200,
      description: "The definitions.",
      data: listOf("EnrolledTarget", "One row for each target, in the order of their groups and targets."),
      examples: examples.enrolledTargets,
    },
    refusals: [noSuchUser, refusal(310011)],
  },
} as const satisfies Operations;
