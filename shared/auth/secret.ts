import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A stored secret: salted SHA-256, enough for a generated secret of at least 128 bits. Both parts base64. */
export type HashedSecret = { readonly salt: string; readonly hash: string };

const secretBytes = 32;

/** 256 random bits in base64url: 43 characters that need no escaping in a header, a form or a shell. */
export function generateSecret(): string {
  return randomBytes(secretBytes).toString("base64url");
}

export function hashSecret(secret: string, salt = randomBytes(16).toString("base64")): HashedSecret {
  return { salt, hash: createHash("sha256").update(salt).update(secret, "utf8").digest("base64") };
}

/** Compares in constant time. */
export function isSecret(presented: string, stored: HashedSecret): boolean {
  const actual = Buffer.from(hashSecret(presented, stored.salt).hash, "base64");
  const expected = Buffer.from(stored.hash, "base64");
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
