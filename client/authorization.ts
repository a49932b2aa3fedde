import type { ErrorCode } from "./answer.ts";
import type { Surroundings } from "./retry.ts";

/** User name and secret are sent with every call. This is the simplest way. */
type BasicCredentials = { readonly username: string; readonly secret: string };

/** Id and secret are exchanged for an access token, which is sent with every call and renewed before it expires. */
type ClientCredentials = {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The issuer's token endpoint; without it, the API's own. */
  readonly tokenUrl?: string;
};

export type Credentials = BasicCredentials | ClientCredentials;

/** The source of a call's `Authorization` header. */
export type Authorization = {
  /** The header's value, or the refusal that becomes the call's answer when no token is issued. */
  readonly header: () => Promise<string | Response>;
  /** Called when the API did not accept the header. Answers whether a new one can be obtained. */
  readonly isRenewable: (header: string) => boolean;
};

export function authorizationOf(
  credentials: Credentials,
  baseUrl: string,
  timeoutMilliseconds: number,
  surroundings: Surroundings,
): Authorization {
  if ("username" in credentials) {
    const header = basic(credentials.username, credentials.secret);
    return { header: async () => header, isRenewable: () => false };
  }
  return new TokenAuthorization(credentials, `${baseUrl}/oauth/token`, timeoutMilliseconds, surroundings);
}

function basic(username: string, secret: string): string {
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${username}:${secret}`)))}`;
}

/**
 * A token is not used in the last tenth of its lifetime, at most the last minute, so that it is still valid when the
 * call arrives.
 */
const reserveShare = 0.1;
const longestReserveMilliseconds = 60_000;

type Token = { readonly header: string; readonly staleAt: number };

/** One token serves all calls. All calls that wait for the next token share one request. */
class TokenAuthorization implements Authorization {
  readonly #credentials: ClientCredentials;
  readonly #tokenUrl: string;
  readonly #timeoutMilliseconds: number;
  readonly #surroundings: Surroundings;
  #token: Token | undefined;
  #pending: Promise<Token | Response> | undefined;

  constructor(
    credentials: ClientCredentials,
    ownTokenUrl: string,
    timeoutMilliseconds: number,
    surroundings: Surroundings,
  ) {
    this.#credentials = credentials;
    this.#tokenUrl = credentials.tokenUrl ?? ownTokenUrl;
    this.#timeoutMilliseconds = timeoutMilliseconds;
    this.#surroundings = surroundings;
  }

  readonly header = async (): Promise<string | Response> => {
    if (this.#token !== undefined && this.#surroundings.now() < this.#token.staleAt) return this.#token.header;
    this.#pending ??= this.#renew().finally(() => {
      this.#pending = undefined;
    });
    const renewed = await this.#pending;
    // Each waiting call reads its own copy of the refusal.
    return renewed instanceof Response ? renewed.clone() : renewed.header;
  };

  readonly isRenewable = (header: string): boolean => {
    if (this.#token?.header === header) this.#token = undefined;
    return true;
  };

  async #renew(): Promise<Token | Response> {
    const askedAt = this.#surroundings.now();
    const response = await this.#surroundings.fetch(this.#request());
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) return refusalOf(response, body);
    if (!isTokenAnswer(body)) throw new TypeError(`${this.#tokenUrl} did not answer with a bearer token`);
    const lifetimeMilliseconds = body.expires_in * 1000;
    const reserveMilliseconds = Math.min(longestReserveMilliseconds, lifetimeMilliseconds * reserveShare);
    this.#token = {
      header: `Bearer ${body.access_token}`,
      staleAt: askedAt + lifetimeMilliseconds - reserveMilliseconds,
    };
    return this.#token;
  }

  #request(): Request {
    const { clientId, clientSecret } = this.#credentials;
    return new Request(this.#tokenUrl, {
      method: "POST",
      headers: {
        // RFC 6749, section 2.3.1: both parts are form-encoded first.
        Authorization: basic(encodeURIComponent(clientId), encodeURIComponent(clientSecret)),
        "Content-Type": "application/x-www-form-urlencoded",
      },
      body: "grant_type=client_credentials",
      signal: AbortSignal.timeout(this.#timeoutMilliseconds),
    });
  }
}

type TokenAnswer = { readonly access_token: string; readonly expires_in: number };

function isTokenAnswer(body: unknown): body is TokenAnswer {
  if (typeof body !== "object" || body === null) return false;
  if (!("access_token" in body && "expires_in" in body)) return false;
  return typeof body.access_token === "string" && typeof body.expires_in === "number";
}

/** Turns a refused token request into the call's answer, with the API's envelope and codes. */
function refusalOf({ status, headers }: Response, body: unknown): Response {
  const isDescribed = typeof body === "object" && body !== null && "error_description" in body;
  const detail = isDescribed ? String(body.error_description) : `The token endpoint answered ${status}.`;
  const refusal = refusalAt(status);
  const retryAfter = headers.get("Retry-After");
  return new Response(
    JSON.stringify({ data: null, errors: [{ code: refusal.code, message: `No token. ${detail}` }], warnings: null }),
    { status: refusal.status, headers: retryAfter === null ? {} : { "Retry-After": retryAfter } },
  );
}

function refusalAt(status: number): { readonly code: ErrorCode; readonly status: number } {
  if (status === 429) return { code: 429, status: 429 };
  return status >= 500 ? { code: 4001, status: 503 } : { code: 401, status: 401 };
}
