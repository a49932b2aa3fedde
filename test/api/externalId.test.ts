import { describe, expect, it } from "vitest";
import { externalIdKey } from "../../shared/table/keys.ts";
import { get } from "../../shared/table/store.ts";
import type { ApiResponse } from "../support/apiClient.ts";
import { expectRefused } from "../support/envelopes.ts";
import { ok, type TestOrg } from "../support/org.ts";
import { useService } from "../support/service.ts";

const service = useService();

const taken = /^Invalid input\. externalId is another customer's; [^0-9]*$/;

function put({ admin }: TestOrg, customerId: number, profile: Record<string, unknown>): Promise<ApiResponse> {
  return admin.put(`/customers/${customerId}`, profile);
}

async function read({ reader }: TestOrg, customerId: number) {
  const { firstName, lastName, externalId } = (await ok(reader.get(`/customers/${customerId}`))).body.data;
  return { firstName, lastName, externalId };
}

/** Whether anybody has a claim of the id. */
async function isClaimed({ org }: TestOrg, externalId: string): Promise<boolean> {
  return (await get(service.table, externalIdKey(org, externalId), { isConsistent: true })) !== undefined;
}

describe("an external id", () => {
  it("of another customer is refused with 300004 and HTTP 409, which names nobody and changes nothing", async () => {
    const org = await service.newOrg();
    await ok(put(org, 71, { externalId: "crm-1" }));
    expectRefused(await put(org, 72, { firstName: "Ada", externalId: "crm-1" }), 409, 300004, taken);
    expectRefused(await org.reader.get("/customers/72"), 400, 310011);
    await ok(put(org, 72, { firstName: "Ada" }));
    expectRefused(await put(org, 72, { firstName: "Grace", externalId: "crm-1" }), 409, 300004, taken);
    expect(await read(org, 72)).toEqual({ firstName: "Ada", lastName: null, externalId: null });
    expect(await read(org, 71)).toMatchObject({ externalId: "crm-1" });
  });

  it.each([
    ["is changed", { externalId: "crm-2" }],
    ["is emptied with null", { externalId: null }],
  ])("can be another customer's as soon as it %s", async (_, change) => {
    const org = await service.newOrg();
    await ok(put(org, 71, { externalId: "crm-1" }));
    await ok(put(org, 71, change));
    expect(await isClaimed(org, "crm-1")).toBe(false);
    await ok(put(org, 72, { externalId: "crm-1" }));
    expectRefused(await put(org, 71, { externalId: "crm-1" }), 409, 300004, taken);
    expect(await read(org, 71)).toMatchObject(change);
  });

  it("stays when the field is absent, and when the customer sends the same one again", async () => {
    const org = await service.newOrg();
    await ok(put(org, 71, { externalId: "crm-1" }));
    await ok(put(org, 71, { firstName: "Ada" }));
    await ok(put(org, 71, { lastName: "Lovelace", externalId: "crm-1" }));
    expect(await read(org, 71)).toEqual({ firstName: "Ada", lastName: "Lovelace", externalId: "crm-1" });
    expectRefused(await put(org, 72, { externalId: "crm-1" }), 409, 300004, taken);
  });

  it("belongs to one customer of each org", async () => {
    const [one, other] = [await service.newOrg(), await service.newOrg()];
    await ok(put(one, 71, { externalId: "crm-1" }));
    await ok(put(other, 72, { externalId: "crm-1" }));
    expect(await read(other, 72)).toMatchObject({ externalId: "crm-1" });
  });

  it("differs from another one in case and in every other character", async () => {
    const org = await service.newOrg();
    const ids = ["crm-1", "CRM-1", "crm-1 ", "#", "##", "é", "e\u0301", "x".repeat(200), "\u{1F600}".repeat(100)];
    for (const [index, externalId] of ids.entries()) await ok(put(org, index + 1, { externalId }));
    for (const [index, externalId] of ids.entries()) expect(await read(org, index + 1)).toMatchObject({ externalId });
  });

  it.each([
    ["empty", "", /^Invalid input\. externalId must hold more than blanks; got ""\.$/],
    ["blank", " \t", /externalId must hold more than blanks/],
    ["longer than 200 characters", "x".repeat(201), /externalId must not have more than 200 characters/],
  ])("that is %s is refused with 300004", async (_, externalId, message) => {
    const org = await service.newOrg();
    const { status, body } = await put(org, 71, { externalId });
    expect([status, body.errors?.[0]?.code, body.errors?.map((error) => error.message).join()]).toEqual([
      400,
      300004,
      expect.stringMatching(message),
    ]);
  });
});

describe("calls at once", () => {
  it("that give one external id to many customers: exactly one answers 200, every other 409", async () => {
    const org = await service.newOrg();
    const ids = Array.from({ length: 12 }, (_, index) => index + 1);
    const answers = await Promise.all(ids.map((id) => put(org, id, { externalId: "crm-1" })));
    const statuses = answers.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([200, ...Array.from({ length: 11 }, () => 409)]);
    const winner = ids[answers.findIndex(({ status }) => status === 200)] ?? 0;
    expect(await read(org, winner)).toMatchObject({ externalId: "crm-1" });
  });

  it("that give one customer many external ids: the stored one alone is claimed", async () => {
    const org = await service.newOrg();
    const ids = Array.from({ length: 6 }, (_, index) => `crm-${index}`);
    await Promise.all(ids.map((externalId) => put(org, 71, { externalId })));
    const { externalId } = await read(org, 71);
    const claimed = await Promise.all(ids.map((id) => isClaimed(org, id)));
    expect(ids.filter((_, index) => claimed[index])).toEqual([externalId]);
  });
});

it("a change without the external id asks the engine for one write, one with it for a read and a transaction", async () => {
  const org = await service.newOrg();
  const commandsOf = async (profile: Record<string, unknown>) => {
    const requests = await service.recorder.during(() => ok(put(org, 71, profile)).then(() => undefined));
    return requests.map(({ command }) => command).filter((command) => command !== "GetItem" || "externalId" in profile);
  };
  expect(await commandsOf({ firstName: "Ada" })).toEqual(["UpdateItem"]);
  expect((await commandsOf({ externalId: "crm-1" })).at(-1)).toBe("TransactWriteItems");
});
