import { readFile } from "node:fs/promises";
import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { consolePages } from "../../local/consolePages.ts";
import type { AccessGroup } from "../../shared/domain/accessGroups.ts";
import { axeScript, isFocused, tabTo, violations, widthOf } from "../support/accessibility.ts";
import { ApiClient } from "../support/apiClient.ts";
import { findCustomer, useVisits } from "../support/consoleVisit.ts";
import { ok, type TestOrg } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { during, milestone } from "../support/targetGroups.ts";

const service = useProjectedService(
  consolePages({ demoCredential: { username: "", secret: "" }, exampleCustomerId: 1, hasEvents: true }),
);
const visits = useVisits(service);
const limits = { timeout: 20_000 };

const now = during(1);
const hoursLater = (hours: number) => new Date(Date.parse(now) + hours * 60 * 60 * 1000).toISOString();

type Visit = { readonly org: TestOrg; readonly customerId: number; readonly page: Page };

type Opening = {
  readonly accessGroup?: AccessGroup;
  readonly activities?: number;
  readonly options?: BrowserContextOptions;
  readonly initScript?: string;
};

/** An admin at the page of a customer with a name and a past. */
async function visit({ accessGroup = "admin", activities = 1, ...opening }: Opening = {}): Promise<Visit> {
  const { options = {}, initScript = "" } = opening;
  const org = await service.newOrg();
  const group = await org.createGroup(milestone({ name: "Spend 1000" }));
  const customerId = await org.newCustomer();
  await ok(org.admin.put(`/customers/${customerId}`, { firstName: "Ada", lastName: "Moreno", externalId: "CARD-7" }));
  await ok(org.enroll(group, { customerId }, { now }));
  for (let number = 1; number <= activities; number += 1) {
    const activity = { activityId: `a${number}`, customerId, type: "TRANSACTION", occurredAt: now, amount: 1 };
    await ok(org.till.post("/activities", activity, { now }));
  }
  await service.drain();
  const page = await visits.openAs(accessGroup, org, now, options, initScript);
  await findCustomer(page, customerId);
  await page.getByText("Ada Moreno").waitFor();
  return { org, customerId, page };
}

const personalData = (page: Page) => page.getByRole("region", { name: "Personal data" });

async function openPersonalData(page: Page): Promise<void> {
  await page.getByText("Export, anonymise or erase").click();
  await personalData(page).getByText("Nothing was asked for.").waitFor();
}

async function askFor(page: Page, verb: "Anonymise" | "Erase"): Promise<void> {
  await personalData(page).getByRole("radio", { name: verb }).check();
  await personalData(page)
    .getByRole("button", { name: new RegExp(`^${verb} customer`) })
    .click();
  await page.getByRole("dialog").waitFor();
}

const yes = (page: Page, verb: "anonymise" | "erase") => page.getByRole("button", { name: `Yes, ${verb}` });

async function erase(page: Page, customerId: number): Promise<void> {
  await openPersonalData(page);
  await askFor(page, "Erase");
  await page.getByLabel(`Type ${customerId} to confirm`).fill(String(customerId));
  await yes(page, "erase").click();
  await page.getByRole("heading", { name: "Erased" }).waitFor();
}

/** Does the due work of the brand at the time, as the stack does every five minutes. */
async function sweep(org: TestOrg, at: string): Promise<void> {
  const local = new ApiClient(new URL("/local", service.baseUrl).href, undefined);
  await ok(local.post(`/close-cycles?org=${org.org}`, {}, { now: at }));
}

describe("erasing", () => {
  it("asks twice: by the button, and by the id, which has to be typed; giving up in between sends nothing", async () => {
    const { org, customerId, page } = await visit();
    const sent: string[] = [];
    page.on("request", (request) => {
      if (request.method() === "DELETE") sent.push(new URL(request.url()).search);
    });
    await openPersonalData(page);
    await askFor(page, "Erase");
    const typed = page.getByLabel(`Type ${customerId} to confirm`);
    expect(await yes(page, "erase").isDisabled()).toBe(true);
    await typed.fill(`${customerId}0`);
    expect(await yes(page, "erase").isDisabled()).toBe(true);
    await typed.fill(String(customerId));
    expect(await yes(page, "erase").isDisabled()).toBe(false);
    await page.keyboard.press("Escape");
    await askFor(page, "Erase");
    expect(await typed.inputValue()).toBe("");
    expect(sent).toEqual([]);
    await typed.fill(String(customerId));
    await yes(page, "erase").click();
    await page.getByRole("heading", { name: "Erased" }).waitFor();
    expect(sent).toEqual(["?mode=ERASE"]);
    const { body } = await org.reader.get(`/customers/${customerId}`);
    expect(body.errors).toEqual([expect.objectContaining({ code: 310_011 })]);
  });

  it("leaves a page that says how far it is and offers no registration", async () => {
    const { org, customerId, page } = await visit();
    await erase(page, customerId);
    const state = page.getByRole("region", { name: "Erased" }).getByRole("status");
    await expect
      .poll(() => state.innerText(), limits)
      .toBe("Erasing was asked for at 15 Jan 2030, 12:00 UTC. It is under way, and begins within five minutes.");
    expect(await page.getByRole("button", { name: /^Register/ }).count()).toBe(0);
    expect(await page.getByText("Ada Moreno").count()).toBe(0);
    for (const [at, words] of [
      [now, "A second pass follows"],
      [hoursLater(26), "It is completed."],
    ] as const) {
      await sweep(org, at);
      await page.getByRole("region", { name: "Erased" }).getByRole("button", { name: "Refresh" }).click();
      await expect.poll(() => state.innerText(), limits).toContain(words);
    }
    await service.drain();
    await page.getByRole("link", { name: "Events" }).click();
    await page.getByText("Erasure asked for", { exact: true }).last().waitFor();
  });

  it("is asked for without a mouse", async () => {
    const { customerId, page } = await visit();
    await tabTo(page, page.getByText("Export, anonymise or erase"));
    await page.keyboard.press("Enter");
    await tabTo(page, personalData(page).getByRole("radio", { name: "Anonymise" }));
    await page.keyboard.press("ArrowRight");
    await tabTo(page, personalData(page).getByRole("button", { name: /^Erase customer/ }));
    await page.keyboard.press("Enter");
    const typed = page.getByLabel(`Type ${customerId} to confirm`);
    await expect.poll(() => isFocused(typed), limits).toBe(true);
    await page.keyboard.type(String(customerId));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Erased" }).waitFor();
  });
});

describe("anonymising", () => {
  it("empties the names on the page, which goes on, and says how far it is", async () => {
    const { customerId, page } = await visit();
    await openPersonalData(page);
    await askFor(page, "Anonymise");
    await page.getByLabel(`Type ${customerId} to confirm`).fill(String(customerId));
    await yes(page, "anonymise").click();
    await personalData(page).getByText("✓ 202").waitFor();
    await page.getByText("No name", { exact: true }).waitFor();
    expect(await page.getByText("CARD-7").count()).toBe(0);
    await personalData(page)
      .getByText("Anonymising was asked for at 15 Jan 2030, 12:00 UTC. It is under way")
      .waitFor();
    expect(await page.getByRole("article", { name: "Spend 1000" }).innerText()).toContain("1 of 1,000");
  });
});

describe("how far a request is", () => {
  it("is an error in its place when it cannot be read, and is read again at a click", async () => {
    const { page } = await visit();
    const errors = [{ code: 429, message: "Too many requests." }];
    await page.route("**/erasures/*", (route) => route.fulfill({ status: 429, json: { data: null, errors } }));
    await page.getByText("Export, anonymise or erase").click();
    await expect
      .poll(() => personalData(page).getByRole("alert").allInnerTexts(), limits)
      .toEqual(["429: Too many requests."]);
    await page.unroute("**/erasures/*");
    await personalData(page).getByRole("button", { name: "Refresh" }).click();
    await personalData(page).getByText("Nothing was asked for.").waitFor();
  });
});

describe("the export", () => {
  it("saves all pages as one file with a row in each line", async () => {
    const { customerId, page } = await visit({ activities: 60 });
    await openPersonalData(page);
    const downloaded = page.waitForEvent("download");
    await personalData(page).getByRole("button", { name: "Save everything as a file" }).click();
    const download = await downloaded;
    expect(download.suggestedFilename()).toBe(`customer-${customerId}.ndjson`);
    const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\n");
    const types = Map.groupBy(lines, (line): string => JSON.parse(line).type);
    expect([...types].map(([type, rows]) => [type, rows.length])).toEqual(
      expect.arrayContaining([
        ["profile", 1],
        ["activity", 60],
        ["enrolment", 1],
        ["history", 61],
      ]),
    );
    await personalData(page).getByText(`${lines.length} rows saved.`).waitFor();
  });

  it("of which a page cannot be read saves nothing and says why", async () => {
    const { page } = await visit();
    await openPersonalData(page);
    const downloads: unknown[] = [];
    page.on("download", (download) => downloads.push(download));
    const errors = [{ code: 429, message: "Too many requests." }];
    await page.route("**/export*", (route) => route.fulfill({ status: 429, json: { data: null, errors } }));
    await personalData(page).getByRole("button", { name: "Save everything as a file" }).click();
    await expect
      .poll(() => personalData(page).getByRole("alert").allInnerTexts(), limits)
      .toEqual(["429: Too many requests."]);
    expect(downloads).toEqual([]);
  });
});

describe("a customer's data", () => {
  it("is offered to nobody but a credential that manages", async () => {
    const { org, customerId, page } = await visit({ accessGroup: "support" });
    await page.getByRole("heading", { name: "History" }).waitFor();
    expect(await personalData(page).count()).toBe(0);
    await ok(org.admin.send("DELETE", `/customers/${customerId}?mode=ERASE`, undefined, { now }));
    const again = await visits.openAs("support", org, now);
    await findCustomer(again, customerId);
    await expect.poll(() => again.getByRole("alert").innerText(), limits).toContain("310011");
  });

  it.each(["light", "dark"] as const)("has nothing that axe finds in the %s scheme", async (colorScheme) => {
    const { customerId, page } = await visit({ options: { colorScheme }, initScript: axeScript });
    await openPersonalData(page);
    expect(await violations(page)).toEqual([]);
    await askFor(page, "Erase");
    expect(await violations(page)).toEqual([]);
    await page.getByLabel(`Type ${customerId} to confirm`).fill(String(customerId));
    await yes(page, "erase").click();
    await page.getByRole("heading", { name: "Erased" }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it("needs no sideways scrolling 360 pixels wide", async () => {
    const { page } = await visit({ options: { viewport: { width: 360, height: 740 } } });
    await openPersonalData(page);
    await askFor(page, "Erase");
    expect(await widthOf(page)).toBe(360);
  });
});
