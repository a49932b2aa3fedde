import { id } from "./fields.ts";

/** The description of each path parameter, by name. */
export const pathParameters = {
  targetGroupId: id("The target group.", 3),
  targetId: id("The target, one of the group's `targets`.", 3),
  customerId: id("The customer.", 345651201),
  requestId: id("The request. It is the customer's id.", 345651201),
  userId: id("The customer.", 345651201),
  targetRuleId: id("The target, by its id in `targets`.", 3),
} as const;

const page = {
  limit: { description: "The largest number of rows in the answer.", example: 20 },
  offset: { description: "The number of rows to skip.", example: 0 },
} as const;

/** The same for query parameters. */
export const queryParameters = {
  includePeriods: { description: "Whether the answer has the cycles.", example: true },
  includeInactive: {
    description: "`true`: all cycles that the enrolment covers. `false`: only the current one.",
    example: true,
  },
  includeInactiveTargets: { description: "Whether the answer has deactivated groups and targets too.", example: false },
  includeLeft: {
    description: "Whether the answer has `leftTargets` too, the state from which a return would go on.",
    example: false,
  },
  enrolmentStatus: {
    description:
      "`ENROLLED`: what the customer is enrolled in, as without it. `AVAILABLE`: what the customer can be enrolled in now, in `availableTargets`. It looks at the 200 groups that were created last; when there are more, a warning says that older ones can be missing. `LEFT`: what the customer has left, in `leftTargets`. `COMPLETED`: what the customer is enrolled in and whose last cycle has ended, with all cycles.",
    example: "ENROLLED",
  },
  targetRuleId: { description: "Only this target, by its id in `targets`.", example: 3 },
  externalId: { description: "What another system calls the customer, compared exactly.", example: "crm-77" },
  mode: { description: "`ERASE` or `ANONYMISE`.", example: "ANONYMISE" },
  periodId: { description: "Only this cycle.", example: 36 },
  status: { description: "Whom to list: who is enrolled, who has left, or both.", example: "ENROLLED" },
  achieved: {
    description:
      "Only who has reached the value of the cycle, or has not. Without `periodId` that is the current cycle.",
    example: true,
  },
  cursor: {
    description:
      "`nextCursor` of the page before. It is good only for the customer, or for the target and filters, of that page. Without it the answer is the first page.",
    example: "aG9ZBqYkUa6xLTq0jLr7JTMuMzQ1NjUxMjAx",
  },
  ...page,
} as const;
