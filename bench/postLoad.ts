import autocannon from "autocannon";
import type { LoadAnswer } from "./processes/directRequests.ts";

/** Calls of one route, each with a body of its own. */
export type PostLoad = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly nextBody: () => string;
  readonly amount: number;
  readonly connections: number;
};

/** Sends the calls by autocannon. Throws unless every answer is a 200. */
export async function postAll({ url, headers, nextBody, amount, connections }: PostLoad): Promise<LoadAnswer> {
  const latencies: number[] = [];
  const statuses = new Set<number>();
  const startedAt = performance.now();
  let endedAt = startedAt;
  const { errors, timeouts } = await autocannon({
    url,
    method: "POST",
    connections,
    amount,
    headers: { "content-type": "application/json", ...headers },
    requests: [{ setupRequest: (request) => ({ ...request, body: nextBody() }) }],
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
