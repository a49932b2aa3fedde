import type { CallName } from "../../lib/functionNames.ts";
import { type RouteName, routeNames } from "../../shared/http/routes.ts";
import { type Chain, engineLimits } from "../../shared/table/client.ts";
import { routeContracts } from "./routeContracts.ts";

const chainsWithoutRoute: Readonly<Record<Exclude<CallName, RouteName>, Chain>> = {
  /** The token, and the credential that it was issued for. */
  authorizer: { requests: 2, patientLoops: 0 },
  /** As of recordActivities. */
  countQueuedActivities: { requests: 4, patientLoops: 2 },
  /** The last record that patience lets begin, of which: the index's row, the definition, the ledger's rows side by side. */
  projector: { requests: 3, patientLoops: 1 },
  /** What is due, and the definitions of the groups whose it is. */
  listDueCycles: { requests: 2, patientLoops: 1 },
  /** The definition, and a page. It begins another page, or the end of the shard, only with the time for it. */
  closeShard: { ...engineLimits.closingPageChain, requests: 1 + engineLimits.closingPageChain.requests },
};

/**
 * The longest chain of requests to the table, one after the other, in each kind of call. Requests of a loop that ends when
 * patience does are not counted, but the last of them, which may begin when patience ends.
 *
 * A function's time limit has to be above what the longest chain of its calls may take. Then a call is answered even when
 * every request fails on every attempt but the last (test/infra/functions). test/engine/requestChains holds the code to
 * these lengths. A kind of call without an entry does not compile.
 */
export const requestChains: ReadonlyMap<string, Chain> = new Map([
  ...routeNames.map((name): [string, Chain] => [name, routeContracts[name].chain]),
  ...Object.entries(chainsWithoutRoute),
]);
