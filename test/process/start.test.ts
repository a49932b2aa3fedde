import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Settings } from "../../web/console/settings.ts";
import { ApiClient } from "../support/apiClient.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { StartedService } from "../support/startedService.ts";
import {
  client,
  connects,
  expectFree,
  expectGone,
  limits,
  paste,
  printedEnrollment,
  secret,
  startOnOwnPort,
  useStarts,
} from "../support/starts.ts";

useStarts();

describe("npm start", () => {
  let service: StartedService;
  let baseUrl: string;

  beforeAll(async () => {
    service = new StartedService({ PORT: "0" });
    baseUrl = await service.ready();
  });

  afterAll(() => service.kill());

  it("says first that it starts an engine, before the engine answers", () => {
    const lines = service.output.split("\n").filter((line) => line !== "" && !line.startsWith(">"));
    expect(lines[0]).toBe("Starting the engine…");
  });

  it("has a first page whose links to the reference, the console, its health and the guides all answer", async () => {
    const page = await fetch(new URL("/", baseUrl));
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const links = [...(await page.text()).matchAll(/href="([^"]+)"/g)].map(([, path = ""]) => path);
    expect(links).toEqual(
      expect.arrayContaining(["/docs/", "/console/", "/local/health", "/local/guides/bulk-enrolment.md"]),
    );
    for (const path of links)
      expect({ path, status: (await fetch(new URL(path, baseUrl))).status }).toMatchObject({ status: 200 });
    expect(service.output).toContain(new URL("/", baseUrl).href);
  });

  it("says in its health that the engine answers", async () => {
    const health = await fetch(new URL("/local/health", baseUrl));
    expect({ status: health.status, body: await health.json() }).toEqual({
      status: 200,
      body: { data: { status: "UP" }, errors: null, warnings: null },
    });
  });

  it("says once where it listens, on 127.0.0.1 and below /v3", () => {
    const lines = service.output.split("\n").filter((line) => line.includes("listening"));
    expect(lines).toEqual([expect.stringMatching(/^Milestreak is listening on http:\/\/127\.0\.0\.1:\d+\/v3$/)]);
  });

  it("runs the service as npm's one child, and the engine as that one's", async () => {
    const expected = [
      { parent: service.pid, pid: service.servicePid() },
      { parent: service.servicePid(), name: "java" },
    ];
    // The service's bundler, which makes the console for an earlier test, goes on for a moment after its work.
    await expect.poll(() => service.descendants(), limits).toMatchObject(expected);
  });

  it.each([
    ["demo-till", "100", "default", 400, 403],
    ["demo-admin", "100", "admin", 400, 200],
    ["demo-support", "100", "support", 400, 403],
    ["demo-reader", "100", "read-only", 403, 403],
    ["other-till", "200", "default", 400, 403],
    ["other-admin", "200", "admin", 400, 200],
  ])(
    "prints the credential %s of org %s, which has the rights of %s",
    async (username, org, accessGroup, enrolling, managing) => {
      expect(service.output).toMatch(
        new RegExp(`^ *${username}:${secret} +org ${org}, access group ${accessGroup}$`, "m"),
      );
      const api = client(baseUrl, username);
      const groups = await api.get("/targetGroups");
      expect(groups.status).toBe(200);
      expect(groups.body.data.length > 0).toBe(org === "100");
      // An empty body reaches its validation (300004) where enrolling is allowed, and 4000 where it is not.
      const enrolled = await api.post("/targetGroups/1/targets/1/enroll", []);
      expectRefused(enrolled, enrolling, enrolling === 400 ? 300004 : 4000);
      const registered = await api.put("/customers/77", {});
      expect(registered.status).toBe(managing);
    },
  );

  it("lets no other secret in: 401", async () => {
    const response = await new ApiClient(baseUrl, { username: "demo-till", secret: "demo-secret2" }).get(
      "/targetGroups",
    );
    expectRefused(response, 401, 401);
  });

  it("prints a command that enrols a demo customer exactly as pasted, and answers 310119 the second time", async () => {
    const command = service.printedCommand;
    const { customerId } = printedEnrollment(command);
    expect(await paste(command)).toEqual({ data: customerId, errors: null, warnings: null });
    expect(await paste(command)).toEqual({
      data: null,
      errors: [{ code: 310119, message: expect.stringMatching(/^User already enrolled for the target\. /) }],
      warnings: null,
    });
  });

  it("serves the console at the address it prints, for a demo credential, and leaves no bundler running", async () => {
    const [, address = ""] = /^Console: (\S+)$/m.exec(service.output) ?? [];
    const page = await fetch(address);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("<title>Milestreak console</title>");
    const settings: Settings = JSON.parse(await (await fetch(new URL("settings.json", address))).text());
    const { demoCredential, exampleCustomerId } = settings.local ?? {};
    const { body } = await new ApiClient(baseUrl, demoCredential).get(`/users/${exampleCustomerId}/targetGroups`);
    expect(body.data.targetGroups).toHaveLength(2);
    await expect.poll(() => service.descendants().map(({ name }) => name), limits).toEqual([expect.anything(), "java"]);
  });

  it("honours x-local-now, so that a milestone's whole life can be walked through", async () => {
    const { groupId, targetId } = printedEnrollment(service.printedCommand);
    const record = [{ customerId: 345_651_205 }];
    const path = `/targetGroups/${groupId}/targets/${targetId}/enroll`;
    const late = await client(baseUrl, "demo-till").post(path, record, { now: "2999-01-01T00:00:00Z" });
    expectRefused(late, 400, 310019);
    expectAccepted(await client(baseUrl, "demo-till").post(path, record), 345_651_205);
  });
});

describe("the engine of a test run", () => {
  it("listens on 127.0.0.1 only", async () => {
    const port = Number(new URL(engineEndpoint()).port);
    expect(await connects("127.0.0.1", port)).toBe(true);
    expect(await connects("127.0.0.2", port)).toBe(false);
  });
});

describe("stopping", () => {
  it("by Ctrl-C, which sends SIGINT to npm and the service alike, leaves no process and frees the port", async () => {
    const { service, port } = await startOnOwnPort();
    expect(service.descendants()).toHaveLength(2);
    process.kill(-service.pid, "SIGINT");
    await service.exit();
    await expectGone(service);
    await expectFree(port);
  });
});
