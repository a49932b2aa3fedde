import { createHash, createHmac, createSecretKey, type KeyObject } from "node:crypto";

type Secret = string | ArrayBuffer | ArrayBufferView;

/** Enough for the credential's secret, the day's signing key, and the keys that are derived between them once a day. */
const maximumKeys = 16;
const keys = new Map<Secret, KeyObject>();

/**
 * The hash that the SDK signs requests with: SHA-256, or HMAC-SHA-256 when a secret is given. Two of the four digests
 * of a signature use the same keys in every request. The SDK would make a Node key object each time, which takes four
 * times as long as the digest itself.
 */
export class SigningHash {
  readonly #secret: Secret | undefined;
  #hash: ReturnType<typeof newHash>;

  constructor(secret?: Secret) {
    this.#secret = secret;
    this.#hash = newHash(secret);
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = newHash(this.#secret);
  }
}

function newHash(secret: Secret | undefined) {
  return secret === undefined ? createHash("sha256") : createHmac("sha256", keyOf(secret));
}

function keyOf(secret: Secret): KeyObject {
  const known = keys.get(secret);
  if (known !== undefined) return known;
  if (keys.size >= maximumKeys) keys.clear();
  const key = typeof secret === "string" ? createSecretKey(secret, "utf8") : createSecretKey(bytesOf(secret));
  keys.set(secret, key);
  return key;
}

function bytesOf(secret: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(secret)
    ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
    : new Uint8Array(secret);
}
