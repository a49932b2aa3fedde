import autocannon from "autocannon";
import { formatInstant } from "../shared/domain/instant.ts";
import { during, type Place } from "./place.ts";
import type { LoadAnswer } from "./processes/directCaller.ts";

export type HttpTarget = { readonly baseUrl: string; readonly authorization: string; readonly place: Place };

/** Enrols customers over HTTP, one for each call. Throws unless every answer is a 200. */
export async function enrollOverHttp(
  { baseUrl, authorization, place }: HttpTarget,
  nextCustomerId: () => number,
  amount: number,
  connections: number,
): Promise<LoadAnswer> {
  const { group } = place;
  const latencies: number[] = [];
  const statuses = new Set<number>();
  const startedAt = performance.now();
  let endedAt = startedAt;
  const { errors, timeouts } = await autocannon({
    url: `${baseUrl}/targetGroups/${group.id}/targets/${group.targets[0]?.id}/enroll`,
    method: "POST",
    connections,
    amount,
    headers: {
      authorization,
      "content-type": "application/json",
      "x-local-now": formatInstant(during(1)),
    },
    requests: [
      { setupRequest: (request) => ({ ...request, body: JSON.stringify([{ customerId: nextCustomerId() }]) }) },
    ],
    setupClient: (client) => {
      client.on("response", (status, _bytes, milliseconds) => {
        endedAt = performance.now();
        latencies.push(milliseconds);
        statuses.add(status);
      });
    },
  });
  if (errors + timeouts > 0 || latencies.length !== amount || [...statuses].join() !== "200") {
    throw new Error(`Of ${amount} calls ${latencies.length} were answered, with ${[...statuses].join()}`);
  }
  return { milliseconds: endedAt - startedAt, latencies };
}
