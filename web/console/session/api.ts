import type { Call } from "../calls.ts";
import type { Envelope, WireError } from "../wire.ts";
import type { Connection } from "./connection.ts";

/** What came back, whatever it was. */
export type Answer = {
  readonly status: number;
  readonly errors: readonly WireError[];
  readonly warnings: readonly string[];
  /** What a success answered; `undefined` of what is no envelope. */
  readonly data: unknown;
  /** Formatted to be read; as it came when it is no JSON. */
  readonly text: string;
};

/** A read that was refused, with the API's own words. */
export class ReadRefused extends Error {
  override readonly name = "ReadRefused";
  readonly status: number;
  readonly codes: readonly number[];

  constructor(status: number, errors: readonly WireError[]) {
    super(errors.map(({ code, message }) => `${code}: ${message}`).join(" ") || `HTTP ${status}`);
    this.status = status;
    this.codes = errors.map(({ code }) => code);
  }
}

/** Calls the API as one credential, at the clock's time or, locally, at one that was chosen. */
export class Api {
  readonly connection: Connection;
  readonly #localNow: number | undefined;
  /** The server's clock less ours, as its last answer told. */
  #clockOffset = 0;

  constructor(connection: Connection, localNow: number | undefined) {
    this.connection = connection;
    this.#localNow = localNow;
  }

  /** What time the API takes it to be, in epoch milliseconds. */
  now(): number {
    return this.#localNow ?? Date.now() + this.#clockOffset;
  }

  /** The call with what every call carries, but for the secret. */
  complete(call: Call): Call {
    const now = this.#localNow === undefined ? {} : { "x-local-now": new Date(this.#localNow).toISOString() };
    return { ...call, headers: { ...call.headers, ...now } };
  }

  async send(call: Call): Promise<Answer> {
    const response = await this.#fetch(call);
    const text = await response.text();
    const envelope = parseEnvelope<unknown>(text);
    return {
      status: response.status,
      errors: envelope?.errors ?? [],
      warnings: envelope?.warnings?.map(({ message }) => message) ?? [],
      data: envelope?.data,
      text: envelope === undefined ? text : JSON.stringify(envelope, undefined, 2),
    };
  }

  /** Throws {@link ReadRefused}. */
  async read<Data>(call: Call): Promise<Data> {
    const response = await this.#fetch(call);
    const envelope = parseEnvelope<Data>(await response.text());
    if (!response.ok || envelope === undefined) throw new ReadRefused(response.status, envelope?.errors ?? []);
    return envelope.data;
  }

  async #fetch(call: Call): Promise<Response> {
    const { method, path, headers, body } = this.complete(call);
    const response = await fetch(`${this.connection.baseUrl}${path}`, {
      method,
      headers: { ...headers, Authorization: basic(this.connection) },
      // Neither cookies nor the browser's own sign-in dialog at a 401.
      credentials: "omit",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answeredAt = Date.parse(response.headers.get("Date") ?? "");
    if (!Number.isNaN(answeredAt)) this.#clockOffset = answeredAt - Date.now();
    return response;
  }
}

function basic({ username, secret }: Connection): string {
  const bytes = new TextEncoder().encode(`${username}:${secret}`);
  return `Basic ${btoa(String.fromCodePoint(...bytes))}`;
}

function parseEnvelope<Data>(text: string): Envelope<Data> | undefined {
  try {
    const envelope: Envelope<Data> = JSON.parse(text);
    return envelope;
  } catch (error) {
    // A proxy's page, for instance.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
