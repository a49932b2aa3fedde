import { createHash, randomBytes } from "node:crypto";
import type { Instant } from "../domain/instant.ts";
import type { Table } from "../table/client.ts";
import { findCredential } from "../table/credentials.ts";
import { endToken, findToken, putToken } from "../table/tokens.ts";
import type { Caller } from "./caller.ts";
import { isGood, type Proof } from "./provePair.ts";

/** An access token as its owner gets it, once. */
export type IssuedToken = { readonly token: string; readonly lifetimeSeconds: number };

const tokenBytes = 32;
const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

/** Issues an opaque token of 256 random bits. The table gets its SHA-256 only, so nobody who reads it can use one. */
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
 * The caller an opaque access token stands for; `undefined` when it proves nobody: unknown, revoked, expired, or the
 * credential or secret it was obtained with is good no longer.
 */
export async function authenticateAccessToken(table: Table, token: string, now: Instant): Promise<Caller | undefined> {
  if (!tokenPattern.test(token)) return undefined;
  const stored = await findToken(table, digestOf(token));
  // DynamoDB deletes what has expired some time later, up to days.
  if (stored === undefined || now >= stored.expiresAtEpochSeconds * 1000) return undefined;
  const { org, username, accessGroup, secretSalt } = stored;
  const credential = await findCredential(table, username);
  return credential !== undefined && isGood(credential, secretSalt, now) ? { org, username, accessGroup } : undefined;
}

/** Ends a token of that user. `notYours` when it is another's; whether one existed is not said. */
export async function revokeAccessToken(table: Table, username: string, token: string): Promise<"gone" | "notYours"> {
  return tokenPattern.test(token) ? endToken(table, digestOf(token), username) : "gone";
}

/** No salt: a token has more random bits than a guess could cover, and it must be found by this. */
function digestOf(token: string): string {
  return createHash("sha256").update(token, "utf8").digest("hex");
}
