import type { APIGatewayProxyResult } from "aws-lambda";
import { ServiceError } from "../domain/serviceError.ts";
import { type ErrorCode, errorCatalogue } from "./errors.ts";

/** The body of every answer, the gateway's own included. */
export type Envelope = {
  readonly data: unknown;
  readonly errors: readonly { readonly code: ErrorCode; readonly message: string }[] | null;
  readonly warnings: readonly { readonly message: string }[] | null;
};

/** Sent with every answer: it is about one caller's data, is JSON whatever it looks like, and came over TLS. */
export const securityHeaders = {
  "Cache-Control": "no-store",
  "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
  "X-Content-Type-Options": "nosniff",
} as const;

export function successEnvelope(data: unknown, warnings: readonly string[]): Envelope {
  const told = firstOf(warnings, "warnings").map((message) => ({ message: shortened(message) }));
  return { data, errors: null, warnings: told.length === 0 ? null : told };
}

/** Longer than any message that quotes nothing. As their number is limited too, messages never make an answer too large. */
const longestMessage = 2000;

/** A message of at most so many characters. Half of a pair that the cut has parted becomes the replacement character. */
function shortened(message: string): string {
  return message.length <= longestMessage ? message : `${message.slice(0, longestMessage).toWellFormed()}…`;
}

/** One answer tells so many faults or warnings, and how many more there are: a body may have one for each three bytes. */
const mostMessages = 100;

function firstOf(messages: readonly string[], what: "faults" | "warnings"): readonly string[] {
  const more = messages.length - mostMessages;
  return more > 0 ? [...messages.slice(0, mostMessages), `There are ${more} more ${what}.`] : messages;
}

/** One error for each detail, at most 100 and one that says how many more there are; with no detail, one with the catalogue's sentence alone. */
export function failureEnvelope(code: ErrorCode, details: readonly string[] = []): Envelope {
  const { message } = errorCatalogue[code];
  const messages =
    details.length === 0 ? [message] : firstOf(details, "faults").map((detail) => `${message} ${detail}`);
  return { data: null, errors: messages.map((text) => ({ code, message: shortened(text) })), warnings: null };
}

/** The answer with the envelope. Throws {@link AnswerTooLarge} for more data than one answer can carry. */
export function httpResult(
  status: number,
  envelope: Envelope,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyResult {
  const result = jsonResult(status, envelope, headers);
  if (isTooLarge(result)) throw new AnswerTooLarge("The answer is larger than one can be; ask for less at once");
  return result;
}

/** Lambda's limit of an answer, which it takes as a text in JSON. */
const mostBytes = 6 * 1024 * 1024;
/** In that text a quotation mark takes two bytes, and a character of a body three at most. */
const mostBytesOfCharacter = 3;

function isTooLarge(result: APIGatewayProxyResult): boolean {
  // A second pass over a small answer would be for nothing.
  if (result.body.length * mostBytesOfCharacter < mostBytes / 2) return false;
  return Buffer.byteLength(JSON.stringify(result)) > mostBytes;
}

/** There is more data than an answer can carry. Callers can bring that about by themselves. */
export class AnswerTooLarge extends ServiceError {
  override readonly name = "AnswerTooLarge";
  readonly comesFromLoad = true;
}

/** An answer without the envelope, where a standard says what the body is. */
export function jsonResult(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): APIGatewayProxyResult {
  return {
    statusCode: status,
    headers: { "Content-Type": "application/json", ...securityHeaders, ...headers },
    body: JSON.stringify(body),
  };
}
