import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";

type Bytes = ArrayBuffer | ArrayBufferView;

/**
 * The hash that the SDK signs requests with: SHA-256, or HMAC-SHA-256 when a secret is given. Of the four digests of a
 * signature, one is the same in every request until the credential changes, and one uses the same key all day. The first
 * is kept, and so is the key of the second as Node's key object. The SDK would make both anew each time.
 */
export class SigningHash {
  readonly #secret: string | Bytes | undefined;
  #parts: Uint8Array[] = [];

  constructor(secret?: string | Bytes) {
    this.#secret = secret;
  }

  /** The data must not change before {@link digest}. */
  update(data: Uint8Array): void {
    this.#parts.push(data);
  }

  /** The digest must not be changed, because the next one for the same text may be the same array. */
  async digest(): Promise<Uint8Array> {
    const [first] = this.#parts;
    const data = first !== undefined && this.#parts.length === 1 ? first : Buffer.concat(this.#parts);
    if (this.#secret === undefined) return hash("sha256", data, "buffer");
    if (typeof this.#secret === "string") return digestWithText(this.#secret, data);
    return createHmac("sha256", keyOf(this.#secret)).update(data).digest();
  }

  reset(): void {
    this.#parts = [];
  }
}

type Kept = { readonly data: Uint8Array; readonly digest: Uint8Array };

/** Enough for the credential's secret and the text that the day's signing key is derived from. */
const mostKept = 16;
const kept = new Map<string, Kept>();

function digestWithText(secret: string, data: Uint8Array): Uint8Array {
  const known = kept.get(secret);
  if (known !== undefined && Buffer.compare(known.data, data) === 0) return known.digest;
  if (kept.size >= mostKept) kept.clear();
  const digest = createHmac("sha256", secret).update(data).digest();
  kept.set(secret, { data: Uint8Array.from(data), digest });
  return digest;
}

const keys = new WeakMap<Bytes, KeyObject>();

function keyOf(secret: Bytes): KeyObject {
  const known = keys.get(secret);
  if (known !== undefined) return known;
  const key = createSecretKey(bytesOf(secret));
  keys.set(secret, key);
  return key;
}

function bytesOf(secret: Bytes): Uint8Array {
  return ArrayBuffer.isView(secret)
    ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
    : new Uint8Array(secret);
}
