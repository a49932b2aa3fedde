import { Refused } from "./refused.ts";

/** How the API answered one request, as far as a command needs to tell answers apart. */
export type Answer<Data = unknown> =
  | { readonly kind: "accepted"; readonly data: Data; readonly warnings: readonly string[] }
  | { readonly kind: "refused"; readonly code: number; readonly messages: readonly string[] }
  /** No answer that is final: the request can be made again, and may have been carried out. */
  | {
      readonly kind: "unanswered";
      /** The API's code, or `network` when none came. */
      readonly code: number | "network";
      readonly message: string;
    };

const unknownOutcomeCodes: ReadonlySet<string> = new Set(["network", "4001", "500"]);
/** Not let in, or no such route, where each route that is asked for exists: what answers is not the API. */
const noServiceCodes: ReadonlySet<number> = new Set([401, 4000, 404]);
const hopelessCodes: ReadonlySet<string> = new Set(["401", "4000", "404", "310017", "310018"]);

/** Whether a request that got this in place of an answer may have been carried out. A throttled one never was. */
export function mayHaveHappened(code: string): boolean {
  return unknownOutcomeCodes.has(code);
}

/** Whether no request to the same target can succeed: credential, permission, route, target group or target. */
export function isHopeless(code: string): boolean {
  return hopelessCodes.has(code);
}

/** What an accepted request answered. Anything else ends the command: status 1 when refused, 3 when there is no use in asking. */
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
