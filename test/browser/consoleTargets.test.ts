import { randomUUID } from "node:crypto";
import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { consolePages } from "../../local/consolePages.ts";
import { axeScript, isFocused, tabTo, violations, widthOf } from "../support/accessibility.ts";
import { ApiClient } from "../support/apiClient.ts";
import { useVisits } from "../support/consoleVisit.ts";
import { ok, type TestGroup, type TestOrg, targetPath } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { during, milestone, streak } from "../support/targetGroups.ts";

const service = useProjectedService(
  consolePages({ demoCredential: { username: "", secret: "" }, exampleCustomerId: 1, hasEvents: false }),
);
const visits = useVisits(service);
const limits = { timeout: 20_000 };

type Setting = { readonly org: TestOrg; readonly group: TestGroup };

async function setting(body = milestone({ name: "Spend 1000" })): Promise<Setting> {
  const org = await service.newOrg();
  return { org, group: await org.createGroup(body) };
}

async function member({ org, group }: Setting, spent: Readonly<Record<number, number>> = {}): Promise<number> {
  const customerId = await org.newCustomer();
  await ok(org.enroll(group, { customerId }, { now: during(1, 1) }));
  for (const [cycle, amount] of Object.entries(spent)) {
    const occurredAt = during(Number(cycle));
    const activity = { activityId: randomUUID(), customerId, type: "TRANSACTION", occurredAt, amount };
    await ok(org.till.post("/activities", activity, { now: occurredAt }));
  }
  return customerId;
}

/** Counts the customers, as the background work of the stack does. */
async function count({ org }: Setting, now: string): Promise<void> {
  await service.drain();
  const local = new ApiClient(new URL("/local", service.baseUrl).href, undefined);
  await ok(local.post(`/close-cycles?org=${org.org}`, {}, { now }));
}

async function openTarget(
  { org, group }: Setting,
  now: string,
  options: BrowserContextOptions = {},
  initScript = "",
): Promise<Page> {
  const page = await visits.openAt(org, now, options, initScript);
  await page.getByRole("link", { name: `Who is in target ${group.targetId}` }).click();
  await page.getByRole("heading", { name: `Target ${group.targetId}`, level: 1 }).waitFor();
  return page;
}

const numbersOf = (page: Page) => page.getByRole("region", { name: "Numbers" });
const rosterOf = (page: Page) => page.getByRole("region", { name: "Customers", exact: true });

async function listed(page: Page, name: string): Promise<string[]> {
  return (await page.getByRole("list", { name }).getByRole("listitem").allTextContents()).map((text) =>
    text.replaceAll(/\s+/g, " ").trim(),
  );
}

async function rowsOf(page: Page): Promise<string[]> {
  const rows = page.getByRole("region", { name: "Customers, as a table" }).getByRole("row");
  return (await rows.allInnerTexts()).slice(1);
}

async function idsOf(page: Page): Promise<number[]> {
  return (await rowsOf(page)).map((row) => Number.parseInt(row, 10));
}

async function statusOf(page: Page): Promise<string> {
  return rosterOf(page).getByRole("status").innerText();
}

describe("a target's numbers", () => {
  it("say that nothing was counted yet, and when it will be", async () => {
    const page = await openTarget(await setting(), during(1));
    await expect
      .poll(() => numbersOf(page).innerText(), limits)
      .toContain("Not counted yet. A group is counted once somebody has been enrolled, an hour after its creation");
  });

  it("show who is in and who has left, and of each started cycle the members, who has started and who has reached it", async () => {
    const one = await setting();
    await member(one, { 1: 1200, 2: 300 });
    await member(one, { 1: 250.5 });
    await member(one);
    const leaver = await member(one);
    await ok(one.org.unenroll(one.group, leaver, { now: during(1) }));
    await count(one, during(2, 20));
    const page = await openTarget(one, during(2, 21));
    await numbersOf(page).getByText("As of 20 Feb 2030, 12:00, UTC").waitFor();
    const figures = await numbersOf(page).locator("dl > div").allInnerTexts();
    expect(figures.map((text) => text.split("\n"))).toEqual([
      ["Enrolled", "3"],
      ["Left", "1"],
      ["First came by a call", "4"],
      ["First came by an activity", "0"],
    ]);
    const columns = page.getByRole("region", { name: "Customers by cycle, as a chart" }).locator(".hidden");
    expect(await columns.allTextContents()).toEqual([
      "c1, 1 Jan 2030 – 31 Jan 2030: 3 members, 2 started, 1 reached",
      "c2, 1 Feb 2030 – 28 Feb 2030: 3 members, 1 started, 0 reached",
    ]);
    await page.getByText("As a table").click();
    const table = page.getByRole("region", { name: "Customers by cycle, as a table" }).getByRole("row");
    expect((await table.allInnerTexts()).map((text) => text.split(/\s+/))).toEqual([
      ["Cycle", "Members", "Started", "Reached", "Achieved"],
      ["c1", "3", "2", "1", "1,450.5"],
      ["c2", "3", "1", "0", "300"],
    ]);
  });

  it("show how far the members have come, in the running cycle and in any other one", async () => {
    const one = await setting();
    await member(one, { 1: 1200, 2: 300 });
    await member(one, { 1: 999.9 });
    await count(one, during(2));
    const page = await openTarget(one, during(2));
    await expect
      .poll(() => numbersOf(page).getByRole("status").innerText(), limits)
      .toBe("Of 2 members 1 (50 %) have started and 0 (0 %) have reached the target. Together they have achieved 300.");
    expect(await listed(page, "Progress in c2")).toEqual([
      "Nothing yet1 50 %",
      "Less than 25 %0 0 %",
      "25 % to less than 50 %1 50 %",
      "50 % to less than 75 %0 0 %",
      "75 % to less than 100 %0 0 %",
      "100 % and more0 0 %",
    ]);
    await numbersOf(page).getByRole("combobox", { name: "Cycle" }).selectOption("c1 (ended)");
    expect((await listed(page, "Progress in c1")).slice(4)).toEqual([
      "75 % to less than 100 %1 50 %",
      "100 % and more1 50 %",
    ]);
  });

  it("show the lengths of a streak's runs and the levels that were reached, and of a milestone neither", async () => {
    const one = await setting(streak({ name: "Visits", levels: [2, 4] }));
    await member(one, { 1: 1000, 2: 1000 });
    await member(one, { 2: 1000 });
    await member(one);
    await count(one, during(3));
    const page = await openTarget(one, during(3));
    await page.getByRole("list", { name: "Customers by level" }).waitFor();
    expect(await listed(page, "Customers by the length of their run")).toEqual([
      "0 cycles1 33.3 %",
      "1 cycle1 33.3 %",
      "2 cycles1 33.3 %",
    ]);
    expect(await listed(page, "Customers by level")).toEqual(["l11 33.3 %", "l20 0 %"]);
    const other = await setting();
    const late = { customerId: await other.org.newCustomer(), periodName: "c2" };
    await ok(other.org.enroll(other.group, late, { now: during(1) }));
    await count(other, during(1));
    const milestonePage = await openTarget(other, during(1));
    await numbersOf(milestonePage).getByText("Nobody was a member of this cycle.").waitFor();
    expect(await milestonePage.getByText("Current runs").count()).toBe(0);
  });

  it("say so when no cycle has started, and when they are final", async () => {
    const one = await setting(milestone({ name: "Spend 1000", cycles: 1 }));
    await ok(one.org.enroll(one.group, { customerId: await one.org.newCustomer() }, { now: during(0) }));
    await count(one, "2029-12-20T12:00:00.000Z");
    const early = await openTarget(one, "2029-12-21T12:00:00.000Z");
    await numbersOf(early).getByText("No cycle has started yet.").waitFor();
    expect(await numbersOf(early).getByText("Will be counted again").count()).toBe(1);
    await count(one, during(3));
    const late = await openTarget(one, during(3));
    await numbersOf(late).getByText("Final", { exact: true }).waitFor();
  });

  it("that cannot be read are an error of their own, and the customers are listed all the same", async () => {
    const one = await setting();
    const customerId = await member(one);
    await service.drain();
    const page = await visits.openAt(one.org, during(1));
    const errors = [{ code: 4002, message: "Too many requests." }];
    await page.route("**/statistics", (route) => route.fulfill({ status: 429, json: { data: null, errors } }));
    await page.getByRole("link", { name: "Who is in" }).click();
    await expect.poll(() => idsOf(page), limits).toEqual([customerId]);
    expect(await numbersOf(page).getByRole("alert").innerText()).toBe("4002: Too many requests.");
    await page.unroute("**/statistics");
    await numbersOf(page).getByRole("button", { name: "Refresh" }).click();
    await numbersOf(page).getByText("Not counted yet.").waitFor();
  });
});

it("a target's numbers and customers say that they are being read until they are there", async () => {
  const one = await setting();
  const page = await visits.openAt(one.org, during(1));
  const held = Promise.withResolvers<void>();
  await page.route(/\/(statistics|customers\?.*)$/, async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.getByRole("link", { name: "Who is in" }).click();
  await numbersOf(page).getByText("Reading the numbers …").waitFor();
  expect(await statusOf(page)).toBe("Reading the customers …");
  held.resolve();
  await numbersOf(page).getByText("Not counted yet.").waitFor();
  await expect.poll(() => statusOf(page), limits).toBe("No customers like that.");
});

describe("a target's customers", () => {
  it("are listed page by page, forth and back without a mouse, each once", async () => {
    const one = await setting();
    const ids = await Promise.all(Array.from({ length: 30 }, () => member(one)));
    await service.drain();
    const page = await openTarget(one, during(1));
    await expect.poll(() => statusOf(page), limits).toBe("Page 1, more follow: 25 customers.");
    const first = await idsOf(page);
    await tabTo(page, page.getByRole("button", { name: "Next page" }));
    await page.keyboard.press("Enter");
    await expect.poll(() => statusOf(page), limits).toBe("Page 2, the last: 5 customers.");
    expect([...first, ...(await idsOf(page))].toSorted()).toEqual(ids.toSorted());
    await tabTo(page, page.getByRole("button", { name: "Previous page" }));
    expect(await isFocused(page.getByRole("button", { name: "Previous page" }))).toBe(true);
    await page.keyboard.press("Enter");
    await expect.poll(() => statusOf(page), limits).toBe("Page 1, more follow: 25 customers.");
    expect(await idsOf(page)).toEqual(first);
  });

  it("are those who are in, have left, or have reached the value of a cycle, with the cycle's values", async () => {
    const one = await setting();
    const [rich, poor, leaver] = [
      await member(one, { 1: 1200, 2: 40.5 }),
      await member(one, { 1: 10 }),
      await member(one),
    ];
    await ok(one.org.admin.put(`/customers/${rich}`, { externalId: "CARD-7" }));
    await ok(one.org.unenroll(one.group, leaver, { now: during(1) }));
    await service.drain();
    const page = await openTarget(one, during(2));
    const roster = rosterOf(page);
    await expect.poll(async () => (await idsOf(page)).toSorted(), limits).toEqual([rich, poor].toSorted());
    const ofRich = (await rowsOf(page)).find((row) => row.startsWith(String(rich)));
    expect(ofRich).toMatch(/CARD-7\s+Enrolled 1 Jan 2030, 12:00\s+c1\s+40.5 of 1,000$/);
    await roster.getByLabel("Cycle").selectOption("c1 (ended)");
    await roster.getByLabel("Target value").selectOption("Reached");
    await expect.poll(() => statusOf(page), limits).toBe("1 customer.");
    expect((await rowsOf(page))[0]).toMatch(/1,200 of 1,000\s+✓ 15 Jan 2030, 12:00$/);
    await roster.getByLabel("Target value").selectOption("Reached or not");
    await roster.getByLabel("Cycle").selectOption("The current one");
    await roster.getByLabel("Who").selectOption("Left");
    await expect.poll(() => idsOf(page), limits).toEqual([leaver]);
    expect((await rowsOf(page))[0]).toContain("Left 15 Jan 2030, 12:00");
    await page.getByRole("link", { name: String(leaver) }).click();
    await page.getByRole("heading", { name: `Customer ${leaver}`, level: 1 }).waitFor();
  });

  it("that there are none, or that the API refuses the question, is said in words", async () => {
    const page = await openTarget(await setting(milestone({ cycles: 1 })), during(2));
    await expect.poll(() => statusOf(page), limits).toBe("No customers like that.");
    await rosterOf(page).getByLabel("Target value").selectOption("Reached");
    await expect.poll(() => rosterOf(page).getByRole("alert").innerText(), limits).toContain("300004");
  });

  it("of a target that the group does not have are not asked for", async () => {
    const { org, group } = await setting();
    const page = await visits.openAt(org, during(1));
    await page.evaluate(`location.hash = "#/groups/${group.groupId}/targets/999"`);
    await expect
      .poll(() => page.getByRole("alert").allInnerTexts(), limits)
      .toEqual([`Target group ${group.groupId} has no target 999.`]);
  });
});

/** A target of many cycles with all that its page can show. */
async function shownTarget(options: BrowserContextOptions, initScript = ""): Promise<Page> {
  const one = await setting(streak({ name: "Visits", cycles: 40, levels: [2, 4] }));
  const customerId = await member(one, { 1: 1234.5678, 2: 1000, 4: 400 });
  await ok(one.org.admin.put(`/customers/${customerId}`, { externalId: "x".repeat(200) }));
  const leaver = await member(one, { 1: 1000 });
  await ok(one.org.unenroll(one.group, leaver, { now: during(3) }));
  await count(one, during(30));
  const page = await openTarget(one, during(31), options, initScript);
  await page.getByText("As a table").click();
  await rosterOf(page).getByLabel("Who").selectOption("Enrolled or left");
  await page.getByText("2 customers.").waitFor();
  return page;
}

describe("a target's page", () => {
  it.each(["light", "dark"] as const)("has nothing that axe finds in the %s scheme", async (colorScheme) => {
    const page = await shownTarget({ colorScheme }, axeScript);
    expect(await violations(page)).toEqual([]);
  });

  it("needs no sideways scrolling 360 pixels wide, and begins the chart at the latest cycle", async () => {
    const page = await shownTarget({ viewport: { width: 360, height: 740 } });
    expect(await widthOf(page)).toBe(360);
    const chart = page.getByRole("region", { name: "Customers by cycle, as a chart" });
    const atEnd = await chart.evaluate((box) => Math.abs(box.scrollWidth - box.clientWidth - box.scrollLeft) < 2);
    expect(atEnd).toBe(true);
  });

  it("leads to the group and back, and its address alone opens it", async () => {
    const one = await setting();
    const page = await openTarget(one, during(1));
    await page.getByRole("link", { name: "Spend 1000" }).click();
    await page.getByRole("heading", { name: `Target group ${one.group.groupId}`, level: 1 }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: `Target ${one.group.targetId}`, level: 1 }).waitFor();
    expect(page.url()).toContain(`#${targetPath(one.group).replace("/targetGroups", "/groups")}`);
  });
});
