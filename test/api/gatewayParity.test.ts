import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { localFunctions } from "../../local/functions.ts";
import { startGateway } from "../../local/gateway.ts";
import { type ProtectedRouteName, protectedRouteNames } from "../../shared/http/routes.ts";
import { openTable } from "../../shared/table/client.ts";
import { ApiClient, type ApiResponse } from "../support/apiClient.ts";
import { newCredential } from "../support/credential.ts";
import { expectEnvelope, expectRefused } from "../support/envelopes.ts";
import { localAccess } from "../support/globalSetup.ts";
import { nowhere } from "../support/nowhere.ts";
import { targetPath } from "../support/org.ts";
import { permittedRequest } from "../support/permittedRequest.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting, unknownId } from "../support/setting.ts";
import { during, firstInstantOf, lastInstantOf } from "../support/targetGroups.ts";
import { withoutWriting } from "../support/writes.ts";

const service = useService();

const now = during(1);

/** Expects the headers that every answer carries, whoever made it. */
function expectSafeHeaders({ headers }: ApiResponse): void {
  const names = ["content-type", "cache-control", "strict-transport-security", "x-content-type-options"];
  expect(Object.fromEntries(names.map((name) => [name, headers.get(name)]))).toEqual({
    "content-type": "application/json",
    "cache-control": "no-store",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
  });
  expect(["server", "x-powered-by", "access-control-allow-origin"].filter((name) => headers.has(name))).toEqual([]);
}

type Answer = { readonly status: number; readonly what: string; readonly call: (one: Setting) => Promise<ApiResponse> };

const enrollPath = ({ group }: Setting) => `${targetPath(group)}/enroll`;

const answers: readonly Answer[] = [
  { status: 200, what: "a read", call: ({ org }) => org.reader.get("/targetGroups", { now }) },
  {
    status: 200,
    what: "an enrolment",
    call: ({ org, group, customerId }) => org.enroll(group, { customerId }, { now }),
  },
  { status: 201, what: "a creation", call: async ({ org }) => send(org.admin, "createTargetGroup", org) },
  { status: 400, what: "a refusal of the domain", call: ({ org }) => org.reader.get(`/customers/${unknownId}`) },
  { status: 400, what: "invalid input", call: (one) => one.org.till.post(enrollPath(one), [], { now }) },
  { status: 400, what: "a malformed x-local-now", call: ({ org }) => org.reader.get("/targetGroups", { now: "soon" }) },
  { status: 401, what: "no credential", call: () => service.anonymous.get("/targetGroups") },
  { status: 403, what: "no permission", call: (one) => one.org.reader.post(enrollPath(one), []) },
  { status: 404, what: "no such route", call: ({ org }) => org.admin.get("/nothing") },
  {
    status: 413,
    what: "a body too large for the function",
    call: (one) => one.org.till.post(enrollPath(one), "x".repeat(17_000)),
  },
  {
    status: 413,
    what: "a body too large for the gateway",
    call: (one) => one.org.till.post(enrollPath(one), "x".repeat(10 * 1024 * 1024)),
  },
  {
    status: 415,
    what: "a wrong content type",
    call: (one) => one.org.till.post(enrollPath(one), [], { headers: { "Content-Type": "text/plain" } }),
  },
  { status: 422, what: "an Idempotency-Key reused", call: reuseKey },
];

async function send(client: ApiClient, name: ProtectedRouteName, org: Setting["org"]): Promise<ApiResponse> {
  const { method, path, body } = await permittedRequest(name, org);
  return client.send(method, path, body, { now });
}

async function reuseKey({ org, group, customerId }: Setting): Promise<ApiResponse> {
  const options = { now, headers: { "Idempotency-Key": randomUUID() } };
  await org.enroll(group, { customerId, initialBalance: 1 }, options);
  return org.enroll(group, { customerId, initialBalance: 2 }, options);
}

describe("carries the security headers and is JSON:", () => {
  it.each(answers)("$status for $what", async ({ status, call }) => {
    const response = await call(await newSetting(service));
    expect(response.status).toBe(status);
    expectSafeHeaders(response);
    expectEnvelope(response);
  });

  it("503 when the credential cannot be checked because the engine does not answer", async () => {
    const table = openTable({ tableName: "nowhere", endpoint: nowhere, ...localAccess });
    const gateway = await startGateway(localFunctions(table), 0);
    try {
      const client = new ApiClient(gateway.baseUrl, { username: "demo", secret: "demo" });
      const response = await client.get("/targetGroups");
      const message = /^A dependency is unavailable\. The credential could not be checked; nothing was changed\.$/;
      expectRefused(response, 503, 4001, message);
      expect(response.headers.get("retry-after")).toBe("1");
      expectSafeHeaders(response);
    } finally {
      await gateway.close();
    }
  });
});

const rootUrl = () => service.baseUrl.replace(/\/v3$/, "");

/** The shape of a value. Two requests of one kind name different ids and names, and all else is the same. */
function shapeOf(value: unknown): unknown {
  const uuids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
  return JSON.parse(JSON.stringify(value).replace(uuids, "uuid").replace(/\d+/g, "0"));
}

describe("answers the same with and without the stage's prefix:", () => {
  it.each(protectedRouteNames.map((name) => ({ name })))("$name", async ({ name }: { name: ProtectedRouteName }) => {
    const org = await service.newOrg();
    const credential = await newCredential(service.table, { org: org.org, accessGroup: "admin" });
    const prefixed = await send(new ApiClient(service.baseUrl, credential), name, org);
    const bare = await send(new ApiClient(rootUrl(), credential), name, org);
    expect(bare.status).toBe(prefixed.status);
    expect(prefixed.body.errors).toBeNull();
    expect(shapeOf(bare.body)).toEqual(shapeOf(prefixed.body));
  });

  it.each(["/nothing", "/targetGroups"])("GET %s by nobody", async (path) => {
    const [prefixed, bare] = await Promise.all(
      [service.baseUrl, rootUrl()].map((url) => new ApiClient(url, undefined).get(path)),
    );
    expect({ status: bare?.status, body: bare?.body }).toEqual({ status: prefixed?.status, body: prefixed?.body });
    expect(bare?.status).toBe(path === "/nothing" ? 404 : 401);
  });
});

describe("x-local-now", () => {
  const malformed = /^Invalid input\. The header x-local-now must be an instant such as 2026-01-31T18:00:00Z\.$/;

  it.each([
    "",
    "soon",
    "2030-01-15",
    "12:00:00Z",
    "2030-01-15T12:00:00",
    "2030-01-15 12:00:00Z",
    "2030-13-15T12:00:00Z",
    "2030-02-30T12:00:00Z",
    "2030-01-15T25:00:00Z",
    "1894708800000",
  ])("%j is refused with 300004, and nothing is written", async (header) => {
    const { org, group, customerId } = await newSetting(service);
    const response = await withoutWriting(service, () => org.enroll(group, { customerId }, { now: header }));
    expectRefused(response, 400, 300004, malformed);
    expect(await org.readState(group, customerId, { now })).toBeUndefined();
  });

  it.each([
    "2030-02-01T00:00:00Z",
    "2030-02-01T00:00:00.000Z",
    "2030-02-01T01:00:00+01:00",
    "2030-01-31T19:00:00-05:00",
  ])("%s is one instant, however it is written", async (header) => {
    const { org, group, customerId } = await newSetting(service);
    await org.enroll(group, { customerId }, { now: header });
    const state = await org.readState(group, customerId, { now: during(2) });
    expect(state?.targets[0]).toMatchObject({ periodRefCode: "c2", enrolledOn: "2030-02-01T00:00:00.000Z" });
  });

  it("is the time of the request, to the millisecond", async () => {
    const { org, group, customerId } = await newSetting(service);
    const rows = async (instant: string) => {
      const { body } = await org.reader.get(`/users/${customerId}/targetGroups`, { now: instant });
      return body.data.targetGroups[0].targets.map(({ periodRefCode }: { periodRefCode: string }) => periodRefCode);
    };
    await org.enroll(group, { customerId }, { now: firstInstantOf(1) });
    expect(await rows(lastInstantOf(1))).toEqual(["c1"]);
    expect(await rows(firstInstantOf(2))).toEqual(["c2"]);
  });

  it("does not let in a caller without a credential: 401", async () => {
    const response = await service.anonymous.get("/targetGroups", { now: "soon" });
    expectRefused(response, 401, 401, /^Not authenticated\./);
  });
});
