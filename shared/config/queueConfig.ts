/** How the queue's function learns which queues belong to one org; the stack sets the same variable. */
export const orgQueuesVariable = "ORG_QUEUES";

/** The org of each queue that takes one org's activities, by the queue's ARN. */
export type OrgQueues = ReadonlyMap<string, string>;

/** Reads the queues from JSON of each org's ARN; empty when there are none. Throws when it is no such JSON. */
export function readOrgQueues(environment: NodeJS.ProcessEnv = process.env): OrgQueues {
  const byOrg: unknown = JSON.parse(environment[orgQueuesVariable] ?? "{}");
  return new Map(Object.entries(Object(byOrg)).map(([org, arn]) => [String(arn), org]));
}
