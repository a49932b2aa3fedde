import { once } from "node:events";
import {
  createServer,
  request as forwardRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from "node:http";

/** The fault that a request meets on its way. A request without one passes. */
export type Fault = {
  /**
   * `request`: the request never reaches the engine. `reply`: the engine commits it and its answer is lost.
   * `connection`: the client loses the connection at once, and the request reaches the engine after `before` has
   * resolved. `silence`: as `reply`, but the connection stays open and the client has to give up. `end`: the reply
   * breaks off after its first byte. `rest`: as `end`, but the connection stays open.
   */
  readonly lose?: "request" | "reply" | "connection" | "silence" | "end" | "rest";
  /** The answer that the client gets, whatever the engine did. With `lose: "request"` the engine is not asked. */
  readonly answer?: EngineAnswer;
  /** Runs before the request reaches the engine. */
  readonly before?: () => Promise<unknown>;
  /** Runs after the engine has answered and before the client gets the answer. */
  readonly after?: () => Promise<unknown>;
};

/** An answer in the form in which the engine sends it. */
export type EngineAnswer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
};

/**
 * An HTTP hop between a client and the engine that loses what it is told to lose. Reads pass unless `faultFor` says
 * otherwise.
 */
export type LossyProxy = {
  readonly endpoint: string;
  /** Plans the faults of the next writes, one for each, in order. It replaces an earlier plan. */
  readonly plan: (...faults: readonly Fault[]) => void;
  /** The number of writes since the last plan, lost ones included. */
  readonly writes: () => number;
  /** Waits for the requests that are still on their way, and for their faults. */
  readonly close: () => Promise<void>;
};

/** The operations that write, as the engine's HTTP API names them. */
const writePattern = /\.(UpdateItem|PutItem|DeleteItem|TransactWriteItems)$/;

/**
 * Starts the hop. For each request without a planned fault it asks `faultFor`, by the operation's name. An engine that
 * is started again may have another endpoint, so a function for the endpoint is called at every request.
 */
export async function startLossyProxy(
  engineEndpoint: string | (() => string),
  faultFor: (operation: string) => Fault = () => ({}),
): Promise<LossyProxy> {
  let planned: Fault[] = [];
  let writes = 0;
  const endpointNow = typeof engineEndpoint === "string" ? () => engineEndpoint : engineEndpoint;
  const underWay = new Set<Promise<void>>();
  const faultOf = (incoming: IncomingMessage): Fault => {
    const target = String(incoming.headers["x-amz-target"]);
    const isWrite = writePattern.test(target);
    if (isWrite) writes += 1;
    return (isWrite ? planned.shift() : undefined) ?? faultFor(target.slice(target.indexOf(".") + 1));
  };
  const server = createServer((incoming, response) => {
    const relayed = relay(endpointNow(), incoming, response, faultOf(incoming))
      // An error here reaches the client under test as a lost reply, and its test as a wrong result.
      .catch(() => void incoming.socket.destroy())
      .finally(() => underWay.delete(relayed));
    underWay.add(relayed);
  });
  // The server must close no connection by itself, so that nothing is lost by accident.
  server.keepAliveTimeout = 0;
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
      await Promise.all([closed, ...underWay]);
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
  if (fault.lose === "connection") incoming.socket.destroy();
  await fault.before?.();
  const engineAnswer = fault.lose === "request" ? undefined : await forward(engineEndpoint, incoming, body);
  await fault.after?.();
  const answer = fault.answer === undefined ? engineAnswer : render(fault.answer);
  const isLost = fault.lose === "reply" || fault.lose === "connection";
  if (fault.lose === "silence") return;
  if (answer === undefined || isLost) incoming.socket.destroy();
  else if (fault.lose === "end" || fault.lose === "rest") beginReply(response, answer, fault.lose);
  else response.writeHead(answer.status, answer.headers).end(answer.body);
}

/** Does not wait for the write. Node never reports a write as done on a connection that is about to close. */
function beginReply(response: ServerResponse, answer: Answer, lose: "end" | "rest"): void {
  response.writeHead(answer.status, answer.headers).write(answer.body.subarray(0, 1));
  if (lose === "end") response.socket?.destroySoon();
}

type Answer = { readonly status: number; readonly headers: OutgoingHttpHeaders; readonly body: Buffer };

async function forward(engineEndpoint: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  const forwarded = forwardRequest(engineEndpoint, {
    method: incoming.method ?? "POST",
    headers: incoming.headers,
    path: incoming.url ?? "/",
  });
  // An error after the beginning of the answer is reported here too. Reading the answer rejects then.
  forwarded.on("error", () => undefined).end(body);
  const [answer] = await once(forwarded, "response");
  return { status: answer.statusCode, headers: answer.headers, body: await readAll(answer) };
}

function render({ status, headers, body }: EngineAnswer): Answer {
  const text = Buffer.from(JSON.stringify(body));
  return {
    status,
    headers: { ...headers, "content-type": "application/x-amz-json-1.0", "content-length": text.length },
    body: text,
  };
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
