import { once } from "node:events";
import { createServer, request as forwardRequest, type IncomingMessage, type ServerResponse } from "node:http";

/** What becomes of one write on its way; a write with no fault passes. */
export type Fault = {
  /** `request`: it never reaches the engine. `reply`: the engine commits it and its answer is lost. */
  readonly lose?: "request" | "reply";
  /** Happens before the write reaches the engine. */
  readonly before?: () => Promise<unknown>;
  /** Happens after the engine has answered and before the client learns of it. */
  readonly after?: () => Promise<unknown>;
};

/** An HTTP hop between a client and the engine that loses what it is told to lose. Reads always pass. */
export type LossyProxy = {
  readonly endpoint: string;
  /** The faults of the next writes, one each, in order; replaces what was planned. */
  readonly plan: (...faults: readonly Fault[]) => void;
  /** Writes that came in since the last plan, lost ones included. */
  readonly writes: () => number;
  readonly close: () => Promise<void>;
};

/** As the engine's HTTP API names what changes something. */
const writePattern = /\.(UpdateItem|PutItem|DeleteItem|TransactWriteItems)$/;

export async function startLossyProxy(engineEndpoint: string): Promise<LossyProxy> {
  let planned: Fault[] = [];
  let writes = 0;
  const faultOf = (incoming: IncomingMessage): Fault => {
    if (!writePattern.test(String(incoming.headers["x-amz-target"]))) return {};
    writes += 1;
    return planned.shift() ?? {};
  };
  const server = createServer((incoming, response) => {
    // What breaks here is seen by the client under test as a lost reply, and by its test as a wrong result.
    relay(engineEndpoint, incoming, response, faultOf(incoming)).catch(() => incoming.socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port");
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    plan: (...faults) => {
      planned = [...faults];
      writes = 0;
    },
    writes: () => writes,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function relay(
  engineEndpoint: string,
  incoming: IncomingMessage,
  response: ServerResponse,
  fault: Fault,
): Promise<void> {
  const body = await readAll(incoming);
  await fault.before?.();
  if (fault.lose === "request") {
    incoming.socket.destroy();
    return;
  }
  const forwarded = forwardRequest(engineEndpoint, {
    method: incoming.method ?? "POST",
    headers: incoming.headers,
    path: incoming.url ?? "/",
  });
  forwarded.end(body);
  const [answer] = await once(forwarded, "response");
  const answerBody = await readAll(answer);
  await fault.after?.();
  if (fault.lose === "reply") {
    incoming.socket.destroy();
    return;
  }
  response.writeHead(answer.statusCode, answer.headers).end(answerBody);
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
