import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

const attempts = 20;

/** Ports that this process was given. A server may not listen on one yet. */
const given = new Set<number>();

/**
 * A free port for a server that cannot choose one itself and starts to listen a second or more later. It is below the
 * range from which systems give out ports (from 32768 on), so that no other server gets it meanwhile. `undefined` when
 * none of the tried ports is free.
 */
export async function findFreePort(): Promise<number | undefined> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const port = randomInt(20_000, 32_000);
    if (given.has(port)) continue;
    given.add(port);
    if ((await whyNotFree(port)) === undefined) return port;
  }
  return undefined;
}

/** The system's error code for listening on a port of 127.0.0.1; `undefined` when the port is free. */
export async function whyNotFree(port: number): Promise<string | undefined> {
  const server = createServer();
  const problem = new Promise<string | undefined>((answer) => {
    server.once("error", (error: NodeJS.ErrnoException) => answer(error.code ?? error.message));
    server.once("listening", () => answer(undefined));
  });
  server.listen(port, "127.0.0.1");
  const code = await problem;
  if (code !== undefined) return code;
  server.close();
  await once(server, "close");
  return undefined;
}
