import type { APIGatewayProxyResult } from "aws-lambda";
import { ServiceError } from "../domain/serviceError.ts";
import { type ErrorCode, errorCatalogue } from "./errors.ts";

/** The body of every answer, the gateway's own included. */
export type Envelope = {
  readonly data: unknown;
  /** Only in successes of routes that answer pages. */
  readonly pagination?: Pagination;
  readonly errors: readonly { readonly code: ErrorCode; readonly message: string }[] | null;
  readonly warnings: readonly { readonly message: string }[] | null;
};

/** The part of all rows that an answer has. */
export type Pagination = {
  /** The most rows that were asked for. */
  readonly limit: number;
  /** The number of rows before the first one of the answer. */
  readonly offset: number;
  /** The number of all rows; `null` when they were not read to their end. */
  readonly total: number | null;
};

/** Headers of every answer. An answer is about one caller's data, it is always JSON, and it came over TLS. */
export const securityHeaders = {
  "Cache-Control": "no-store",
  "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
  "X-Content-Type-Options": "nosniff",
} as const;

export function successEnvelope(data: unknown, warnings: readonly string[], pagination?: Pagination): Envelope {
  const told = firstOf(warnings, "warnings").map((message) => ({ message: shortened(message) }));
  return { data, ...(pagination && { pagination }), errors: null, warnings: told.length === 0 ? null : told };
}

/**
 * The limit is longer than any message without a quotation. The number of messages is limited too, so messages never
 * make an answer too large.
 */
const longestMessage = 2000;

/**
 * A message of at most that many characters. If the cut parts a surrogate pair, the half becomes the replacement
 * character.
 */
function shortened(message: string): string {
  return message.length <= longestMessage ? message : `${message.slice(0, longestMessage).toWellFormed()}…`;
}

/**
 * The most faults or warnings in one answer. A body can have one for each three bytes, so the answer then says how many
 * more there are.
 */
const mostMessages = 100;

function firstOf(messages: readonly string[], what: "faults" | "warnings"): readonly string[] {
  const more = messages.length - mostMessages;
  return more > 0 ? [...messages.slice(0, mostMessages), `There are ${more} more ${what}.`] : messages;
}

/**
 * One error for each detail, at most 100 and one that says how many more there are. Without details it has one error
 * with the catalogue's sentence.
 */
export function failureEnvelope(code: ErrorCode, details: readonly string[] = []): Envelope {
  const { message } = errorCatalogue[code];
  const messages =
    details.length === 0 ? [message] : firstOf(details, "faults").map((detail) => `${message} ${detail}`);
  return { data: null, errors: messages.map((text) => ({ code, message: shortened(text) })), warnings: null };
}

/**
 * The answer with the envelope, or with another text in its place. Throws {@link AnswerTooLarge} when one answer cannot
 * carry the data.
 */
export function httpResult(
  status: number,
  envelope: Envelope,
  headers: Readonly<Record<string, string>> = {},
  text?: string,
): APIGatewayProxyResult {
  const result = jsonResult(status, envelope, headers, text);
  if (isTooLarge(result)) throw new AnswerTooLarge("The answer is larger than one can be; ask for less at once");
  return result;
}

/** Lambda's limit of an answer, which Lambda measures as a text in JSON. */
const mostBytes = 6 * 1024 * 1024;
/** In that text a quotation mark takes two bytes, and a character of a body at most three. */
const mostBytesOfCharacter = 3;

function isTooLarge(result: APIGatewayProxyResult): boolean {
  // A small answer is not measured a second time.
  if (result.body.length * mostBytesOfCharacter < mostBytes / 2) return false;
  return Buffer.byteLength(JSON.stringify(result)) > mostBytes;
}

/** There is more data than an answer can carry. Callers alone can bring that about. */
export class AnswerTooLarge extends ServiceError {
  override readonly name = "AnswerTooLarge";
  readonly comesFromLoad = true;
}

/** An answer without the envelope, for routes whose body a standard defines. */
export function jsonResult(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>>,
  text = JSON.stringify(body),
): APIGatewayProxyResult {
  return {
    statusCode: status,
    headers: { "Content-Type": "application/json", ...securityHeaders, ...headers },
    body: text,
  };
}
