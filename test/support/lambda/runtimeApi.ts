import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

/** The result of an event: what the function returned, or what it threw as the runtime reports it. */
export type Invocation =
  | { readonly outcome: "returned"; readonly value: unknown }
  | { readonly outcome: "failed"; readonly errorType: string; readonly errorMessage: string };

const prefix = "/2018-06-01/runtime";
const timeoutMilliseconds = 25_000;

/** The Lambda Runtime API for one process, on 127.0.0.1. It hands events to the process and takes the results. */
export class RuntimeApi {
  readonly #server: Server;
  #hand: ((response: ServerResponse) => void) | undefined;
  #waiting: ServerResponse | undefined;
  #settle: ((invocation: Invocation) => void) | undefined;
  readonly #initFailed = Promise.withResolvers<Invocation>();

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request: IncomingMessage, response: ServerResponse) => void this.#answer(request, response));
  }

  static async start(): Promise<RuntimeApi> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new RuntimeApi(server);
  }

  /** The host and port that the process finds in `AWS_LAMBDA_RUNTIME_API`. */
  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The runtime API has no port");
    return `127.0.0.1:${address.port}`;
  }

  /** Hands the event to the process as soon as it asks for one. Only one event may be under way. */
  async invoke(event: unknown): Promise<Invocation> {
    const { promise, resolve } = Promise.withResolvers<Invocation>();
    this.#settle = resolve;
    this.#hand = (response) => handOver(response, event);
    this.#handOver();
    return Promise.race([promise, this.#initFailed.promise]);
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "").slice(prefix.length);
    const body = await text(request);
    if (path === "/invocation/next") {
      this.#waiting = response;
      this.#handOver();
      return;
    }
    response.writeHead(202).end();
    if (path === "/init/error") this.#initFailed.resolve(failure(body));
    else this.#settle?.(path.endsWith("/response") ? { outcome: "returned", value: JSON.parse(body) } : failure(body));
  }

  #handOver(): void {
    if (this.#waiting === undefined || this.#hand === undefined) return;
    this.#hand(this.#waiting);
    this.#waiting = undefined;
    this.#hand = undefined;
  }
}

function handOver(response: ServerResponse, event: unknown): void {
  response.writeHead(200, {
    "Content-Type": "application/json",
    "Lambda-Runtime-Aws-Request-Id": randomUUID(),
    "Lambda-Runtime-Deadline-Ms": String(Date.now() + timeoutMilliseconds),
    "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:123456789012:function:sample",
    "Lambda-Runtime-Trace-Id": "Root=1-00000000-000000000000000000000000;Sampled=0",
  });
  response.end(JSON.stringify(event));
}

function failure(body: string): Invocation {
  const { errorType, errorMessage }: { errorType: string; errorMessage: string } = JSON.parse(body);
  return { outcome: "failed", errorType, errorMessage };
}
