import { isJsonObject } from "../shared/http/validation.ts";
import type { Access } from "./access.ts";
import type { Answer } from "./answer.ts";

const timeoutMilliseconds = 30_000;

type Request = {
  readonly method: "GET" | "POST" | "PUT";
  /** Below the stage. */
  readonly path: string;
  readonly body?: unknown;
  /** Makes a repeat of the request answer what the first one did. */
  readonly idempotencyKey?: string;
};

/** Calls the API as one credential; never throws for what the service or the network does. */
export type Api = {
  readonly baseUrl: string;
  readonly send: (request: Request) => Promise<Answer>;
};

export function openApi({ baseUrl, username, secret }: Access): Api {
  const authorization = `Basic ${Buffer.from(`${username}:${secret}`, "utf8").toString("base64")}`;
  return {
    baseUrl,
    send: async ({ method, path, body, idempotencyKey }) => {
      const headers = {
        Authorization: authorization,
        "Content-Type": "application/json",
        ...(idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey }),
      };
      const patience = new AbortController();
      // Not AbortSignal.timeout: one of those lives on until its time, long after the answer.
      const timer = setTimeout(() => patience.abort(new Error("no answer in time")), timeoutMilliseconds);
      const { signal } = patience;
      try {
        const init = { method, headers, signal, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
        const response = await fetch(`${baseUrl}${path}`, init);
        return readAnswer(response, await response.text());
      } catch (error) {
        return { kind: "unanswered", code: "network", message: `No answer from ${baseUrl}: ${reason(error)}.` };
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function readAnswer({ status, headers }: Response, text: string): Answer {
  const { data, errors, warnings } = parse(text);
  if (status < 300 && data !== undefined) return { kind: "accepted", data, warnings: messagesOf(warnings) };
  const messages = messagesOf(errors);
  const code = codeOf(errors);
  if (code === undefined) {
    return { kind: "unanswered", code: "network", message: `Not an answer of the API: HTTP ${status}.` };
  }
  if (status < 500 && status !== 429) return { kind: "refused", code, messages };
  const retryAfterSeconds = readSeconds(headers.get("retry-after"));
  return { kind: "unanswered", code, message: messages.join(" "), retryAfterSeconds };
}

/** It may also be a date, which our API never sends. */
function readSeconds(text: string | null): number | undefined {
  return text !== null && /^\d{1,5}$/.test(text) ? Number(text) : undefined;
}

function parse(text: string): { readonly [field: string]: unknown } {
  try {
    const body: unknown = JSON.parse(text);
    return isJsonObject(body) ? body : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function messagesOf(list: unknown): string[] {
  return Array.isArray(list) ? list.map((item) => String(isJsonObject(item) ? item["message"] : item)) : [];
}

function codeOf(errors: unknown): number | undefined {
  const [first]: readonly unknown[] = Array.isArray(errors) ? errors : [];
  const code = isJsonObject(first) ? first["code"] : undefined;
  return typeof code === "number" ? code : undefined;
}

/** fetch says "fetch failed"; what it was about is in the cause. */
function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return "code" in cause && cause.message === "" ? String(cause.code) : cause.message;
}
