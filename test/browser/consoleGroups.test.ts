import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { consolePages } from "../../local/consolePages.ts";
import { newCredential, setTime, signIn, useVisits } from "../support/consoleVisit.ts";
import { ok, type TestGroup, type TestOrg } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { during, milestone } from "../support/targetGroups.ts";

const settings = {
  demoCredential: { username: "demo-admin", secret: "demo-secret" },
  exampleCustomerId: 345651210,
  hasEvents: false,
};
const pages = consolePages(settings);
const service = useService(undefined, () => pages);
const visits = useVisits(service);
const limits = { timeout: 20_000 };

type AdminVisit = { readonly org: TestOrg; readonly group: TestGroup; readonly page: Page };

/** The view of a group, at noon of 15 February 2030, when its second cycle runs. */
async function visitGroup(body: Readonly<Record<string, unknown>> = milestone({ name: "Spend 1000" })) {
  const org = await service.newOrg();
  const group = await org.createGroup(body);
  const page = await visits.open();
  await signIn(page, await newCredential(service, org, "admin"));
  await setTime(page, during(2));
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
});

describe("a group", () => {
  it("is stopped by the request that is shown, after a question, and started again", async () => {
    const visit = await visitGroup();
    const { page, group } = visit;
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
    await visit.page.getByRole("combobox", { name: /^What/ }).selectOption("Target Other (active)");
    await visit.page.getByRole("button", { name: "Stop", exact: true }).click();
    await visit.page.getByRole("button", { name: "Yes, stop" }).click();
    await expectAnswer(visit.page, "version 2");
    expect(await readGroup(visit)).toMatchObject({ active: true, targets: [{ active: true }, { active: false }] });
  });

  it("that somebody else has changed meanwhile is not edited: the page says so, and loads it again at a click", async () => {
    const visit = await visitGroup();
    const { page } = visit;
    await page.getByRole("button", { name: "Stop", exact: true }).waitFor();
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
