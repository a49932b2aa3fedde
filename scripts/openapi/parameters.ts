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
  targetRuleId: { description: "Only this target, by its id in `targets`.", example: 3 },
  externalId: { description: "What another system calls the customer, compared exactly.", example: "crm-77" },
  cursor: { description: "The `nextCursor` of the page before.", example: "MzQ1NjUxMjAxIEFDVElWSVRZI2E" },
  mode: { description: "`ERASE` or `ANONYMISE`.", example: "ANONYMISE" },
  periodId: { description: "Only this cycle.", example: 36 },
  ...page,
} as const;
