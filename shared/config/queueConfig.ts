/**
 * The variable in which the queue's function finds the queues that belong to one org. The stack sets the same constant.
 */
export const orgQueuesVariable = "ORG_QUEUES";

/** The org of each queue that takes one org's activities, by the queue's ARN. */
export type OrgQueues = ReadonlyMap<string, string>;

/**
 * Reads the queues from the variable's JSON, which maps each org to its queue's ARN; empty when there are none. Throws
 * when it is not JSON.
 */
export function readOrgQueues(environment: NodeJS.ProcessEnv = process.env): OrgQueues {
  const byOrg: unknown = JSON.parse(environment[orgQueuesVariable] ?? "{}");
  return new Map(Object.entries(Object(byOrg)).map(([org, arn]) => [String(arn), org]));
}
