import { accessGroups } from "../domain/accessGroups.ts";
import type { Instant } from "../domain/instant.ts";
import { orgPattern } from "../table/keys.ts";
import type { Caller } from "./caller.ts";
import type { Claims, Fetcher, IssuerVerifier } from "./issuerVerifier.ts";
import { isCanonicalJwt } from "./jwt.ts";

/** An issuer that the operator trusts, and the claims of its tokens that identify the caller. */
export type ExternalIssuer = {
  readonly issuer: string;
  readonly audience: string;
  readonly orgClaim: string;
  readonly groupClaim: string;
  /** Whether a token may leave out what it is for, the `typ` of its header. */
  readonly takesUntypedTokens: boolean;
};

/**
 * The caller that a JWT identifies; `undefined` when it identifies nobody. Rejects when the issuer's keys cannot be
 * fetched, because a token that cannot be checked is not accepted.
 */
export type JwtAuthenticator = (token: string, now: Instant) => Promise<Caller | undefined>;

/** Without an issuer, no JWT identifies anybody. */
export const noIssuer: JwtAuthenticator = () => Promise.resolve(undefined);

/**
 * Authenticates callers by the issuer's JWTs. The verifier is loaded when the first JWT arrives, because most
 * deployments never see one.
 */
export function externalIssuer(issuer: ExternalIssuer | undefined, fetcher?: Fetcher): JwtAuthenticator {
  if (issuer === undefined) return noIssuer;
  let verifier: IssuerVerifier | undefined;
  return async (token, now) => {
    if (!isCanonicalJwt(token)) return undefined;
    const { IssuerVerifier: Verifier } = await import("./issuerVerifier.ts");
    verifier ??= new Verifier(issuer, fetcher);
    const claims = await verifier.verify(token, now);
    return claims && callerOf(claims, issuer, now);
  };
}

/**
 * Characters that an access log writes unescaped. Identity providers choose subjects such as `client@clients`,
 * `auth0|5f7c` or a UUID.
 */
const subjectPattern = /^[A-Za-z0-9._~:@|/+=-]{1,128}$/;

/** The prefix `jwt:` keeps a subject apart from a credential's user name, which has no colon. */
function callerOf(claims: Claims, { orgClaim, groupClaim }: ExternalIssuer, now: Instant): Caller | undefined {
  const [org, subject] = [claims[orgClaim], claims["sub"]];
  const accessGroup = onlyKnownGroup(claims[groupClaim]);
  if (!hasDates(claims) || !isUnexpired(claims, now) || accessGroup === undefined) return undefined;
  if (typeof org !== "string" || !orgPattern.test(org)) return undefined;
  if (typeof subject !== "string" || !subjectPattern.test(subject)) return undefined;
  return { org, username: `jwt:${subject}`, accessGroup };
}

/** A number that no date can represent is refused. A token with an `exp` of 1e300 would never expire. */
function hasDates({ exp, nbf, iat }: Claims): boolean {
  return [exp, nbf, iat].every((seconds) => seconds === undefined || isDate(seconds));
}

function isDate(seconds: unknown): boolean {
  return typeof seconds === "number" && !Number.isNaN(new Date(seconds * 1000).getTime());
}

/** A token without `exp` is refused here, because the verifier itself would accept it. */
function isUnexpired({ exp }: Claims, now: Instant): boolean {
  return typeof exp === "number" && now < exp * 1000;
}

/**
 * Providers send one group as a text, or several as a list that may name groups of other systems. Two of our groups are
 * ambiguous and refused.
 */
function onlyKnownGroup(claim: unknown): Caller["accessGroup"] | undefined {
  const named: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const [group, ...others] = accessGroups.filter((known) => named.includes(known));
  return others.length === 0 ? group : undefined;
}
