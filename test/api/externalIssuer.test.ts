import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { localFunctions } from "../../local/functions.ts";
import { startGateway } from "../../local/gateway.ts";
import type { Clock } from "../../shared/auth/clock.ts";
import { type ExternalIssuer, externalIssuer } from "../../shared/auth/externalIssuer.ts";
import { IssuerVerifier, issuerLimits, keysKeptMilliseconds } from "../../shared/auth/issuerVerifier.ts";
import { systemClock } from "../../shared/config/systemClock.ts";
import { ApiClient, type ApiResponse } from "../support/apiClient.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { targetPath } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { SettableClock } from "../support/settableClock.ts";
import { newSetting } from "../support/setting.ts";
import { during } from "../support/targetGroups.ts";
import {
  type Algorithm,
  fetchBytes,
  newKey,
  signedJwt,
  TestIssuer,
  testSubject,
  tokenLifetimeSeconds,
} from "../support/testIssuer.ts";

const service = useService();

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await TestIssuer.start();
});
afterAll(() => issuer.stop());

/** The gateways of the running test. Each begins without keys, as a new process of the authorizer does. */
const started: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.close()));
});

type Call = (token: string) => Promise<ApiResponse>;

/** A client without a credential, of a service that trusts the issuer. */
async function newClient(authenticator = issuer.authenticator(), clock: Clock = systemClock): Promise<ApiClient> {
  const gateway = await startGateway(localFunctions(service.table, clock, authenticator), 0);
  started.push(gateway);
  return new ApiClient(gateway.baseUrl, undefined);
}

/** A call that reads groups with a bearer token. */
async function newCall(...how: Parameters<typeof newClient>): Promise<Call> {
  const client = await newClient(...how);
  return (token) => client.get("/targetGroups", { headers: { Authorization: `Bearer ${token}` } });
}

const claims = () => ({ org: `test-${randomUUID()}`, access_group: "default" });

function expectKnown({ status, body }: ApiResponse): void {
  expect({ status, errors: body.errors }).toEqual({ status: 200, errors: null });
}

function expectUnknown(response: ApiResponse): void {
  expectRefused(response, 401, 401, /^Not authenticated\./);
  expect(response.headers.get("www-authenticate")).toMatch(/^Basic realm="milestreak"/);
}

function expectUnchecked(response: ApiResponse): void {
  const message = /^A dependency is unavailable\. The credential could not be checked; nothing was changed\.$/;
  expectRefused(response, 503, 4001, message);
}

const noSignature = () => Buffer.alloc(0);
const threeBytes = () => Buffer.alloc(3);
const everyClaim = () => issuer.goodClaims({ ...claims(), access_group: "admin" });
const goodHeader = () => ({ alg: "RS256", typ: "at+jwt", kid: issuer.key.kid });

describe("a JWT of the issuer", () => {
  it.each(["read-only", "default", "support", "admin"] as const)(
    "acts for its org in access group %s",
    async (accessGroup) => {
      const { org, group, customerId } = await newSetting(service);
      const token = await issuer.obtainToken({ org: org.org, access_group: accessGroup });
      const client = await newClient();
      const options = { now: during(1), headers: { Authorization: `Bearer ${token}` } };
      const response = await client.post(`${targetPath(group)}/enroll`, [{ customerId }], options);
      if (accessGroup === "read-only") expectRefused(response, 403, 4000);
      else expectAccepted(response, customerId);
    },
  );

  it("sees nothing of another org; only its org claim decides the org", async () => {
    const { org, group } = await newSetting(service);
    const client = await newClient();
    const read = async (named: string) => {
      const token = await issuer.obtainToken({ org: named, access_group: "admin" });
      return client.get(`/targetGroups/${group.groupId}`, { headers: { Authorization: `Bearer ${token}` } });
    };
    expectKnown(await read(org.org));
    expectRefused(await read(`${org.org}-2`), 400, 310017);
  });

  it("is known by its subject, apart from the user name of any credential", async () => {
    const own = claims();
    const caller = await issuer.authenticator()(await issuer.obtainToken(own), Date.now());
    expect(caller).toEqual({ org: own.org, username: `jwt:${testSubject}`, accessGroup: "default" });
  });

  it("may name its access group in a list beside groups of other systems", async () => {
    const call = await newCall();
    expectKnown(await call(await issuer.obtainToken({ ...claims(), access_group: ["staff", "read-only"] })));
  });

  it("is checked with keys that are fetched once, after the issuer's configuration", async () => {
    const call = await newCall();
    const tokens = [await issuer.obtainToken(claims()), await issuer.obtainToken(claims())];
    issuer.requestedPaths.length = 0;
    for (const token of tokens) expectKnown(await call(token));
    expect(issuer.requestedPaths).toEqual(["/.well-known/openid-configuration", "/jwks"]);
  });

  it("proves nobody where no issuer is configured", async () => {
    expectUnknown(await (await newCall(externalIssuer(undefined)))(await issuer.obtainToken(claims())));
  });
});

describe("401 for a JWT that is the issuer's, but", () => {
  it("for another audience", async () => {
    const call = await newCall();
    expectUnknown(await call(await issuer.obtainToken(claims(), "https://other.example")));
  });

  it.each<[string, Record<string, unknown>]>([
    ["without an org", { access_group: "admin" }],
    ["with an org that would forge a key", { org: "100#GROUP", access_group: "admin" }],
    ["with an org of no characters", { org: "", access_group: "admin" }],
    ["with an org that is a number", { org: 100, access_group: "admin" }],
    ["with several orgs", { org: ["100", "200"], access_group: "admin" }],
    ["without an access group", { org: "100" }],
    ["with an unknown access group", { org: "100", access_group: "root" }],
    ["with an access group in another case", { org: "100", access_group: "Admin" }],
    ["with two access groups", { org: "100", access_group: ["read-only", "admin"] }],
    ["with no known group in its list", { org: "100", access_group: ["staff"] }],
  ])("%s", async (_, faulty) => {
    const call = await newCall();
    expectUnknown(await call(await issuer.obtainToken(faulty)));
  });

  it.each<[string, Partial<ExternalIssuer>]>([
    ["the org is in a claim of another name", { orgClaim: "tenant" }],
    ["the access group is in a claim of another name", { groupClaim: "groups" }],
    ["the claim's name is one that every object has", { orgClaim: "constructor" }],
  ])("%s", async (_, config) => {
    const call = await newCall(issuer.authenticator(config));
    expectUnknown(await call(await issuer.obtainToken(claims())));
  });
});

describe("401 for a JWT that is signed with the issuer's key, but", () => {
  it.each<[string, Record<string, unknown>]>([
    ["names another issuer", { iss: "https://issuer.example" }],
    ["names no issuer", { iss: undefined }],
    ["names no audience", { aud: undefined }],
    ["has expired", { exp: Math.floor(Date.now() / 1000) - 1 }],
    ["never expires", { exp: undefined }],
    ["expires at a time that is no number", { exp: "tomorrow" }],
    ["is not valid yet", { nbf: Math.floor(Date.now() / 1000) + tokenLifetimeSeconds }],
    ["has expired, long before any date", { exp: -1e300 }],
    ["expires after any date", { exp: 1e300 }],
    ["is not valid before a time after any date", { nbf: 1e300 }],
    ["is valid since a time before any date", { nbf: -1e300 }],
    ["was made at a time after any date", { iat: 1e300 }],
    ["has no subject", { sub: undefined }],
    ["has a subject that would break a line of the log", { sub: 'a","org":"b' }],
  ])("%s", async (_, spoiled) => {
    const call = await newCall();
    expectKnown(await call(signedJwt(goodHeader(), issuer.goodClaims(claims()), issuer.key)));
    expectUnknown(await call(signedJwt(goodHeader(), { ...issuer.goodClaims(claims()), ...spoiled }, issuer.key)));
  });

  it("ends in this very millisecond; one millisecond earlier it is good", async () => {
    const clock = new SettableClock();
    const call = await newCall(issuer.authenticator(), clock.read);
    const exp = Math.floor(Date.now() / 1000) + tokenLifetimeSeconds;
    const newToken = () =>
      signedJwt(goodHeader(), { ...issuer.goodClaims(claims()), exp, jti: randomUUID() }, issuer.key);
    clock.now = exp * 1000 - 1;
    expectKnown(await call(newToken()));
    clock.now = exp * 1000;
    expectUnknown(await call(newToken()));
  });
});

const algorithms = ["RS256", "ES256", "ES384", "ES512", "EdDSA"] as const satisfies readonly Algorithm[];

describe.each(algorithms)("when the issuer publishes a key for %s,", (algorithm) => {
  const headerOf = (alg: string = algorithm) => ({ alg, typ: "at+jwt", kid: issuer.otherKeys[algorithm].kid });

  it("a token that is signed with it acts for its org", async () => {
    const call = await newCall();
    const own = issuer.otherKeys[algorithm];
    expectKnown(await call(signedJwt(headerOf(), issuer.goodClaims(claims()), own)));
  });

  it.each<[string, () => Buffer]>([
    ["of three bytes", threeBytes],
    ["of zeros, as long as the key's", () => zerosAsLongAs(algorithm)],
  ])("401 for a signature %s", async (_, signature) => {
    const call = await newCall();
    expectUnknown(await call(signedJwt(headerOf(), everyClaim(), issuer.otherKeys[algorithm], signature)));
  });

  it("401 for a signature with another key of its kind", async () => {
    const call = await newCall();
    expectUnknown(await call(signedJwt(headerOf(), everyClaim(), newKey(algorithm))));
  });

  it.each([...algorithms, "RS384", "PS256", "ES256K", "Ed25519", "HS256", "none"].filter((alg) => alg !== algorithm))(
    "401 for a forged token that says %s instead",
    async (alg) => {
      const call = await newCall();
      expectUnknown(await call(signedJwt(headerOf(alg), everyClaim(), issuer.otherKeys[algorithm], threeBytes)));
    },
  );
});

it.each(["ES384", "ES512"])("401 for %s by a key on the curve of ES256, though the signature is right", async (alg) => {
  const call = await newCall();
  const own = issuer.otherKeys.ES256;
  expectUnknown(await call(signedJwt({ alg, kid: own.kid }, issuer.goodClaims(claims()), own)));
});

async function callWithHeader(
  more: Record<string, unknown>,
  config: Partial<ExternalIssuer> = {},
): Promise<ApiResponse> {
  const call = await newCall(issuer.authenticator(config));
  return call(signedJwt({ ...goodHeader(), ...more }, issuer.goodClaims(claims()), issuer.key));
}

describe("a good token's header", () => {
  it.each([["at+jwt"], ["application/at+jwt"], ["JWT"], ["jwt"]])("may say typ %j", async (typ) => {
    expectKnown(await callWithHeader({ typ }));
  });

  it.each([["dpop+jwt"], ["logout+jwt"], ["secevent+jwt"], ["JWT "], [""], [null], [["JWT"]]])(
    "is refused with 401 when it says typ %j",
    async (typ) => {
      expectUnknown(await callWithHeader({ typ }));
      expectUnknown(await callWithHeader({ typ }, { takesUntypedTokens: true }));
    },
  );

  it("is refused with 401 when it has no typ, unless the operator takes such tokens", async () => {
    expectUnknown(await callWithHeader({ typ: undefined }));
    expectKnown(await callWithHeader({ typ: undefined }, { takesUntypedTokens: true }));
  });

  it.each([[{ crit: ["exp"], exp: 1 }], [{ crit: ["b64"], b64: false }], [{ crit: [] }], [{ crit: null }]])(
    "is refused with 401 when it names something critical: %j",
    async (more) => {
      expectUnknown(await callWithHeader(more));
    },
  );
});

describe("401 for a JWT that anybody can make:", () => {
  it.each<[string, () => string]>([
    ["alg none", () => signedJwt({ ...goodHeader(), alg: "none" }, everyClaim(), issuer.key, noSignature)],
    ["alg None", () => signedJwt({ ...goodHeader(), alg: "None" }, everyClaim(), issuer.key, noSignature)],
    ["no alg", () => signedJwt({ kid: issuer.key.kid }, everyClaim(), issuer.key)],
    ["an empty signature", () => signedJwt(goodHeader(), everyClaim(), issuer.key, noSignature)],
    ["HS256 with the issuer's public key for a secret", () => signedWithPublicKey(everyClaim())],
    ["another algorithm than the key's", () => signedJwt({ ...goodHeader(), alg: "ES256" }, everyClaim(), issuer.key)],
    ["a key of one's own under the issuer's kid", () => signedJwt(goodHeader(), everyClaim(), newKey())],
    ["a key of one's own in the header", () => signedWithKeyInHeader(everyClaim())],
    ["a kid that the issuer does not know", () => signedJwt({ ...goodHeader(), kid: "x" }, everyClaim(), newKey())],
    ["no kid", () => signedJwt({ ...goodHeader(), kid: undefined }, everyClaim(), issuer.key)],
    ["a payload that is no JSON", () => "e30.eA.eA"],
    ["a header that is no JSON", () => "eA.e30.eA"],
    ["three empty parts", () => ".."],
  ])("%s", async (_, forge) => {
    const call = await newCall();
    expectUnknown(await call(forge()));
  });

  it("claims changed under a good signature", async () => {
    const call = await newCall();
    const [header, , signature] = (await issuer.obtainToken(claims())).split(".");
    const changed = Buffer.from(JSON.stringify(everyClaim())).toString("base64url");
    expectUnknown(await call(`${header}.${changed}.${signature}`));
  });

  it.each<[string, (token: string) => string]>([
    ["padding after the signature", (token) => `${token}==`],
    ["spare bits set in the signature", withSpareBitSet],
  ])("a good one spelled in another way: %s", async (_, respell) => {
    const call = await newCall();
    const token = await issuer.obtainToken(claims());
    expectUnknown(await call(respell(token)));
    expectKnown(await call(token));
  });

  it("costs the issuer no request when the token does not name the issuer", async () => {
    const call = await newCall();
    issuer.requestedPaths.length = 0;
    expectUnknown(await call(signedJwt(goodHeader(), { ...everyClaim(), iss: "https://other.example" }, newKey())));
    expect(issuer.requestedPaths).toEqual([]);
  });

  it("costs the issuer one request for its keys, however many unknown key ids the tokens have", async () => {
    const call = await newCall();
    // The tokens are made beforehand. Keys take time to make, and the issuer may be asked again after 10 s.
    const tokens = Array.from({ length: 3 }, () =>
      signedJwt({ ...goodHeader(), kid: randomUUID() }, everyClaim(), newKey()),
    );
    issuer.requestedPaths.length = 0;
    for (const token of tokens) expectUnknown(await call(token));
    expect(issuer.requestedPaths).toEqual(["/.well-known/openid-configuration", "/jwks"]);
  });
});

it("an issuer that takes connections and answers nothing is given up after exactly the attempts that the time limit assumes", async () => {
  const silent = createServer();
  let connections = 0;
  silent.on("connection", (socket) => {
    connections += 1;
    socket.on("error", () => undefined);
  });
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const url = `https://127.0.0.1:${Object(silent.address()).port}`;
  const token = signedJwt(goodHeader(), { ...everyClaim(), iss: url }, issuer.key);
  const verifier = new IssuerVerifier({ issuer: url, audience: "any", takesUntypedTokens: false });
  await expect(verifier.verify(token, Date.now())).rejects.toThrow(/time-out/);
  // The client can give up before this process has been told of its last connection.
  await expect.poll(() => connections, { timeout: 30_000 }).toBe(issuerLimits.maxAttempts);
  silent.close();
});

describe("when the issuer changes its keys", () => {
  it("a token of the new key is good at once", async () => {
    const call = await newCall();
    expectKnown(await call(await issuer.obtainToken(claims())));
    issuer.rotateKeys();
    expectKnown(await call(await issuer.obtainToken(claims())));
  });

  it("a token of the withdrawn key is good for an hour at most", async () => {
    const clock = new SettableClock(Date.now());
    const call = await newCall(issuer.authenticator(), clock.read);
    const [withdrawn, kid] = [issuer.key, issuer.key.kid];
    const newToken = () => {
      const exp = Math.floor(Date.now() / 1000) + 10 * 3600;
      return signedJwt({ ...goodHeader(), kid }, { ...issuer.goodClaims(claims()), exp }, withdrawn);
    };
    expectKnown(await call(newToken()));
    issuer.rotateKeys();
    clock.advance(keysKeptMilliseconds - 1);
    expectKnown(await call(newToken()));
    clock.advance(1);
    expectUnknown(await call(newToken()));
  });
});

describe("503 with 4001, and no access, when", () => {
  it("the issuer does not answer and its keys are not known", async () => {
    const other = await TestIssuer.start();
    const token = await other.obtainToken(claims());
    const call = await newCall(other.authenticator());
    await other.stop();
    expectUnchecked(await call(token));
  });

  it("the issuer has not answered for an hour; until then its tokens are good", async () => {
    const other = await TestIssuer.start();
    const clock = new SettableClock(Date.now());
    const call = await newCall(other.authenticator(), clock.read);
    const newToken = () => {
      const exp = Math.floor(Date.now() / 1000) + 10 * 3600;
      const header = { ...goodHeader(), kid: other.key.kid };
      return signedJwt(header, { ...other.goodClaims(claims()), exp }, other.key);
    };
    expectKnown(await call(newToken()));
    await other.stop();
    clock.advance(keysKeptMilliseconds - 1);
    expectKnown(await call(newToken()));
    clock.advance(1);
    expectUnchecked(await call(newToken()));
  });

  it("the server that answers publishes another issuer's configuration", async () => {
    const aliased = issuer.issuer.replace("127.0.0.1", "localhost");
    const call = await newCall(issuer.authenticator({ issuer: aliased }));
    expectUnchecked(await call(signedJwt(goodHeader(), { ...issuer.goodClaims(claims()), iss: aliased }, issuer.key)));
  });

  it("the issuer is not reached over TLS, unlike in these tests", async () => {
    const call = await newCall(externalIssuer(issuer.config));
    issuer.requestedPaths.length = 0;
    expectUnchecked(await call(signedJwt(goodHeader(), issuer.goodClaims(claims()), issuer.key)));
    expect(issuer.requestedPaths).toEqual([]);
  });

  it("and it is good again as soon as the issuer answers", async () => {
    const token = await issuer.obtainToken(claims());
    let isDown = true;
    const fetch = (uri: string) => (isDown ? Promise.reject(new Error("The issuer is down")) : fetchBytes(uri));
    const call = await newCall(externalIssuer(issuer.config, { fetch }));
    expectUnchecked(await call(token));
    isDown = false;
    expectKnown(await call(token));
  });
});

function zerosAsLongAs(algorithm: Algorithm): Buffer {
  const [, , signature = ""] = signedJwt({ alg: algorithm }, {}, issuer.otherKeys[algorithm]).split(".");
  return Buffer.alloc(Buffer.from(signature, "base64url").length);
}

function signedWithPublicKey(payload: Record<string, unknown>): string {
  const pem = issuer.key.publicKey.export({ format: "pem", type: "spki" });
  const hmac = (input: string) => createHmac("sha256", pem).update(input).digest();
  return signedJwt({ ...goodHeader(), alg: "HS256" }, payload, issuer.key, hmac);
}

function signedWithKeyInHeader(payload: Record<string, unknown>): string {
  const own = newKey();
  const jwk = { ...own.publicKey.export({ format: "jwk" }), kid: own.kid };
  return signedJwt({ ...goodHeader(), kid: own.kid, jwk, jku: "https://attacker.example/jwks" }, payload, own);
}

/**
 * The token with a spare bit set. A signature of 256 bytes ends in a character of which four bits decode to nothing.
 */
function withSpareBitSet(token: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet.indexOf(token.at(-1) ?? "");
  return `${token.slice(0, -1)}${alphabet[last + 1]}`;
}
