import type { Instant } from "../domain/instant.ts";
import type { Table } from "../table/client.ts";
import { type Credential, findCredential } from "../table/credentials.ts";
import { usernamePattern } from "../table/keys.ts";
import type { PresentedCredential } from "./basicAuthorization.ts";
import { hashSecret, isSecret } from "./secret.ts";

/** A credential and the salt of the secret that the caller presented. */
export type Proof = { readonly credential: Credential; readonly secretSalt: string };

/** Stands in when there is no such user or no previous secret, so that each look-up costs the same two hashes. */
const nobodysSecret = hashSecret("");

/**
 * The active credential that a user name and secret belong to; `undefined` when there is none. A secret from before the
 * last rotation is accepted until the end that the rotation set.
 */
export async function provePair(
  table: Table,
  { username, secret }: PresentedCredential,
  now: Instant,
): Promise<Proof | undefined> {
  if (!usernamePattern.test(username)) return undefined;
  const credential = await findCredential(table, username);
  const isCurrent = isSecret(secret, credential?.secret ?? nobodysSecret);
  const isPrevious = isSecret(secret, credential?.previousSecret ?? nobodysSecret);
  if (credential === undefined) return undefined;
  const shown = [
    ...(isCurrent ? [credential.secret.salt] : []),
    ...(isPrevious && credential.previousSecret !== undefined ? [credential.previousSecret.salt] : []),
  ];
  const secretSalt = shown.find((salt) => isGood(credential, salt, now));
  return secretSalt === undefined ? undefined : { credential, secretSalt };
}

/** Whether the credential is active and the secret with that salt is still valid. */
export function isGood(credential: Credential, secretSalt: string, now: Instant): boolean {
  const { isActive, secret, previousSecret } = credential;
  if (!isActive) return false;
  return secretSalt === secret.salt || (secretSalt === previousSecret?.salt && now < previousSecret.validUntil);
}
