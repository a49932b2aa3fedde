import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localFunctions } from "../../local/functions.ts";
import { type LocalGateway, startGateway } from "../../local/gateway.ts";
import { issueAccessToken } from "../../shared/auth/accessToken.ts";
import { type Proof, provePair } from "../../shared/auth/provePair.ts";
import { hashSecret } from "../../shared/auth/secret.ts";
import { type AccessGroup, accessGroups } from "../../shared/domain/accessGroups.ts";
import { isProtected, type ProtectedRouteName, type RouteName, routeNames, routes } from "../../shared/http/routes.ts";
import { disableCredential, rotateCredential } from "../../shared/table/credentials.ts";
import { ApiClient, basicAuthorization } from "../support/apiClient.ts";
import { newCredential, newCredentials, newOrgCredentials, type TestCredential } from "../support/credential.ts";
import { expectEnvelope } from "../support/envelopes.ts";
import { newOrg, type TestOrg } from "../support/org.ts";
import { type PermittedRequest, permittedRequest } from "../support/permittedRequest.ts";
import { type Outcome, routeContracts } from "../support/routeContracts.ts";
import { openTestTable } from "../support/service.ts";
import { SettableClock } from "../support/settableClock.ts";
import { during } from "../support/targetGroups.ts";
import { newKey, signedJwt, TestIssuer } from "../support/testIssuer.ts";
import { postForm } from "../support/tokens.ts";

const notAllowed: Outcome = { status: 403, error: 4000 };

const states = ["valid", "wrong", "disabled", "expired", "of another org", "malformed"] as const;
const schemes = ["Basic", "Bearer", "JWT"] as const;
type State = (typeof states)[number];
type Scheme = (typeof schemes)[number];
type Cell = { readonly name: RouteName; readonly group: AccessGroup; readonly scheme: Scheme; readonly state: State };

const cells: readonly Cell[] = routeNames.flatMap((name) =>
  accessGroups.flatMap((group) => schemes.flatMap((scheme) => states.map((state) => ({ name, group, scheme, state })))),
);

function expectedOf({ name, group, scheme, state }: Cell): Outcome {
  const { groups, own, other, nobody } = routeContracts[name].access;
  const isProof = (state === "valid" || state === "of another org") && (scheme === "Basic" || isProtected(name));
  if (!isProof) return nobody;
  if (!groups.includes(group)) return notAllowed;
  return state === "valid" ? own : other;
}

const table = openTestTable();
const clock = new SettableClock();
const lifetimeSeconds = 1_800;
const now = during(1);
let gateway: LocalGateway;
let issuer: TestIssuer;
/** One brand, whose things all cells name. A refused request leaves them as they are. */
let org: TestOrg;
const shared = new Map<ProtectedRouteName, PermittedRequest>();

beforeAll(async () => {
  issuer = await TestIssuer.start();
  gateway = await startGateway(localFunctions(table, clock.read, issuer.authenticator()), 0);
  org = await newOrg(table, gateway.baseUrl);
  for (const name of routeNames.filter(isProtected)) shared.set(name, await permittedRequest(name, org));
});
afterAll(async () => {
  await gateway.close();
  await issuer.stop();
  table.close();
});

/** A cell's credential and its org. In the shared org no other cell has the same one, because some cells end theirs. */
type Caller = { readonly ownOrg: string; readonly pair: TestCredential };

const isOther = ({ state }: Cell) => state === "of another org";

/**
 * A caller for each cell of a route, in their order. Those of the shared org are stored in one request. The other orgs are
 * one for each scheme, because an admin succeeds there, and with some routes only once.
 */
async function newCallers(cellsOfRoute: readonly Cell[]): Promise<readonly Caller[]> {
  const groups = cellsOfRoute.filter((cell) => !isOther(cell)).map(({ group }) => group);
  const pairs = (await newCredentials(table, org.org, groups)).values();
  const others = new Map(await Promise.all(schemes.map(async (scheme) => [scheme, await newOther()] as const)));
  return cellsOfRoute.map((cell) => {
    if (!isOther(cell)) return { ownOrg: org.org, pair: defined(pairs.next().value) };
    const { ownOrg, credentials } = defined(others.get(cell.scheme));
    return { ownOrg, pair: credentials[cell.group] };
  });
}

async function newOther() {
  const ownOrg = `test-${randomUUID()}`;
  return { ownOrg, credentials: await newOrgCredentials(table, ownOrg) };
}

function defined<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("There is a caller for each cell");
  return value;
}

/** The header that a caller in that state sends, and the credential behind it. */
type Shown = { readonly authorization: string; readonly pair: TestCredential };

async function show(cell: Cell, { ownOrg, pair }: Caller): Promise<Shown> {
  const { scheme, state } = cell;
  switch (scheme) {
    case "Basic":
      return showPair(pair, state, ownOrg);
    case "Bearer":
      return showToken(pair, state, ownOrg);
    case "JWT":
      return { pair, authorization: `Bearer ${jwtOf(cell, ownOrg)}` };
  }
}

function shown(pair: TestCredential): Shown {
  return { pair, authorization: basicAuthorization(pair.username, pair.secret) };
}

async function showPair(pair: TestCredential, state: State, ownOrg: string): Promise<Shown> {
  const { username, secret } = pair;
  switch (state) {
    case "valid":
    case "of another org":
      return shown(pair);
    case "wrong":
      return shown({ username, secret: `${secret}x` });
    case "disabled":
      await disableCredential(table, { org: ownOrg, username });
      return shown(pair);
    case "expired":
      await rotateCredential(table, { org: ownOrg, username }, hashSecret(randomUUID()), clock.now, clock.now);
      return shown(pair);
    case "malformed":
      return { ...shown({ username: `${username}#`, secret }), authorization: `Basic ${username}:${secret}` };
  }
}

async function showToken(pair: TestCredential, state: State, ownOrg: string): Promise<Shown> {
  const issuedAt = state === "expired" ? clock.now - lifetimeSeconds * 1000 : clock.now;
  const { token } = await issueAccessToken(table, await proofOf(pair), issuedAt, lifetimeSeconds);
  if (state === "disabled") await disableCredential(table, { org: ownOrg, username: pair.username });
  const spelling = { wrong: randomBytes(32).toString("base64url"), malformed: `${token}=` };
  return { pair, authorization: `Bearer ${state === "wrong" || state === "malformed" ? spelling[state] : token}` };
}

const strangersKey = newKey();

/**
 * A JWT of the cell's kind. A JWT has no credential that could be disabled. For that state it is signed with a key that
 * the issuer no longer publishes.
 */
function jwtOf({ group, state }: Cell, ownOrg: string): string {
  const exp = Math.floor(clock.now / 1000) + (state === "expired" ? 0 : lifetimeSeconds);
  const claims = { ...issuer.goodClaims({ org: ownOrg, access_group: group }), exp };
  const key = state === "wrong" || state === "disabled" ? strangersKey : issuer.key;
  const { kid } = state === "disabled" ? strangersKey : issuer.key;
  return `${signedJwt({ alg: "RS256", typ: "at+jwt", kid }, claims, key)}${state === "malformed" ? "=" : ""}`;
}

async function proofOf(pair: TestCredential): Promise<Proof> {
  const proof = await provePair(table, pair, clock.now);
  if (proof === undefined) throw new Error("A new pair proves its credential");
  return proof;
}

/** The service's answer to the cell's caller. */
async function ask(cell: Cell, caller: Caller): Promise<Outcome> {
  const { name } = cell;
  const { authorization, pair } = await show(cell, caller);
  if (isProtected(name)) return askApi(await requestFor(cell, name), authorization);
  switch (name) {
    case "issueToken":
      return askOAuth(name, { grant_type: "client_credentials" }, authorization);
    case "revokeToken":
      return askOAuth(name, { token: await tokenToRevoke(cell, pair) }, authorization);
    case "generateToken": {
      const { username: key, secret } = cell.scheme === "Basic" ? pair : { username: "", secret: "" };
      return askApi({ ...routes[name], body: JSON.stringify({ key, secret }) }, authorization);
    }
  }
}

/** The request of a cell. A cell that may change things gets its own; all others name the shared ones. */
async function requestFor(cell: Cell, name: ProtectedRouteName): Promise<PermittedRequest> {
  const request = shared.get(name);
  const isFresh = cell.state === "valid" && expectedOf(cell).error === undefined;
  return isFresh || request === undefined ? permittedRequest(name, org) : request;
}

/**
 * The token that the cell's caller tries to end. A caller who proves itself names its own token, every other caller one
 * of the org.
 */
async function tokenToRevoke({ state, scheme }: Cell, pair: TestCredential): Promise<string> {
  const isOwn = state === "valid" && scheme === "Basic";
  const owner = isOwn ? pair : await newCredential(table, { org: org.org });
  return (await issueAccessToken(table, await proofOf(owner), clock.now, lifetimeSeconds)).token;
}

async function askApi({ method, path, body }: PermittedRequest, Authorization: string): Promise<Outcome> {
  const client = new ApiClient(gateway.baseUrl, undefined);
  const response = await client.send(method, path, body, { now, headers: { Authorization } });
  const { data, errors, warnings } = response.body;
  expectEnvelope(response);
  expectChallenge(response.status, response.headers);
  if (errors === null) return { status: response.status };
  const [error, ...others] = errors;
  expect({ data, warnings, others, message: error?.message }).toEqual({
    data: null,
    warnings: null,
    others: [],
    message: expect.stringMatching(/./),
  });
  return { status: response.status, error: error?.code ?? "none" };
}

async function askOAuth(name: RouteName, form: Record<string, string>, Authorization: string): Promise<Outcome> {
  const { status, headers, body } = await postForm(`${gateway.baseUrl}${routes[name].path}`, form, { Authorization });
  expectChallenge(status, headers);
  return { status, ...("error" in body ? { error: String(body["error"]) } : {}) };
}

function expectChallenge(status: number, headers: Headers): void {
  if (status === 401) expect(headers.get("www-authenticate")).toMatch(/^Basic realm="milestreak", charset="UTF-8"/);
  else expect(headers.has("www-authenticate")).toBe(false);
}

it("has a line for every route, and a cell for every access group, scheme and state of each", () => {
  expect(Object.keys(routeContracts).toSorted()).toEqual(Object.keys(routes).toSorted());
  expect(cells).toHaveLength(Object.keys(routes).length * 4 * 3 * 6);
});

describe.each(routeNames.map((name) => ({ name })))("$name", ({ name }: { name: RouteName }) => {
  const own = cells.filter((cell) => cell.name === name);
  const titled = own.map((cell, index) => ({ ...cell, index, error: "success", ...expectedOf(cell) }));
  let callers: readonly Caller[] = [];

  beforeAll(async () => {
    callers = await newCallers(own);
  });

  it.each(titled)("answers $group, $scheme that is $state, with $status $error", async ({ index, ...cell }) => {
    expect(await ask(cell, defined(callers[index]))).toEqual(expectedOf(cell));
  });
});

it("refused requests have changed nothing: each shared request succeeds afterwards", async () => {
  expect(shared.size).toBe(routeNames.filter(isProtected).length);
  for (const { method, path, body } of shared.values()) {
    expect((await org.admin.send(method, path, body, { now })).body.errors).toBeNull();
  }
});
