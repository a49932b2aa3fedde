import { createHash, randomBytes, randomUUID } from "node:crypto";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localFunctions } from "../../local/functions.ts";
import { type LocalGateway, startGateway } from "../../local/gateway.ts";
import { hashSecret } from "../../shared/auth/secret.ts";
import { openTable } from "../../shared/table/client.ts";
import { disableCredential, rotateCredential } from "../../shared/table/credentials.ts";
import { tokenKey } from "../../shared/table/keys.ts";
import { ApiClient, basicAuthorization } from "../support/apiClient.ts";
import { newCredential, type TestCredential } from "../support/credential.ts";
import { expectRefused } from "../support/envelopes.ts";
import { localAccess } from "../support/globalSetup.ts";
import { nowhere } from "../support/nowhere.ts";
import { openTestTable } from "../support/service.ts";
import { SettableClock } from "../support/settableClock.ts";
import { newToken, type OAuthAnswer, postForm } from "../support/tokens.ts";

const table = openTestTable();
const clock = new SettableClock();
const lifetimeMilliseconds = 30 * 60 * 1000;
let gateway: LocalGateway;

beforeAll(async () => {
  gateway = await startGateway(localFunctions(table, clock.read), 0);
});
afterAll(async () => {
  await gateway.close();
  table.close();
});

type Client = TestCredential & { readonly org: string };

async function newClient(isActive = true): Promise<Client> {
  const org = `test-${randomUUID()}`;
  return { org, ...(await newCredential(table, { org, isActive })) };
}

const grant = { grant_type: "client_credentials" };
const tokenUrl = () => `${gateway.baseUrl}/oauth/token`;
const revokeUrl = () => `${gateway.baseUrl}/oauth/revoke`;
const basic = ({ username, secret }: TestCredential) => ({ Authorization: basicAuthorization(username, secret) });
const inForm = ({ username, secret }: TestCredential) => ({ client_id: username, client_secret: secret });

/**
 * The status of the API's answer to the bearer. The authorizer remembers a header that it let in, so each token is sent
 * once.
 */
async function statusOf(token: string): Promise<number> {
  const headers = { Authorization: `Bearer ${token}` };
  return (await new ApiClient(gateway.baseUrl, undefined).get("/targetGroups", { headers })).status;
}

function anonymous(): ApiClient {
  return new ApiClient(gateway.baseUrl, undefined);
}

function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

async function storedToken(token: string) {
  const { pk, sk } = tokenKey(digestOf(token));
  const Key = { pk: { S: pk }, sk: { S: sk } };
  return (await table.client.send(new GetItemCommand({ TableName: table.name, Key, ConsistentRead: true }))).Item;
}

/** Expects the standard's error: status, body, challenge, and a header that forbids to store the answer. */
function expectOAuthError(answer: OAuthAnswer, status: number, error: string): void {
  const { headers, body } = answer;
  expect({ status: answer.status, body }).toEqual({
    status,
    // RFC 6749 allows these characters.
    body: { error, error_description: expect.stringMatching(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/) },
  });
  expect(headers.get("www-authenticate")).toBe(status === 401 ? 'Basic realm="milestreak", charset="UTF-8"' : null);
  expectNotKept(headers);
}

function expectNotKept(headers: Headers): void {
  expect([headers.get("content-type"), headers.get("cache-control"), headers.get("pragma")]).toEqual([
    "application/json",
    "no-store",
    "no-cache",
  ]);
}

describe("POST /oauth/token", () => {
  it.each<[string, (client: Client) => Promise<OAuthAnswer>]>([
    ["in the form", (client) => postForm(tokenUrl(), { ...grant, ...inForm(client) })],
    ["as Basic", (client) => postForm(tokenUrl(), grant, basic(client))],
    [
      "as Basic, its id in the form too",
      (one) => postForm(tokenUrl(), { ...grant, client_id: one.username }, basic(one)),
    ],
    [
      "as Basic, its parts form-encoded",
      ({ username, secret }) =>
        postForm(
          tokenUrl(),
          grant,
          basic({ username: username.replaceAll("-", "%2D"), secret: secret.replaceAll("-", "%2d") }),
        ),
    ],
    [
      "in the form, with parameters that are unknown or empty",
      (client) => postForm(tokenUrl(), { ...grant, ...inForm(client), scope: "", resource: "x" }),
    ],
    [
      "in a form with a charset",
      (client) =>
        postForm(
          tokenUrl(),
          { ...grant, ...inForm(client) },
          { "Content-Type": "Application/X-WWW-Form-URLEncoded; charset=UTF-8" },
        ),
    ],
  ])("issues a token to the client that proves itself %s", async (_, ask) => {
    const { status, headers, body } = await ask(await newClient());
    expect({ status, body }).toEqual({
      status: 200,
      body: { access_token: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/), token_type: "Bearer", expires_in: 1800 },
    });
    expectNotKept(headers);
    expect(await statusOf(String(body["access_token"]))).toBe(200);
  });

  it("issues another token each time, of 256 random bits, and stores only its SHA-256, with the end for TTL", async () => {
    const client = await newClient();
    const [one, other] = [await newToken(gateway.baseUrl, client), await newToken(gateway.baseUrl, client)];
    expect(Buffer.from(one, "base64url")).toHaveLength(32);
    expect(other).not.toBe(one);
    const item = await storedToken(one);
    expect(item).toMatchObject({
      org: { S: client.org },
      username: { S: client.username },
      accessGroup: { S: "default" },
      expiresAt: { N: String(Math.floor(clock.now / 1000) + 1800) },
    });
    expect(JSON.stringify(item)).not.toContain(one);
  });

  it.each<[string, number, string, (client: Client) => Promise<OAuthAnswer>]>([
    ["no grant type", 400, "invalid_request", (one) => postForm(tokenUrl(), {}, basic(one))],
    ["an empty grant type", 400, "invalid_request", (one) => postForm(tokenUrl(), { grant_type: "" }, basic(one))],
    [
      "another grant type",
      400,
      "unsupported_grant_type",
      (one) => postForm(tokenUrl(), { grant_type: "password", username: "u", password: "p" }, basic(one)),
    ],
    ["a scope", 400, "invalid_scope", (one) => postForm(tokenUrl(), { ...grant, scope: "admin" }, basic(one))],
    [
      "a parameter twice",
      400,
      "invalid_request",
      (one) => postForm(tokenUrl(), "grant_type=client_credentials&grant_type=client_credentials", basic(one)),
    ],
    [
      "two ways of proof",
      400,
      "invalid_request",
      (one) => postForm(tokenUrl(), { ...grant, ...inForm(one) }, basic(one)),
    ],
    [
      "one client in the form and another as Basic",
      400,
      "invalid_request",
      (one) => postForm(tokenUrl(), { ...grant, client_id: "other" }, basic(one)),
    ],
    [
      "JSON",
      400,
      "invalid_request",
      (one) => postForm(tokenUrl(), JSON.stringify(grant), { ...basic(one), "Content-Type": "application/json" }),
    ],
    ["no client", 401, "invalid_client", () => postForm(tokenUrl(), grant)],
    ["an id alone", 401, "invalid_client", ({ username }) => postForm(tokenUrl(), { ...grant, client_id: username })],
    [
      "a client in the query",
      401,
      "invalid_client",
      (one) => postForm(`${tokenUrl()}?${new URLSearchParams({ ...grant, ...inForm(one) }).toString()}`, grant),
    ],
    [
      "a wrong secret",
      401,
      "invalid_client",
      (one) => postForm(tokenUrl(), { ...grant, ...inForm(one), client_secret: "wrong" }),
    ],
    [
      "a wrong secret as Basic",
      401,
      "invalid_client",
      ({ username }) => postForm(tokenUrl(), grant, basic({ username, secret: "wrong" })),
    ],
    [
      "an unknown client",
      401,
      "invalid_client",
      (one) => postForm(tokenUrl(), { ...grant, ...inForm({ ...one, username: randomUUID() }) }),
    ],
    [
      "an id that would forge a key",
      401,
      "invalid_client",
      (one) => postForm(tokenUrl(), { ...grant, ...inForm({ ...one, username: "a#b" }) }),
    ],
    ["Basic that is malformed", 401, "invalid_client", () => postForm(tokenUrl(), grant, { Authorization: "Basic x" })],
    [
      "Basic whose parts are badly encoded",
      401,
      "invalid_client",
      ({ username }) => postForm(tokenUrl(), grant, basic({ username, secret: "%zz" })),
    ],
    [
      "a token for a proof",
      401,
      "invalid_client",
      async (one) => postForm(tokenUrl(), grant, { Authorization: `Bearer ${await newToken(gateway.baseUrl, one)}` }),
    ],
  ])("refuses %s with %d %s", async (_, status, error, ask) => {
    const client = await newClient();
    const answer = await ask(client);
    expectOAuthError(answer, status, error);
    expect(JSON.stringify(answer.body)).not.toContain(client.secret);
  });

  it("refuses a disabled client with 401 invalid_client", async () => {
    expectOAuthError(await postForm(tokenUrl(), grant, basic(await newClient(false))), 401, "invalid_client");
  });

  it("refuses a form of 16 385 bytes with 413 and takes one of 16 384", async () => {
    const start = new URLSearchParams({ ...grant, ...inForm(await newClient()) }).toString();
    const padTo = (bytes: number) => `${start}&x=${"x".repeat(bytes - start.length - 3)}`;
    expect((await postForm(tokenUrl(), padTo(16_384))).status).toBe(200);
    expectOAuthError(await postForm(tokenUrl(), padTo(16_385)), 413, "invalid_request");
  });

  it("answers 503 temporarily_unavailable when the engine does not answer", async () => {
    const unreachable = openTable({ tableName: "nowhere", endpoint: nowhere, ...localAccess });
    const lost = await startGateway(localFunctions(unreachable), 0);
    try {
      const answer = await postForm(`${lost.baseUrl}/oauth/token`, grant, basic({ username: "u", secret: "s" }));
      expectOAuthError(answer, 503, "temporarily_unavailable");
      expect(answer.headers.get("retry-after")).toBe("1");
    } finally {
      await lost.close();
    }
  });
});

describe("an access token", () => {
  it("is good until the last millisecond of its life and refused at its end, though the table still has it", async () => {
    const client = await newClient();
    const [one, other] = [await newToken(gateway.baseUrl, client), await newToken(gateway.baseUrl, client)];
    const end = Math.floor(clock.now / 1000) * 1000 + lifetimeMilliseconds;
    clock.now = end - 1;
    expect(await statusOf(one)).toBe(200);
    clock.now = end;
    expect(await statusOf(other)).toBe(401);
    expect(await storedToken(other)).toBeDefined();
  });

  it("ends with its credential", async () => {
    const client = await newClient();
    const token = await newToken(gateway.baseUrl, client);
    await disableCredential(table, client);
    expect(await statusOf(token)).toBe(401);
  });

  it("ends with the secret it was obtained with, and not before", async () => {
    const client = await newClient();
    const tokens = [];
    for (let count = 0; count < 3; count += 1) tokens.push(await newToken(gateway.baseUrl, client));
    const [early, late, after] = tokens;
    const secret = randomBytes(32).toString("base64url");
    const graceEnd = clock.now + 60_000;
    await rotateCredential(table, client, hashSecret(secret), graceEnd, clock.now);
    const fresh = await newToken(gateway.baseUrl, { ...client, secret });
    expect(await statusOf(early ?? "")).toBe(200);
    clock.now = graceEnd - 1;
    expect(await statusOf(late ?? "")).toBe(200);
    clock.now = graceEnd;
    expect(await statusOf(after ?? "")).toBe(401);
    expect(await statusOf(fresh)).toBe(200);
  });

  it.each<[string, (token: string) => string]>([
    ["unknown", () => `Bearer ${randomBytes(32).toString("base64url")}`],
    ["another by one character", (token) => `Bearer ${token.startsWith("A") ? "B" : "A"}${token.slice(1)}`],
    ["shortened", (token) => `Bearer ${token.slice(1)}`],
    ["padded", (token) => `Bearer ${token}=`],
    ["after two spaces", (token) => `Bearer  ${token}`],
    ["followed by more", (token) => `Bearer ${token} `.concat("x")],
    ["in capitals of scheme", (token) => `BEARER ${token}`],
    ["its own digest", (token) => `Bearer ${digestOf(token)}`],
    ["sent as Basic", (token) => `Basic ${token}`],
    ["without a scheme", (token) => token],
  ])("is refused with 401 when it is %s", async (_, respell) => {
    const token = await newToken(gateway.baseUrl, await newClient());
    const headers = { Authorization: respell(token) };
    const answer = await new ApiClient(gateway.baseUrl, undefined).get("/targetGroups", { headers });
    expectRefused(
      answer,
      401,
      401,
      /^Not authenticated\. Send Authorization: Basic .*, or Bearer with an access token\.$/,
    );
    expect(answer.headers.get("www-authenticate")).toBe(
      'Basic realm="milestreak", charset="UTF-8", Bearer realm="milestreak"',
    );
    expect(await statusOf(token)).toBe(200);
  });
});

describe("POST /oauth/revoke", () => {
  it.each(["access_token", "refresh_token", undefined])("ends the client's own token, hint %s", async (hint) => {
    const client = await newClient();
    const [token, other] = [await newToken(gateway.baseUrl, client), await newToken(gateway.baseUrl, client)];
    const form = { token, ...(hint === undefined ? {} : { token_type_hint: hint }) };
    const { status, headers } = await postForm(revokeUrl(), form, basic(client));
    expect(status).toBe(200);
    expectNotKept(headers);
    // The ended token is kept until it expires, so that a late attempt to store it cannot bring it back.
    expect(await storedToken(token)).toMatchObject({ isEnded: { BOOL: true }, expiresAt: { N: expect.any(String) } });
    expect(await statusOf(token)).toBe(401);
    expect(await statusOf(other)).toBe(200);
  });

  it.each<[string, (client: Client) => Promise<string>]>([
    ["unknown", async () => randomBytes(32).toString("base64url")],
    ["no token of ours at all", async () => "eyJhbGciOiJub25lIn0.e30."],
    [
      "ended already",
      async (client) => {
        const token = await newToken(gateway.baseUrl, client);
        await postForm(revokeUrl(), { token, ...inForm(client) });
        return token;
      },
    ],
    [
      "expired",
      async (client) => {
        const token = await newToken(gateway.baseUrl, client);
        clock.advance(lifetimeMilliseconds);
        return token;
      },
    ],
  ])("answers 200 for a token that is %s", async (_, tokenOf) => {
    const client = await newClient();
    const token = await tokenOf(client);
    expect((await postForm(revokeUrl(), { token, ...inForm(client) })).status).toBe(200);
  });

  it("refuses to end another client's token with 400 invalid_grant, of the same org or not", async () => {
    const [owner, stranger] = [await newClient(), await newClient()];
    const colleague = await newCredential(table, { org: owner.org, accessGroup: "admin" });
    const token = await newToken(gateway.baseUrl, owner);
    for (const other of [stranger, colleague]) {
      expectOAuthError(await postForm(revokeUrl(), { token }, basic(other)), 400, "invalid_grant");
    }
    expect(await statusOf(token)).toBe(200);
  });

  it.each<[string, number, string, (client: Client, token: string) => Promise<OAuthAnswer>]>([
    ["no token", 400, "invalid_request", (client) => postForm(revokeUrl(), {}, basic(client))],
    ["no client", 401, "invalid_client", (_, token) => postForm(revokeUrl(), { token })],
    [
      "a wrong secret",
      401,
      "invalid_client",
      ({ username }, token) => postForm(revokeUrl(), { token }, basic({ username, secret: "wrong" })),
    ],
    [
      "the token for a proof",
      401,
      "invalid_client",
      (_, token) => postForm(revokeUrl(), { token }, { Authorization: `Bearer ${token}` }),
    ],
  ])("refuses %s with %d %s, and the token stays good", async (_, status, error, ask) => {
    const client = await newClient();
    const token = await newToken(gateway.baseUrl, client);
    expectOAuthError(await ask(client, token), status, error);
    expect(await statusOf(token)).toBe(200);
  });
});

describe("POST /oauth/token/generate", () => {
  const path = "/oauth/token/generate";

  it("issues a token for key and secret, in the API's envelope", async () => {
    const { username: key, secret } = await newClient();
    const { status, headers, body } = await anonymous().post(path, { key, secret });
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        data: { accessToken: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/), ttlSeconds: 1800 },
        errors: null,
        warnings: null,
      },
    });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(await statusOf(body.data.accessToken)).toBe(200);
  });

  it("warns of an unknown field by its name and never shows its value", async () => {
    const { username: key, secret } = await newClient();
    const { body } = await anonymous().post(path, { key, secret, password: "hush" });
    expect(body.warnings).toEqual([{ message: '"password" was ignored: it is not a field of this request.' }]);
  });

  it.each<[string, (client: Client) => Record<string, unknown>]>([
    ["a wrong secret", ({ username }) => ({ key: username, secret: "wrong" })],
    ["an unknown key", ({ secret }) => ({ key: randomUUID(), secret })],
    ["an empty secret", ({ username }) => ({ key: username, secret: "" })],
    ["a key that would forge another", ({ secret }) => ({ key: "a#b", secret })],
  ])("refuses %s with 401 and both challenges", async (_, bodyOf) => {
    const answer = await anonymous().post(path, bodyOf(await newClient()));
    expectRefused(answer, 401, 401, /^Not authenticated\. No active credential has this key and secret\.$/);
    expect(answer.headers.get("www-authenticate")).toMatch(/^Basic .*, Bearer /);
  });

  it("refuses a disabled credential with 401", async () => {
    const { username: key, secret } = await newClient(false);
    expectRefused(await anonymous().post(path, { key, secret }), 401, 401);
  });

  it.each<[string, unknown, readonly RegExp[]]>([
    ["nothing", {}, [/ key is required\.$/, / secret is required\.$/]],
    ["a list", [], [/ must be an object; got an array of 0\.$/]],
    [
      "other types",
      { key: 1, secret: ["hush"] },
      [/ key must be a string; got 1\.$/, / secret .* got an array of 1\.$/],
    ],
  ])("refuses %s with 300004, naming every fault", async (_, body, messages) => {
    expectRefused(await anonymous().post(path, body), 400, 300004, ...messages);
  });

  it("refuses another content type with 415 and a body of 16 385 bytes with 413", async () => {
    const headers = { "Content-Type": "text/plain" };
    expectRefused(await anonymous().post(path, {}, { headers }), 415, 300004);
    expectRefused(await anonymous().send("POST", path, " ".repeat(16_385)), 413, 300004);
  });
});
