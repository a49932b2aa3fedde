import {
  JwkInvalidKtyError,
  JwkInvalidUseError,
  JwtInvalidClaimError,
  JwtInvalidSignatureAlgorithmError,
  JwtInvalidSignatureError,
  JwtParseError,
  JwtWithoutValidKidError,
  KidNotFoundInJwksError,
  WaitPeriodNotYetEndedJwkError,
} from "aws-jwt-verify/error";
import { type Fetcher, SimpleFetcher } from "aws-jwt-verify/https";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import { decomposeUnverifiedJwt } from "aws-jwt-verify/jwt";
import { JwtVerifier } from "aws-jwt-verify/jwt-verifier";
import type { Instant } from "../domain/instant.ts";

export type { Fetcher };

/** What a verified token says; nothing is known yet of the types. */
export type Claims = { readonly [claim: string]: unknown };

type Issuer = { readonly issuer: string; readonly audience: string };
type Verifier = { readonly verify: (token: string) => Promise<Claims> };

/** A key that the issuer withdraws is good no longer than this; a new one is fetched when a token names it. */
export const keysKeptMilliseconds = 60 * 60 * 1000;

/** For `nbf` alone: the issuer's clock may be ahead of ours. The end of a token is checked without grace. */
const graceSeconds = 30;

/** How long one request to the issuer may take, and how often it is made: the second number is the library's. */
export const issuerLimits = { requestTimeoutMilliseconds: 3_000, maxAttempts: 2 } as const;

function newFetcher(): Fetcher {
  return new SimpleFetcher({ defaultRequestOptions: { responseTimeout: issuerLimits.requestTimeoutMilliseconds } });
}

/** Verifies the tokens of one issuer for one audience, with the keys that the issuer publishes. */
export class IssuerVerifier {
  readonly #issuer: Issuer;
  readonly #fetcher: Fetcher;
  #opened: { readonly verifier: Promise<Verifier>; readonly until: Instant } | undefined;

  /** The fetcher takes https addresses only, unless a test brings its own. */
  constructor(issuer: Issuer, fetcher = newFetcher()) {
    this.#issuer = issuer;
    this.#fetcher = fetcher;
  }

  /** The token's claims; `undefined` when it is at fault. Rejects when the issuer is, or does not answer. */
  async verify(token: string, now: Instant): Promise<Claims | undefined> {
    try {
      // Asked of nobody: a token that does not even claim to be the issuer's costs it no request.
      if (decomposeUnverifiedJwt(token).payload.iss !== this.#issuer.issuer) return undefined;
      const verifier = await this.#open(now);
      return await verifier.verify(token);
    } catch (error) {
      if (isFaultOfToken(error)) return undefined;
      throw error;
    }
  }

  async #open(now: Instant): Promise<Verifier> {
    if (this.#opened === undefined || now >= this.#opened.until) {
      this.#opened = { verifier: openVerifier(this.#issuer, this.#fetcher), until: now + keysKeptMilliseconds };
    }
    const { verifier } = this.#opened;
    try {
      return await verifier;
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }
}

async function openVerifier({ issuer, audience }: Issuer, fetcher: Fetcher): Promise<Verifier> {
  const jwksUri = await discoverKeys(issuer, fetcher);
  const jwksCache = new SimpleJwksCache({ fetcher });
  return JwtVerifier.create({ issuer, audience, jwksUri, graceSeconds }, { jwksCache });
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

/** The others are the issuer's, the network's or ours. A key that was looked for a moment ago in vain is unknown. */
const faultsOfToken = [
  JwtParseError,
  JwtWithoutValidKidError,
  KidNotFoundInJwksError,
  WaitPeriodNotYetEndedJwkError,
  JwkInvalidKtyError,
  JwkInvalidUseError,
  JwtInvalidSignatureAlgorithmError,
  JwtInvalidSignatureError,
  JwtInvalidClaimError,
];

function isFaultOfToken(error: unknown): boolean {
  return faultsOfToken.some((fault) => error instanceof fault);
}
