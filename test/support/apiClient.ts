import { createMilestreakClient, type MilestreakClient } from "../../client/client.ts";
import { realSurroundings } from "../../client/retry.ts";
import { assertDocumented, fetchDocumented } from "./documentedAnswer.ts";
import type { Schemas } from "./wireTypes.ts";

/** An answer as it came: the body parsed, or the text when it is not JSON. */
export type ApiResponse = {
  readonly status: number;
  readonly body: Envelope;
  readonly headers: Headers;
};

type Envelope = {
  // Tests read any part of an answer and compare it whole.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly data: any;
  readonly pagination?: Schemas["Pagination"];
  readonly errors: readonly { readonly code: number; readonly message: string }[] | null;
  readonly warnings: readonly { readonly message: string }[] | null;
};

export type RequestOptions = {
  /** The instant at which the request is made. */
  readonly now?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

type Credential = { readonly username: string; readonly secret: string };

/** Calls the service over HTTP with one credential, or with none. An answer that is not documented fails the test. */
export class ApiClient {
  readonly #baseUrl: string;
  readonly #credential: Credential | undefined;
  readonly #authorization: string | undefined;

  constructor(baseUrl: string, credential: Credential | undefined) {
    this.#baseUrl = baseUrl;
    this.#credential = credential;
    this.#authorization = credential && basicAuthorization(credential.username, credential.secret);
  }

  /** The client that callers use. It sends valid requests only, and repeats none. */
  get typed(): MilestreakClient {
    if (this.#credential === undefined) throw new Error("Nobody has no typed client");
    const options = { baseUrl: this.#baseUrl, credentials: this.#credential, retry: { maximumAttempts: 1 } };
    return createMilestreakClient(options, { ...realSurroundings, fetch: fetchDocumented });
  }

  get(path: string, options?: RequestOptions): Promise<ApiResponse> {
    return this.send("GET", path, undefined, options);
  }

  post(path: string, body: unknown, options?: RequestOptions): Promise<ApiResponse> {
    return this.send("POST", path, JSON.stringify(body), options);
  }

  put(path: string, body: unknown, options?: RequestOptions): Promise<ApiResponse> {
    return this.send("PUT", path, JSON.stringify(body), options);
  }

  /** Sends a body exactly as given. It need not be JSON. */
  async send(
    method: string,
    path: string,
    body: string | undefined,
    options: RequestOptions = {},
  ): Promise<ApiResponse> {
    const response = await fetch(`${this.#baseUrl}${path}`, {
      method,
      headers: {
        ...(this.#authorization === undefined ? {} : { Authorization: this.#authorization }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(options.now === undefined ? {} : { "x-local-now": options.now }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const answer = { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
    const prefix = new URL(this.#baseUrl).pathname.replace(/\/$/, "");
    assertDocumented(method, `${prefix}${path}`, answer);
    return answer;
  }
}

export function basicAuthorization(username: string, secret: string): string {
  return `Basic ${Buffer.from(`${username}:${secret}`, "utf8").toString("base64")}`;
}
