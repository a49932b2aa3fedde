import { request as httpRequest } from "node:http";
import type { ApiResponse } from "./apiClient.ts";
import { assertDocumented } from "./documentedAnswer.ts";

export type RawRequest = {
  readonly method: string;
  /** The path from the root, stage included. It is sent exactly as written. */
  readonly path: string;
  /** Headers, whose names keep their case. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
};

export type RawResponse = { readonly status: number; readonly headers: Headers; readonly text: string };

/** Sends what `fetch` would change: header names in their case, no default Content-Type, odd paths, any method. */
export async function sendRaw(baseUrl: string, { method, path, headers = {}, body }: RawRequest): Promise<RawResponse> {
  const { hostname, port } = new URL(baseUrl);
  const length = body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
  const { promise, resolve, reject } = Promise.withResolvers<RawResponse>();
  const outgoing = httpRequest(
    { hostname, port, method, path, headers: { ...listed(headers), ...length } },
    (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: new Headers(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
          text: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    },
  );
  outgoing.on("error", reject);
  outgoing.end(body);
  const response = await promise;
  assertDocumented(method, path, parsed(response));
  return response;
}

/** The headers as lists. A header with several values is sent once for each. */
function listed(headers: Readonly<Record<string, string | readonly string[]>>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]),
  );
}

/** The answer with its body parsed. */
export function parsed({ status, headers, text }: RawResponse): ApiResponse {
  return { status, headers, body: JSON.parse(text) };
}
