import type { ClosedCycle } from "../local/closeCycles.ts";
import { InvalidConfig, readLocalConfig } from "../shared/config/localConfig.ts";

/** As `POST /local/close-cycles` answers it. */
type Answer = { readonly data: { readonly closed: readonly ClosedCycle[] } };

/** `npm run close-cycles`: has the service of `npm start` close what has ended by now, and prints what it closed. */
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
  // It says all there is to say; anything else is ours and needs its stack.
  console.error(error instanceof InvalidConfig ? error.message : error);
  process.exitCode = 1;
});
