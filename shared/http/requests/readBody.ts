import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { invalidInput } from "../errors.ts";
import { bodyText, readHeaders } from "./incomingText.ts";

/** A step of a Lambda's chain. */
export type Step = MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult>;

/** The steps after this one work on a copy of the event, whose headers go by their lower-case names. */
export function nameHeaders(): Step {
  return {
    before: (request) => {
      request.event = { ...request.event, headers: readHeaders(request.event) };
    },
  };
}

/**
 * The steps that turn a body into its text, in the order of their refusals (docs/errors.md). `requireType` judges the
 * header Content-Type.
 */
export function readTextBody(maximumBodyBytes: number, requireType: (contentType: string | undefined) => void): Step[] {
  const judgeType: Step = { before: ({ event }) => requireType(event.headers["content-type"]) };
  return [limitBody(maximumBodyBytes), judgeType, decodeBody()];
}

/** Refuses with 300004 (413) a body that is too large to be looked at. */
function limitBody(maximumBodyBytes: number): Step {
  return {
    before: ({ event: { body, isBase64Encoded } }) => {
      const sizeBytes = Buffer.byteLength(body ?? "", isBase64Encoded ? "base64" : "utf8");
      if (sizeBytes <= maximumBodyBytes) return;
      throw invalidInput([`The body must be at most ${maximumBodyBytes} bytes; got ${sizeBytes}.`], 413);
    },
  };
}

/** The body becomes its text. Refuses with 300004 bytes that are not UTF-8, because what they said is lost. */
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
