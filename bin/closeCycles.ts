import type { ClosedCycle } from "../local/closeCycles.ts";
import { InvalidConfig, readLocalConfig } from "../shared/config/localConfig.ts";

/** The answer of `POST /local/close-cycles`. */
type Answer = { readonly data: { readonly closed: readonly ClosedCycle[] } };

/**
 * `npm run close-cycles`: asks the service of `npm start` to close all cycles that have ended, and prints what it
 * closed.
 */
async function main(): Promise<void> {
  const { port } = readLocalConfig();
  const url = `http://127.0.0.1:${port}/local/close-cycles`;
  const response = await fetch(url, { method: "POST" }).catch(() => undefined);
  if (response === undefined) {
    throw new InvalidConfig(`Nothing answers on port ${port}: run npm start first, or set PORT to where it listens.`);
  }
  if (!response.ok) throw new InvalidConfig(`${url} answered ${response.status}; the service's console says why.`);
  const { data }: Answer = JSON.parse(await response.text());
  if (data.closed.length === 0) console.log("No cycle had to be closed.");
  for (const { org, groupId, targetId, cycleNumber, customerCount } of data.closed) {
    const what = `cycle ${cycleNumber} of target ${targetId} in target group ${groupId} of org ${org}`;
    console.log(`Closed ${what} for ${customerCount} customers.`);
  }
}

main().catch((error: unknown) => {
  // The message of `InvalidConfig` is complete. Any other error is a fault of this program, so its stack is printed.
  console.error(error instanceof InvalidConfig ? error.message : error);
  process.exitCode = 1;
});
