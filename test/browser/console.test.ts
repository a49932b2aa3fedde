import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { consolePages } from "../../local/consolePages.ts";
import { findCustomer, newCredential, setTime, signIn, useVisits } from "../support/consoleVisit.ts";
import { ok, type TestGroup, type TestOrg } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { during, milestone, streak } from "../support/targetGroups.ts";

const settings = {
  demoCredential: { username: "demo-till", secret: "demo-secret" },
  exampleCustomerId: 345651210,
  hasEvents: true,
};
const service = useProjectedService(consolePages(settings));
const visits = useVisits(service);
const limits = { timeout: 20_000 };

function card(page: Page, name: string) {
  return page.getByRole("article", { name });
}

function answer(page: Page) {
  return page.getByRole("region", { name: "Answer" });
}

async function act(page: Page, name: "Enrol or re-enrol" | "Un-enrol" | "Record activity"): Promise<string> {
  const choice = { "Enrol or re-enrol": "Enrol", "Un-enrol": "Un-enrol", "Record activity": "Activity" }[name];
  await page.getByRole("radio", { name: choice, exact: true }).check();
  const answered = page.waitForResponse((response) => response.request().method() === "POST");
  await page.getByRole("button", { name, exact: true }).click();
  if (name === "Un-enrol") await page.getByRole("button", { name: "Yes, un-enrol" }).click();
  const response = await answered;
  await answer(page)
    .getByText(new RegExp(`^(✓|✕) ${response.status()}$`))
    .waitFor();
  return answer(page).innerText();
}

async function spend(org: TestOrg, customerId: number, occurredAt: string, amount: number): Promise<void> {
  const activityId = `${customerId}:${occurredAt}`;
  const activity = { activityId, customerId, type: "TRANSACTION", occurredAt, amount };
  await ok(org.till.post("/activities", activity, { now: occurredAt }));
}

async function progressOf(page: Page, cycle: string): Promise<string> {
  return page
    .getByRole("listitem")
    .filter({ has: page.getByRole("progressbar", { name: cycle }) })
    .innerText();
}

/** A customer of a milestone, at noon of 15 February 2030, when its second cycle runs. */
async function customerOfMilestone(): Promise<{ org: TestOrg; group: TestGroup; customerId: number; page: Page }> {
  const org = await service.newOrg();
  const group = await org.createGroup(milestone({ name: "Spend 1000" }));
  const customerId = await org.newCustomer();
  const page = await visits.openAt(org, during(2));
  await findCustomer(page, customerId);
  return { org, group, customerId, page };
}

async function leaves(page: Page): Promise<string[]> {
  return page
    .getByRole("list", { name: "Cycles of Visits" })
    .getByRole("listitem")
    .locator(".hidden")
    .allTextContents();
}

describe("target groups", () => {
  it("show each cycle as ended, running with now marked in it, or not started", async () => {
    const org = await service.newOrg();
    await org.createGroup(milestone({ name: "Spend 1000" }));
    const page = await visits.openAt(org, during(2));
    const group = card(page, "Spend 1000");
    await expect.poll(() => group.innerText(), limits).toContain("Now: c2, cycle 2 of 5, 1 Feb 2030 – 28 Feb 2030");
    const cycles = group.getByRole("list", { name: "Cycles of Spend 1000" }).getByRole("listitem");
    expect(await cycles.allTextContents()).toEqual([
      "c1, 1 Jan 2030 – 31 Jan 2030, Ended",
      "c2, 1 Feb 2030 – 28 Feb 2030, Running, now",
      "c3, 1 Mar 2030 – 31 Mar 2030, Not started",
      "c4, 1 Apr 2030 – 30 Apr 2030, Not started",
      "c5, 1 May 2030 – 31 May 2030, Not started",
    ]);
    const [running, mark] = [await cycles.nth(1).boundingBox(), await group.locator(".now-line").boundingBox()];
    if (running === null || mark === null) throw new Error("The running cycle and the mark must be drawn");
    // Noon of the 15th is halfway through February.
    expect((mark.x + mark.width / 2 - running.x) / running.width).toBeCloseTo(14.5 / 28, 1);
  });

  it("say so before the first cycle and after the last", async () => {
    const org = await service.newOrg();
    await org.createGroup(milestone({ name: "Spend 1000", cycles: 2 }));
    const early = await visits.openAt(org, "2029-12-30T12:00:00Z");
    await expect.poll(() => card(early, "Spend 1000").innerText(), limits).toContain("Next: c1");
    expect(await card(early, "Spend 1000").locator(".now-line").count()).toBe(0);
    const late = await visits.openAt(org, during(3));
    await expect.poll(() => card(late, "Spend 1000").innerText(), limits).toContain("All 2 cycles have ended.");
  });

  it("have their dates in their own time zone, whole days and instants alike", async () => {
    const org = await service.newOrg();
    const periods = [
      { refCode: "days", startDate: "2030-03-30", endDate: "2030-03-31" },
      { refCode: "hours", startDate: "2030-04-01T04:00:00Z", endDate: "2030-04-01T12:30:00Z" },
    ];
    await org.createGroup(milestone({ name: "In Berlin", timeZoneName: "Europe/Berlin", periods }));
    // The time is in the last half hour of the 31st, after the clocks went forward. In UTC it is 21:30.
    const page = await visits.openAt(org, "2030-03-31T21:30:00Z");
    await expect
      .poll(() => card(page, "In Berlin").getByRole("list").first().getByRole("listitem").allTextContents(), limits)
      .toEqual([
        "days, 30 Mar 2030 – 31 Mar 2030, Running, now",
        "hours, 1 Apr 2030, 06:00 – 1 Apr 2030, 14:30, Not started",
      ]);
  });

  it("show targets with their values and the levels of a streak", async () => {
    const org = await service.newOrg();
    const values = [10, 20, 30].map((defaultValue) => ({ defaultValue }));
    const targets = [
      { name: "Logins", targetEntity: "EVENT", eventName: "login", targetType: "COUNT", defaultValues: values },
    ];
    await org.createGroup(streak({ name: "Log in", cycles: 3, levels: [2, 3], targets }));
    const page = await visits.openAt(org, during(1));
    await card(page, "Log in").waitFor();
    const text = await card(page, "Log in").innerText();
    expect(text).toContain("Logins: 10, 20, 30 by cycle");
    expect(text).toContain("COUNT of the event login");
    expect(text).toMatch(/l1\s+2 cycles met/);
    expect(text).toMatch(/l2\s+3 cycles met/);
  });
});

describe("a milestone", () => {
  it("is enrolled into by the request that is shown, and a second time refused with 310119", async () => {
    const { group, customerId, page } = await customerOfMilestone();
    await page.getByLabel("From cycle").selectOption("c3");
    await page.getByLabel("Opening balance").fill("250");
    expect(await page.getByLabel("The request", { exact: true }).isVisible()).toBe(false);
    await page.getByText("The request as it is sent").click();
    const shown = await page.getByLabel("The request", { exact: true }).innerText();
    const sent = page.waitForRequest((request) => request.method() === "POST");
    expect(await act(page, "Enrol or re-enrol")).toContain("✓ 200");
    const request = await sent;
    const path = `/v3/targetGroups/${group.groupId}/targets/${group.targetId}/enroll`;
    expect(new URL(request.url()).pathname).toBe(path);
    expect(shown).toContain(`POST ${path}`);
    const headers = await request.allHeaders();
    for (const name of ["content-type", "idempotency-key", "x-local-now"]) {
      expect(shown.toLowerCase()).toContain(`${name}: ${headers[name]}`.toLowerCase());
    }
    expect(shown).toContain("Authorization: Basic (");
    expect(shown).not.toContain(headers["authorization"]);
    expect(request.postDataJSON()).toEqual([{ customerId, periodName: "c3", initialBalance: 250 }]);
    expect(JSON.parse(shown.slice(shown.indexOf("[")))).toEqual(request.postDataJSON());

    const again = await act(page, "Enrol or re-enrol");
    expect(again).toContain("✕ 400");
    expect(again).toContain("310119");
    expect(again).toContain("User already enrolled for the target.");
  });

  it("is enrolled into by the command that is shown, pasted into a shell with the secret", async () => {
    const org = await service.newOrg();
    await org.createGroup(milestone());
    const customerId = await org.newCustomer();
    const credential = await newCredential(service, org);
    const page = await visits.open();
    await signIn(page, credential);
    await setTime(page, during(2));
    await findCustomer(page, customerId);
    await page.getByText("As a command").click();
    const command = await page.getByLabel("The request as a curl command").innerText();
    expect(command).not.toContain(credential.secret);
    const { username, secret } = credential;
    const pasted = command.replace(`-u '${username}'`, `-s -u '${username}:${secret}'`);
    const { stdout } = await promisify(execFile)("sh", ["-c", pasted]);
    expect(JSON.parse(stdout)).toEqual({ data: customerId, errors: null, warnings: null });
  });

  it("moves its bar with a purchase of 100, which the feed and the history show too", async () => {
    const { page } = await customerOfMilestone();
    await page.getByLabel("Opening balance").fill("850");
    await act(page, "Enrol or re-enrol");
    await expect.poll(() => progressOf(page, "c2"), limits).toMatch(/850 of 1,000\s+85 %/);
    const bar = page.getByRole("progressbar", { name: "c2" });
    expect(await bar.getAttribute("value")).toBe("850");
    expect(await bar.getAttribute("max")).toBe("1000");

    expect(await act(page, "Record activity")).toContain("Spend 1000, c2: 850 → 950 of 1,000");
    await expect.poll(() => progressOf(page, "c2"), limits).toMatch(/950 of 1,000\s+95 %/);
    let looks = 0;
    page.on("request", (request) => (looks += request.url().includes("/trackedTargetEvents/") ? 1 : 0));
    await act(page, "Record activity");
    await expect.poll(() => progressOf(page, "c2"), limits).toMatch(/1,050 of 1,000\s+✓ Reached 15 Feb 2030, 12:00/);
    // The history is read at once, and once more after it has had the time to follow.
    await expect.poll(() => looks, limits).toBeGreaterThanOrEqual(2);
    const feed = page.getByRole("list", { name: "Events, the latest first" }).getByRole("listitem");
    await expect
      .poll(async () => (await feed.allInnerTexts()).map((text) => text.split("\n")[0]), limits)
      .toEqual([
        "Target reached c2: 1,050 of 1,000",
        "Purchase counted c2: 950 → 1,050 of 1,000",
        "Purchase counted c2: 850 → 950 of 1,000",
        "Enrolled c2",
      ]);
    const rows = page.getByRole("region", { name: "History, as a table" }).getByRole("row");
    const history = page.getByRole("region", { name: "History", exact: true });
    await expect
      .poll(async () => {
        // The history may take longer to follow, so the test reads it again.
        await history.getByRole("button", { name: "Refresh" }).click();
        return rows.allInnerTexts();
      }, limits)
      .toEqual([
        expect.stringMatching(/^When/),
        expect.stringMatching(/Enrolled\tc2\t\+850\t850$/),
        expect.stringMatching(/Purchase\tc2\t\+100\t950$/),
        expect.stringMatching(/Purchase\tc2\t\+100\t1,050$/),
      ]);
  });

  it("keeps the form's content while a call is under way, and hides the earlier answer", async () => {
    const { page } = await customerOfMilestone();
    await page.getByLabel("Opening balance").fill("850");
    await act(page, "Enrol or re-enrol");
    const sent = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    await page.route("**/enroll", async (route) => {
      sent.resolve();
      await held.promise;
      await route.continue();
    });
    await page.getByRole("button", { name: "Enrol or re-enrol", exact: true }).click();
    await sent.promise;
    await answer(page).getByText("No answer yet.").waitFor();
    await page.getByLabel("Opening balance").fill("70");
    held.resolve();
    await answer(page).getByText("✕ 400").waitFor();
    expect(await page.getByLabel("Opening balance").inputValue()).toBe("70");
  });

  it("is left, and entered again with what it had, from nothing, or from a number", async () => {
    const { page } = await customerOfMilestone();
    await page.getByLabel("Opening balance").fill("250");
    await act(page, "Enrol or re-enrol");
    for (const [balance, value] of [
      ["", "250"],
      ["0", "0"],
      ["150", "150"],
    ] as const) {
      expect(await act(page, "Un-enrol")).toContain("✓ 200");
      await page.getByText("Not enrolled in anything.").waitFor();
      await page.getByRole("radio", { name: "Enrol", exact: true }).check();
      await page.getByLabel("Opening balance").fill(balance);
      expect(await act(page, "Enrol or re-enrol")).toContain("✓ 200");
      await expect.poll(() => progressOf(page, "c2"), limits).toContain(`${value} of 1,000`);
    }
    await act(page, "Un-enrol");
    expect(await act(page, "Un-enrol")).toContain("310126");
  });

  it("is refused with the API's own words when what was typed is wrong", async () => {
    const { page } = await customerOfMilestone();
    await page.getByLabel("From cycle").selectOption("c1");
    const text = await act(page, "Enrol or re-enrol");
    expect(text).toContain("310019");
    expect(text).toContain("ended");
  });
});

const subTargets = [
  { triggerName: "A few", triggerValueType: "ABSOLUTE", triggerValue: 250 },
  { triggerName: "Half of it", triggerValueType: "PERCENTAGE", triggerValue: 50 },
];

const shops = { entityType: "STORE", entityIds: ["shop-7", "shop-9"] };
const noVoucher = { entityType: "TENDER", entityIds: ["voucher"], exclude: true };

/** A customer who is enrolled in a milestone with these fields of its target, and the form for an activity. */
async function customerOfTarget(fields: Readonly<Record<string, unknown>>): Promise<Page> {
  const org = await service.newOrg();
  const target = { ...milestone().targets[0], name: "Spend", ...fields };
  const group = await org.createGroup(milestone({ name: "Rewards", targets: [target] }));
  const customerId = await org.newCustomer();
  await ok(org.enroll(group, { customerId }, { now: during(1) }));
  const page = await visits.openAt(org, during(2));
  await findCustomer(page, customerId);
  await page.getByRole("radio", { name: "Activity", exact: true }).check();
  return page;
}

describe("a target with sub-targets", () => {
  it("has a mark for each on the bar and says in words which were reached and when", async () => {
    const page = await customerOfTarget({ targetMilestoneTriggers: subTargets });
    await page.getByLabel("Amount").fill("300");
    expect(await act(page, "Record activity")).toContain("Spend, c2: sub-target A few reached.");
    const list = page.getByRole("list", { name: "Sub-targets of c2" }).getByRole("listitem");
    await expect
      .poll(() => list.allInnerTexts(), limits)
      .toEqual(["✓ A few at 250, 15 Feb 2030, 12:00", "Half of it at 50 %"]);
    const row = page.getByRole("listitem").filter({ has: page.getByRole("progressbar", { name: "c2" }) });
    const [bar, few, half] = [
      await row.getByRole("progressbar").boundingBox(),
      await row.locator(".sub-target").first().boundingBox(),
      await row.locator(".sub-target").last().boundingBox(),
    ];
    if (bar === null || few === null || half === null) throw new Error("The bar and its marks must be drawn");
    const shareOf = (mark: typeof few) => (mark.x + mark.width / 2 - bar.x) / bar.width;
    expect(shareOf(few)).toBeCloseTo(0.25, 2);
    expect(shareOf(half)).toBeCloseTo(0.5, 2);
  });

  it("of a streak says with each cycle which were reached", async () => {
    const org = await service.newOrg();
    const target = { ...streak().targets[0], targetMilestoneTriggers: subTargets };
    const group = await org.createGroup(streak({ name: "Visits", cycles: 2, levels: [2], targets: [target] }));
    const customerId = await org.newCustomer();
    await ok(org.enroll(group, { customerId }, { now: during(1) }));
    await spend(org, customerId, during(1), 600);
    const page = await visits.openAt(org, during(2));
    await findCustomer(page, customerId);
    await expect
      .poll(() => leaves(page), limits)
      .toEqual([
        "c1, 1 Jan 2030 – 31 Jan 2030: Missed, 600 of 1,000, A few, Half of it reached",
        "c2, 1 Feb 2030 – 28 Feb 2030: Open now, 0 of 1,000, no sub-target reached",
      ]);
  });
});

describe("an activity that does not count", () => {
  it("says which filter wants what, and counts when the form sends what all filters want", async () => {
    const page = await customerOfTarget({ filters: [shops, noVoucher] });
    const wanted = "Did not count for Spend, in Rewards: filter 1 wants only store shop-7 or shop-9.";
    expect(await act(page, "Record activity")).toContain(wanted);
    await page.getByText("Store, channel, tenders and lines").click();
    await page.getByLabel("Store", { exact: true }).fill("shop-9");
    await page.getByLabel("Tenders, one in a line").fill("card\nvoucher\n");
    expect(await tryIt(page, "Activity")).toContain("filter 2 wants not tender voucher.");
    await page.getByLabel("Tenders, one in a line").fill("card");
    const sent = page.waitForRequest((request) => request.method() === "POST");
    expect(await act(page, "Record activity")).toContain("Spend, c2: 0 → 100 of 1,000");
    expect((await sent).postDataJSON()).toMatchObject({ storeId: "shop-9", tenders: ["card"], amount: 100 });
  });

  it("names what the filter looks at when the target's filters have changed", async () => {
    const org = await service.newOrg();
    const target = { ...milestone().targets[0], filters: [noVoucher, shops] };
    const group = await org.createGroup(milestone({ name: "Rewards", targets: [target] }));
    await ok(
      org.admin.put(`/targetGroups/${group.groupId}/targets/${group.targetId}`, { filters: null }, { now: during(2) }),
    );
    const customerId = await org.newCustomer();
    await ok(org.enroll(group, { customerId }, { now: during(2) }));
    const page = await visits.openAt(org, during(2));
    await findCustomer(page, customerId);
    expect(await act(page, "Record activity")).toContain(
      "Did not count for Spend 1000, in Rewards: filter 2, which looks at the store, does not let it through.",
    );
  });

  it("says so for a customer who is enrolled in nothing", async () => {
    const { page } = await customerOfMilestone();
    expect(await act(page, "Record activity")).toContain("The customer is enrolled in no target.");
  });
});

describe("an activity", () => {
  it("with lines counts those that the filters select", async () => {
    const filters = [{ entityType: "CATEGORY", entityIds: ["pens"] }];
    const page = await customerOfTarget({ targetEntity: "LINEITEM", filters });
    await page.getByText("Store, channel, tenders and lines").click();
    for (const [place, [item, category, amount]] of [
      ["1", "pens", "12.5"],
      ["2", "ink", "50"],
    ].entries()) {
      await page.getByRole("button", { name: "Add a line" }).click();
      await page.getByLabel("Item", { exact: true }).nth(place).fill(String(item));
      await page.getByLabel("Category").nth(place).fill(String(category));
      await page.getByLabel("Line’s amount").nth(place).fill(String(amount));
    }
    expect(await act(page, "Record activity")).toContain("Spend, c2: 0 → 12.5 of 1,000");
  });

  it("enrols into a target that takes in whoever buys, and says so", async () => {
    const org = await service.newOrg();
    const target = { ...milestone().targets[0], name: "Spend", enrolmentMethod: "TRANSACTION" };
    await org.createGroup(milestone({ name: "Rewards", targets: [target] }));
    const page = await visits.openAt(org, during(2));
    await findCustomer(page, await org.newCustomer());
    const text = await act(page, "Record activity");
    expect(text).toContain("Spend: enrolled by this activity.");
    expect(text).toContain("Spend, c2: 0 → 100 of 1,000");
    await expect
      .poll(() => card(page, "Rewards").innerText(), limits)
      .toContain("Enrolled by an activity 15 Feb 2030, 12:00, UTC");
    const feed = page.getByRole("list", { name: "Events, the latest first" });
    await expect.poll(() => feed.innerText(), limits).toMatch(/^Enrolled .*by an activity$/m);
    const rows = page.getByRole("region", { name: "History, as a table" });
    const history = page.getByRole("region", { name: "History", exact: true });
    await expect
      .poll(async () => {
        await history.getByRole("button", { name: "Refresh" }).click();
        return rows.innerText();
      }, limits)
      .toContain("Enrolled by an activity");
  });

  it("that the API refuses for a field has the API's words beside the field: 300004", async () => {
    const { page } = await customerOfMilestone();
    await page.getByRole("radio", { name: "Activity", exact: true }).check();
    await page.getByText("Store, channel, tenders and lines").click();
    await page.getByLabel("Channel").fill("x".repeat(65));
    expect(await act(page, "Record activity")).toContain("300004");
    const channel = page.getByRole("textbox", { name: "Channel" });
    expect(await channel.getAttribute("aria-invalid")).toBe("true");
    const described = page.locator(`[id="${await channel.getAttribute("aria-describedby")}"]`);
    expect(await described.innerText()).toMatch(/^channel must not have more than 64 characters/);
    expect(await page.getByRole("textbox", { name: "Store", exact: true }).getAttribute("aria-invalid")).toBe(null);
  });
});

async function findByExternalId(page: Page, externalId: string): Promise<void> {
  await page.getByRole("link", { name: "Customers" }).click();
  await page.getByRole("textbox", { name: "External id" }).fill(externalId);
  await page.getByRole("button", { name: "Find" }).click();
}

describe("a customer", () => {
  it("is found by the external id, which the address of the page does not hold", async () => {
    const org = await service.newOrg();
    const { data } = (await ok(org.admin.post("/customers", { externalId: "CARD 7/ü", firstName: "Ada" }))).body;
    const page = await visits.openAt(org, during(2));
    await findByExternalId(page, "CARD 7/ü");
    await page.getByRole("heading", { name: `Customer ${data.customerId}`, level: 1 }).waitFor();
    await page.getByText("External id CARD 7/ü").waitFor();
    expect(page.url()).toMatch(new RegExp(`#/customers/${data.customerId}$`));
  });

  it("whose external id nobody has is told as unknown, 310011, and a till cannot register it", async () => {
    const page = await visits.openAt(await service.newOrg(), during(2));
    await findByExternalId(page, "CARD-8");
    await expect.poll(() => page.getByRole("alert").innerText(), limits).toContain("310011");
    await page.getByText("takes a credential of access group admin").waitFor();
    expect(await page.getByRole("button", { name: "Register" }).count()).toBe(0);
  });

  it("whose external id nobody has is registered with it by an admin, and then shown", async () => {
    const org = await service.newOrg();
    const page = await visits.open();
    await signIn(page, await newCredential(service, org, "admin"));
    await findByExternalId(page, "CARD-9");
    await page.getByRole("button", { name: "Register a customer with this external id" }).click();
    await page.getByText("External id CARD-9").waitFor();
    const found = await ok(org.reader.get("/customers?externalId=CARD-9"));
    expect(page.url()).toMatch(new RegExp(`#/customers/${found.body.data.customerId}$`));
  });
});

describe("a streak", () => {
  it("is a strip of met, missed, open and upcoming cycles, with its run and its levels, and starts from zero again", async () => {
    const org = await service.newOrg();
    const group = await org.createGroup(streak({ name: "Visits", cycles: 7, levels: [2, 3] }));
    const customerId = await org.newCustomer();
    await ok(org.enroll(group, { customerId }, { now: during(2, 1) }));
    for (const cycle of [2, 3, 5]) await spend(org, customerId, during(cycle), 1000);
    const page = await visits.openAt(org, during(6));
    await findCustomer(page, customerId);
    await expect
      .poll(() => leaves(page), limits)
      .toEqual([
        "c1, 1 Jan 2030 – 31 Jan 2030: Before this enrolment, 0 of 1,000",
        "c2, 1 Feb 2030 – 28 Feb 2030: Met, 1,000 of 1,000",
        "c3, 1 Mar 2030 – 31 Mar 2030: Met, 1,000 of 1,000",
        "c4, 1 Apr 2030 – 30 Apr 2030: Missed, 0 of 1,000",
        "c5, 1 May 2030 – 31 May 2030: Met, 1,000 of 1,000, in the current run",
        "c6, 1 Jun 2030 – 30 Jun 2030: Open now, 0 of 1,000",
        "c7, 1 Jul 2030 – 31 Jul 2030: Upcoming, 0 of 1,000",
      ]);
    const text = await card(page, "Visits").innerText();
    expect(text).toMatch(/1 cycle\s+in the current run/);
    expect(text).toMatch(/l1\s+✓ Reached 15 Mar 2030, 12:00/);
    expect(text).toMatch(/l2\s+1 of 3 cycles/);

    await act(page, "Un-enrol");
    await page.getByRole("radio", { name: "Enrol", exact: true }).check();
    await page.getByRole("checkbox", { name: /Start from zero/ }).check();
    await act(page, "Enrol or re-enrol");
    await expect.poll(() => card(page, "Visits").innerText(), limits).toMatch(/0 cycles\s+in the current run/);
    expect(await card(page, "Visits").innerText()).toMatch(/l1\s+0 of 2 cycles/);
  });
});

describe("a streak with gaps", () => {
  it("keeps its run over a missed cycle", async () => {
    const org = await service.newOrg();
    const group = await org.createGroup(
      streak({ name: "Visits", trackingType: "NON_CONTINUOUS_STREAKS", cycles: 4, levels: [2] }),
    );
    const customerId = await org.newCustomer();
    await ok(org.enroll(group, { customerId }, { now: during(1, 1) }));
    for (const cycle of [1, 3]) await spend(org, customerId, during(cycle), 1000);
    const page = await visits.openAt(org, during(4));
    await findCustomer(page, customerId);
    await expect
      .poll(() => leaves(page), limits)
      .toEqual([
        "c1, 1 Jan 2030 – 31 Jan 2030: Met, 1,000 of 1,000, in the current run",
        "c2, 1 Feb 2030 – 28 Feb 2030: Missed, 0 of 1,000",
        "c3, 1 Mar 2030 – 31 Mar 2030: Met, 1,000 of 1,000, in the current run",
        "c4, 1 Apr 2030 – 30 Apr 2030: Open now, 0 of 1,000",
      ]);
    expect(await card(page, "Visits").innerText()).toMatch(/Streak with gaps[^]*2 cycles\s+in the current run/);
  });
});

describe("a target that was left", () => {
  it("is listed with the value that a return resumes, and is the first choice for a return", async () => {
    const { page, group } = await customerOfMilestone();
    await page.getByLabel("Opening balance").fill("250");
    await act(page, "Enrol or re-enrol");
    await act(page, "Un-enrol");
    const left = page.getByRole("region", { name: "Left" });
    await expect
      .poll(() => left.innerText(), limits)
      .toMatch(/Spend 1000[^]*left 15 Feb 2030, 12:00\s+A return would go on in c2 with 250 of 1,000\./);
    expect(await page.getByRole("region", { name: "Actions" }).getByLabel("Target").inputValue()).toBe(
      `${group.groupId}/${group.targetId}`,
    );
    await page.getByRole("radio", { name: "Enrol", exact: true }).check();
    await page.getByLabel("Opening balance").fill("");
    await act(page, "Enrol or re-enrol");
    await expect.poll(() => progressOf(page, "c2"), limits).toContain("250 of 1,000");
    expect(await left.count()).toBe(0);
  });

  it("of a streak is listed with its run and levels", async () => {
    const org = await service.newOrg();
    const group = await org.createGroup(streak({ name: "Visits", cycles: 7, levels: [2, 3] }));
    const customerId = await org.newCustomer();
    await ok(org.enroll(group, { customerId }, { now: during(1, 1) }));
    for (const cycle of [1, 2]) await spend(org, customerId, during(cycle), 1000);
    await ok(org.unenroll(group, customerId, { now: during(3) }));
    const page = await visits.openAt(org, during(5));
    await findCustomer(page, customerId);
    await expect
      .poll(() => page.getByRole("region", { name: "Left" }).innerText(), limits)
      .toContain("A return would go on in c5 with 0 of 1,000, a run of 2 cycles and l1 reached.");
  });
});

describe("an action", () => {
  it("un-enrols only when asked twice: kept enrolled, nothing is sent", async () => {
    const { page, customerId } = await customerOfMilestone();
    await act(page, "Enrol or re-enrol");
    const sent: string[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST") sent.push(new URL(request.url()).pathname);
    });
    await page.getByRole("radio", { name: "Un-enrol", exact: true }).check();
    await page.getByRole("button", { name: "Un-enrol", exact: true }).click();
    const question = page.getByRole("dialog");
    expect(await question.innerText()).toContain(`Un-enrol customer ${customerId} from Spend 1000, in Spend 1000?`);
    await question.getByRole("button", { name: "Keep enrolled" }).click();
    await question.waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Un-enrol", exact: true }).click();
    await page.keyboard.press("Escape");
    await question.waitFor({ state: "hidden" });
    expect(sent).toEqual([]);
    expect(await act(page, "Un-enrol")).toContain("✓ 200");
    expect(sent).toEqual([expect.stringMatching(/\/unEnroll$/)]);
  });

  it("begins with a target of the customer's own, and lists those before the others", async () => {
    const org = await service.newOrg();
    await org.createGroup(milestone({ name: "A first by name" }));
    const own = await org.createGroup(milestone({ name: "B the customer's own" }));
    const customerId = await org.newCustomer();
    await ok(org.enroll(own, { customerId }, { now: during(1) }));
    const page = await visits.openAt(org, during(2));
    await findCustomer(page, customerId);
    const select = page.getByRole("region", { name: "Actions" }).getByLabel("Target");
    await select.waitFor();
    expect(await select.inputValue()).toBe(`${own.groupId}/${own.targetId}`);
    expect(await select.locator("optgroup").evaluateAll((groups) => groups.map((group) => group.label))).toEqual([
      "This customer’s",
      "A first by name",
    ]);
  });

  it("folds the answer's JSON, which opens at a click", async () => {
    const { page, customerId } = await customerOfMilestone();
    expect(await act(page, "Enrol or re-enrol")).not.toContain('"data"');
    await answer(page).getByText("As JSON").click();
    const json: unknown = JSON.parse(await page.getByLabel("The answer as JSON").innerText());
    expect(json).toEqual({ data: customerId, errors: null, warnings: null });
  });
});

async function tryIt(page: Page, choice: "Enrol" | "Un-enrol" | "Activity"): Promise<string> {
  await page.getByRole("radio", { name: choice, exact: true }).check();
  const answered = page.waitForResponse((response) => response.url().endsWith("/simulate"));
  await page.getByRole("button", { name: "Try", exact: true }).click();
  await answered;
  await answer(page).getByText("Nothing was written: this is a simulation.", { exact: true }).waitFor();
  return answer(page).innerText();
}

describe("an action that is only tried", () => {
  it("says what would change, and changes nothing: an enrolment, a purchase and an un-enrolment", async () => {
    const { org, group, customerId, page } = await customerOfMilestone();
    await page.getByLabel("Opening balance").fill("850");
    expect(await tryIt(page, "Enrol")).toContain(
      "The customer would be enrolled in 4 cycles from c2 on, and have 850 in c2, which does not reach the target yet.",
    );
    expect(await org.readState(group, customerId, { now: during(2) })).toBeUndefined();
    await act(page, "Enrol or re-enrol");
    expect(await tryIt(page, "Activity")).toContain("Spend 1000, c2: 850 → 950 of 1,000");
    expect(await tryIt(page, "Un-enrol")).toContain("The customer would leave the current cycle and all later ones.");
    const state = await org.readState(group, customerId, { now: during(2) });
    expect(state?.targets[0]).toMatchObject({ periodRefCode: "c2", targetAchievedValue: 850 });
    expect(await act(page, "Record activity")).toContain("Spend 1000, c2: 850 → 950 of 1,000");
  });

  it("is refused as the real one would be", async () => {
    const { page } = await customerOfMilestone();
    await page.getByLabel("From cycle").selectOption("c1");
    await page.getByRole("button", { name: "Try", exact: true }).click();
    await expect.poll(() => answer(page).innerText(), limits).toContain("310019");
  });
});

describe("the event feed", () => {
  it("shows the events of one name, an event's own name when it is opened, and a return as one", async () => {
    const org = await service.newOrg();
    const group = await org.createGroup(milestone({ name: "Spend 1000" }));
    const customerId = await org.newCustomer();
    await ok(org.enroll(group, { customerId }, { now: during(1, 1) }));
    await spend(org, customerId, during(1), 400);
    const back = { activityId: `${customerId}:back`, customerId, type: "RETURN", occurredAt: during(1), amount: 100 };
    await ok(org.till.post("/activities", back, { now: during(1) }));
    const page = await visits.openAt(org, during(1));
    await findCustomer(page, customerId);
    const feed = page.getByRole("list", { name: "Events, the latest first" }).getByRole("listitem");
    const told = async () => (await feed.allInnerTexts()).map((text) => text.split("\n")[0]);
    await expect
      .poll(told, limits)
      .toEqual(["Return counted c1: 400 → 300 of 1,000", "Purchase counted c1: 0 → 400 of 1,000", "Enrolled c1"]);
    await page.getByRole("combobox", { name: /^Show/ }).selectOption("Purchase counted");
    expect(await told()).toEqual(["Purchase counted c1: 0 → 400 of 1,000"]);
    await feed.locator("summary").click();
    expect(await feed.innerText()).toContain('"detail-type": "targetAchievedValueUpdated"');
    await page.getByRole("combobox", { name: /^Show/ }).selectOption("Cycle ended");
    await page.getByText("No such events yet.").waitFor();
  });

  it("shows the edit of a group with a link to the group, because it is about no customer", async () => {
    const org = await service.newOrg();
    const { groupId } = await org.createGroup(milestone({ name: "Spend 1000" }));
    await ok(org.admin.put(`/targetGroups/editTargetGroup/${groupId}`, { description: "Spring" }));
    await service.drain();
    const page = await visits.openAt(org, during(1));
    await page.getByRole("link", { name: "Events" }).click();
    await page.getByRole("combobox", { name: /^Show/ }).selectOption("Group changed");
    const edit = page
      .getByRole("list", { name: "Events, the latest first" })
      .getByRole("listitem")
      .filter({ has: page.getByRole("link", { name: `Group ${groupId}`, exact: true }) })
      .filter({ hasText: "Spend 1000" });
    await expect.poll(() => edit.innerText(), limits).toMatch(/^Group changed version 2\n.* UTC · Spend 1000\n/);
  });

  it("lists the events of all customers, the latest first, with a link to each", async () => {
    const org = await service.newOrg();
    const group = await org.createGroup(milestone({ name: "Spend 1000" }));
    const customers = [await org.newCustomer(), await org.newCustomer()];
    for (const customerId of customers) await ok(org.enroll(group, { customerId }, { now: during(1) }));
    const page = await visits.openAt(org, during(1));
    await page.getByRole("link", { name: "Events" }).click();
    const links = page.getByRole("list", { name: "Events, the latest first" }).getByRole("link");
    await expect
      .poll(async () => (await links.allInnerTexts()).slice(0, 2), limits)
      .toEqual([`Customer ${customers[1]}`, `Customer ${customers[0]}`]);
    await links.first().click();
    await page.getByRole("heading", { name: `Customer ${customers[1]}`, level: 1 }).waitFor();
    await expect.poll(() => progressOf(page, "c1"), limits).toContain("0 of 1,000");
  });
});
