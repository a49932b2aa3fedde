import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { invalidInput } from "../errors.ts";
import { bodyText, readHeaders } from "./incomingText.ts";

/** A step of a Lambda's chain. */
export type Step = MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult>;

/** Gives the steps after it a copy of the event whose headers have lower-case names. */
export function nameHeaders(): Step {
  return {
    before: (request) => {
      request.event = { ...request.event, headers: readHeaders(request.event) };
    },
  };
}

/**
 * The steps that turn a body into its text, in the order of their refusals (docs/errors.md). `requireType` judges the
 * Content-Type header.
 */
export function readTextBody(maximumBodyBytes: number, requireType: (contentType: string | undefined) => void): Step[] {
  const judgeType: Step = { before: ({ event }) => requireType(event.headers["content-type"]) };
  return [limitBody(maximumBodyBytes), judgeType, decodeBody()];
}

/** Refuses with 300004 (413) a body that is larger than the limit, before it is looked at. */
function limitBody(maximumBodyBytes: number): Step {
  return {
    before: ({ event: { body, isBase64Encoded } }) => {
      const sizeBytes = Buffer.byteLength(body ?? "", isBase64Encoded ? "base64" : "utf8");
      if (sizeBytes <= maximumBodyBytes) return;
      throw invalidInput([`The body must be at most ${maximumBodyBytes} bytes; got ${sizeBytes}.`], 413);
    },
  };
}

/** Turns the body into its text. Refuses with 300004 bytes that are not UTF-8, because their text is lost. */
function decodeBody(): Step {
  return {
    before: ({ event }) => {
      const text = bodyText(event.body, event.isBase64Encoded);
      if (text === undefined) {
        throw invalidInput([
          "The body must be UTF-8; U+FFFD counts as bytes that are not, unless it is written as an escape.",
        ]);
      }
      event.body = text;
      event.isBase64Encoded = false;
    },
  };
}
