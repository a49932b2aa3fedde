import { beforeAll, describe, expect, it } from "vitest";
import { type ProtectedRouteName, protectedRouteNames, routes, takesBody } from "../../shared/http/routes.ts";
import { basicAuthorization } from "../support/apiClient.ts";
import { newCredential } from "../support/credential.ts";
import { expectRefused } from "../support/envelopes.ts";
import type { TestOrg } from "../support/org.ts";
import { permittedRequest } from "../support/permittedRequest.ts";
import { parsed, type RawRequest, sendRaw } from "../support/rawHttp.ts";
import { useService } from "../support/service.ts";
import { during } from "../support/targetGroups.ts";
import { withoutWriting } from "../support/writes.ts";

const service = useService();

const withBody = protectedRouteNames.filter((name) => takesBody(routes[name])).map((name) => ({ name }));

let org: TestOrg;
let authorization: string;
beforeAll(async () => {
  org = await service.newOrg();
  const { username, secret } = await newCredential(service.table, { org: org.org, accessGroup: "admin" });
  authorization = basicAuthorization(username, secret);
});

/** Sends the route's valid body with these headers. No other header describes the body. */
async function request(name: ProtectedRouteName, headers: Readonly<Record<string, string>>): Promise<RawRequest> {
  const { method, path, body = "" } = await permittedRequest(name, org);
  const all = { Authorization: authorization, "x-local-now": during(1), ...headers };
  return { method, path: `/v3${path}`, headers: all, body };
}

const refused = [
  "text/plain",
  "text/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/jsonp",
  "application/json-patch+json",
  "application/vnd.api+json",
  "json",
  "*/*",
  "text/plain; application/json",
];
const accepted = [
  "application/json",
  "application/json; charset=utf-8",
  "application/json;charset=UTF-8",
  "Application/JSON",
  "application/json ; charset=utf-8",
];

describe.each(withBody)("$name", ({ name }: { name: ProtectedRouteName }) => {
  /** A refusal changes nothing, so all refusals name the same things. */
  let untyped: RawRequest;
  beforeAll(async () => {
    untyped = await request(name, {});
  });

  it.each(refused)("refuses Content-Type %j with 415 and writes nothing", async (contentType) => {
    const raw = { ...untyped, headers: { ...untyped.headers, "Content-Type": contentType } };
    const response = await withoutWriting(service, () => sendRaw(service.baseUrl, raw));
    const literal = contentType.replace(/[*+./]/g, "\\$&");
    const message = new RegExp(`^Invalid input\\. Content-Type must be application/json; got ${literal}\\.$`);
    expectRefused(parsed(response), 415, 300004, message);
  });

  it("refuses a body of no declared type with 415 and writes nothing", async () => {
    const response = await withoutWriting(service, () => sendRaw(service.baseUrl, untyped));
    expectRefused(
      parsed(response),
      415,
      300004,
      /^Invalid input\. Content-Type must be application\/json; got none\.$/,
    );
  });

  it.each(accepted)("takes Content-Type %j", async (contentType) => {
    const raw = await request(name, { "Content-Type": contentType });
    expect(parsed(await sendRaw(service.baseUrl, raw)).body.errors).toBeNull();
  });

  it.each(["content-type", "CONTENT-TYPE", "cOnTeNt-TyPe"])("takes the header's name as %s", async (headerName) => {
    const raw = await request(name, { [headerName]: "application/json" });
    expect(parsed(await sendRaw(service.baseUrl, raw)).body.errors).toBeNull();
  });
});

describe("a GET", () => {
  it("needs no Content-Type and ignores the one it has", async () => {
    const plain = await request("listTargetGroups", {});
    const { body: _, ...withoutBody } = plain;
    expect(parsed(await sendRaw(service.baseUrl, withoutBody)).status).toBe(200);
    const typed = { ...withoutBody, headers: { ...plain.headers, "Content-Type": "text/plain" } };
    expect(parsed(await sendRaw(service.baseUrl, typed)).status).toBe(200);
  });
});
