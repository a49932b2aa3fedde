import { mkdir } from "node:fs/promises";
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { consolePages } from "../../local/consolePages.ts";
import { createTableIfMissing } from "../../local/createTable.ts";
import { startEngine } from "../../local/engine.ts";
import { localFunctions } from "../../local/functions.ts";
import { startGateway } from "../../local/gateway.ts";
import { openProjection } from "../../local/projection.ts";
import { hashSecret } from "../../shared/auth/secret.ts";
import { openTable, patientLimits, type Table } from "../../shared/table/client.ts";
import { createCredential } from "../../shared/table/credentials.ts";
import { ApiClient } from "../support/apiClient.ts";
import { launchOptions } from "../support/browser.ts";
import { findCustomer, setTime, signIn } from "../support/consoleVisit.ts";
import { localAccess } from "../support/globalSetup.ts";
import { ok } from "../support/org.ts";
import { customerId, now, seedMembers, seedPictured } from "./picturedData.ts";

// `npm run screenshots` takes the pictures in docs/screenshots/. The data and the time are fixed, so the pictures
// change only when the console does.

const folder = new URL("../../docs/screenshots/", import.meta.url);
const operator = { username: "operator", secret: "secret" };

const engine = await startEngine(undefined);
try {
  await takeAll(engine.endpoint);
} finally {
  await engine.stop();
}

async function takeAll(endpoint: string): Promise<void> {
  const access = { endpoint, ...localAccess };
  const table = openTable({ tableName: "screenshots", ...access }, patientLimits);
  await createTableIfMissing(table);
  const projection = await openProjection(table, access, () => undefined);
  const settings = { demoCredential: operator, exampleCustomerId: customerId, hasEvents: true };
  const gateway = await startGateway(localFunctions(table), 0, { ...projection.pages, ...consolePages(settings) });
  try {
    await createOperator(table);
    const admin = new ApiClient(gateway.baseUrl, operator);
    await seedPictured(admin);
    await seedMembers(admin);
    await projection.drain();
    await ok(new ApiClient(new URL("/local", gateway.baseUrl).href, undefined).post("/close-cycles", {}, { now }));
    await mkdir(folder, { recursive: true });
    await picture(gateway.baseUrl);
  } finally {
    await gateway.close();
    await projection.stop();
    table.close();
  }
}

async function createOperator(table: Table): Promise<void> {
  const { username, secret } = operator;
  await createCredential(table, { username, org: "100", accessGroup: "admin", secret: hashSecret(secret) }, Date.now());
}

async function picture(baseUrl: string): Promise<void> {
  // Each run has another port. The pictures show the address that a reader would have.
  const resolver = `--host-resolver-rules=MAP localhost:80 127.0.0.1:${new URL(baseUrl).port}`;
  const browser = await chromium.launch({ ...launchOptions(), args: ["--lang=en-GB", resolver] });
  const open = async (options: BrowserContextOptions) => {
    const context = await browser.newContext({ reducedMotion: "reduce", ...options });
    await context.addInitScript({ content: 'crypto.randomUUID = () => "6f1c2a34-9d07-4b7e-8c55-20300320a100";' });
    const page = await context.newPage();
    await page.goto("http://localhost/console");
    await signIn(page, operator);
    await setTime(page, now);
    // The click ends any typing.
    await page.getByRole("heading", { level: 1 }).click();
    return page;
  };
  await pictureGroups(await open({ viewport: { width: 1120, height: 1060 } }));
  await pictureNewGroup(await open({ viewport: { width: 1120, height: 1240 } }));
  await pictureGroup(await open({ viewport: { width: 1120, height: 960 } }));
  await pictureTarget(await open({ viewport: { width: 1120, height: 1500 } }));
  await pictureMilestone(await open({ viewport: { width: 1120, height: 960 } }));
  await pictureStreak(await open({ viewport: { width: 414, height: 800 }, colorScheme: "dark" }));
  await browser.close();
}

async function pictureGroups(page: Page): Promise<void> {
  await page.getByText("Now: Mar").waitFor();
  await save(page, "console-groups");
}

async function pictureNewGroup(page: Page): Promise<void> {
  await page.getByRole("link", { name: "New target group" }).click();
  await page.getByLabel("Name", { exact: true }).first().fill("A visit a day");
  await page.getByLabel("Kind").selectOption("Streak");
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  await page.getByLabel("of these").selectOption("days");
  await page.getByLabel("How many cycles").fill("365");
  await page.getByLabel("First day").fill("2030-03-01");
  await page.getByLabel("Name", { exact: true }).nth(1).fill("Daily visit");
  await page.getByLabel("Value to reach").fill("1");
  await page.getByRole("combobox", { name: /^Counts/ }).selectOption("the visits");
  await page.getByLabel("Name", { exact: true }).nth(2).fill("A week");
  await page.getByLabel("Cycles to meet").fill("7");
  await page.getByRole("heading", { level: 1 }).click();
  await save(page, "console-new-group");
}

async function pictureGroup(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Spend 1000 a month" }).click();
  await page.getByLabel("Description").fill("Rewards club, spring and summer");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Done. The group is at version 2.").waitFor();
  await page.getByRole("row").filter({ hasText: "Description" }).waitFor();
  await page.getByRole("heading", { level: 1 }).click();
  await save(page, "console-group");
}

async function pictureTarget(page: Page): Promise<void> {
  await page.getByRole("article", { name: "Spend 1000 a month" }).getByRole("link", { name: "Who is in" }).click();
  await page.getByRole("region", { name: "Customers, as a table" }).waitFor();
  await page.getByRole("list", { name: /^Progress in/ }).waitFor();
  await page.getByRole("heading", { level: 1 }).click();
  await save(page, "console-target");
}

async function pictureMilestone(page: Page): Promise<void> {
  await findCustomer(page, customerId);
  await page.getByRole("radio", { name: "Activity" }).check();
  await page.getByRole("button", { name: "Record activity" }).click();
  await page.getByText("✓ 200").waitFor();
  await page.getByText("940.5 of 1,000", { exact: true }).waitFor();
  // This row is the last result of the action.
  await page.getByRole("row").filter({ hasText: "+100" }).waitFor();
  await page.getByRole("heading", { level: 1 }).click();
  await save(page, "console-milestone");
}

async function pictureStreak(page: Page): Promise<void> {
  await findCustomer(page, customerId);
  const card = page.getByRole("article", { name: "A visit a week" });
  await card.waitFor();
  await card.screenshot({ path: pathOf("console-streak") });
}

async function save(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: pathOf(name) });
}

function pathOf(name: string): string {
  return new URL(`${name}.png`, folder).pathname;
}
