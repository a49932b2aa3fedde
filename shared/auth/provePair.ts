import type { Instant } from "../domain/instant.ts";
import type { Table } from "../table/client.ts";
import { type Credential, findCredential } from "../table/credentials.ts";
import type { PresentedCredential } from "./basicAuthorization.ts";
import { usernamePattern } from "./credentialNames.ts";
import { hashSecret, isSecret } from "./secret.ts";

/** A credential, and which of its secrets was shown, by that secret's salt. */
export type Proof = { readonly credential: Credential; readonly secretSalt: string };

/** Compared against when there is no such user or no earlier secret, so that each look-up costs the same two hashes. */
const nobodysSecret = hashSecret("");

/**
 * The active credential that a user name and secret stand for; `undefined` when they prove nobody. A secret that was
 * rotated away counts until the end that the rotation set for it.
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

/** Whether what was proved with the secret of that salt still holds: the credential is active, and so is the secret. */
export function isGood(credential: Credential, secretSalt: string, now: Instant): boolean {
  const { isActive, secret, previousSecret } = credential;
  if (!isActive) return false;
  return secretSalt === secret.salt || (secretSalt === previousSecret?.salt && now < previousSecret.validUntil);
}
