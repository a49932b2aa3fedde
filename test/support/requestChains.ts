import type { CallName } from "../../lib/functionNames.ts";
import { type Chain, engineLimits } from "../../shared/table/client.ts";

/**
 * The longest chain of requests to the table, one after the other, in each kind of call of a function. Those that a loop sends
 * for as long as there is patience are not counted, but the last of them, which may begin when patience ends.
 *
 * The time limit of a function has to be above what the longest chain of its calls may take, so that a call is answered even when every request
 * fails on every attempt but the last (test/infra/functions). The code is held to these lengths by
 * test/engine/requestChains. A kind of call without an entry does not compile.
 */
export const requestChains: Readonly<Record<CallName, Chain>> = {
  /** The token, and the credential that it was issued for. */
  authorizer: { requests: 2, patientLoops: 0 },
  /** A definition to judge the record by, the customer looked for twice, a write; or a read and a definition to repeat. */
  enroll: { requests: 4, patientLoops: 1 },
  /** The definition, the enrolment, and a write; or the customer, looked for twice. */
  unenroll: { requests: 4, patientLoops: 1 },
  /** The last activity that patience lets begin, of which: enrolments, the customer looked for twice, a write. */
  recordActivities: { requests: 4, patientLoops: 2 },
  countQueuedActivities: { requests: 4, patientLoops: 2 },
  /** The ids, and the last write that patience lets begin. */
  createTargetGroup: { requests: 2, patientLoops: 1 },
  /** The names, by pages, and definitions side by side. */
  listTargetGroups: { requests: 2, patientLoops: 1 },
  /** One page, as a definition is at most as large as the request that made it. */
  getTargetGroup: { requests: 1, patientLoops: 0 },
  /** The last write that patience lets begin. */
  putCustomer: { requests: 1, patientLoops: 1 },
  /** Looked for twice. */
  getCustomer: { requests: 2, patientLoops: 0 },
  /** Enrolments, by pages, beside the customer, looked for twice; definitions side by side. */
  getUserTargetGroups: { requests: 3, patientLoops: 1 },
  /** Enrolments, by pages; definitions side by side, or the customer, looked for twice. */
  getEnrolledTargets: { requests: 3, patientLoops: 1 },
  /** Enrolments, by pages; the definition and rows, by pages, or the customer, looked for twice. */
  getTrackedTargetEvents: { requests: 3, patientLoops: 2 },
  /** The credential and the token. */
  issueToken: { requests: 2, patientLoops: 0 },
  generateToken: { requests: 2, patientLoops: 0 },
  revokeToken: { requests: 2, patientLoops: 0 },
  /** The last record that patience lets begin, of which: the index's row, the definition, the ledger's rows side by side. */
  projector: { requests: 3, patientLoops: 1 },
  /** What is due, and the definitions of the groups whose it is. */
  listDueCycles: { requests: 2, patientLoops: 1 },
  /** The definition, and a page. It begins another page, or the end of the shard, only with the time for it. */
  closeShard: { ...engineLimits.closingPageChain, requests: 1 + engineLimits.closingPageChain.requests },
};
