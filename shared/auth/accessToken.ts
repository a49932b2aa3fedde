import { createHash, randomBytes } from "node:crypto";
import type { Instant } from "../domain/instant.ts";
import type { Table } from "../table/client.ts";
import { findCredential } from "../table/credentials.ts";
import { endToken, findToken, putToken } from "../table/tokens.ts";
import type { Caller } from "./caller.ts";
import { isGood, type Proof } from "./provePair.ts";

/** An access token as its owner receives it. It is shown only once. */
export type IssuedToken = { readonly token: string; readonly lifetimeSeconds: number };

const tokenBytes = 32;
const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

/**
 * Issues an opaque token of 256 random bits. The table stores only its SHA-256, so reading the table gives nobody a
 * usable token.
 */
export async function issueAccessToken(
  table: Table,
  { credential: { username, org, accessGroup }, secretSalt }: Proof,
  now: Instant,
  lifetimeSeconds: number,
): Promise<IssuedToken> {
  const token = randomBytes(tokenBytes).toString("base64url");
  const expiresAtEpochSeconds = Math.floor(now / 1000) + lifetimeSeconds;
  await putToken(table, { digest: digestOf(token), username, org, accessGroup, secretSalt, expiresAtEpochSeconds });
  return { token, lifetimeSeconds };
}

/**
 * The caller that an opaque access token identifies. `undefined` when the token is unknown, revoked or expired, or when
 * the credential or secret it was obtained with is no longer valid.
 */
export async function authenticateAccessToken(table: Table, token: string, now: Instant): Promise<Caller | undefined> {
  if (!tokenPattern.test(token)) return undefined;
  const stored = await findToken(table, digestOf(token));
  // DynamoDB deletes expired items late, sometimes after days, so the expiry is checked here.
  if (stored === undefined || now >= stored.expiresAtEpochSeconds * 1000) return undefined;
  const { org, username, accessGroup, secretSalt } = stored;
  const credential = await findCredential(table, username);
  return credential !== undefined && isGood(credential, secretSalt, now) ? { org, username, accessGroup } : undefined;
}

/**
 * Ends a token of the user. `notYours` when it is another user's. The answer does not say whether the token existed.
 */
export async function revokeAccessToken(table: Table, username: string, token: string): Promise<"gone" | "notYours"> {
  return tokenPattern.test(token) ? endToken(table, digestOf(token), username) : "gone";
}

/** The digest has no salt. The token is looked up by it, and 256 random bits cannot be guessed. */
function digestOf(token: string): string {
  return createHash("sha256").update(token, "utf8").digest("hex");
}
