import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { consolePages } from "../../local/consolePages.ts";
import type { AccessGroup } from "../../shared/domain/accessGroups.ts";
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

/** A customer of a streak who has met January and March, in the middle of April. February was missed. */
async function streakVisit({
  accessGroup = "support",
  fields = {},
  options = {},
  initScript = "",
}: {
  readonly accessGroup?: AccessGroup;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly options?: BrowserContextOptions;
  readonly initScript?: string;
} = {}): Promise<Visit> {
  const org = await service.newOrg();
  const group = await org.createGroup(streak({ name: "Visits", levels: [2, 4], ...fields }));
  const customerId = await org.newCustomer();
  await ok(org.enroll(group, { customerId }, { now: during(1, 1) }));
  for (const month of [1, 3]) {
    const occurredAt = during(month);
    const activity = { activityId: `a${month}`, customerId, type: "TRANSACTION", occurredAt, amount: 1000 };
    await ok(org.till.post("/activities", activity, { now: occurredAt }));
  }
  const page = await visits.openAs(accessGroup, org, during(4), options, initScript);
  await findCustomer(page, customerId);
  await streakCard(page).waitFor();
  return { org, group, customerId, page };
}

const streakCard = (page: Page) => page.getByRole("article", { name: "Visits" });
const leaf = (page: Page, refCode: string) =>
  streakCard(page).getByRole("button", { name: new RegExp(`^${refCode}, `) });
const reasonOf = (page: Page) => streakCard(page).getByLabel("Reason");

async function leaves(page: Page): Promise<string[]> {
  const told = streakCard(page)
    .getByRole("list", { name: "Cycles of Visits" })
    .getByRole("listitem")
    .locator(".hidden");
  return (await told.allTextContents()).slice(0, 4).map((text) => text.replace(/^(c\d+), .*?: /, "$1 "));
}

async function excuse(page: Page, refCode: string, reason: string): Promise<void> {
  await leaf(page, refCode).click();
  await streakCard(page)
    .getByRole("group", { name: `Excuse ${refCode}` })
    .waitFor();
  await reasonOf(page).fill(reason);
  await streakCard(page).getByRole("button", { name: "Excuse", exact: true }).click();
  await streakCard(page).getByText("✓ 200").waitFor();
}

const missed = [
  "c1 Met, 1,000 of 1,000",
  "c2 Missed, 0 of 1,000",
  "c3 Met, 1,000 of 1,000, in the current run",
  "c4 Open now, 0 of 1,000",
];

describe("a cycle of a streak", () => {
  it("is excused on the strip with a reason: the run goes on, and the history says who and why", async () => {
    const { page } = await streakVisit();
    expect(await leaves(page)).toEqual(missed);
    await excuse(page, "c2", "The shop was closed");
    expect(await streakCard(page).getByText("The run is 2 cycles long.").count()).toBe(1);
    await expect
      .poll(() => leaves(page), limits)
      .toEqual([
        "c1 Met, 1,000 of 1,000, in the current run",
        "c2 Excused, 0 of 1,000",
        "c3 Met, 1,000 of 1,000, in the current run",
        "c4 Open now, 0 of 1,000",
      ]);
    await service.drain();
    const history = page.getByRole("region", { name: "History", exact: true });
    await history.getByRole("button", { name: "Refresh" }).click();
    const row = history.getByRole("row").filter({ hasText: "The shop was closed" });
    await expect.poll(async () => (await row.allInnerTexts()).join(""), limits).toMatch(/\S{36}\s+Excused\s+The shop/);
    await page.getByRole("region", { name: "Events" }).getByRole("button", { name: "Refresh" }).click();
    await page.getByText("a run of 2 cycles, The shop was closed").waitFor();
  });

  it("loses the excuse again in the same place", async () => {
    const { page } = await streakVisit();
    await excuse(page, "c2", "The wrong customer");
    await streakCard(page).getByRole("group", { name: "Take back the excuse of c2" }).waitFor();
    expect(await reasonOf(page).inputValue()).toBe("");
    await reasonOf(page).fill("It was the wrong customer");
    await streakCard(page).getByRole("button", { name: "Take the excuse back" }).click();
    await expect.poll(() => leaves(page), limits).toEqual(missed);
  });

  it("that is met says that it is excused all the same", async () => {
    const { page } = await streakVisit();
    await excuse(page, "c3", "For the next time");
    await expect.poll(async () => (await leaves(page))[2], limits).toMatch(/^c3 Met, excused, 1,000 of 1,000/);
  });

  it("is not excused without a reason, and the refusal stands beside the field", async () => {
    const { page } = await streakVisit();
    await leaf(page, "c2").click();
    await reasonOf(page).fill(" ");
    await streakCard(page).getByRole("button", { name: "Excuse", exact: true }).click();
    await expect
      .poll(() => page.locator(".fault").allInnerTexts(), limits)
      .toEqual([expect.stringMatching(/^reason /)]);
    expect(await reasonOf(page).getAttribute("aria-invalid")).toBe("true");
    expect(await leaves(page)).toEqual(missed);
  });

  it("is excused without a mouse", async () => {
    const { page } = await streakVisit();
    await tabTo(page, leaf(page, "c2"));
    await page.keyboard.press("Space");
    expect(await leaf(page, "c2").getAttribute("aria-pressed")).toBe("true");
    await tabTo(page, reasonOf(page));
    await page.keyboard.type("By hand");
    await page.keyboard.press("Enter");
    await expect.poll(async () => (await leaves(page))[1], limits).toBe("c2 Excused, 0 of 1,000");
  });

  it.each([
    ["a credential that may not adjust", { accessGroup: "default" }],
    ["a streak with gaps", { fields: { trackingType: "NON_CONTINUOUS_STREAKS" } }],
  ] as const)("is nothing to press for %s", async (_, visited) => {
    const { page } = await streakVisit(visited);
    expect((await leaves(page))[1]).toBe("c2 Missed, 0 of 1,000");
    expect(await streakCard(page).getByRole("button").count()).toBe(0);
    expect(await page.getByText("Give freezes").count()).toBe(0);
  });
});

describe("a cycle that ended before the enrolment", () => {
  it("is nothing to press in the next membership, also if it was excused in an earlier one", async () => {
    const { org, group, customerId, page } = await streakVisit();
    await excuse(page, "c2", "The shop was closed");
    await ok(org.unenroll(group, customerId, { now: during(4) }));
    await ok(org.enroll(group, { customerId }, { now: during(4) }));
    await findCustomer(page, customerId);
    await leaf(page, "c4").waitFor();
    expect((await leaves(page))[1]).toMatch(/^c2 Excused/);
    for (const refCode of ["c1", "c2", "c3"]) expect(await leaf(page, refCode).count()).toBe(0);
    await excuse(page, "c4", "On holiday");
  });

  it("is excused where an activity has enrolled the customer, which it does in all cycles", async () => {
    const org = await service.newOrg();
    const [target] = streak().targets;
    await org.createGroup(streak({ name: "Visits", targets: [{ ...target, enrolmentMethod: "TRANSACTION" }] }));
    const customerId = await org.newCustomer();
    const activity = { activityId: "a3", customerId, type: "TRANSACTION", occurredAt: during(3), amount: 1000 };
    await ok(org.till.post("/activities", activity, { now: during(3) }));
    const page = await visits.openAs("support", org, during(3));
    await findCustomer(page, customerId);
    expect(await leaf(page, "c2").innerText()).toContain("Before this enrolment");
    await excuse(page, "c2", "The shop was closed");
  });
});

async function giveFreezes(page: Page, amountGiven: string, reason: string): Promise<void> {
  await streakCard(page).getByText("Give freezes").first().click();
  await streakCard(page).getByLabel("How many").fill(amountGiven);
  await reasonOf(page).fill(reason);
}

describe("freezes", () => {
  it("are given once however often it is clicked, and the page says what they bridge and how many are left", async () => {
    const { page } = await streakVisit();
    const sent: unknown[] = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/freezes")) sent.push(request.postDataJSON());
    });
    await giveFreezes(page, "2", "A complaint");
    await streakCard(page).getByRole("button", { name: "Give", exact: true }).dblclick();
    await streakCard(page).getByText("1 of 2 freezes left, 1 cycle bridged").waitFor();
    expect(sent).toEqual([
      expect.objectContaining({ grantId: expect.stringMatching(/^console:/), amount: 2, reason: "A complaint" }),
    ]);
    expect((await leaves(page))[1]).toBe("c2 Bridged by a freeze, 0 of 1,000");
    expect(await streakCard(page).getByText("2 cycles in the current run").count()).toBe(1);
  });

  it("of the group are shown with it, and more than ten are refused in words", async () => {
    const { page } = await streakVisit({ fields: { streakFreezes: { initial: 2 } } });
    await streakCard(page).getByText("1 of 2 freezes left, 1 cycle bridged").waitFor();
    await streakCard(page)
      .getByText("The current cycle has to be met by 1 May 2030, 00:00, or a freeze bridges it")
      .waitFor();
    await giveFreezes(page, "9", "Too many");
    await streakCard(page).getByRole("button", { name: "Give", exact: true }).click();
    await streakCard(page).getByText("300004").first().waitFor();
    expect(await reasonOf(page).inputValue()).toBe("Too many");
    await page.getByRole("link", { name: "Target groups" }).click();
    expect(await streakCard(page).getByText("2 freezes for each customer").innerText()).toBe(
      "2 freezes for each customer",
    );
  });

  it("that there are none leaves the end of the run in sight", async () => {
    const { page } = await streakVisit();
    const safety = streakCard(page).getByText("The current cycle has to be met by");
    expect(await safety.innerText()).toBe("The current cycle has to be met by 1 May 2030, 00:00, or the run ends");
  });
});

describe("a streak that can be forgiven", () => {
  it.each(["light", "dark"] as const)("has nothing that axe finds in the %s scheme", async (colorScheme) => {
    const { page } = await streakVisit({
      fields: { streakFreezes: { initial: 2 } },
      options: { colorScheme },
      initScript: axeScript,
    });
    await excuse(page, "c4", "On holiday");
    await streakCard(page).getByText("Give freezes").first().click();
    expect(await violations(page)).toEqual([]);
  });

  it("needs no sideways scrolling 360 pixels wide", async () => {
    const { page } = await streakVisit({ options: { viewport: { width: 360, height: 740 } } });
    await excuse(page, "c4", "x".repeat(255));
    expect(await widthOf(page)).toBe(360);
  });
});
