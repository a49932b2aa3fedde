import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { afterEach } from "vitest";

export type ScriptedAnswer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

type ReceivedRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** A server that gives the answers which a test lists. */
export type ScriptedServer = {
  readonly baseUrl: string;
  readonly received: readonly ReceivedRequest[];
};

const closings: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

/**
 * Starts a server that gives these answers in order. It closes the connection of any request after them. It ends with
 * the test.
 */
export async function startScriptedServer(...answers: readonly ScriptedAnswer[]): Promise<ScriptedServer> {
  const left = [...answers];
  const received: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      received.push({ method: request.method ?? "", path: request.url ?? "", headers: request.headers, body });
      const answer = left.shift();
      if (answer === undefined) request.socket.destroy();
      else response.writeHead(answer.status, { ...answer.headers }).end(answer.body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closings.push(async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return { baseUrl: `http://127.0.0.1:${address.port}/v3`, received };
}
