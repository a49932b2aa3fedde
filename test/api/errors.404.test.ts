import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localFunctions } from "../../local/functions.ts";
import { type LocalGateway, startGateway } from "../../local/gateway.ts";
import type { Envelope } from "../../shared/http/envelope.ts";
import { renderGatewayResponse } from "../../shared/http/gatewayResponses.ts";
import { routeNames, routes } from "../../shared/http/routes.ts";
import { basicAuthorization } from "../support/apiClient.ts";
import { newCredential } from "../support/credential.ts";
import { expectRefused } from "../support/envelopes.ts";
import { parsed, type RawRequest, sendRaw } from "../support/rawHttp.ts";
import { useService } from "../support/service.ts";

const service = useService();

/** The answer of a deployed API. The local service may add to it. */
const deployed: Envelope = JSON.parse(renderGatewayResponse("MISSING_AUTHENTICATION_TOKEN").body);
const deployedMessage = deployed.errors?.[0]?.message ?? "";
const message = /^No such route\. Check the method and the path\.( [^?]+[.?])?$/;

const paths = [...new Set(routeNames.map((name) => routes[name].path))].map((path) => path.replace(/\{\w+\}/g, "1"));
const served = new Set(
  routeNames.map((name) => `${routes[name].method} ${routes[name].path.replace(/\{\w+\}/g, "1")}`),
);
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"];
const unserved = methods.flatMap((method) =>
  paths.filter((path) => !served.has(`${method} ${path}`)).map((path) => ({ method, path })),
);

const unknownPaths = [
  "/v3",
  "/v3/",
  "/",
  "/v4/targetGroups",
  "/v3/v3/targetGroups",
  "/v3targetGroups",
  "/v3/nothing",
  "/v3/targetgroups",
  "/v3/targetGroups/",
  "/v3//targetGroups",
  "/v3/targetGroups/1/",
  "/v3/targetGroups/1/targets",
  "/v3/targetGroups/1/targets/1",
  "/v3/customer",
  "/v3/users/1",
  "/v3/targetGroups/../customers/1",
  "/v3/constructor",
  "/v3/__proto__",
  "/v3/targetGroups%2F1",
  "/v3/%zz",
];

describe.each(["with a credential", "with none"] as const)(
  "refuses with 404 %s, asking the engine nothing,",
  (credential) => {
    async function request(method: string, path: string): Promise<RawRequest> {
      if (credential === "with none") return { method, path };
      const { username, secret } = await newCredential(service.table, {
        org: `test-${randomUUID()}`,
        accessGroup: "admin",
      });
      return { method, path, headers: { Authorization: basicAuthorization(username, secret) } };
    }

    it.each(unknownPaths)("the unknown path %s", async (path) => {
      const raw = await request("GET", path);
      const requests = await service.recorder.during(async () =>
        expectRefused(parsed(await sendRaw(service.baseUrl, raw)), 404, 404, message),
      );
      expect(requests).toEqual([]);
    });

    it.each(unserved)("$method $path", async ({ method, path }) => {
      const raw = await request(method, `/v3${path}`);
      const requests = await service.recorder.during(async () =>
        expectRefused(parsed(await sendRaw(service.baseUrl, raw)), 404, 404, message),
      );
      expect(requests).toEqual([]);
    });
  },
);

async function hintOf(
  method: string,
  path: string,
  baseUrl = service.baseUrl,
): Promise<{ hint: string; allow: string | null }> {
  const { body, headers } = parsed(await sendRaw(baseUrl, { method, path }));
  const said = body.errors?.[0]?.message ?? "";
  expect(said.startsWith(deployedMessage)).toBe(true);
  return { hint: said.slice(deployedMessage.length), allow: headers.get("allow") };
}

describe("the 404 of the local gateway begins with what a deployed API says, and goes on", () => {
  it.each([
    ["POST", "/v3/targetGroups/7/targets/8/unenrol", "POST /v3/targetGroups/7/targets/8/unEnroll"],
    ["POST", "/v3/targetGroups/7/targets/8/unenroll", "POST /v3/targetGroups/7/targets/8/unEnroll"],
    ["POST", "/v3/targetGroups/7/targets/8/Enroll", "POST /v3/targetGroups/7/targets/8/enroll"],
    ["POST", "/v3/targetGroups/7/target/8/enrol", "POST /v3/targetGroups/7/targets/8/enroll"],
    ["POST", "/v3/targetGroup", "POST /v3/targetGroups"],
    ["GET", "/v3/targetgroups", "GET /v3/targetGroups"],
    ["GET", "/v3/targetGroups/", "GET /v3/targetGroups"],
    ["GET", "/v3/v3/targetGroups", "GET /v3/targetGroups"],
    ["GET", "/v4/targetGroups", "GET /v3/targetGroups"],
    ["PUT", "/v3/customer/7", "PUT /v3/customers/7"],
    ["DELETE", "/v3/customer/7", "DELETE /v3/customers/7"],
    ["POST", "/v3/customer/7", "PUT /v3/customers/7"],
    ["GET", "/v3/user/7/targetGroups", "GET /v3/users/7/targetGroups"],
    ["GET", "/v3/users/7/trackedTargetEvent/8", "GET /v3/users/7/trackedTargetEvents/8"],
  ])("%s %s: with the route that is near it", async (method, path, near) => {
    expect(await hintOf(method, path)).toEqual({ hint: ` Did you mean ${near}?`, allow: null });
  });

  it.each(["/", "/v3", "/v3/nothing", "/v3/__proto__", `/v3/${"targetGroups/".repeat(100)}`])(
    "GET %s: with nothing, as no route is near it",
    async (path) => {
      expect(await hintOf("GET", path)).toEqual({ hint: "", allow: null });
    },
  );

  it.each([
    ["POST", "/v3/customers/7", ["PUT", "GET", "DELETE"]],
    ["PUT", "/v3/targetGroups", ["POST", "GET"]],
    ["GET", "/v3/targetGroups/7/targets/8/enroll", ["POST"]],
    ["OPTIONS", "/activities", ["POST"]],
  ])("%s %s: with the methods of that path, in the header Allow too", async (method, path, taken) => {
    const expected = { hint: ` That path takes ${taken.join(" and ")}.`, allow: taken.join(", ") };
    expect(await hintOf(method, path)).toEqual(expected);
  });
});

const page = async () => ({ statusCode: 200, body: "" });

describe("the 404 of a local gateway with pages knows them too", () => {
  let gateway: LocalGateway;
  beforeAll(async () => {
    const pages = { "GET /": page, "GET /console/": page, "POST /local/close-cycles": page };
    gateway = await startGateway(localFunctions(service.table), 0, pages);
  });
  afterAll(async () => gateway.close());

  it.each([
    ["GET", "/local/close-cycles", { hint: " That path takes POST.", allow: "POST" }],
    ["DELETE", "/", { hint: " That path takes GET.", allow: "GET" }],
    ["GET", "/consol/", { hint: " Did you mean GET /console/?", allow: null }],
    ["POST", "/local/closeCycles", { hint: " Did you mean POST /local/close-cycles?", allow: null }],
    ["GET", "/v3/console/", { hint: "", allow: null }],
    ["GET", "/v3/targetgroups", { hint: " Did you mean GET /v3/targetGroups?", allow: null }],
  ])("%s %s", async (method, path, told) => {
    expect(await hintOf(method, path, gateway.baseUrl)).toEqual(told);
  });
});

describe("refuses with 404", () => {
  it("a method an admin is not offered, with a body", async () => {
    const org = await service.newOrg();
    expectRefused(await org.admin.post("/customers/1", { firstName: "Ada" }), 404, 404, message);
    expectRefused(await org.admin.get("/customers/1"), 400, 310011, /is not registered/);
  });

  it.each(["/v3/targetGroups", "/v3/customers/1", "/v3/nothing"])("HEAD %s, with headers and no body", async (path) => {
    // The test reads from the socket, because HTTP clients throw away a body that must not be there.
    const socket = connect(Number(new URL(service.baseUrl).port), "127.0.0.1");
    socket.end(`HEAD ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).toMatch(/\r\nContent-Type: application\/json\r\n/i);
    expect(answer.indexOf("\r\n\r\n")).toBe(answer.length - 4);
  });

  it("and no challenge: a credential would not help", async () => {
    const response = await service.anonymous.get("/nothing");
    expectRefused(response, 404, 404, message);
    expect(response.headers.get("www-authenticate")).toBeNull();
  });
});
