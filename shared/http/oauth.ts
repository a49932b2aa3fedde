import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import type { PresentedCredential } from "../auth/basicAuthorization.ts";
import { parseBasicAuthorization } from "../auth/basicAuthorization.ts";
import { type Proof, provePair } from "../auth/provePair.ts";
import { logRefusal } from "../observability/log.ts";
import { forRoute, type RouteLambda } from "./dispatch.ts";
import { jsonResult } from "./envelope.ts";
import { answerFor } from "./errorMiddleware.ts";
import type { ErrorCode } from "./errors.ts";
import { basicChallenge } from "./gatewayResponses.ts";
import { middlewareChain } from "./middlewareChain.ts";
import { isIntact, queryFaults } from "./requests/incomingText.ts";
import { nameHeaders, readTextBody, type Step } from "./requests/readBody.ts";
import type { Route } from "./routes.ts";
import type { CredentialContext } from "./tokenContext.ts";

/** The error words of RFC 6749, section 5.2, and those that RFC 7009 and practice add for a server in trouble. */
type OAuthError =
  | "invalid_request"
  | "invalid_client"
  | "invalid_grant"
  | "invalid_scope"
  | "unsupported_grant_type"
  | "server_error"
  | "temporarily_unavailable";

/** The request is refused as the OAuth standards say. The description may hold no `"` and no `\`. */
export class OAuthRefused extends Error {
  override readonly name = "OAuthRefused";
  readonly error: OAuthError;

  constructor(error: OAuthError, description: string) {
    super(description);
    this.error = error;
  }
}

/** The parameters of a form by name. A parameter without a value counts as left out; unknown ones are ignored. */
export type Form = ReadonlyMap<string, string>;

export type OAuthRequest = { readonly form: Form; readonly authorization: string | undefined };

/** An operation that answers the body of a success. */
export type OAuthOperation = (request: OAuthRequest) => Promise<object>;

/** Wraps an operation into a Lambda handler whose answers follow RFC 6749, not the API's own envelope. */
export function oauthHandler<R extends Route>(route: R, operation: OAuthOperation): RouteLambda<R> {
  const lambda = middlewareChain()
    .use(answerOAuthErrors())
    .use(nameHeaders())
    .use(readTextBody(route.maximumBodyBytes, assertForm))
    .handler(async (event: APIGatewayProxyEvent) => {
      const { body, headers } = event;
      // What is wrong is not told, because a description may hold no quotation mark.
      if (queryFaults(event).length > 0)
        throw new OAuthRefused("invalid_request", "A parameter in the query was sent more than once or is not UTF-8.");
      const request = { form: parseForm(body ?? ""), authorization: headers["authorization"] };
      return oauthResult(200, await operation(request));
    });
  return forRoute(route, lambda);
}

function answerOAuthErrors(): Step {
  return {
    onError: (request) => {
      const { error } = request;
      request.response = error instanceof OAuthRefused ? answerRefusal(error) : answerFailure(error);
    },
  };
}

const formContentType = /^application\/x-www-form-urlencoded\s*(;|$)/i;

function assertForm(contentType: string | undefined): void {
  if (contentType !== undefined && formContentType.test(contentType)) return;
  throw new OAuthRefused("invalid_request", "Content-Type must be application/x-www-form-urlencoded.");
}

function parseForm(text: string): Form {
  const pairs = [...new URLSearchParams(text)];
  if (new Set(pairs.map(([name]) => name)).size < pairs.length) {
    throw new OAuthRefused("invalid_request", "A parameter was sent more than once.");
  }
  if (!pairs.flat().every(isIntact)) throw new OAuthRefused("invalid_request", "A parameter is not UTF-8.");
  return new Map(pairs.filter(([, value]) => value !== ""));
}

/**
 * The client that the request proves. Refuses with `invalid_client`, or with `invalid_request` when the request tries
 * two ways.
 */
export async function requireClient({ table, clock }: CredentialContext, request: OAuthRequest): Promise<Proof> {
  const proof = await provePair(table, readClient(request), clock());
  if (proof !== undefined) return proof;
  throw new OAuthRefused("invalid_client", "No active client has this id and secret.");
}

function readClient({ form, authorization }: OAuthRequest): PresentedCredential {
  const [id, secret] = [form.get("client_id"), form.get("client_secret")];
  if (authorization === undefined) {
    if (id !== undefined && secret !== undefined) return { username: id, secret };
    throw new OAuthRefused(
      "invalid_client",
      "Send client_id and client_secret in the form, or as Authorization: Basic.",
    );
  }
  if (secret !== undefined) {
    throw new OAuthRefused("invalid_request", "Send client_secret or Authorization: Basic, not both.");
  }
  const pair = decodePair(parseBasicAuthorization(authorization));
  if (pair === undefined) throw new OAuthRefused("invalid_client", "Authorization must be Basic and well-formed.");
  if (id === undefined || id === pair.username) return pair;
  throw new OAuthRefused("invalid_request", "client_id is not the user name in Authorization.");
}

/** Decodes a Basic pair whose two parts are form-encoded, as RFC 6749, section 2.3.1, demands. */
function decodePair(pair: PresentedCredential | undefined): PresentedCredential | undefined {
  if (pair === undefined) return undefined;
  const [username, secret] = [formDecoded(pair.username), formDecoded(pair.secret)];
  return username === undefined || secret === undefined ? undefined : { username, secret };
}

function formDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function answerRefusal({ error, message }: OAuthRefused): APIGatewayProxyResult {
  const isClientUnknown = error === "invalid_client";
  logRefusal(isClientUnknown ? 401 : 300004);
  const headers: Record<string, string> = isClientUnknown ? { "WWW-Authenticate": basicChallenge } : {};
  return oauthResult(isClientUnknown ? 401 : 400, { error, error_description: message }, headers);
}

/** The answer to a refusal, in the words of the OAuth standards. */
function answerFailure(thrown: unknown): APIGatewayProxyResult {
  const { code, details, status } = answerFor(thrown, undefined);
  const headers: Record<string, string> = code === 4001 ? { "Retry-After": "1" } : {};
  return oauthResult(status, { error: errorOf(code), error_description: details.join(" ") }, headers);
}

function errorOf(code: ErrorCode): OAuthError {
  if (code === 300004) return "invalid_request";
  return code === 4001 ? "temporarily_unavailable" : "server_error";
}

/**
 * An answer with the headers that RFC 6749, section 5.1, demands. `Cache-Control: no-store` is on every answer already.
 */
function oauthResult(status: number, body: object, headers: Readonly<Record<string, string>> = {}) {
  return jsonResult(status, body, { Pragma: "no-cache", ...headers });
}
