import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import type { ConsoleFileName } from "../../local/consoleBundle.ts";
import type { LocalPages } from "../../local/gateway.ts";
import { findCustomer, newCredential, signIn, useVisits } from "../support/consoleVisit.ts";
import { useService } from "../support/service.ts";
import { milestone } from "../support/targetGroups.ts";

const contentTypes = {
  "index.html": "text/html",
  "console.css": "text/css",
  "console.js": "text/javascript",
  "icon.svg": "image/svg+xml",
  "settings.json": "application/json",
} as const satisfies Record<ConsoleFileName, string>;

const file = (name: ConsoleFileName) => async () => ({
  statusCode: 200,
  headers: { "Content-Type": contentTypes[name] },
  body: await readBuilt(name),
});

/** A host of static files beside the API, which sets no policy of its own. */
const staticHost: LocalPages = {
  "GET /console": async () => ({ statusCode: 302, headers: { Location: "/console/" }, body: "" }),
  "GET /console/": file("index.html"),
  "GET /console/console.css": file("console.css"),
  "GET /console/console.js": file("console.js"),
  "GET /console/icon.svg": file("icon.svg"),
  "GET /console/settings.json": file("settings.json"),
};

function readBuilt(name: ConsoleFileName): Promise<string> {
  return readFile(new URL(`../../build/console/${name}`, import.meta.url), "utf8");
}

function build(...parameters: readonly string[]): Promise<unknown> {
  return promisify(execFile)("npm", ["run", "console", "--", ...parameters]);
}

const service = useService(undefined, () => staticHost);
const visits = useVisits(service);

describe("npm run console", () => {
  beforeAll(() => build());

  it("makes a page that a static host serves beside the API, with no demo credential, clock or events", async () => {
    const org = await service.newOrg();
    const now = new Date().toISOString();
    const periods = [{ refCode: "now", startDate: now.slice(0, 10), endDate: "2999-12-31" }];
    await org.createGroup(milestone({ periods }));
    const customerId = await org.newCustomer();
    const page = await visits.open();
    expect(await page.getByLabel("User name").inputValue()).toBe("");
    expect(await page.getByLabel("Secret", { exact: true }).inputValue()).toBe("");
    await signIn(page, await newCredential(service, org));
    expect(await page.getByLabel("Requests are made at").count()).toBe(0);
    expect(await page.getByRole("link", { name: "Events" }).count()).toBe(0);
    await findCustomer(page, customerId);
    await page.getByRole("button", { name: "Enrol or re-enrol" }).click();
    await page.getByText("✓ 200").waitFor();
    await page.getByText("The request as it is sent").click();
    const request = await page.getByLabel("The request", { exact: true }).innerText();
    expect(request).toContain("Idempotency-Key");
    expect(request).not.toContain("x-local-now");
  });

  it("makes a script of at most 125 kB, as decision 0020 says", async () => {
    expect(Buffer.byteLength(await readBuilt("console.js"))).toBeLessThanOrEqual(125_000);
  });

  it("puts its policy into the page", async () => {
    const page = await visits.open();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await expect(page.evaluate("document.body.innerHTML = '<b>x</b>'")).rejects.toThrow(/TrustedHTML/);
    expect(visits.takeProblems()).toContainEqual(expect.stringContaining("TrustedHTML"));
  });
});

it("npm run console -- URL fills in the API's address and lets the page call that host", async () => {
  await build("https://api.brand.example/v3");
  expect(JSON.parse(await readBuilt("settings.json"))).toEqual({
    apiBaseUrl: "https://api.brand.example/v3",
    local: null,
  });
  expect(await readBuilt("index.html")).toContain("connect-src 'self' https://api.brand.example;");
});
