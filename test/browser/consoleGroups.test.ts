import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { consolePages } from "../../local/consolePages.ts";
import { newCredential, setTime, signIn, useVisits } from "../support/consoleVisit.ts";
import { ok, type TestGroup, type TestOrg } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { during, milestone, streak } from "../support/targetGroups.ts";

const settings = {
  demoCredential: { username: "demo-admin", secret: "demo-secret" },
  exampleCustomerId: 345651210,
  hasEvents: false,
};
const pages = consolePages(settings);
const service = useService(undefined, () => pages);
const visits = useVisits(service);
const limits = { timeout: 20_000 };

/** The group view's forms, one of which is shown. */
async function choose(page: Page, name: "Names" | "Cycles" | "Values" | "Rules" | "State"): Promise<void> {
  await page.getByRole("radio", { name, exact: true }).check();
}

/** The list of groups, at noon of 15 February 2030, signed in as an admin. */
async function visitGroups(org: TestOrg): Promise<Page> {
  const page = await visits.open();
  await signIn(page, await newCredential(service, org, "admin"));
  await setTime(page, during(2));
  return page;
}

type AdminVisit = { readonly org: TestOrg; readonly group: TestGroup; readonly page: Page };

/** The view of a group, at noon of 15 February 2030, when its second cycle runs. */
async function visitGroup(body: Readonly<Record<string, unknown>> = milestone({ name: "Spend 1000" })) {
  const org = await service.newOrg();
  const group = await org.createGroup(body);
  const page = await visitGroups(org);
  await page.getByRole("link", { name: String(body["name"]) }).click();
  await page.getByRole("heading", { name: `Target group ${group.groupId}`, level: 1 }).waitFor();
  return { org, group, page } satisfies AdminVisit;
}

function editAsAnother({ org, group }: AdminVisit, body: unknown) {
  return ok(org.admin.put(`/targetGroups/editTargetGroup/${group.groupId}`, body, { now: during(2) }));
}

async function readGroup({ org, group }: AdminVisit) {
  return (await ok(org.reader.get(`/targetGroups/${group.groupId}?includePeriods=true`, { now: during(2) }))).body.data;
}

function answer(page: Page) {
  return page.getByRole("region", { name: "Answer" });
}

async function expectAnswer(page: Page, text: string): Promise<void> {
  await expect.poll(() => answer(page).innerText(), limits).toContain(text);
}

function changes(page: Page) {
  return page.getByRole("region", { name: "Changes, as a table" }).getByRole("row");
}

describe("the changes of a group", () => {
  it("are listed in words with who made them, the newest first", async () => {
    const visit = await visitGroup();
    await expect.poll(() => changes(visit.page).allInnerTexts(), limits).toHaveLength(2);
    const { username } = visit.org.credentials.admin;
    await editAsAnother(visit, { description: "Spring" });
    const value = { defaultValues: [{ periodId: visit.group.cycleIds[3], defaultValue: 1500 }] };
    const path = `/targetGroups/${visit.group.groupId}/targets/${visit.group.targetId}`;
    await ok(visit.org.admin.put(path, value, { now: during(2) }));
    await visit.page.getByRole("link", { name: "Target groups" }).click();
    await visit.page.getByRole("link", { name: "Spend 1000" }).click();
    await expect
      .poll(() => changes(visit.page).allInnerTexts(), limits)
      .toEqual([
        expect.stringMatching(/^When/),
        `15 Feb 2030, 12:00\n${username}\tValue of target Spend 1000 in c4\t1,000\t1,500\t3`,
        `15 Feb 2030, 12:00\n${username}\tDescription\t–\tSpring\t2`,
        expect.stringMatching(/\tThe group itself\t–\tSpend 1000\t1$/),
      ]);
  });

  it("are listed also where filters were too long for the history to keep them whole", async () => {
    const visit = await visitGroup();
    const filters = [{ entityType: "STORE", entityIds: Array.from({ length: 200 }, (_, index) => `shop-${index}`) }];
    const path = `/targetGroups/${visit.group.groupId}/targets/${visit.group.targetId}`;
    await ok(visit.org.admin.put(path, { filters }, { now: during(2) }));
    await visit.page.getByRole("link", { name: "Target groups" }).click();
    await visit.page.getByRole("link", { name: "Spend 1000" }).click();
    await expect.poll(async () => (await changes(visit.page).allInnerTexts())[1], limits).toContain("…");
  });
});

describe("a group", () => {
  it("is stopped by the request that is shown, after a question, and started again", async () => {
    const visit = await visitGroup();
    const { page, group } = visit;
    await choose(page, "State");
    await page.getByText("The request as it is sent").click();
    expect(await page.getByLabel("The request", { exact: true }).innerText()).toContain('If-Match: "1"');
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    const question = page.getByRole("dialog");
    expect(await question.innerText()).toContain("Stop Spend 1000?");
    expect(await question.innerText()).toContain("activities that arrive do not count");
    await question.getByRole("button", { name: "Keep it running" }).click();
    expect(await readGroup(visit)).toMatchObject({ active: true, version: 1 });

    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await question.getByRole("button", { name: "Yes, stop" }).click();
    await expectAnswer(page, "Done. The group is at version 2.");
    expect(await readGroup(visit)).toMatchObject({ active: false, version: 2 });
    await expect
      .poll(() => page.getByRole("article", { name: "Spend 1000" }).innerText(), limits)
      .toContain(`Inactive`);
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await expectAnswer(page, "Done. The group is at version 3.");
    expect(await readGroup(visit)).toMatchObject({ id: group.groupId, active: true, version: 3 });
    await expect.poll(() => changes(page).nth(1).innerText(), limits).toMatch(/\tActive\tno\tyes\t3$/);
  });

  it("goes on while one of its targets is stopped", async () => {
    const [target] = milestone().targets;
    const targets = [target, { ...target, name: "Other" }];
    const visit = await visitGroup(milestone({ name: "Two targets", targets }));
    await choose(visit.page, "State");
    await visit.page.getByRole("combobox", { name: /^What/ }).selectOption("Target Other (active)");
    await visit.page.getByRole("button", { name: "Stop", exact: true }).click();
    await visit.page.getByRole("button", { name: "Yes, stop" }).click();
    await expectAnswer(visit.page, "version 2");
    expect(await readGroup(visit)).toMatchObject({ active: true, targets: [{ active: true }, { active: false }] });
  });

  it("that somebody else has changed meanwhile is not edited: the page says so, and loads it again at a click", async () => {
    const visit = await visitGroup();
    const { page } = visit;
    await choose(page, "State");
    await editAsAnother(visit, { description: "Spring" });
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByRole("button", { name: "Yes, stop" }).click();
    const told = page.getByRole("alert");
    await expect.poll(() => told.innerText(), limits).toContain("Somebody else has changed this group");
    await expectAnswer(page, "✕ 412");
    expect(await readGroup(visit)).toMatchObject({ active: true, version: 2 });
    await told.getByRole("button", { name: "Load it again" }).click();
    await expect.poll(() => changes(page).nth(1).innerText(), limits).toMatch(/\tDescription\t–\tSpring\t2$/);
    expect(await told.count()).toBe(0);
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByRole("button", { name: "Yes, stop" }).click();
    await expectAnswer(page, "Done. The group is at version 3.");
    expect(await readGroup(visit)).toMatchObject({ active: false, description: "Spring" });
  });

  it("that is not there is shown as unknown: 310017", async () => {
    const org = await service.newOrg();
    const page = await visits.openAt(org, during(1));
    await page.evaluate("location.hash = '#/groups/987654'");
    await expect.poll(() => page.getByRole("alert").first().innerText(), limits).toContain("310017");
  });

  it("is shown with its changes, and without a form, to a credential that may not manage", async () => {
    const org = await service.newOrg();
    await org.createGroup(milestone({ name: "Spend 1000" }));
    const page = await visits.openAt(org, during(2));
    await page.getByRole("link", { name: "Spend 1000" }).click();
    await expect.poll(() => changes(page).count(), limits).toBe(2);
    expect(await page.getByRole("region", { name: "Change this group" }).count()).toBe(0);
  });
});

describe("the form of names", () => {
  it("sends what was changed and nothing else, and empties a description with null", async () => {
    const visit = await visitGroup(milestone({ name: "Spend 1000", description: "Spring" }));
    const { page } = visit;
    expect(await page.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
    await page.getByLabel("Description").fill("");
    const sent = page.waitForRequest((request) => request.method() === "PUT");
    await page.getByRole("button", { name: "Save" }).click();
    expect((await sent).postDataJSON()).toEqual({ description: null });
    await expectAnswer(page, "version 2");
    expect(await readGroup(visit)).toMatchObject({ name: "Spend 1000", description: null });
    // The next change is made of the version that the page has read again by then.
    await page.getByText(/^Group \d+, version 2$/).waitFor();
    await page.getByLabel("Name", { exact: true }).fill("Spend 1000 a month");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Spend 1000 a month", level: 2 }).waitFor();
  });

  it("keeps what was typed when somebody else was faster, and saves it after loading again", async () => {
    const visit = await visitGroup();
    const { page } = visit;
    await page.getByLabel("Name", { exact: true }).fill("Typed");
    await editAsAnother(visit, { description: "Spring" });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Load it again" }).click();
    await expect.poll(() => page.getByLabel("Description").inputValue(), limits).toBe("Spring");
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("Typed");
    await page.getByRole("button", { name: "Save" }).click();
    await expectAnswer(page, "version 3");
    expect(await readGroup(visit)).toMatchObject({ name: "Typed", description: "Spring" });
  });

  it("changes when the group can be joined and when ends are told, says to whom, and shows a faulty day beside it", async () => {
    const visit = await visitGroup(milestone({ name: "Spend 1000", enrolmentEndDate: "2030-03-31" }));
    const { page } = visit;
    const from = page.getByRole("textbox", { name: "Can be joined from" });
    await from.fill("spring");
    await page.getByRole("button", { name: "Save" }).click();
    await expectAnswer(page, "300004");
    expect(await from.getAttribute("aria-invalid")).toBe("true");
    await page.getByText("Calls that enrol outside of this time are refused. Members stay members").waitFor();
    await from.fill("2030-02-01");
    await page.getByRole("textbox", { name: "Can be joined until" }).fill("");
    await page.getByLabel("Days after a cycle for what comes late").fill("3");
    await page.getByText("What is told of a cycle’s end waits that many days").waitFor();
    const sent = page.waitForRequest((request) => request.method() === "PUT");
    await page.getByRole("button", { name: "Save" }).click();
    const change = { enrolmentStartDate: "2030-02-01", enrolmentEndDate: null, offsetDays: 3 };
    expect((await sent).postDataJSON()).toEqual(change);
    await expectAnswer(page, "version 2");
    expect(await readGroup(visit)).toMatchObject(change);
    const told = async () => (await changes(page).allInnerTexts()).join("\n");
    await expect.poll(told, limits).toContain("Can be joined until\t2030-03-31\t–");
  });

  it("renames a level and adds one above the highest, and says who reaches it", async () => {
    const visit = await visitGroup(streak({ name: "Visits", cycles: 7, levels: [2, 4] }));
    const { page } = visit;
    await page.getByLabel("Level of 2 cycles").fill("Regular");
    await page.getByLabel("Another level").fill("Faithful");
    await page.getByLabel("Cycles to meet").fill("6");
    await page.getByText("Members whose run is already 6 cycles long reach the new level").waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await expectAnswer(page, "version 2");
    expect((await readGroup(visit)).streaks).toMatchObject([
      { name: "Regular", targetCountOfSequence: 2 },
      { name: "l2", targetCountOfSequence: 4 },
      { name: "Faithful", targetCountOfSequence: 6 },
    ]);
  });

  it("shows the API's refusal when the name is another group's: 310069", async () => {
    const visit = await visitGroup();
    await visit.org.createGroup(milestone({ name: "Taken" }));
    await visit.page.getByLabel("Name", { exact: true }).fill("Taken");
    await visit.page.getByRole("button", { name: "Save" }).click();
    await expectAnswer(visit.page, "310069");
  });
});

describe("the form of cycles", () => {
  it("draws the cycle to append behind the others, and appends it", async () => {
    const visit = await visitGroup();
    const { page } = visit;
    await choose(page, "Cycles");
    const preview = page.getByRole("region", { name: "Preview of the cycles" });
    await preview.getByText("drawn here once").waitFor();
    expect(await page.getByLabel("First day").inputValue()).toBe("2030-06-01");
    await page.getByLabel("Name", { exact: true }).fill("c6");
    await page.getByLabel("Last day").fill("2030-06-30");
    await expect
      .poll(() => preview.getByRole("listitem").last().textContent(), limits)
      .toBe("c6, 1 Jun 2030 – 30 Jun 2030, Not started");
    await page.getByText("Every member is in the new cycles at once").waitFor();
    await page.getByRole("button", { name: "Append" }).click();
    await expectAnswer(page, "version 2");
    expect((await readGroup(visit)).periods).toHaveLength(6);
    expect((await readGroup(visit)).periods[5]).toMatchObject({ refCode: "c6", startDate: "2030-06-01" });
  });

  it("moves the end of the running cycle and nothing else, as the preview has drawn it", async () => {
    const days = { startDate: "2030-02-01", endDate: "2030-02-20" };
    const visit = await visitGroup(milestone({ name: "Spend 1000", periods: [{ refCode: "c1", ...days }] }));
    const { page } = visit;
    await choose(page, "Cycles");
    await page.getByRole("radio", { name: "Move", exact: true }).check();
    expect(await page.getByLabel("First day").count()).toBe(0);
    expect(await page.getByLabel("Last day").inputValue()).toBe("2030-02-20");
    await page.getByLabel("Last day").fill("2030-02-24");
    const preview = page.getByRole("region", { name: "Preview of the cycles" }).getByRole("listitem");
    expect(await preview.allTextContents()).toEqual(["c1, 1 Feb 2030 – 24 Feb 2030, Running, now"]);
    const sent = page.waitForRequest((request) => request.method() === "PUT");
    await page.getByRole("button", { name: "Move", exact: true }).click();
    expect((await sent).postDataJSON()).toEqual([{ id: visit.group.cycleIds[0], endDate: "2030-02-24" }]);
    await expectAnswer(page, "version 2");
    expect((await readGroup(visit)).periods).toMatchObject([{ ...days, endDate: "2030-02-24" }]);
  });

  it("raises the number of cycles that a rule makes, which the preview has before it is sent", async () => {
    const { periods: _, ...body } = milestone({ name: "Monthly" });
    const rule = { frequencyType: "MONTHLY", frequency: 1, recurringCycles: 3, fromDate: "2030-01-31" };
    const visit = await visitGroup({ ...body, ...rule });
    const { page } = visit;
    await choose(page, "Cycles");
    expect(await page.getByRole("button", { name: "Extend" }).isDisabled()).toBe(true);
    await page.getByLabel("How many cycles; there are 3").fill("5");
    const preview = page.getByRole("region", { name: "Preview of the cycles" }).getByRole("listitem");
    const planned = await preview.allTextContents();
    expect(planned).toHaveLength(5);
    await page.getByRole("button", { name: "Extend" }).click();
    await expectAnswer(page, "version 2");
    const shown = page.getByRole("article", { name: "Monthly" }).getByRole("list", { name: "Cycles of Monthly" });
    await expect.poll(() => shown.getByRole("listitem").allTextContents(), limits).toEqual(planned);
  });
});

describe("the form of values", () => {
  it("changes the value of a coming cycle, and says so", async () => {
    const visit = await visitGroup();
    const { page } = visit;
    await choose(page, "Values");
    await page.getByRole("combobox", { name: /^In/ }).selectOption("c4 (not started)");
    await page.getByLabel("New value").fill("1500.5");
    await page.getByText("c4 has not started: all members will be judged by 1,500.5 there").waitFor();
    await page.getByRole("button", { name: "Change the value" }).click();
    await expectAnswer(page, "version 2");
    expect((await readGroup(visit)).targets[0].defaultValues).toEqual(
      [1000, 1000, 1000, 1500.5, 1000].map((defaultValue) => ({ defaultValue })),
    );
  });

  it("changes the value of the running cycle, and shows that its customers are being judged again", async () => {
    const visit = await visitGroup();
    const { page } = visit;
    await choose(page, "Values");
    await page.getByRole("combobox", { name: /^In/ }).selectOption("c2 (running)");
    await page.getByLabel("New value").fill("800");
    await page.getByRole("button", { name: "Change the value" }).click();
    await expectAnswer(page, "version 2");
    expect((await readGroup(visit)).targets[0].defaultValues[1]).toEqual({ defaultValue: 800 });
    await expect
      .poll(() => page.getByRole("article", { name: "Spend 1000" }).innerText(), limits)
      .toContain("being judged again since 15 Feb 2030, 12:00");
  });

  it("says of the running cycle who will count as having reached it, or no longer, and what stays", async () => {
    const { page } = await visitGroup();
    await choose(page, "Values");
    await page.getByLabel("New value").fill("800");
    const told = page.getByRole("region", { name: "Change this group" });
    const lowered = "members who have at least 800 and less than 1,000 in it count as having reached it";
    await expect.poll(() => told.innerText(), limits).toContain(lowered);
    expect(await told.innerText()).toContain("3 cycles have not started");
    await page.getByLabel("New value").fill("1200");
    const raised = "members who have at least 1,000 and less than 1,200 in it no longer count as having reached it";
    await expect.poll(() => told.innerText(), limits).toContain(raised);
    expect(await told.innerText()).toContain("What was announced and the levels that were reached stay.");
  });

  it("offers no cycle that has ended", async () => {
    const { page } = await visitGroup();
    await choose(page, "Values");
    expect(await page.getByRole("combobox", { name: /^In/ }).locator("option").allTextContents()).toEqual([
      "The running and all coming cycles",
      "c2 (running)",
      "c3 (not started)",
      "c4 (not started)",
      "c5 (not started)",
    ]);
  });
});

const shops = { entityType: "STORE", entityIds: ["shop-7"] };
const half = { triggerName: "Half of it", triggerValueType: "PERCENTAGE", triggerValue: 50 };

describe("the form of what counts", () => {
  it("changes the filters and the sub-targets from the next cycle on, and the changes say so in words", async () => {
    const target = { ...milestone().targets[0], filters: [shops], targetMilestoneTriggers: [half] };
    const visit = await visitGroup(milestone({ name: "Spend 1000", targets: [target] }));
    const { page } = visit;
    await choose(page, "Rules");
    expect(await page.getByRole("button", { name: "Change what counts" }).isDisabled()).toBe(true);
    expect(await page.getByLabel("Any of these, one in a line").inputValue()).toBe("shop-7");
    expect(await page.getByLabel("Sub-target", { exact: true }).inputValue()).toBe("Half of it");
    await page.getByLabel("Any of these, one in a line").fill("shop-7\n shop-9 \n\n");
    await page.getByRole("button", { name: "Take off the last sub-target" }).click();
    const sent = page.waitForRequest((request) => request.method() === "PUT");
    await page.getByRole("button", { name: "Change what counts" }).click();
    expect((await sent).postDataJSON()).toEqual({
      filters: [{ entityType: "STORE", entityIds: ["shop-7", "shop-9"] }],
      targetMilestoneTriggers: null,
    });
    await expectAnswer(page, "version 2");
    const [counting] = (await readGroup(visit)).targets;
    expect(counting.rules).toMatchObject([
      { filters: [shops] },
      { fromPeriodId: visit.group.cycleIds[2], targetMilestoneTriggers: null },
    ]);
    const told = async () => (await changes(page).allInnerTexts()).join("\n");
    await expect
      .poll(told, limits)
      .toContain("Filters of target Spend 1000\tonly store shop-7\tonly store shop-7 or shop-9");
    expect(await told()).toContain("Sub-targets of target Spend 1000\tHalf of it at 50 %\t–");
    const card = page.getByRole("article", { name: "Spend 1000" });
    await card.getByText("1 filter, 0 sub-targets, other ones before").click();
    expect(await card.innerText()).toMatch(
      /From c1 on:\s+Filter 1: only store shop-7\s+Sub-target Half of it at 50 %\s+From c3 on:\s+Filter 1: only store shop-7 or shop-9/,
    );
  });
});

async function visitForm(org: TestOrg): Promise<Page> {
  const page = await visitGroups(org);
  await page.getByRole("link", { name: "New target group" }).click();
  await page.getByRole("heading", { name: "New target group", level: 1 }).waitFor();
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  return page;
}

function nameField(page: Page, of: string) {
  return page.getByRole("group", { name: of }).getByLabel("Name", { exact: true });
}

async function nameTarget(page: Page): Promise<void> {
  await nameField(page, "Its targets").fill("Spend");
  await page.getByLabel("Value to reach").fill("1000");
}

describe("the form for a new group", () => {
  it("draws the cycles that the API then makes of the rule: 31 January, 28 February, 31 March", async () => {
    const org = await service.newOrg();
    const page = await visitForm(org);
    await nameField(page, "The group").fill("Monthly");
    await page.getByLabel("First day").fill("2030-01-31");
    await nameTarget(page);
    const preview = page.getByRole("region", { name: "Preview of the cycles" }).getByRole("listitem");
    const planned = await preview.allTextContents();
    expect(planned).toEqual([
      "2030-01-31, 31 Jan 2030 – 27 Feb 2030, Running, now",
      "2030-02-28, 28 Feb 2030 – 30 Mar 2030, Not started",
      "2030-03-31, 31 Mar 2030 – 29 Apr 2030, Not started",
    ]);
    await page.getByRole("button", { name: "Create the group" }).click();
    await page.getByRole("heading", { name: /^Target group \d+$/, level: 1 }).waitFor();
    const shown = page.getByRole("article", { name: "Monthly" }).getByRole("list", { name: "Cycles of Monthly" });
    await expect.poll(() => shown.getByRole("listitem").allTextContents(), limits).toEqual(planned);
  });

  it("creates a streak of listed cycles with its levels and freezes", async () => {
    const org = await service.newOrg();
    const page = await visitForm(org);
    await nameField(page, "The group").fill("Two weeks");
    await page.getByLabel("Kind").selectOption("Streak");
    await page.getByRole("radio", { name: "From a list" }).check();
    for (const [place, [name, first, last]] of [
      ["W1", "2030-02-18", "2030-02-24"],
      ["W2", "2030-02-25", "2030-03-03"],
    ].entries()) {
      if (place > 0) await page.getByRole("button", { name: "Add a cycle" }).click();
      await nameField(page, "The list").nth(place).fill(String(name));
      await page.getByLabel("First day").nth(place).fill(String(first));
      await page.getByLabel("Last day").nth(place).fill(String(last));
    }
    await nameTarget(page);
    await nameField(page, "Its levels").fill("Both");
    await page.getByLabel("Freezes: missed cycles that a run survives").fill("2");
    await page.getByRole("button", { name: "Create the group" }).click();
    await page.getByRole("article", { name: "Two weeks" }).waitFor();
    const { body } = await ok(org.reader.get("/targetGroups?includePeriods=true"));
    expect(body.data).toMatchObject([
      {
        trackingType: "STREAKS",
        timeZoneName: "Europe/Berlin",
        frequencyType: null,
        periods: [{ refCode: "W1", endDate: "2030-02-24" }, { refCode: "W2" }],
        targets: [{ name: "Spend", targetType: "SALES", defaultValues: [{ defaultValue: 1000 }] }],
        streaks: [{ name: "Both", targetCountOfSequence: 2 }],
        streakFreezes: { initial: 2 },
      },
    ]);
  });

  it("creates a target with filters, sub-targets, a reminder and automatic enrolment, which the group shows", async () => {
    const org = await service.newOrg();
    const page = await visitForm(org);
    await nameField(page, "The group").fill("Pens");
    await page.getByLabel("Days after a cycle for what comes late").fill("2");
    await nameTarget(page);
    await page.getByRole("combobox", { name: /^of/ }).last().selectOption("lines of purchases");
    await page.getByLabel("Customers get in").selectOption("with the first activity that matches");
    for (const kind of ["attribute", "brand of a line"]) {
      await page.getByRole("button", { name: "Add a filter" }).click();
      await page.getByLabel("Looks at").last().selectOption(kind);
    }
    await page.getByRole("textbox", { name: "Attribute" }).fill("litres");
    await page.getByLabel("At least").fill("2.5");
    await page.getByLabel("Any of these, one in a line").last().fill("Quill\nNib");
    await page.getByLabel("Not these").last().check();
    await page.getByRole("button", { name: "Add a sub-target" }).click();
    await page.getByLabel("Sub-target", { exact: true }).fill("Half of it");
    await page.getByLabel("Reached at").fill("50");
    await page.getByRole("button", { name: "Add a reminder" }).click();
    await page.getByLabel("Reminder", { exact: true }).fill("Three days left");
    await page.getByRole("button", { name: "Create the group" }).click();
    const card = page.getByRole("article", { name: "Pens" });
    await card.getByText("2 filters, 1 sub-target").click();
    const text = await card.innerText();
    expect(text).toContain("Filter 1: only attribute litres from 2.5");
    expect(text).toContain("Filter 2: not brand of a line Quill or Nib");
    expect(text).toContain("Sub-target Half of it at 50 %");
    expect(text).toContain("the first activity enrols · reminder Three days left 72 hours before the end");
    expect(text).toContain("Ends are told 2 days later");
    const { body } = await ok(org.reader.get("/targetGroups"));
    expect(body.data).toMatchObject([
      {
        offsetDays: 2,
        targets: [
          {
            targetEntity: "LINEITEM",
            enrolmentMethod: "TRANSACTION",
            filters: [
              { entityType: "ATTRIBUTE", attributeName: "litres", minimum: 2.5 },
              { entityType: "BRAND", entityIds: ["Quill", "Nib"], exclude: true },
            ],
            targetMilestoneTriggers: [half],
            reminders: [{ name: "Three days left", offsetHours: 72, condition: "NOT_REACHED" }],
          },
        ],
      },
    ]);
  });

  it("has a time for joining, which the group shows", async () => {
    const org = await service.newOrg();
    const page = await visitForm(org);
    await nameField(page, "The group").fill("Spring");
    await page.getByLabel("Can be joined from").fill("2030-03-01");
    await page.getByLabel("Can be joined until").fill("2030-03-31");
    await nameTarget(page);
    await page.getByRole("button", { name: "Create the group" }).click();
    await expect
      .poll(() => page.getByRole("article", { name: "Spring" }).innerText(), limits)
      .toContain("Can be joined from 1 Mar 2030 until 31 Mar 2030");
  });

  it("shows what the API says about a field beside it, and about a row below the row: 300004", async () => {
    const page = await visitForm(await service.newOrg());
    await nameField(page, "The group").fill("Pens");
    await nameTarget(page);
    await page.getByLabel("Customers get in").selectOption("with the first activity that matches");
    await page.getByLabel("Counts from the enrolment on").check();
    for (const kind of ["category of a line", "amount"]) {
      await page.getByRole("button", { name: "Add a filter" }).click();
      await page.getByLabel("Looks at").last().selectOption(kind);
    }
    await page.getByRole("button", { name: "Create the group" }).click();
    await expectAnswer(page, "300004");
    const check = page.getByLabel("Counts from the enrolment on");
    expect(await check.getAttribute("aria-invalid")).toBe("true");
    const described = page.locator(`[id="${await check.getAttribute("aria-describedby")}"]`);
    expect(await described.innerText()).toBe(
      "targets[0].trackFromEnrollmentDate must be false when enrolmentMethod is TRANSACTION.",
    );
    const filters = page.getByRole("group", { name: "Filters" });
    expect(await filters.locator(".fault").allInnerTexts()).toEqual([
      expect.stringMatching(/^targets\[0\]\.filters\[0\]\.entityType CATEGORY needs the targetEntity LINEITEM/),
      expect.stringMatching(/^targets\[0\]\.filters\[0\]\.entityIds is required/),
      expect.stringMatching(/^targets\[0\]\.filters\[1\] must have minimum or maximum/),
    ]);
    expect(await page.getByLabel("Value to reach").getAttribute("aria-invalid")).toBe(null);
  });

  it("shows what the API refuses, and keeps what was typed", async () => {
    const org = await service.newOrg();
    await org.createGroup(milestone({ name: "Taken" }));
    const page = await visitForm(org);
    await nameField(page, "The group").fill("Taken");
    await nameTarget(page);
    await page.getByRole("button", { name: "Create the group" }).click();
    await expectAnswer(page, "310069");
    expect(await nameField(page, "The group").inputValue()).toBe("Taken");
  });

  it("is offered only to a credential that may create groups", async () => {
    const page = await visits.openAt(await service.newOrg(), during(1));
    await page.getByText("0 groups, by name.").waitFor();
    expect(await page.getByRole("link", { name: "New target group" }).count()).toBe(0);
    await page.evaluate("location.hash = '#/groups/new'");
    await page.getByText("takes a credential of access group admin").waitFor();
    expect(await page.getByRole("button", { name: "Create the group" }).count()).toBe(0);
  });
});
