import { failureEnvelope, securityHeaders } from "./envelope.ts";
import { type ErrorCode, errorCatalogue } from "./errors.ts";

type GatewayResponse = {
  readonly code: ErrorCode;
  readonly detail: string;
  /** The HTTP status where it differs from the catalogue's. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
};

/** RFC 7617. */
export const basicChallenge = 'Basic realm="milestreak", charset="UTF-8"';
/**
 * Both schemes are named (RFC 7617 and 6750). The same header serves every refusal, so it names no error of a token.
 */
export const challenge = { "WWW-Authenticate": `${basicChallenge}, Bearer realm="milestreak"` };
const credentials =
  "Send Authorization: Basic with the base64 of username:secret of an active credential, or Bearer with an access token.";
const retryLater = "Try again after the seconds in Retry-After.";
const outcomeUnknown = "The outcome is unknown; read the state before trying again.";

/**
 * The answers that API Gateway gives when no function has, by its response type. The stack installs them and the local
 * gateway sends them, so every answer has the envelope.
 */
export const gatewayResponses = {
  UNAUTHORIZED: { code: 401, detail: credentials, headers: challenge },
  MISSING_AUTHENTICATION_TOKEN: { code: 404, detail: "Check the method and the path." },
  RESOURCE_NOT_FOUND: { code: 404, detail: "Check the method and the path." },
  ACCESS_DENIED: { code: 4000, detail: "The credential may not use this API." },
  INVALID_API_KEY: { code: 4000, detail: "The credential may not use this API." },
  INVALID_SIGNATURE: { code: 4000, detail: "The credential may not use this API." },
  EXPIRED_TOKEN: { code: 4000, detail: "The credential may not use this API." },
  WAF_FILTERED: { code: 4000, detail: "The request was blocked." },
  BAD_REQUEST_BODY: { code: 300004, detail: "The body could not be read." },
  BAD_REQUEST_PARAMETERS: { code: 300004, detail: "A path, query or header parameter could not be read." },
  UNSUPPORTED_MEDIA_TYPE: { code: 300004, status: 415, detail: "Send Content-Type: application/json." },
  REQUEST_TOO_LARGE: { code: 300004, status: 413, detail: "The body is larger than any request of this API may be." },
  THROTTLED: { code: 429, detail: retryLater, headers: { "Retry-After": "1" } },
  QUOTA_EXCEEDED: { code: 429, detail: retryLater, headers: { "Retry-After": "60" } },
  AUTHORIZER_FAILURE: {
    code: 4001,
    detail: "The credential could not be checked; nothing was changed.",
    headers: { "Retry-After": "1" },
  },
  AUTHORIZER_CONFIGURATION_ERROR: { code: 500, detail: "The credential could not be checked; try again." },
  API_CONFIGURATION_ERROR: { code: 500, detail: "The request was not carried out." },
  // A throttled function looks like one that failed, so the answer to both says when to try again.
  INTEGRATION_FAILURE: { code: 4001, detail: outcomeUnknown, headers: { "Retry-After": "1" } },
  INTEGRATION_TIMEOUT: { code: 4001, detail: outcomeUnknown, headers: { "Retry-After": "1" } },
  DEFAULT_4XX: { code: 300004, detail: "The request could not be read." },
  DEFAULT_5XX: { code: 500, detail: "The request was not carried out." },
} as const satisfies Record<string, GatewayResponse>;

export type GatewayResponseType = keyof typeof gatewayResponses;

/** Status, headers and body of a gateway-made answer. */
export function renderGatewayResponse(type: GatewayResponseType): {
  status: number;
  headers: Record<string, string>;
  body: string;
} {
  const { code, detail, status, headers }: GatewayResponse = gatewayResponses[type];
  return {
    status: status ?? errorCatalogue[code].status,
    headers: { "Content-Type": "application/json", ...securityHeaders, ...headers },
    body: JSON.stringify(failureEnvelope(code, [detail])),
  };
}
