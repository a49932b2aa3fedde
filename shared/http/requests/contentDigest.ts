import { createHash } from "node:crypto";

/**
 * Digest of what a call asks for. Two calls have the same digest when they ask for the same. Who calls and for whom is in
 * the key of what is recorded.
 */
export function contentDigestOf(meaning: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(meaning), "utf8").digest("base64url");
}
