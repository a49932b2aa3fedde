import { countingStepChain } from "../../functions/closeShard/closeShard.ts";
import type { CallName } from "../../lib/functionNames.ts";
import { type RouteName, routeNames } from "../../shared/http/routes.ts";
import type { Chain } from "../../shared/table/client.ts";
import { routeContracts } from "./routeContracts.ts";

const chainsWithoutRoute: Readonly<Record<Exclude<CallName, RouteName>, Chain>> = {
  /** The token, and the credential it was issued for. */
  authorizer: { requests: 2, patientLoops: 0 },
  /** The same chain as that of recordActivities. */
  countQueuedActivities: { requests: 4, patientLoops: 2 },
  /**
   * The chain of the last record, which may begin when patience ends. It reads the index's row, then the definition,
   * then the ledger's rows side by side.
   */
  projector: { requests: 3, patientLoops: 1 },
  /**
   * What is due; the definition of a group beside its shards; the note of closed cycles, the next sweep put, and the last
   * one taken off. Of a count: the sweep is started beside a read of the last count's note, and the new note put beside the
   * next sweep.
   */
  listDueCycles: { requests: 5, patientLoops: 1 },
  /** The definition, and a step of counting. It begins another page or step only with the time for it. */
  closeShard: { ...countingStepChain, requests: 1 + countingStepChain.requests },
};

/**
 * The longest chain of requests to the table in each kind of call, in which one request follows the other. Some loops
 * end when patience does. Of such a loop only the last request is counted, because it may begin when patience ends.
 *
 * A function's time limit has to be above the time that the longest chain of its calls can take. Then a call is
 * answered even when every request fails on every attempt but the last (test/infra/functions).
 * test/engine/requestChains holds the code to these lengths. A kind of call without an entry does not compile.
 */
export const requestChains: ReadonlyMap<string, Chain> = new Map([
  ...routeNames.map((name): [string, Chain] => [name, routeContracts[name].chain]),
  ...Object.entries(chainsWithoutRoute),
]);
