import { describe, expect, it } from "vitest";
import { consolePages } from "../../local/consolePages.ts";
import { findCustomer, newCredential, setTime, signIn, useVisits } from "../support/consoleVisit.ts";
import { ok } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { during, milestone } from "../support/targetGroups.ts";

const demoCredential = { username: "demo-till", secret: "demo-secret" };
const pages = consolePages({ demoCredential, exampleCustomerId: 345651210, hasEvents: false });
const service = useService(undefined, () => pages);
const visits = useVisits(service);
const limits = { timeout: 20_000 };

const stored = "JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])";

describe("signing in", () => {
  it("says that the user name or the secret is wrong when it is answered 401", async () => {
    const credential = await newCredential(service, await service.newOrg());
    const page = await visits.open();
    await page.getByLabel("User name").fill(credential.username);
    await page.getByLabel("Secret", { exact: true }).fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    expect(await page.getByRole("alert").innerText()).toContain("Wrong user name or secret (401).");
  });

  it("is refused when the API address is no web address", async () => {
    const page = await visits.open();
    await page.getByLabel("API address").fill("javascript:alert(1)");
    await page.getByRole("button", { name: "Sign in" }).click();
    expect(await page.getByRole("alert").innerText()).toContain("must be an http or https address");
  });

  it("begins with the demo credential that the local service names", async () => {
    const page = await visits.open();
    expect(await page.getByLabel("User name").inputValue()).toBe("demo-till");
    expect(await page.getByLabel("Secret", { exact: true }).inputValue()).toBe("demo-secret");
  });

  it("keeps the secret in memory only: a reload forgets it", async () => {
    const credential = await newCredential(service, await service.newOrg());
    const page = await visits.open();
    await signIn(page, credential);
    expect(await page.evaluate<string>(stored)).toBe('[{},{},""]');
    await page.reload();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
  });

  it("keeps it for the tab when asked to, and until signed out", async () => {
    const credential = await newCredential(service, await service.newOrg());
    const page = await visits.open();
    await page.getByLabel("Stay signed in").check();
    await signIn(page, credential);
    const [local, session, cookie] = JSON.parse(await page.evaluate<string>(stored));
    expect([local, cookie]).toEqual([{}, ""]);
    expect(JSON.stringify(session)).toContain(credential.secret);
    await page.reload();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    expect(await page.evaluate<string>(stored)).toBe('[{},{},""]');
  });

  it.each([
    ["read-only", { enrols: false, adjusts: false, registers: false }],
    ["default", { enrols: true, adjusts: false, registers: false }],
    ["support", { enrols: true, adjusts: true, registers: false }],
    ["admin", { enrols: true, adjusts: true, registers: true }],
  ] as const)("of a credential of %s shows the actions that it may do, and no others", async (accessGroup, may) => {
    const org = await service.newOrg();
    await org.createGroup(milestone());
    const customerId = await org.newCustomer();
    const page = await visits.open();
    await signIn(page, await newCredential(service, org, accessGroup));
    await findCustomer(page, customerId);
    await page.getByRole("heading", { name: "History" }).waitFor();
    expect(await page.getByRole("region", { name: "Actions" }).count()).toBe(may.enrols ? 1 : 0);
    expect(await page.getByRole("radio", { name: "Adjust" }).count()).toBe(may.adjusts ? 1 : 0);
    expect(await page.getByText("may only look").count()).toBe(may.enrols ? 0 : 1);
    await findCustomer(page, customerId + 1_000_000);
    await expect.poll(() => page.getByRole("alert").innerText(), limits).toContain("310011");
    expect(await page.getByRole("button", { name: /^Register/ }).count()).toBe(may.registers ? 1 : 0);
  });

  it("asks what the credential may do by calls that change nothing", async () => {
    const org = await service.newOrg();
    const page = await visits.open();
    const asked: Promise<readonly [string, number | undefined]>[] = [];
    page.on("request", (request) => {
      if (request.method() === "GET") return;
      const path = `${request.method()} ${new URL(request.url()).pathname} ${request.postData()}`;
      asked.push(request.response().then((response) => [path, response?.status()]));
    });
    await signIn(page, await newCredential(service, org, "admin"));
    expect((await Promise.all(asked)).toSorted()).toEqual([
      ["POST /v3/activities []", 400],
      ["POST /v3/targetGroups/1/targets/1/adjust []", 400],
      ["PUT /v3/customers/1 []", 400],
    ]);
    const { body } = await org.reader.get("/customers/1");
    expect(body.errors).toEqual([expect.objectContaining({ code: 310_011 })]);
  });
});

describe("the page's content security policy", () => {
  it("lets nothing in that is not the page's own, nor a script in the page, nor text become markup", async () => {
    const response = await fetch(new URL("/console/", service.baseUrl));
    const policy = response.headers.get("Content-Security-Policy") ?? "";
    for (const directive of [
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      "frame-ancestors 'none'",
    ]) {
      expect(policy).toContain(directive);
    }
    expect(policy).not.toContain("unsafe");
    expect(await response.text()).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|\sstyle=/i);
    const page = await visits.open();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await expect(page.evaluate("document.body.innerHTML = '<b>x</b>'")).rejects.toThrow(/TrustedHTML/);
    expect(visits.takeProblems()).toContainEqual(expect.stringContaining("TrustedHTML"));
  });

  it("shows the API's texts as text: a name that looks like markup is shown as it is", async () => {
    const org = await service.newOrg();
    const name = '<img src="x" onerror="document.title=1">';
    const group = await org.createGroup(
      milestone({ name, targets: [{ ...milestone().targets[0], name: "<script>1</script>" }] }),
    );
    const customerId = await org.newCustomer();
    await ok(org.enroll(group, { customerId }, { now: during(1) }));
    const page = await visits.openAt(org, during(1));
    await page.getByRole("heading", { name, level: 2 }).waitFor();
    await findCustomer(page, customerId);
    await page.getByRole("heading", { name, level: 3 }).waitFor();
    await page.getByText("<script>1</script>", { exact: true }).waitFor();
    expect(await page.locator("img, #console script").count()).toBe(0);
  });
});

it("the console offers no event feed where the service has none", async () => {
  const org = await service.newOrg();
  await org.createGroup(milestone());
  const customerId = await org.newCustomer();
  const page = await visits.openAt(org, during(1));
  await findCustomer(page, customerId);
  await page.getByRole("heading", { name: "History" }).waitFor();
  expect(await page.getByRole("link", { name: "Events" }).count()).toBe(0);
  expect(await page.getByRole("heading", { name: "Events" }).count()).toBe(0);
});

it("a customer who is not registered is shown as unknown: 310011", async () => {
  const page = await visits.openAt(await service.newOrg(), during(1));
  await findCustomer(page, 999_999_999);
  await expect.poll(() => page.getByRole("alert").innerText(), limits).toContain("310011");
});

it("a customer who is not registered is registered at a click by who may, and can be enrolled", async () => {
  const org = await service.newOrg();
  await org.createGroup(milestone());
  const page = await visits.open();
  await signIn(page, await newCredential(service, org, "admin"));
  await setTime(page, during(1));
  await findCustomer(page, 999_999_999);
  await page.getByRole("button", { name: "Register customer 999999999" }).click();
  await page.getByRole("button", { name: "Enrol or re-enrol" }).click();
  await page.getByText("✓ 200").waitFor();
  expect((await ok(org.reader.get("/customers/999999999"))).body.data).toMatchObject({ customerId: 999_999_999 });
});

it("without a network, the console says that a call had no answer, and repeats it under the same key", async () => {
  const org = await service.newOrg();
  await org.createGroup(milestone());
  const customerId = await org.newCustomer();
  const page = await visits.openAt(org, during(1));
  await findCustomer(page, customerId);
  await page.getByRole("button", { name: "Enrol or re-enrol" }).waitFor();
  const keys: (string | undefined)[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST") keys.push(request.headers()["idempotency-key"]);
  });
  // The API enrols, and its answer is lost on the way.
  await page.route(
    "**/enroll",
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );
  await page.getByRole("button", { name: "Enrol or re-enrol" }).click();
  await page.getByText("Sending again repeats the same call.").waitFor();
  await page.getByRole("button", { name: "Enrol or re-enrol" }).click();
  await page.getByText("✓ 200").waitFor();
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBe(keys[1]);
  expect(visits.takeProblems()).toEqual([expect.stringContaining("net::ERR_FAILED")]);
});
