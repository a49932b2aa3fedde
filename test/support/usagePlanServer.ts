import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

type ApiKey = { readonly id: string; readonly name: string; readonly value: string };
type Answer = { readonly status: number; readonly body?: object; readonly error?: string };

const missing: Answer = { status: 404, body: {}, error: "NotFoundException" };
const conflict: Answer = { status: 409, body: {}, error: "ConflictException" };

/** Answers over HTTP as API Gateway does for one usage plan and the account's API keys. */
export class UsagePlanServer {
  readonly planId = "plan1";
  readonly planName: string;
  keys: readonly ApiKey[] = [];
  readonly keysInPlan = new Set<string>();
  baseUrl = "";
  stop: () => void = () => undefined;

  private constructor(planName: string) {
    this.planName = planName;
  }

  static async start(planName: string): Promise<UsagePlanServer> {
    const plan = new UsagePlanServer(planName);
    const server = createServer((request, response) => {
      void plan.#respond(request, response);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    plan.baseUrl = `http://127.0.0.1:${Object(server.address()).port}`;
    plan.stop = () => server.close();
    return plan;
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body, error } = await this.#answer(request);
    const errorType = error === undefined ? {} : { "x-amzn-errortype": error };
    response.writeHead(status, { "Content-Type": "application/json", ...errorType });
    response.end(body === undefined ? "" : JSON.stringify(body));
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? "/", this.baseUrl);
    const sent = await text(request);
    const body = Object(sent === "" ? {} : JSON.parse(sent));
    const [, kind, id, part] = url.pathname.split("/");
    switch (`${request.method} ${kind}${part === undefined ? "" : `/${part}`}`) {
      case "GET usageplans":
        return id === this.planId ? { status: 200, body: { id, name: this.planName } } : missing;
      case "POST usageplans/keys":
        return this.#addToPlan(String(body.keyId));
      case "POST apikeys":
        return this.#create(String(body.name), String(body.value));
      case "GET apikeys":
        return { status: 200, body: this.#page(url.searchParams) };
      case "DELETE apikeys":
        return this.#delete(String(id));
      default:
        return missing;
    }
  }

  #addToPlan(keyId: string): Answer {
    if (!this.keys.some(({ id }) => id === keyId)) return missing;
    if (this.keysInPlan.has(keyId)) return conflict;
    this.keysInPlan.add(keyId);
    return { status: 201, body: { id: keyId } };
  }

  #create(name: string, value: string): Answer {
    if (this.keys.some((key) => key.value === value)) return conflict;
    const key = { id: randomUUID(), name, value };
    this.keys = [...this.keys, key];
    return { status: 201, body: key };
  }

  /** A key whose name begins so, without its value, and where the next page begins. Pages of one key are allowed. */
  #page(asked: URLSearchParams): object {
    const named = this.keys.filter(({ name }) => name.startsWith(asked.get("name") ?? ""));
    const from = Number(asked.get("position") ?? 0);
    const position = from + 1 < named.length ? { position: String(from + 1) } : {};
    return { item: named.slice(from, from + 1).map(({ id, name }) => ({ id, name })), ...position };
  }

  #delete(keyId: string): Answer {
    if (!this.keys.some(({ id }) => id === keyId)) return missing;
    this.keys = this.keys.filter(({ id }) => id !== keyId);
    this.keysInPlan.delete(keyId);
    return { status: 202 };
  }
}
