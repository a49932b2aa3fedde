import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { basename, extname, join } from "node:path";
import type { Browser, Locator, Page, Response } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { routeNames } from "../../shared/http/routes.ts";
import { launchBrowser } from "../support/browser.ts";
import { documentedOperations } from "../support/openapi.ts";
import { StartedService } from "../support/startedService.ts";

let browser: Browser;
let origin: string;
/** Functions that end what was started, the latest first. */
const endings: (() => Promise<void>)[] = [];
/** The id that `npm start` printed. */
let demoCustomerId: string;
/** Requests of a page to other hosts, and requests that its policy refused. */
const strayed: string[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  endings.unshift(() => browser.close());
  const service = new StartedService({ PORT: "0" });
  endings.unshift(() => service.kill());
  origin = new URL(await service.ready()).origin;
  [, demoCustomerId = ""] = /"customerId": (\d+)/.exec(service.printedCommand) ?? [];
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  expectNothingStrayed();
});

afterAll(async () => {
  for (const end of endings) await end();
});

function expectNothingStrayed(): void {
  expect(strayed.splice(0)).toEqual([]);
}

async function openReference(host = origin, path = "/docs"): Promise<Page> {
  const page = await browser.newPage();
  // The page has 2 MB of script, and the machine does other things too.
  page.setDefaultTimeout(60_000);
  page.on("request", (request) => {
    const url = new URL(request.url());
    const isInside = url.origin === host || url.protocol === "data:" || url.protocol === "blob:";
    if (!isInside) strayed.push(request.url());
  });
  page.on("pageerror", (error) => strayed.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && /Content Security Policy/.test(message.text())) strayed.push(message.text());
  });
  await page.goto(`${host}${path}`);
  return page;
}

/** Opens one operation of the list, by its path and summary. */
async function openOperation(page: Page, title: string): Promise<Locator> {
  const operation = page.locator(".opblock").filter({ hasText: title }).first();
  await operation.locator(".opblock-summary-control").click();
  return operation;
}

/** Sends what the form holds, and answers what the page then shows. */
async function sendIt(page: Page, operation: Locator, method = "POST") {
  // The page fetches files of its own by GET too.
  const isCall = (response: Response) => response.request().method() === method && response.url().includes("/v3/");
  const answered = page.waitForResponse(isCall);
  await operation.getByRole("button", { name: "Execute" }).click();
  const response = await answered;
  const shown = operation.locator(".live-responses-table .response");
  await shown.locator(".response-col_status").getByText(String(response.status())).waitFor();
  return {
    status: response.status(),
    shown: await shown.innerText(),
    authorization: await response.request().headerValue("Authorization"),
  };
}

describe("the reference page of npm start", () => {
  it("tries an enrolment with the demo credential: 200 at first, then 310119, and asks nobody else", async () => {
    const page = await openReference();
    const enroll = await openOperation(page, "Enrols or re-enrols a customer");
    const { authorization, ...first } = await sendIt(page, enroll);
    expect(Buffer.from(authorization?.slice("Basic ".length) ?? "", "base64").toString()).toMatch(/^demo-admin:/);
    expect(first).toEqual({ status: 200, shown: expect.stringContaining(`"data": ${demoCustomerId}`) });
    expect(await sendIt(page, enroll)).toMatchObject({
      status: 400,
      shown: expect.stringContaining('"code": 310119'),
    });
  });

  it("gets an access token for the demo credential at a click, and calls with it", async () => {
    const page = await openReference();
    await page.getByRole("button", { name: "Authorize" }).first().click();
    await page.getByText("Logout", { exact: true }).click();
    const issued = page.waitForResponse(`${origin}/v3/oauth/token`);
    await page.getByRole("button", { name: "Apply given OAuth2 credentials" }).click();
    expect((await issued).status()).toBe(200);
    // The page takes the token a moment after it has come. Only then it offers to log out.
    await page.getByText("Logout", { exact: true }).waitFor();
    await page.locator(".close-modal").click();
    const list = await openOperation(page, "Lists target groups by name");
    expect(await sendIt(page, list, "GET")).toMatchObject({
      status: 200,
      authorization: expect.stringMatching(/^Bearer /),
    });
  });

  it("is bound to its own host by its content security policy", async () => {
    const { headers } = await fetch(`${origin}/docs/`);
    const policy = headers.get("Content-Security-Policy")?.split("; ") ?? [];
    expect(policy).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"]),
    );
  });

  it("shows every operation of docs/openapi.json", async () => {
    const page = await openReference();
    for (const { operation } of documentedOperations) {
      await page.getByText(operation.summary, { exact: true }).first().waitFor();
    }
    expect(documentedOperations).toHaveLength(routeNames.length);
  });
});

describe("the reference page of npm run docs", () => {
  let files: Server;

  beforeAll(async () => {
    execFileSync("npm", ["run", "docs", "--", origin.concat("/v3")]);
    files = createServer((request, response) => {
      const name = basename(request.url === "/" ? "/index.html" : (request.url ?? ""));
      const type =
        { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" }[extname(name)] ?? "application/json";
      response.setHeader("Content-Type", type).end(readFileSync(join("build/docs", name)));
    }).listen(0, "127.0.0.1");
    await once(files, "listening");
  });

  afterAll(() => files.close());

  it("consists of files that any host can serve, for the API that was named, without a credential", async () => {
    const address = files.address();
    if (address === null || typeof address === "string") throw new Error("The files have no port");
    const page = await openReference(`http://127.0.0.1:${address.port}`, "/");
    await page.getByText("Enrols or re-enrols a customer", { exact: true }).first().waitFor();
    await page.getByText(`${origin}/v3`).first().waitFor({ state: "attached" });
    expect(await page.content()).not.toContain("demo-admin");
    expect(readFileSync("build/docs/settings.json", "utf8")).not.toContain("demo");
    expect(readFileSync("build/docs/openapi.json", "utf8")).toBe(readFileSync("docs/openapi.json", "utf8"));
    expect(readFileSync("build/docs/index.html", "utf8")).toContain(`connect-src 'self' ${origin};`);
  });
});
