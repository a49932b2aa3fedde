import { describe, expect, it } from "vitest";
import { securityHeaders } from "../../shared/http/envelope.ts";
import { basicAuthorization } from "../support/apiClient.ts";
import { newCredential } from "../support/credential.ts";
import { expectRefused } from "../support/envelopes.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { parsed, type RawResponse, sendRaw } from "../support/rawHttp.ts";

const service = useProjectedService();

const port = () => new URL(service.baseUrl).port;

function send(method: string, path: string, headers: Readonly<Record<string, string>>): Promise<RawResponse> {
  return sendRaw(service.baseUrl, { method, path, headers });
}

describe("the local server", () => {
  it.each(["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])(
    "answers to the host %s, with its port, another one or none",
    async (host) => {
      const { username, secret } = await newCredential(service.table, { org: "test-hosts" });
      for (const Host of [`${host}:${port()}`, `${host}:8080`, host]) {
        const headers = { Host, Authorization: basicAuthorization(username, secret) };
        expect((await send("GET", "/v3/targetGroups", headers)).status).toBe(200);
      }
    },
  );

  it.each([
    "rebound.example",
    "rebound.example:3000",
    "127.0.0.1.rebound.example",
    "localhost.rebound.example",
    "rebound.example:127.0.0.1",
    "127.0.0.1@rebound.example",
    "0.0.0.0",
    "127.0.0.2",
    "::1",
  ])("refuses the host %j with 403 and 4000 on the API and its own pages, whatever the credential", async (Host) => {
    const { username, secret } = await newCredential(service.table, { org: "test-hosts" });
    const headers = { Host, Authorization: basicAuthorization(username, secret) };
    for (const path of ["/v3/targetGroups", "/local/events"]) {
      const response = parsed(await send("GET", path, headers));
      expectRefused(
        response,
        403,
        4000,
        /^Not allowed\. The local server answers to 127\.0\.0\.1, localhost and \[::1\]/,
      );
      expect(response.headers.get("cache-control")).toBe(securityHeaders["Cache-Control"]);
    }
  });

  it.each([
    ["another origin", { Origin: "https://elsewhere.example" }],
    ["another port of this machine", { Origin: "http://127.0.0.1:1" }],
    ["no origin at all, as a sandboxed page has", { Origin: "null" }],
    ["another site, by Sec-Fetch-Site", { "Sec-Fetch-Site": "cross-site" }],
    ["another port, by Sec-Fetch-Site", { "Sec-Fetch-Site": "same-site" }],
  ])("refuses a page of %s that would close cycles with 403 and 4000", async (_, headers) => {
    const response = parsed(await send("POST", "/local/close-cycles", headers));
    expectRefused(
      response,
      403,
      4000,
      /^Not allowed\. A web page of another origin may not change the local service\.$/,
    );
  });

  it.each([
    ["no browser", {}],
    ["a page of its own", { Origin: "own", "Sec-Fetch-Site": "same-origin" }],
    ["a user's own doing", { "Sec-Fetch-Site": "none" }],
  ])("closes cycles for %s", async (_, headers) => {
    const own = `http://127.0.0.1:${port()}`;
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value === "own" ? own : value]),
    );
    const path = "/local/close-cycles?org=test-nobody";
    expect((await send("POST", path, { Host: `127.0.0.1:${port()}`, ...sent })).status).toBe(200);
  });
});
