import {
  JwtParseError,
  JwtWithoutValidKidError,
  KidNotFoundInJwksError,
  WaitPeriodNotYetEndedJwkError,
} from "aws-jwt-verify/error";
import { type Fetcher, SimpleFetcher } from "aws-jwt-verify/https";
import { type Jwk, SimpleJwksCache } from "aws-jwt-verify/jwk";
import { decomposeUnverifiedJwt } from "aws-jwt-verify/jwt";
import { JwtVerifier } from "aws-jwt-verify/jwt-verifier";
import type { Instant } from "../domain/instant.ts";
import type { ExternalIssuer } from "./externalIssuer.ts";
import { hasKnownHeader, isAlgorithmOf } from "./jwtHeader.ts";

export type { Fetcher };

/** The claims of a verified token. Their types are not checked yet. */
export type Claims = { readonly [claim: string]: unknown };

type Issuer = Pick<ExternalIssuer, "issuer" | "audience" | "takesUntypedTokens">;
type UnverifiedJwt = ReturnType<typeof decomposeUnverifiedJwt>;

/** The issuer's fetched keys, and the function that verifies with them. */
type OpenedIssuer = {
  /** The key that the token names; `undefined` when the issuer has no such key. */
  readonly findKey: (jwt: UnverifiedJwt) => Promise<Jwk | undefined>;
  /** Verifies with the key that was found, and throws when the token is at fault. */
  readonly verify: (token: string) => Claims;
};

/**
 * A key that the issuer withdraws is accepted for at most this long. A new key is fetched as soon as a token names it.
 */
export const keysKeptMilliseconds = 60 * 60 * 1000;

/**
 * Applies to `nbf` only, as the issuer's clock may be ahead of ours. The expiry of a token is checked without grace.
 */
const graceSeconds = 30;

/**
 * How long one request to the issuer may take, and how many times it is sent. The second number is set by the library.
 */
export const issuerLimits = { requestTimeoutMilliseconds: 3_000, maxAttempts: 2 } as const;

function newFetcher(): Fetcher {
  return new SimpleFetcher({ defaultRequestOptions: { responseTimeout: issuerLimits.requestTimeoutMilliseconds } });
}

/** Verifies the tokens of one issuer for one audience, with the keys that the issuer publishes. */
export class IssuerVerifier {
  readonly #issuer: Issuer;
  readonly #fetcher: Fetcher;
  #opened: { readonly issuer: Promise<OpenedIssuer>; readonly until: Instant } | undefined;

  /** The default fetcher accepts https addresses only. A test passes its own. */
  constructor(issuer: Issuer, fetcher = newFetcher()) {
    this.#issuer = issuer;
    this.#fetcher = fetcher;
  }

  /**
   * The token's claims; `undefined` when the token is invalid. Rejects only when the issuer's configuration or keys
   * cannot be fetched. A caller can send any token, so an invalid one must not look like a failure of the service.
   */
  async verify(token: string, now: Instant): Promise<Claims | undefined> {
    const jwt = decompose(token);
    // A token that does not name the issuer, or whose header is not supported, causes no request to the issuer.
    if (jwt?.payload.iss !== this.#issuer.issuer) return undefined;
    if (!hasKnownHeader(jwt.header, this.#issuer.takesUntypedTokens)) return undefined;
    const issuer = await this.#open(now);
    const key = await issuer.findKey(jwt);
    if (key === undefined || !isAlgorithmOf(key, jwt.header.alg)) return undefined;
    return verifyWithKey(issuer, token);
  }

  async #open(now: Instant): Promise<OpenedIssuer> {
    if (this.#opened === undefined || now >= this.#opened.until) {
      this.#opened = { issuer: openIssuer(this.#issuer, this.#fetcher), until: now + keysKeptMilliseconds };
    }
    const { issuer } = this.#opened;
    try {
      return await issuer;
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }
}

function decompose(token: string): UnverifiedJwt | undefined {
  try {
    return decomposeUnverifiedJwt(token);
  } catch (error) {
    if (error instanceof JwtParseError) return undefined;
    throw error;
  }
}

/**
 * Verifies with the fetched key; `undefined` when that fails. Every error here is the token's fault. The library and
 * Node's crypto throw errors of many classes, for example for an elliptic signature of the wrong length.
 */
function verifyWithKey({ verify }: OpenedIssuer, token: string): Claims | undefined {
  try {
    return verify(token);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

async function openIssuer({ issuer, audience }: Issuer, fetcher: Fetcher): Promise<OpenedIssuer> {
  const jwksUri = await discoverKeys(issuer, fetcher);
  const jwksCache = new SimpleJwksCache({ fetcher });
  const verifier = JwtVerifier.create({ issuer, audience, jwksUri, graceSeconds }, { jwksCache });
  return {
    findKey: (jwt) => orUnknown(jwksCache.getJwk(jwksUri, jwt)),
    verify: (token) => verifier.verifySync(token),
  };
}

/** The last error means that the key was looked for a moment ago and not found. It counts as unknown too. */
const unknownKeyErrors = [JwtWithoutValidKidError, KidNotFoundInJwksError, WaitPeriodNotYetEndedJwkError];

async function orUnknown(key: Promise<Jwk>): Promise<Jwk | undefined> {
  try {
    return await key;
  } catch (error) {
    if (unknownKeyErrors.some((unknown) => error instanceof unknown)) return undefined;
    throw error;
  }
}

/** Where the issuer publishes its keys (OpenID Connect Discovery 1.0). */
async function discoverKeys(issuer: string, fetcher: Fetcher): Promise<string> {
  const bytes = await fetcher.fetch(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  const metadata: Claims = Object(JSON.parse(new TextDecoder().decode(bytes)));
  const { issuer: named, jwks_uri: jwksUri } = metadata;
  if (named !== issuer || typeof jwksUri !== "string") {
    throw new Error(`What ${issuer} publishes is not the configuration of that issuer`);
  }
  return jwksUri;
}
