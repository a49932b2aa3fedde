import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AuthorizerLambda } from "../../functions/authorizer/authorize.ts";
import { localFunctions } from "../../local/functions.ts";
import { type LocalGateway, startGateway } from "../../local/gateway.ts";
import { ApiClient, basicAuthorization } from "../support/apiClient.ts";
import { newCredential } from "../support/credential.ts";
import { expectRefused } from "../support/envelopes.ts";
import { openTestTable } from "../support/service.ts";
import { newKey, signedJwt } from "../support/testIssuer.ts";
import { newToken } from "../support/tokens.ts";

const table = openTestTable();
/** The headers that the authorizer was called with. */
const presented: string[] = [];
let gateway: LocalGateway;

beforeAll(async () => {
  const functions = localFunctions(table);
  const authorizer: AuthorizerLambda = (event) => {
    presented.push(event.authorizationToken);
    return functions.authorizer(event);
  };
  gateway = await startGateway({ ...functions, authorizer }, 0);
});
beforeEach(() => {
  presented.length = 0;
});
afterAll(async () => {
  await gateway.close();
  table.client.destroy();
});

function read(headers: Record<string, string>) {
  return new ApiClient(gateway.baseUrl, undefined).get("/targetGroups", { headers });
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("refuses with 401 without a call of the authorizer", () => {
  it.each([
    ["a word", "garbage"],
    ["a scheme alone", "Basic"],
    ["a scheme in lower case", `basic ${base64("till.1:secret")}`],
    ["two spaces after the scheme", `Basic  ${base64("till.1:secret")}`],
    ["another scheme", `Negotiate ${base64("till.1:secret")}`],
    ["what is no base64", "Basic till.1:secret"],
    ["base64 for URLs", "Basic dGlsbC4xOj8_Pz8-Pg=="],
    ["a Bearer token a character too short", `Bearer ${"a".repeat(42)}`],
    ["a Bearer token a character too long", `Bearer ${"a".repeat(44)}`],
    ["two credentials", `Basic ${base64("till.1:secret")}, Bearer ${"a".repeat(43)}`],
    ["a JWT of two parts", "Bearer e30.e30"],
    ["a JWT without a signature", "Bearer e30.e30."],
    ["8 kB of garbage", `Bearer ${"a.".repeat(4096)}`],
  ])("%s", async (_, authorization) => {
    expectRefused(await read({ Authorization: authorization }), 401, 401);
    expect(presented).toEqual([]);
  });

  it("no header", async () => {
    expectRefused(await read({}), 401, 401);
    expect(presented).toEqual([]);
  });
});

describe("has the authorizer judge", () => {
  it("a good credential, with letters of every alphabet in its secret", async () => {
    const secret = `ÿ?>~${randomUUID()}Ж日`;
    const { username } = await newCredential(table, { org: `test-${randomUUID()}`, secret });
    const authorization = basicAuthorization(username, secret);
    expect((await read({ Authorization: authorization })).status).toBe(200);
    expect(presented).toEqual([authorization]);
  });

  it("an access token", async () => {
    const token = await newToken(gateway.baseUrl, await newCredential(table, { org: `test-${randomUUID()}` }));
    expect((await read({ Authorization: `Bearer ${token}` })).status).toBe(200);
    expect(presented).toEqual([`Bearer ${token}`]);
  });

  it("a JWT, although no issuer is configured here", async () => {
    const authorization = `Bearer ${signedJwt({ alg: "RS256", typ: "at+jwt" }, { iss: "https://login.brand.example" }, newKey())}`;
    expectRefused(await read({ Authorization: authorization }), 401, 401);
    expect(presented).toEqual([authorization]);
  });
});
