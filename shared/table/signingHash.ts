import { createHash, createHmac, createSecretKey, type KeyObject } from "node:crypto";

type Secret = string | ArrayBuffer | ArrayBufferView;

/** The credential's secret, the day's signing key, and what lies between them once a day. */
const maximumKeys = 16;
const keys = new Map<Secret, KeyObject>();

/**
 * SHA-256, or with a secret its HMAC, as the SDK signs requests with it. Two of a signature's four digests have the same
 * keys in every request; to make Node's key of one each time, as the SDK does, takes four times as long as the digest.
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
