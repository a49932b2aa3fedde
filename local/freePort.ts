import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

const attempts = 20;

/**
 * A free port for a server that cannot choose one itself and listens a second or more later. It is below those that
 * systems give to whoever asks for any (from 32768 on), or another server might have it by then. `undefined` when none of
 * those that were tried is free.
 */
export async function findFreePort(): Promise<number | undefined> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const port = randomInt(20_000, 32_000);
    if ((await whyNotFree(port)) === undefined) return port;
  }
  return undefined;
}

/** What keeps a server from listening on a port of 127.0.0.1, as the system's code; `undefined` when nothing does. */
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
