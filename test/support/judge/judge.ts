import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { type AwsRequest, askedBy, type Surroundings } from "./asked.ts";
import { type Asked, isAllowed, NotJudged, type Statement } from "./policy.ts";
import { checkSignature, type Session, type SignatureFault } from "./signature.ts";

/** One question to IAM, with the role that asked it and the answer. */
export type Verdict = Asked & { readonly principal: string; readonly isAllowed: boolean };

type Principal = { readonly name: string; readonly session: Session; readonly statements: readonly Statement[] };

/**
 * Stands in the place of AWS: an endpoint on 127.0.0.1 for every service, in front of the DynamoDB engine.
 *
 * It knows a caller by the signature alone, and lets through what the caller's policies allow. Requests for the table
 * go on to the engine unchanged. EventBridge cannot be run here, so {@link published} takes what is put on a bus.
 */
export class Judge {
  readonly verdicts: Verdict[] = [];
  /** Requests that were refused before any policy was asked. */
  readonly faults: string[] = [];
  /** The entries that EventBridge took. */
  readonly published: Readonly<Record<string, unknown>>[] = [];
  readonly #server: Server;
  readonly #engine: URL;
  readonly #surroundings: Surroundings;
  readonly #principals = new Map<string, Principal>();
  readonly #agent = new Agent({ keepAlive: true });

  private constructor(server: Server, engine: URL, surroundings: Surroundings) {
    this.#server = server;
    this.#engine = engine;
    this.#surroundings = surroundings;
    server.on("request", (incoming: IncomingMessage, response: ServerResponse) => {
      this.#answer(incoming, response).catch((error: unknown) => {
        if (error instanceof NotJudged) this.faults.push(error.message);
        refuse(response, 500, "InternalFailure", String(error));
      });
    });
  }

  static async start(engineEndpoint: string, surroundings: Surroundings): Promise<Judge> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Judge(server, new URL(engineEndpoint), surroundings);
  }

  get endpoint(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The judge has no port");
    return `http://127.0.0.1:${address.port}`;
  }

  /** Creates a session with these policies. Requests signed with it are judged by them. */
  admit(name: string, statements: readonly Statement[]): Session {
    const session = {
      // The engine takes letters and digits only.
      accessKeyId: `ASIA${randomBytes(8).toString("hex").toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString("base64"),
      sessionToken: randomBytes(90).toString("base64"),
    };
    this.#principals.set(session.accessKeyId, { name, session, statements });
    return session;
  }

  /**
   * Decides a question and keeps the verdict. It is called for what a service of AWS does with a role, because no
   * request here shows that.
   */
  decide(name: string, statements: readonly Statement[], asked: Asked): boolean {
    const verdict = { ...asked, principal: name, isAllowed: isAllowed(statements, asked) };
    this.verdicts.push(verdict);
    return verdict.isAllowed;
  }

  get denials(): Verdict[] {
    return this.verdicts.filter((verdict) => !verdict.isAllowed);
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    this.#agent.destroy();
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const caller = this.#identify(incoming, body);
    if (typeof caller === "string") {
      this.faults.push(caller);
      refuse(response, 400, caller, "The request is not signed as it has to be");
      return;
    }
    const { principal, service } = caller;
    const [, operation = ""] = String(incoming.headers["x-amz-target"]).split(".");
    const awsRequest = { service, operation, body: JSON.parse(body.toString("utf8")) };
    const denied = askedBy(awsRequest, this.#surroundings).filter(
      (asked) => !this.decide(principal.name, principal.statements, asked),
    );
    const [first] = denied;
    if (first !== undefined) {
      const { action, resource } = first;
      const message = `${principal.name} is not authorized to perform: ${action} on resource: ${resource}`;
      refuse(response, 400, "AccessDeniedException", message);
      return;
    }
    await (service === "events" ? this.#publish(awsRequest, response) : this.#forward(incoming, body, response));
  }

  #identify(
    { method = "", url: target = "", headers }: IncomingMessage,
    body: Buffer,
  ): { readonly principal: Principal; readonly service: string } | SignatureFault {
    const sessionOf = (accessKeyId: string) => this.#principals.get(accessKeyId)?.session;
    const signed = checkSignature({ method, target, headers, body }, sessionOf, Date.now());
    if (typeof signed === "string") return signed;
    const principal = this.#principals.get(signed.accessKeyId);
    if (principal === undefined || signed.region !== this.#surroundings.place.region)
      return "InvalidSignatureException";
    return { principal, service: signed.service };
  }

  async #publish({ body }: AwsRequest, response: ServerResponse): Promise<void> {
    const { Entries }: { Entries: Record<string, unknown>[] } = Object(body);
    this.published.push(...Entries);
    const results = Entries.map((_, index) => ({ EventId: String(index) }));
    answerJson(response, 200, { FailedEntryCount: 0, Entries: results });
  }

  /** Sends the request to the engine and its answer back, both unchanged. */
  async #forward(incoming: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const { hostname, port } = this.#engine;
    const { method, url: path, headers } = incoming;
    const outgoing = request({ hostname, port, method, path, headers, agent: this.#agent });
    // An error after the beginning of the answer is reported here too. Reading the answer rejects then.
    outgoing.on("error", () => undefined).end(body);
    const [answer]: IncomingMessage[] = await once(outgoing, "response");
    if (answer === undefined) throw new Error("The engine did not answer");
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    await pipeline(answer, response);
  }
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  if (response.headersSent) response.destroy();
  else answerJson(response, status, { __type: code, message });
}

function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/x-amz-json-1.0" });
  response.end(JSON.stringify(body));
}
