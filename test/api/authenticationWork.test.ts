import { createHash, randomUUID } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { generateSecret, hashSecret } from "../../shared/auth/secret.ts";
import { disableCredential, rotateCredential } from "../../shared/table/credentials.ts";
import { ApiClient, basicAuthorization } from "../support/apiClient.ts";
import { newCredential, type TestCredential } from "../support/credential.ts";
import { useService } from "../support/service.ts";
import { postForm } from "../support/tokens.ts";

// The spy calls the real function and counts.
vi.mock("node:crypto", { spy: true });

const service = useService();

/**
 * The engine requests and the hashes of secrets that one refused request takes. Work is counted, because a clock would
 * only hint at it. The look-up is signed with Node's `hash`, which is not counted.
 */
async function workOf(ask: () => Promise<number>): Promise<{ engine: string[]; hashes: number }> {
  vi.mocked(createHash).mockClear();
  const { promise: status, resolve } = Promise.withResolvers<number>();
  const requests = await service.recorder.during(async () => resolve(await ask()));
  expect(await status).toBe(401);
  return { engine: requests.map(({ command }) => command), hashes: vi.mocked(createHash).mock.calls.length };
}

const grant = { grant_type: "client_credentials" };
const headersOf = ({ username, secret }: TestCredential) => ({ Authorization: basicAuthorization(username, secret) });
const anonymous = () => new ApiClient(service.baseUrl, undefined);

const ways: readonly { readonly way: string; readonly ask: (pair: TestCredential) => Promise<number> }[] = [
  {
    way: "Basic",
    ask: async (pair) => (await anonymous().get("/targetGroups", { headers: headersOf(pair) })).status,
  },
  {
    way: "POST /oauth/token",
    ask: async (pair) => (await postForm(`${service.baseUrl}/oauth/token`, grant, headersOf(pair))).status,
  },
  {
    way: "POST /oauth/revoke",
    ask: async (pair) => (await postForm(`${service.baseUrl}/oauth/revoke`, { token: "x" }, headersOf(pair))).status,
  },
  {
    way: "POST /oauth/token/generate",
    ask: async ({ username, secret }) =>
      (await anonymous().post("/oauth/token/generate", { key: username, secret })).status,
  },
];

async function newPair(): Promise<TestCredential & { readonly org: string }> {
  const org = `test-${randomUUID()}`;
  return { org, ...(await newCredential(service.table, { org })) };
}

const wrong = ({ username }: TestCredential) => ({ username, secret: generateSecret() });

/** Guesses that are partly right. The time of the answer must not tell a guesser which part. */
const guesses: readonly { readonly guess: string; readonly make: () => Promise<TestCredential> }[] = [
  { guess: "a wrong secret of a known user", make: async () => wrong(await newPair()) },
  { guess: "an empty secret of a known user", make: async () => ({ ...(await newPair()), secret: "" }) },
  { guess: "an empty secret of an unknown user", make: async () => ({ username: randomUUID(), secret: "" }) },
  {
    guess: "a wrong secret of a user with two good ones",
    make: async () => {
      const pair = await newPair();
      const now = Date.now();
      await rotateCredential(service.table, pair, hashSecret(generateSecret()), now + 60_000, now);
      return wrong(pair);
    },
  },
  {
    guess: "the right secret of a disabled credential",
    make: async () => {
      const pair = await newPair();
      await disableCredential(service.table, pair);
      return pair;
    },
  },
];

/** One for each of the two secrets that a user may have. */
const hashes = 2;

describe.each(ways)("by $way, an unknown user costs one look-up and as many hashes as", ({ ask }) => {
  it.each(guesses)("$guess", async ({ make }) => {
    const nobody = await workOf(() => ask({ username: randomUUID(), secret: generateSecret() }));
    expect(nobody).toEqual({ engine: ["GetItem"], hashes });
    const guess = await make();
    expect(await workOf(() => ask(guess))).toEqual(nobody);
  });
});
