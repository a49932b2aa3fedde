import { randomUUID } from "node:crypto";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { hashSecret } from "../../shared/auth/secret.ts";
import type { AccessGroup } from "../../shared/domain/accessGroups.ts";
import { createCredential } from "../../shared/table/credentials.ts";
import { launchBrowser } from "./browser.ts";
import type { TestOrg } from "./org.ts";
import type { TestService } from "./service.ts";

export type Credential = { readonly username: string; readonly secret: string };

export type Visits = {
  /** Opens the console in a browser profile of its own. */
  readonly open: (options?: BrowserContextOptions, initScript?: string) => Promise<Page>;
  /** Opens the console signed in as the org's till, at a time in 2030. */
  readonly openAt: (org: TestOrg, now: string, options?: BrowserContextOptions, initScript?: string) => Promise<Page>;
  /** The same for a credential of another access group. */
  readonly openAs: (
    accessGroup: AccessGroup,
    org: TestOrg,
    now: string,
    options?: BrowserContextOptions,
    initScript?: string,
  ) => Promise<Page>;
  /**
   * Takes the errors that the pages of this test have reported, for a test that provokes them. They do not fail the
   * test then.
   */
  readonly takeProblems: () => readonly string[];
};

/**
 * Call it once at the top of a test file. After each test it checks that the pages asked their own host only, and that
 * they reported no error and no violation of their content security policy.
 */
export function useVisits(service: TestService): Visits {
  let browser: Browser | undefined;
  const contexts: BrowserContext[] = [];
  const problems: string[] = [];
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
    expect(problems.splice(0)).toEqual([]);
  });
  afterAll(() => browser?.close());

  const open = async (options: BrowserContextOptions = {}, initScript = "") => {
    if (browser === undefined) throw new Error("The browser runs only while tests run");
    const context = await browser.newContext(options);
    contexts.push(context);
    // The page's policy does not bind this script, unlike a script of the page.
    await context.addInitScript({ content: initScript });
    const page = await context.newPage();
    watch(page, new URL(service.baseUrl).origin, problems);
    await page.goto(new URL("/console", service.baseUrl).href);
    return page;
  };
  const openAs: Visits["openAs"] = async (accessGroup, org, now, options, initScript) => {
    const page = await open(options, initScript);
    await signIn(page, await newCredential(service, org, accessGroup));
    await setTime(page, now);
    return page;
  };
  return {
    open,
    takeProblems: () => problems.splice(0),
    openAt: (...opened) => openAs("default", ...opened),
    openAs,
  };
}

function watch(page: Page, origin: string, problems: string[]): void {
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) problems.push(`left the origin: ${request.url()}`);
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    // The browser reports a refusal in this way, and the test asked for that refusal.
    if (/^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text())) return;
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
}

export async function newCredential(
  service: TestService,
  { org }: TestOrg,
  accessGroup: AccessGroup = "default",
): Promise<Credential> {
  const [username, secret] = [randomUUID(), randomUUID()];
  await createCredential(service.table, { username, org, accessGroup, secret: hashSecret(secret) }, Date.now());
  return { username, secret };
}

export async function signIn(page: Page, { username, secret }: Credential): Promise<void> {
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Secret", { exact: true }).fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

/** Sets the page's clock to an instant of whole minutes. */
export async function setTime(page: Page, instant: string): Promise<void> {
  await page.getByLabel("Requests are made at (UTC)").fill(instant.slice(0, 16));
  await page.getByRole("button", { name: "Back to the clock" }).waitFor();
}

export async function findCustomer(page: Page, customerId: number): Promise<void> {
  await page.getByRole("link", { name: "Customers" }).click();
  // A customer's page has the same field, and leaving it empties what was filled in there.
  await page.getByRole("heading", { name: "Customers", level: 1, exact: true }).waitFor();
  await page.getByLabel("Customer id").fill(String(customerId));
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByRole("heading", { name: `Customer ${customerId}`, level: 1 }).waitFor();
}
