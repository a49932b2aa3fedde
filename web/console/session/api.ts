import type { Call } from "../calls.ts";
import type { Envelope, WireError } from "../wire.ts";
import type { Connection } from "./connection.ts";

/** The answer to a call, whatever it was. */
export type Answer = {
  readonly status: number;
  readonly errors: readonly WireError[];
  readonly warnings: readonly string[];
  /** The data of a success. It is `undefined` for an answer without the envelope. */
  readonly data: unknown;
  /** What an enrolment would write, if it was only tried. */
  readonly simulation: Envelope<unknown>["simulation"];
  /** The answer as text. JSON is formatted for reading, any other text is unchanged. */
  readonly text: string;
};

/** What the API says about a call that it refused, with the codes. */
export function describeErrors(errors: readonly WireError[]): string {
  return errors.map(({ code, message }) => `${code}: ${message}`).join(" ");
}

/** A read that was refused, with the API's message. */
export class ReadRefused extends Error {
  override readonly name = "ReadRefused";
  readonly status: number;
  readonly codes: readonly number[];

  constructor(status: number, errors: readonly WireError[]) {
    super(describeErrors(errors) || `HTTP ${status}`);
    this.status = status;
    this.codes = errors.map(({ code }) => code);
  }
}

/** Calls the API with one credential. The time is the clock's or, on the local service, one that was chosen. */
export class Api {
  readonly connection: Connection;
  readonly #localNow: number | undefined;
  /** The difference between the server's clock and ours, by its last answer. */
  #clockOffset = 0;

  constructor(connection: Connection, localNow: number | undefined) {
    this.connection = connection;
    this.#localNow = localNow;
  }

  /** The API's time in epoch milliseconds. */
  now(): number {
    return this.#localNow ?? Date.now() + this.#clockOffset;
  }

  /** The call with the headers that every call carries, without the secret. */
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
      simulation: envelope?.simulation,
      text: envelope === undefined ? text : JSON.stringify(envelope, undefined, 2),
    };
  }

  /** Reads data. Throws {@link ReadRefused}. */
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
      // Neither cookies nor the browser's own sign-in dialog at a 401 are wanted.
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
    // The answer may be a proxy's page, for example.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
