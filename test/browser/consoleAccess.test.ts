import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { consolePages } from "../../local/consolePages.ts";
import { axeScript, isFocused, tabTo, violations, widthOf } from "../support/accessibility.ts";
import { findCustomer, newCredential, setTime, signIn, useVisits } from "../support/consoleVisit.ts";
import { ok, type TestOrg } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { during, milestone, streak } from "../support/targetGroups.ts";

const service = useProjectedService(
  consolePages({
    demoCredential: { username: "", secret: "" },
    exampleCustomerId: 345651210,
    hasEvents: true,
  }),
);
const visits = useVisits(service);

const limits = { timeout: 20_000 };
const maximumTabs = 60;

const subTargets = [250.5, 500, 999.9999].map((triggerValue, index) => ({
  triggerName: `Step ${index + 1} ${"x".repeat(60)}`,
  triggerValueType: "ABSOLUTE",
  triggerValue,
}));
const filters = [{ entityType: "STORE", entityIds: ["closed".repeat(10)], exclude: true }];

/** A brand with one of everything, and one of its customers with a past. */
async function brandWithPast(): Promise<{ org: TestOrg; customerId: number }> {
  const org = await service.newOrg();
  const customerId = await org.newCustomer();
  const long = await org.createGroup(
    milestone({
      name: `Spend 1000 ${"without a space ".repeat(8)}${"x".repeat(60)}`,
      targets: [{ ...milestone().targets[0], targetMilestoneTriggers: subTargets, filters }],
    }),
  );
  const daily = await org.createGroup(streak({ name: "Visits", cycles: 100, levels: [2, 4, 50] }));
  for (const group of [long, daily]) await ok(org.enroll(group, { customerId }, { now: during(1, 1) }));
  for (const cycle of [1, 2, 4]) {
    const activity = { customerId, type: "TRANSACTION", occurredAt: during(cycle), amount: 1234.5678 };
    await ok(
      org.till.post("/activities", { ...activity, activityId: `${customerId}:${cycle}` }, { now: during(cycle) }),
    );
  }
  return { org, customerId };
}

const views: readonly (readonly [string, (page: Page, customerId: number) => Promise<void>])[] = [
  ["target groups", async (page) => page.getByText("All 100 cycles").click()],
  ["the search for a customer, whom nobody knows by the external id", showNobody],
  ["a customer, after an action was refused", showRefusal],
  ["a customer's form for an activity", showActivity],
  ["the question before an un-enrolment", showQuestion],
  ["the event feed", showEvents],
];

async function showNobody(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Customers" }).click();
  await page.getByRole("textbox", { name: "External id" }).fill("CARD-7");
  await page.getByRole("button", { name: "Find" }).click();
  await page.getByRole("alert").waitFor();
}

async function showRefusal(page: Page, customerId: number): Promise<void> {
  await findCustomer(page, customerId);
  await page.getByText("The request as it is sent").click();
  await page.getByText("As a command").click();
  await page.getByRole("button", { name: "Enrol or re-enrol" }).click();
  await page.getByText("310119").first().waitFor();
  await page.getByText("As JSON").click();
  await page.getByRole("region", { name: "History, as a table" }).waitFor();
}

async function showActivity(page: Page, customerId: number): Promise<void> {
  await findCustomer(page, customerId);
  await page.getByRole("radio", { name: "Activity" }).check();
  await page.getByLabel("Kind").selectOption("EVENT");
  await page.getByLabel("Name of the event").fill("visit");
  await page.getByText("Store, channel, tenders and lines").click();
  await page.getByRole("button", { name: "Add a line" }).click();
  await page.getByLabel("Channel").fill("x".repeat(65));
  await page.getByRole("button", { name: "Record activity" }).click();
  await page.getByText(/^channel must not have more/).waitFor();
}

async function showQuestion(page: Page, customerId: number): Promise<void> {
  await findCustomer(page, customerId);
  await page.getByRole("radio", { name: "Un-enrol", exact: true }).check();
  await page.getByRole("button", { name: "Un-enrol", exact: true }).click();
  await page.getByRole("dialog").waitFor();
}

async function showEvents(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Events" }).click();
  const first = page.getByRole("list", { name: "Events, the latest first" }).getByRole("listitem").first();
  await first.locator("summary").click();
}

/** The views that only an admin has. */
const adminViews: readonly (readonly [string, (page: Page) => Promise<void>])[] = [
  ["a group's form for names and times", showGroup],
  ["a group with its changes, after its values were changed", showValues],
  ["a group's form for further cycles", showCycles],
  ["a group's form for what counts, refused", showCounting],
  ["the form for a new streak of listed cycles", showNewGroup],
];

async function showGroup(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Visits" }).click();
  await page.getByRole("region", { name: "Changes, as a table" }).waitFor();
}

async function showValues(page: Page): Promise<void> {
  await showGroup(page);
  await page.getByRole("radio", { name: "Values" }).check();
  await page.getByRole("combobox", { name: /^In/ }).selectOption("c9 (not started)");
  await page.getByLabel("New value").fill("1234.5678");
  await page.getByRole("button", { name: "Change the value" }).click();
  await page.getByText("Done. The group is at version 2.").waitFor();
  await page.getByRole("row").filter({ hasText: "Value of target Spend 1000 in c9" }).waitFor();
}

async function showCycles(page: Page): Promise<void> {
  await showGroup(page);
  await page.getByRole("radio", { name: "Cycles" }).check();
  await page.getByRole("button", { name: "Add a cycle" }).click();
  await page.getByLabel("Last day").first().fill("2039-01-31");
}

async function showCounting(page: Page): Promise<void> {
  await page.getByRole("link", { name: /^Spend 1000/ }).click();
  await page.getByRole("radio", { name: "Rules" }).check();
  await page.getByText("1 filter, 3 sub-targets").click();
  await page.getByRole("button", { name: "Add a filter" }).click();
  await page.getByLabel("Looks at").last().selectOption("attribute");
  await page.getByRole("textbox", { name: "Attribute" }).fill("grade");
  await page.getByRole("button", { name: "Change what counts" }).click();
  await page.getByText(/^filters\[1\] must have either/).waitFor();
}

async function showNewGroup(page: Page): Promise<void> {
  await page.getByRole("link", { name: "New target group" }).click();
  await page.getByLabel("Kind").selectOption("Streak");
  await page.getByRole("button", { name: "Add a target" }).click();
  await page.getByRole("combobox", { name: /^of/ }).last().selectOption("events");
  await page.getByRole("region", { name: "Preview of the cycles" }).locator("summary").click();
  await page.getByRole("radio", { name: "From a list" }).check();
  for (const row of ["filter", "sub-target", "reminder"]) {
    await page
      .getByRole("button", { name: `Add a ${row}` })
      .first()
      .click();
  }
}

async function openAsAdmin(org: TestOrg, ...opened: Parameters<typeof visits.open>): Promise<Page> {
  const page = await visits.open(...opened);
  await signIn(page, await newCredential(service, org, "admin"));
  await setTime(page, during(5));
  await page.getByText("All 100 cycles").waitFor();
  return page;
}

describe.each(["light", "dark"] as const)("in the %s scheme", (colorScheme) => {
  it("axe finds nothing on the sign-in, refused", async () => {
    const page = await visits.open({ colorScheme }, axeScript);
    await page.getByLabel("User name").fill("nobody");
    await page.getByLabel("Secret", { exact: true }).fill("nothing");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it.each(views)("axe finds nothing on %s", async (_, show) => {
    const { org, customerId } = await brandWithPast();
    const page = await visits.openAt(org, during(5), { colorScheme }, axeScript);
    await page.getByText("All 100 cycles").waitFor();
    await show(page, customerId);
    expect(await violations(page)).toEqual([]);
  });

  it.each(adminViews)("axe finds nothing on %s", async (_, show) => {
    const { org } = await brandWithPast();
    const page = await openAsAdmin(org, { colorScheme }, axeScript);
    await show(page);
    expect(await violations(page)).toEqual([]);
  });
});

it("axe finds a fault that is there", async () => {
  const page = await visits.open({}, axeScript);
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await page.evaluate("document.querySelector('label').replaceWith(document.querySelector('input'))");
  expect(await violations(page)).not.toEqual([]);
});

describe("360 pixels wide", () => {
  it.each(views)("%s need no sideways scrolling", async (_, show) => {
    const { org, customerId } = await brandWithPast();
    const page = await visits.openAt(org, during(5), { viewport: { width: 360, height: 740 } });
    await page.getByText("All 100 cycles").waitFor();
    await show(page, customerId);
    expect(await widthOf(page)).toBe(360);
  });

  it.each(adminViews)("%s needs no sideways scrolling", async (_, show) => {
    const { org } = await brandWithPast();
    const page = await openAsAdmin(org, { viewport: { width: 360, height: 740 } });
    await show(page);
    expect(await widthOf(page)).toBe(360);
  });
});

describe("a phone", () => {
  const viewport = { width: 360, height: 740 };

  it("shows every column of the history without sideways scrolling, amounts with four digits included", async () => {
    const { org, customerId } = await brandWithPast();
    await service.drain();
    const page = await visits.openAt(org, during(5), { viewport });
    await findCustomer(page, customerId);
    const table = page.getByRole("region", { name: "History, as a table" });
    await expect.poll(() => table.getByRole("row").count(), limits).toBeGreaterThan(2);
    const [hidden, box] = [
      await table.evaluate((section) => section.scrollWidth - section.clientWidth),
      await table.getByRole("columnheader", { name: "Then" }).boundingBox(),
    ];
    expect(hidden).toBe(0);
    expect((box?.x ?? 0) + (box?.width ?? viewport.width)).toBeLessThan(viewport.width);
    expect(await table.innerText()).toMatch(/Purchase\s+c1\s+\+1,234\.5678\s+1,234\.5678/);
  });

  it("leaves four fifths of its height to the content", async () => {
    const page = await visits.openAt(await service.newOrg(), during(1), { viewport });
    const header = await page.getByRole("banner").boundingBox();
    expect(header?.height).toBeLessThanOrEqual(viewport.height / 5);
  });
});

describe("without a mouse", () => {
  it("one signs in, finds a customer, enrols and records a purchase", async () => {
    const org = await service.newOrg();
    const now = new Date().toISOString();
    const periods = [{ refCode: "now", startDate: now.slice(0, 10), endDate: "2999-12-31" }];
    await org.createGroup(milestone({ name: "Spend 1000", periods }));
    const customerId = await org.newCustomer();
    const { username, secret } = await newCredential(service, org);
    const page = await visits.open();
    await tabTo(page, page.getByLabel("User name"));
    await page.keyboard.type(username);
    await tabTo(page, page.getByLabel("Secret", { exact: true }));
    await page.keyboard.type(secret);
    await page.keyboard.press("Enter");

    await tabTo(page, page.getByRole("link", { name: "Customers" }));
    await page.keyboard.press("Enter");
    await expect.poll(() => isFocused(page.getByRole("heading", { level: 1 })), limits).toBe(true);
    await tabTo(page, page.getByLabel("Customer id"));
    await page.keyboard.type(String(customerId));
    await page.keyboard.press("Enter");

    await tabTo(page, page.getByRole("button", { name: "Enrol or re-enrol" }));
    await page.keyboard.press("Enter");
    await page.getByText("✓ 200").waitFor();
    await page.keyboard.press("Shift+Tab");
    const choice = page.getByRole("radio", { name: "Enrol", exact: true });
    for (let tabs = 1; tabs <= maximumTabs && !(await isFocused(choice)); tabs += 1) {
      await page.keyboard.press("Shift+Tab");
    }
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    expect(await page.getByRole("radio", { name: "Activity" }).isChecked()).toBe(true);
    await tabTo(page, page.getByRole("button", { name: "Record activity" }));
    await page.keyboard.press("Enter");
    await page.getByText("100 of 1,000", { exact: true }).waitFor();
  });

  it("the first Tab offers to skip to the content, and what is focused can be seen", async () => {
    const page = await visits.open();
    const skip = page.getByRole("link", { name: "Skip to the content" });
    await skip.waitFor();
    await page.keyboard.press("Tab");
    expect(await isFocused(skip)).toBe(true);
    expect((await skip.boundingBox())?.y).toBeGreaterThanOrEqual(0);
    await page.keyboard.press("Enter");
    expect(await isFocused(page.getByRole("main"))).toBe(true);
    await page.keyboard.press("Tab");
    expect(await isFocused(page.getByLabel("API address"))).toBe(true);
    expect(await page.evaluate<string>("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
  });

  it("a view's heading takes the focus when the view changes, and names the page", async () => {
    const page = await visits.openAt(await service.newOrg(), during(1));
    await page.getByRole("link", { name: "Events" }).click();
    const heading = page.getByRole("heading", { name: "Events", level: 1 });
    await expect.poll(() => isFocused(heading), limits).toBe(true);
    expect(await page.title()).toBe("Events · Milestreak console");
  });
});
