import { Refused } from "./refused.ts";

/** The API's answer to one request, with what a command needs to know of it. */
export type Answer<Data = unknown> =
  | { readonly kind: "accepted"; readonly data: Data; readonly warnings: readonly string[] }
  | { readonly kind: "refused"; readonly code: number; readonly messages: readonly string[] }
  /** There is no final answer. The request may have been carried out, and can be sent again. */
  | {
      readonly kind: "unanswered";
      /** The API's code, or `network` when no answer came. */
      readonly code: number | "network";
      readonly message: string;
    };

const unknownOutcomeCodes: ReadonlySet<string> = new Set(["network", "4001", "500"]);
/**
 * The credential is not accepted, or the route does not exist. All requested routes exist in the API, so a 404 comes
 * from another service.
 */
const noServiceCodes: ReadonlySet<number> = new Set([401, 4000, 404]);
const hopelessCodes: ReadonlySet<string> = new Set(["401", "4000", "404", "310017", "310018"]);

/** Whether a request that ended with this code may have been carried out. A throttled one never was. */
export function mayHaveHappened(code: string): boolean {
  return unknownOutcomeCodes.has(code);
}

/**
 * Whether no request to the same target can succeed, because of the credential, permission, route, target group or
 * target.
 */
export function isHopeless(code: string): boolean {
  return hopelessCodes.has(code);
}

/**
 * The data of an accepted request. Anything else ends the command, with status 1 for a refusal and 3 when no request
 * can succeed.
 */
export function acceptedData<Data>(answer: Answer<Data>): Data {
  switch (answer.kind) {
    case "accepted":
      return answer.data;
    case "refused":
      throw new Refused(answer.messages.join("\n"), noServiceCodes.has(answer.code) ? 3 : 1);
    case "unanswered":
      throw new Refused(answer.message, 3);
  }
}
