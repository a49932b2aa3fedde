import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type ProtectedRouteName, protectedRouteNames } from "../../shared/http/routes.ts";
import { ApiClient, type ApiResponse, basicAuthorization } from "../support/apiClient.ts";
import { newCredential } from "../support/credential.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { targetPath } from "../support/org.ts";
import { permittedRequest } from "../support/permittedRequest.ts";
import { useService } from "../support/service.ts";
import { newSetting, once, type Setting } from "../support/setting.ts";
import { during } from "../support/targetGroups.ts";

const service = useService();
const brand = once(() => newSetting(service));

/** A customer of the brand that all tests share. Only this test uses the customer. */
async function newcomer(): Promise<Setting> {
  const { org, group } = await brand();
  return { org, group, customerId: await org.newCustomer() };
}

const message =
  /^Not authenticated\. Send Authorization: Basic with the base64 of username:secret of an active credential, or Bearer with an access token\.$/;

function expectUnauthenticated(response: ApiResponse): void {
  expectRefused(response, 401, 401, message);
  expect(response.headers.get("www-authenticate")).toBe(
    'Basic realm="milestreak", charset="UTF-8", Bearer realm="milestreak"',
  );
}

/** Sends an enrolment that would succeed if the header proved somebody. */
function enrollWith({ group, customerId }: Setting, authorization: string | undefined): Promise<ApiResponse> {
  const headers = authorization === undefined ? {} : { Authorization: authorization };
  return service.anonymous.post(`${targetPath(group)}/enroll`, [{ customerId }], { now: during(1), headers });
}

/**
 * Expects that the call is refused and that the function never ran. It then enrols the customer, which only a stored
 * enrolment would prevent.
 */
async function expectKeptOut(
  one: Setting,
  authorization: string | undefined,
  engineCommands: readonly string[],
): Promise<void> {
  const requests = await service.recorder.during(async () =>
    expectUnauthenticated(await enrollWith(one, authorization)),
  );
  expect(requests.map(({ command }) => command)).toEqual(engineCommands);
  const { org, group, customerId } = one;
  expectAccepted(await org.enroll(group, { customerId }, { now: during(1) }), customerId);
}

/** The engine requests that one look-up of a credential takes. */
const lookup = ["GetItem"];

const toBase64 = (text: string) => Buffer.from(text, "utf8").toString("base64");

describe("refuses with 401 and asks the engine nothing", () => {
  it.each([
    ["a missing header", undefined],
    ["an empty header", ""],
    ["a scheme without credentials", "Basic"],
    ["base64 without a scheme", toBase64("demo-till:demo-secret")],
    ["a Bearer token", "Bearer 2YotnFZFEjr1zCsicMWpAA"],
    ["Basic credentials under the name Bearer", `Bearer ${toBase64("demo-till:demo-secret")}`],
    ["another scheme", 'Digest username="demo-till"'],
    ["credentials that are not base64", "Basic demo-till:demo-secret"],
    ["base64 that is only padding", "Basic ===="],
    ["base64 of no colon", `Basic ${toBase64("demo-till")}`],
    ["base64 of an empty user name", `Basic ${toBase64(":demo-secret")}`],
    ["base64 of bytes that are not UTF-8", `Basic ${Buffer.from([0x61, 0xff, 0x3a, 0x62]).toString("base64")}`],
    ["a user name that would forge a key", `Basic ${toBase64("demo#till:demo-secret")}`],
    ["a user name of 65 characters", `Basic ${toBase64(`${"u".repeat(65)}:demo-secret`)}`],
  ])("for %s", async (_, authorization) => {
    await expectKeptOut(await newcomer(), authorization, []);
  });
});

describe("refuses with 401 after one look-up of the credential", () => {
  it("for a wrong secret", async () => {
    const one = await newcomer();
    const { username, secret } = await newCredential(service.table, { org: one.org.org });
    await expectKeptOut(one, basicAuthorization(username, `${secret}x`), lookup);
    expectAccepted(await one.org.unenroll(one.group, one.customerId, { now: during(1) }), one.customerId);
    expectAccepted(await enrollWith(one, basicAuthorization(username, secret)), one.customerId);
  });

  it("for an empty secret", async () => {
    const one = await newcomer();
    const { username } = await newCredential(service.table, { org: one.org.org });
    await expectKeptOut(one, basicAuthorization(username, ""), lookup);
  });

  it.each([
    ["any secret", randomUUID()],
    ["an empty secret", ""],
  ])("for an unknown user with %s", async (_, secret) => {
    await expectKeptOut(await newcomer(), basicAuthorization(randomUUID(), secret), lookup);
  });

  it("for a user name in another case", async () => {
    const one = await newcomer();
    const { username, secret } = await newCredential(service.table, { org: one.org.org });
    // A UUID without a letter has no other case.
    const other = `x${username}`.toUpperCase();
    await expectKeptOut(one, basicAuthorization(other, secret), lookup);
  });

  it("for a disabled credential with the right secret", async () => {
    const one = await newcomer();
    const { username, secret } = await newCredential(service.table, { org: one.org.org, isActive: false });
    await expectKeptOut(one, basicAuthorization(username, secret), lookup);
  });
});

/** A credential whose base64 holds `+` and `/` at any offset and ends in padding, so that each spelling differs. */
async function credentialInBase64(org: string): Promise<string> {
  const secret = `${randomUUID()}>>>>>>??????`;
  const { username } = await newCredential(service.table, { org, secret });
  return Buffer.from(`${username}:${secret}`, "utf8").toString("base64");
}

describe("refuses with 401 every spelling of a credential's base64 but the canonical one:", () => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  /** The base64 with a spare bit set. The last character before the padding has bits that decode to nothing. */
  const withSpareBitSet = (base64: string) =>
    base64.replace(
      /(.)(=+)$/,
      (_, last: string, padding: string) => `${alphabet[alphabet.indexOf(last) + 1]}${padding}`,
    );

  it.each<[string, (base64: string) => string]>([
    ["no padding", (base64) => base64.replace(/=+$/, "")],
    ["too little padding", (base64) => base64.replace(/==$/, "=")],
    ["too much padding", (base64) => `${base64}=`],
    ["the URL-safe alphabet", (base64) => base64.replaceAll("+", "-").replaceAll("/", "_")],
    ["a space within", (base64) => `${base64.slice(0, 8)} ${base64.slice(8)}`],
    ["spare bits set", withSpareBitSet],
    ["a tab within", (base64) => `${base64.slice(0, 8)}\t${base64.slice(8)}`],
    ["a character within that decoders skip", (base64) => `${base64.slice(0, 8)}!${base64.slice(8)}`],
    ["padding followed by more", (base64) => `${base64}AAAA`],
  ])("%s", async (_, respell) => {
    const one = await newcomer();
    const canonical = await credentialInBase64(one.org.org);
    expect(canonical).toMatch(/\+.*\/.*==$/);
    const respelled = respell(canonical);
    expect(respelled).not.toBe(canonical);
    // A lenient decoder takes each spelling for the same credential, which makes them dangerous.
    expect(Buffer.from(respelled, "base64").toString("utf8")).toBe(Buffer.from(canonical, "base64").toString("utf8"));
    await expectKeptOut(one, `Basic ${respelled}`, []);
    expectAccepted(await one.org.unenroll(one.group, one.customerId, { now: during(1) }), one.customerId);
    expectAccepted(await enrollWith(one, `Basic ${canonical}`), one.customerId);
  });
});

it("refuses with 401 a good credential behind a byte-order mark, and looks nobody up", async () => {
  const one = await newcomer();
  const { username, secret } = await newCredential(service.table, { org: one.org.org });
  await expectKeptOut(one, basicAuthorization(`\ufeff${username}`, secret), []);
  expectAccepted(await one.org.unenroll(one.group, one.customerId, { now: during(1) }), one.customerId);
  expectAccepted(await enrollWith(one, basicAuthorization(username, secret)), one.customerId);
});

it.each([
  ["basic", "Basic"],
  ["BASIC", "Basic"],
])("refuses with 401 the scheme %s, as it is spelled %s", async (respelled, scheme) => {
  const one = await newcomer();
  const { username, secret } = await newCredential(service.table, { org: one.org.org });
  await expectKeptOut(one, basicAuthorization(username, secret).replace(scheme, respelled), []);
});

describe.each(protectedRouteNames.map((name) => ({ name })))("$name", ({ name }: { name: ProtectedRouteName }) => {
  it.each<[string, (org: string) => Promise<ApiClient>]>([
    ["without a credential", () => Promise.resolve(service.anonymous)],
    ["with a wrong secret", async (org) => clientWithWrongSecret(org)],
  ])("refuses with 401 %s a request that it answers with one", async (_, newClient) => {
    const { org } = await brand();
    const { method, path, body } = await permittedRequest(name, org);
    const client = await newClient(org.org);
    expectUnauthenticated(await client.send(method, path, body, { now: during(1) }));
    expect((await org.admin.send(method, path, body, { now: during(1) })).body.errors).toBeNull();
  });

  it("refuses with 401 before it looks at the body", async () => {
    expectUnauthenticated(await service.anonymous.send(...(await malformed(name))));
  });
});

async function clientWithWrongSecret(org: string): Promise<ApiClient> {
  const { username } = await newCredential(service.table, { org, accessGroup: "admin" });
  return new ApiClient(service.baseUrl, { username, secret: "wrong" });
}

async function malformed(name: ProtectedRouteName): Promise<[string, string, string | undefined]> {
  const { method, path, body } = await permittedRequest(name, (await brand()).org);
  return [method, path, body === undefined ? undefined : "{".repeat(20_000)];
}
