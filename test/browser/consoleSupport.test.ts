import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { consolePages } from "../../local/consolePages.ts";
import { axeScript, tabTo, violations, widthOf } from "../support/accessibility.ts";
import { findCustomer, useVisits } from "../support/consoleVisit.ts";
import { ok, type TestGroup, type TestOrg } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { during, milestone, streak, type TargetGroupBody } from "../support/targetGroups.ts";

const service = useProjectedService(
  consolePages({ demoCredential: { username: "", secret: "" }, exampleCustomerId: 1, hasEvents: true }),
);
const visits = useVisits(service);
const limits = { timeout: 20_000 };

type Visit = {
  readonly org: TestOrg;
  readonly group: TestGroup;
  readonly customerId: number;
  readonly page: Page;
};

/** Support at the page of a customer who is enrolled since January, in the middle of February 2030. */
async function supportVisit(
  body: TargetGroupBody = milestone({ name: "Spend 1000" }),
  options: BrowserContextOptions = {},
  initScript = "",
): Promise<Visit> {
  const org = await service.newOrg();
  const group = await org.createGroup(body);
  const customerId = await org.newCustomer();
  await ok(org.enroll(group, { customerId }, { now: during(1) }));
  const page = await visits.openAs("support", org, during(2), options, initScript);
  await findCustomer(page, customerId);
  await page.getByRole("radio", { name: "Adjust" }).check();
  return { org, group, customerId, page };
}

const answer = (page: Page) => page.getByRole("region", { name: "Answer" });
const amount = (page: Page) => page.getByLabel("Amount to add");
const cycle = (page: Page) => page.getByRole("combobox", { name: /^Cycle/ });
const adjustButton = (page: Page) => page.getByRole("button", { name: "Adjust", exact: true });

async function fill(page: Page, difference: string, reason: string): Promise<void> {
  await amount(page).fill(difference);
  await page.getByLabel("Reason").fill(reason);
}

/** The bodies of the adjustments that the page sends from now on. */
function adjustmentsOf(page: Page): unknown[] {
  const bodies: unknown[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/adjust")) bodies.push(request.postDataJSON());
  });
  return bodies;
}

async function progressOf(page: Page, refCode: string): Promise<string> {
  return page
    .getByRole("listitem")
    .filter({ has: page.getByRole("progressbar", { name: refCode }) })
    .innerText();
}

describe("an adjustment", () => {
  it("adds to the cycle that is named, with the reason, and the value on the page follows", async () => {
    const { page, customerId } = await supportVisit();
    const sent = adjustmentsOf(page);
    expect(await cycle(page).locator("option").allInnerTexts()).toEqual([
      "The current one",
      "c1 (ended)",
      "c2 (running)",
    ]);
    await cycle(page).selectOption("c1 (ended)");
    await fill(page, "1000.5", "The till was offline");
    await adjustButton(page).click();
    await answer(page).getByText("✓ 200").waitFor();
    expect(sent).toEqual([
      {
        adjustmentId: expect.stringMatching(/^console:/),
        customerId,
        periodName: "c1",
        amount: 1000.5,
        reason: "The till was offline",
      },
    ]);
    expect(await answer(page).innerText()).toContain("Spend 1000, c1: 0 → 1,000.5 of 1,000");
    expect(await answer(page).innerText()).toContain("The target value is reached.");
    await expect.poll(() => progressOf(page, "c1"), limits).toContain("1,000.5 of 1,000");
  });

  it("with a minus takes off the current cycle, and the history says how much, why and who", async () => {
    const { org, page, customerId } = await supportVisit();
    const activity = { activityId: "a", customerId, type: "TRANSACTION", occurredAt: during(2, 1), amount: 300 };
    await ok(org.till.post("/activities", activity, { now: during(2, 1) }));
    await fill(page, "-20.5", "Receipt 881 was counted twice");
    await adjustButton(page).click();
    expect(await answer(page).getByText("c2: 300 → 279.5 of 1,000").innerText()).toContain("Spend 1000");
    await service.drain();
    const history = page.getByRole("region", { name: "History", exact: true });
    const row = history.getByRole("row").filter({ hasText: "Adjusted" });
    await expect
      .poll(async () => {
        await history.getByRole("button", { name: "Refresh" }).click();
        return (await row.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, " "));
      }, limits)
      .toEqual([
        expect.stringMatching(/^15 Feb 2030, 12:00 \S{36} Adjusted Receipt 881 was counted twice c2 -20.5 279.5$/),
      ]);
    const feed = page.getByRole("list", { name: "Events, the latest first" });
    await page.getByRole("region", { name: "Events" }).getByRole("button", { name: "Refresh" }).click();
    await feed.getByText("c2: 300 → 279.5 of 1,000, Receipt 881 was counted twice").waitFor();
  });

  it("tells of a streak's run and the levels it has reached", async () => {
    const { page } = await supportVisit(streak({ name: "Visits", levels: [1, 3] }));
    await fill(page, "1000", "A visit was missed by the till");
    await adjustButton(page).click();
    await answer(page).getByText("✓ 200").waitFor();
    expect(await answer(page).innerText()).toContain("The run is 1 cycle long.");
    expect(await answer(page).innerText()).toContain("Level l1 reached.");
  });

  it("that is clicked twice counts once: the form is empty after the first", async () => {
    const { page } = await supportVisit();
    const sent = adjustmentsOf(page);
    await fill(page, "10", "Once");
    await adjustButton(page).dblclick();
    await answer(page).getByText("✓ 200").waitFor();
    expect(await amount(page).inputValue()).toBe("");
    await adjustButton(page).click();
    await expect.poll(() => progressOf(page, "c2"), limits).toContain("10 of 1,000");
    expect(sent).toHaveLength(1);
  });

  it("whose answer was lost or was 503 is sent again under the same id, and counts once", async () => {
    const { page } = await supportVisit();
    const sent = adjustmentsOf(page);
    const lost = [{ status: 503 }, "abort"] as const;
    await page.route(
      "**/adjust",
      async (route) => {
        await route.fetch();
        const how = lost[sent.length - 1];
        await (how === "abort"
          ? route.abort()
          : route.fulfill({ ...how, json: { errors: [{ code: 4001, message: "Busy." }] } }));
      },
      { times: 2 },
    );
    await fill(page, "10", "Once");
    await adjustButton(page).click();
    await answer(page).getByText("4001").first().waitFor();
    await adjustButton(page).click();
    await answer(page).getByText("Sending again repeats the same call.").waitFor();
    await adjustButton(page).click();
    await answer(page).getByText("✓ 200").waitFor();
    expect(sent).toHaveLength(3);
    expect(sent).toEqual([sent[0], sent[0], sent[0]]);
    await expect.poll(() => progressOf(page, "c2"), limits).toContain("10 of 1,000");
    expect(visits.takeProblems()).toHaveLength(2);
  });

  it("that is refused says why beside the field, and what was typed stays", async () => {
    const { page, org, group, customerId } = await supportVisit();
    await fill(page, "0", " ");
    await adjustButton(page).click();
    await page.locator(".fault").first().waitFor();
    expect(await amount(page).getAttribute("aria-invalid")).toBe("true");
    expect(await page.getByLabel("Reason").getAttribute("aria-invalid")).toBe("true");
    expect(await page.locator(".fault").allInnerTexts()).toEqual([
      expect.stringMatching(/^amount must not be 0/),
      expect.stringMatching(/^reason /),
    ]);
    await ok(org.unenroll(group, customerId, { now: during(2) }));
    await fill(page, "7", "Late");
    await adjustButton(page).click();
    await answer(page).getByText("310126").first().waitFor();
    expect(await amount(page).inputValue()).toBe("7");
  });

  it("of a cycle before the enrolment is refused beside the cycle", async () => {
    const org = await service.newOrg();
    const group = await org.createGroup(milestone());
    const customerId = await org.newCustomer();
    await ok(org.enroll(group, { customerId }, { now: during(2) }));
    const page = await visits.openAs("support", org, during(3));
    await findCustomer(page, customerId);
    await page.getByRole("radio", { name: "Adjust" }).check();
    await cycle(page).selectOption("c1 (ended)");
    await fill(page, "7", "Too early");
    await adjustButton(page).click();
    await expect.poll(() => cycle(page).getAttribute("aria-invalid"), limits).toBe("true");
    expect(await page.locator(".fault").innerText()).toContain("Target period not found.");
  });

  it("is made without a mouse", async () => {
    const { page } = await supportVisit();
    await tabTo(page, amount(page));
    await page.keyboard.type("5");
    await tabTo(page, page.getByLabel("Reason"));
    await page.keyboard.type("By hand");
    await page.keyboard.press("Enter");
    await expect.poll(() => progressOf(page, "c2"), limits).toContain("5 of 1,000");
  });

  it.each(["light", "dark"] as const)("refused, has nothing that axe finds in the %s scheme", async (colorScheme) => {
    const { page } = await supportVisit(undefined, { colorScheme }, axeScript);
    await fill(page, "0", "x");
    await adjustButton(page).click();
    await page.locator(".fault").waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it("with the longest reason needs no sideways scrolling 360 pixels wide", async () => {
    const { page } = await supportVisit(undefined, { viewport: { width: 360, height: 740 } });
    await fill(page, "12345678901.1234", "x".repeat(255));
    await adjustButton(page).click();
    await answer(page).getByText("✓ 200").waitFor();
    await service.drain();
    await page.getByRole("region", { name: "History", exact: true }).getByRole("button", { name: "Refresh" }).click();
    await page.getByRole("row").filter({ hasText: "Adjusted" }).waitFor();
    expect(await widthOf(page)).toBe(360);
  });
});
