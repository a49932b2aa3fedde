import { createHash, createHmac, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { SigningHash } from "../../shared/table/signingHash.ts";

const bytes = new Uint8Array(randomBytes(32));
const within = new Uint8Array(randomBytes(64).buffer, 8, 32);

async function digestOf(hash: SigningHash, ...parts: readonly string[]): Promise<string> {
  for (const part of parts) hash.update(Buffer.from(part));
  return Buffer.from(await hash.digest()).toString("hex");
}

describe("the hash that signs requests", () => {
  it("is SHA-256 without a secret", async () => {
    const expected = createHash("sha256").update("onetwo").digest("hex");
    expect(await digestOf(new SigningHash(), "one", "two")).toBe(expected);
  });

  it.each([
    ["text", "AWS4sécret", "AWS4sécret"],
    ["bytes", bytes, bytes],
    ["a part of a buffer", within, within],
    ["a whole buffer", bytes.buffer, bytes],
  ])("is its HMAC with a secret that is %s, the second time too", async (_, secret, plain) => {
    const expected = createHmac("sha256", plain).update("onetwo").digest("hex");
    expect(await digestOf(new SigningHash(secret), "one", "two")).toBe(expected);
    expect(await digestOf(new SigningHash(secret), "onetwo")).toBe(expected);
  });

  it("is the HMAC of the text that was given, when the same secret is used for another text and for the first again", async () => {
    const texts = ["AKIDFIRST", "AKIDSECOND", "AKIDFIRST", "AKIDFIRST"];
    for (const text of texts) {
      const expected = createHmac("sha256", "secret").update(text).digest("hex");
      expect(await digestOf(new SigningHash("secret"), text)).toBe(expected);
    }
  });

  it("is the HMAC of the text as it was, when its bytes were changed after the digest", async () => {
    const text = Buffer.from("AKIDFIRST");
    const hash = new SigningHash("secret");
    hash.update(text);
    await hash.digest();
    text.fill("x");
    const expected = createHmac("sha256", "secret").update(text).digest("hex");
    expect(await digestOf(new SigningHash("secret"), text.toString())).toBe(expected);
  });

  it("starts anew when it is reset", async () => {
    const hash = new SigningHash("key");
    await digestOf(hash, "one");
    hash.reset();
    expect(await digestOf(hash, "two")).toBe(createHmac("sha256", "key").update("two").digest("hex"));
  });

  it("keeps keys apart, however many there are", async () => {
    const secrets = Array.from({ length: 40 }, (_, index) => `key ${index}`);
    for (const secret of [...secrets, ...secrets]) {
      expect(await digestOf(new SigningHash(secret), "x")).toBe(createHmac("sha256", secret).update("x").digest("hex"));
    }
  });
});
