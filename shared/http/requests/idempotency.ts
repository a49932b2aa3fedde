import { createHash } from "node:crypto";
import type { IdempotencyMark } from "../../domain/enrollment.ts";

/** 1–255 visible ASCII characters. */
const keyPattern = /^[\x21-\x7e]{1,255}$/;

const digestBytes = 16;

/** The faults of an `Idempotency-Key` header, if one was sent. */
export function idempotencyKeyFaults(key: string | undefined): string[] {
  if (key === undefined || keyPattern.test(key)) return [];
  return [`The header Idempotency-Key must be 1 to 255 visible ASCII characters, sent once; got ${key.length}.`];
}

/**
 * The mark that a call leaves on the enrolment it opens. It holds digests, so that a long key does not make the item
 * dearer. Two records with the same meaning have the same digest, in any spelling.
 *
 * Half of a SHA-256 tells the few keys of one customer and target apart, and keeps the item small.
 */
export function idempotencyMark(key: string | undefined, record: readonly unknown[]): IdempotencyMark | undefined {
  if (key === undefined) return undefined;
  return { keyDigest: digest(key), recordDigest: digest(JSON.stringify(record)) };
}

function digest(text: string): string {
  return createHash("sha256").update(text, "utf8").digest().subarray(0, digestBytes).toString("base64url");
}
