import jsonBodyParser from "@middy/http-json-body-parser";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { invalidInput } from "../errors.ts";
import { markInexactNumbers, parseJson, refuseDeepNesting, refuseHalfPairs } from "./json.ts";
import { readTextBody, type Step } from "./readBody.ts";

/** The steps that turn a JSON body into its value, in the order of their refusals (docs/errors.md). */
export function readJsonBody(maximumBodyBytes: number): Step[] {
  return [...readTextBody(maximumBodyBytes, requireJson), judgeText(), parseBody()];
}

const jsonContentType = /^application\/json\s*(;|$)/i;

/** Refuses with 300004 (415) a body that is not declared as JSON. */
function requireJson(contentType: string | undefined): void {
  if (contentType !== undefined && jsonContentType.test(contentType)) return;
  throw invalidInput([`Content-Type must be application/json; got ${contentType ?? "none"}.`], 415);
}

/**
 * Refuses with 300004 what is nested too deeply, and marks the numbers that a double cannot hold. It works on the text,
 * because the parser's reviver does not learn how a number was written.
 */
function judgeText(): Step {
  return {
    before: ({ event }) => {
      const text = event.body ?? "";
      refuseDeepNesting(text);
      event.body = markInexactNumbers(text);
    },
  };
}

/**
 * Turns the body into its value.
 *
 * The parser answers 422 to everything it refuses, and it refuses names such as `__proto__`, which are harmless here.
 * Text that it refuses is therefore read by {@link parseJson}, which takes those names and refuses the rest with
 * 300004.
 */
function parseBody(): Step {
  const parser = jsonBodyParser<APIGatewayProxyEvent>({ disableContentTypeCheck: true });
  const judgingParser = jsonBodyParser<APIGatewayProxyEvent>({
    reviver: refuseHalfPairs,
    disableContentTypeCheck: true,
  });
  return {
    before: (request) => {
      const text = request.event.body ?? "";
      // The text itself is well-formed, so only an escape can name half of a surrogate pair. A reviver is called for
      // every value, so it is left out where it cannot find anything.
      const { before } = text.includes("\\u") ? judgingParser : parser;
      try {
        return before?.(request);
      } catch (error) {
        if (!isOfParser(error)) throw error;
        Object.assign(request.event, { body: parseJson(text) });
        return undefined;
      }
    },
  };
}

/** Whether the parser threw the error. It puts the name of its package into the cause of each. */
function isOfParser(error: unknown): boolean {
  if (!(error instanceof Error) || typeof error.cause !== "object" || error.cause === null) return false;
  return Reflect.get(error.cause, "package") === "@middy/http-json-body-parser";
}
