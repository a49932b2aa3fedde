import type { ErrorCode } from "../../shared/http/errors.ts";
import { basicChallenge } from "../../shared/http/gatewayResponses.ts";
import type { RouteName } from "../../shared/http/routes.ts";
import { failureSchema, responseRef, retryAfterHeader } from "./errors.ts";
import { accessToken } from "./examples.ts";
import { count, oneOfTexts, text } from "./fields.ts";
import { answerObject, type JsonSchema, ref } from "./jsonSchema.ts";
import type { EnvelopeRouteName } from "./operations.ts";
import { client, type Sample } from "./sample.ts";

/** The two routes that follow RFC 6749 and RFC 7009. Only answers that API Gateway makes have the envelope there. */

const clientFields = {
  client_id: text("The credential's user name, unless it is shown as Basic.", "till.1"),
  client_secret: text("The credential's secret, unless it is shown as Basic.", "the secret of till.1"),
};

function form(description: string, required: string, properties: JsonSchema): JsonSchema {
  return { type: "object", description, required: [required], properties };
}

export const oauthSchemas = {
  TokenRequest: form("What asks for a token (RFC 6749, section 4.4.2).", "grant_type", {
    grant_type: oneOfTexts("The one that is known.", ["client_credentials"], "client_credentials"),
    ...clientFields,
  }),
  RevocationRequest: form("What ends a token (RFC 7009, section 2.1).", "token", {
    token: text("The access token.", accessToken, { minLength: 1 }),
    ...clientFields,
  }),
  AccessToken: answerObject("The standard's answer (RFC 6749, section 5.1).", {
    access_token: text("Goes into `Authorization: Bearer`.", accessToken),
    token_type: oneOfTexts("Always the same.", ["Bearer"], "Bearer"),
    expires_in: count("Seconds for which it is good.", 1800, { minimum: 1 }),
  }),
  Revoked: { type: "object", description: "Nothing more to say.", properties: {} },
  OAuthError: answerObject("The standard's refusal (RFC 6749, section 5.2).", {
    error: oneOfTexts(
      "What a program decides by.",
      [
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "invalid_scope",
        "unsupported_grant_type",
        "server_error",
        "temporarily_unavailable",
      ],
      "invalid_client",
    ),
    error_description: text("For people; its wording may change.", "No active client has this id and secret."),
  }),
} as const satisfies Readonly<Record<string, JsonSchema>>;

type Refused = {
  readonly description: string;
  /** The errors of the standard, each with its description. */
  readonly errors: readonly (readonly [error: string, description: string])[];
  /** The code of an answer with the envelope that API Gateway may give instead of the function. */
  readonly orCode?: ErrorCode;
  readonly headers?: object;
};

function refusedResponse({ description, errors, orCode, headers = {} }: Refused): JsonSchema {
  const examples = errors.map(([error, sentence]) => [
    error,
    { summary: error, value: { error, error_description: sentence } },
  ]);
  const schema = orCode === undefined ? ref("OAuthError") : { anyOf: [ref("OAuthError"), failureSchema([orCode])] };
  return { description, headers, content: { "application/json": { schema, examples: Object.fromEntries(examples) } } };
}

const invalidClient = ["invalid_client", "No active client has this id and secret."] as const;

const failures = {
  401: refusedResponse({
    description: "The client is missing or unknown.",
    errors: [invalidClient],
    headers: {
      "WWW-Authenticate": {
        description: "The accepted scheme.",
        required: true,
        schema: { type: "string", examples: [basicChallenge] },
      },
    },
  }),
  403: responseRef("NotAllowed"),
  404: responseRef("NoSuchRoute"),
  413: refusedResponse({
    description: "The form is larger than 16 kB. It was not parsed.",
    errors: [["invalid_request", "The body must be at most 16384 bytes; got 20000."]],
    orCode: 300004,
  }),
  429: responseRef("Throttled"),
  500: refusedResponse({
    description: "An unexpected error, which was logged.",
    errors: [["server_error", "It was logged under this request's id."]],
    orCode: 500,
  }),
  503: refusedResponse({
    description: "The table did not answer.",
    errors: [["temporarily_unavailable", "The request may have been carried out."]],
    orCode: 4001,
    headers: retryAfterHeader,
  }),
};

const invalidRequest = ["invalid_request", "Content-Type must be application/x-www-form-urlencoded."] as const;

function operation(requestName: string, example: object, success: JsonSchema, refused: JsonSchema) {
  return {
    tags: ["Access"],
    requestBody: {
      required: true,
      content: {
        "application/x-www-form-urlencoded": {
          schema: ref(requestName),
          examples: { form: { summary: "With Authorization: Basic", value: example } },
        },
      },
    },
    responses: { 200: success, 400: refused, ...failures },
  };
}

function succeeded(description: string, schemaName: string, value: object): JsonSchema {
  return {
    description,
    content: {
      "application/json": { schema: ref(schemaName), examples: { success: { summary: description, value } } },
    },
  };
}

export const oauthOperations = {
  issueToken: {
    sample: { path: "/oauth/token", form: `grant_type=client_credentials&${client}` },
    description:
      "OAuth 2.0 client credentials (RFC 6749, section 4.4): an access token for `Authorization: Bearer`. The client is shown as `Authorization: Basic`, or as `client_id` and `client_secret` in the form; not both.",
    ...operation(
      "TokenRequest",
      { grant_type: "client_credentials" },
      succeeded("Issued.", "AccessToken", { access_token: accessToken, token_type: "Bearer", expires_in: 1800 }),
      refusedResponse({
        description: "The request asks for no kind of token that this API issues.",
        orCode: 300004,
        errors: [
          invalidRequest,
          ["unsupported_grant_type", "grant_type must be client_credentials."],
          ["invalid_scope", "There are no scopes; the access group of the client says what it may do."],
        ],
      }),
    ),
  },
  revokeToken: {
    sample: { path: "/oauth/revoke", form: `token=a-token-that-has-ended&${client}` },
    description:
      "Ends an access token before it expires (RFC 7009). The client that obtained it proves itself as for `POST /oauth/token`. The answer is 200 even when there is no such token.",
    ...operation(
      "RevocationRequest",
      { token: accessToken },
      succeeded("The token is no token any more.", "Revoked", {}),
      refusedResponse({
        description: "The request does not end a token of the client itself.",
        orCode: 300004,
        errors: [invalidRequest, ["invalid_grant", "The token was issued to another client."]],
      }),
    ),
  },
} as const satisfies Readonly<Record<Exclude<RouteName, EnvelopeRouteName>, JsonSchema & { readonly sample: Sample }>>;
