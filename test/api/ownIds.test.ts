import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { enrollRoutes } from "../../functions/enroll/routes.ts";
import { localFunctions } from "../../local/functions.ts";
import { startGateway } from "../../local/gateway.ts";
import { createContext } from "../../shared/operations/context.ts";
import { ApiClient, type ApiResponse } from "../support/apiClient.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { ok, type TestGroup, type TestOrg, targetPath } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { during } from "../support/targetGroups.ts";
import { withoutWriting } from "../support/writes.ts";

const service = useService();
const now = during(1);

/** A text that can only come from the request. */
const card = () => `card-${randomUUID()}`;
const byCard = (identifierValue: string) => ({ identifierName: "externalId", identifierValue });
const byId = (identifierValue: unknown) => ({ identifierName: "id", identifierValue });
/** A record that asks to register a customer whom nobody knows. */
const newcomer = () => ({ ...byCard(card()), registerCustomer: true });

function enroll(client: ApiClient, group: TestGroup, record: object): Promise<ApiResponse> {
  return client.post(`${targetPath(group)}/enroll`, [record], { now });
}

async function setting() {
  const org = await service.newOrg();
  const group = await org.createGroup();
  const externalId = card();
  const { data } = (await ok(org.admin.post("/customers", { externalId, firstName: "Ada" }))).body;
  const customerId: number = data.customerId;
  return { org, group, externalId, customerId };
}

const activity = (name: object) => ({
  activityId: randomUUID(),
  ...name,
  type: "TRANSACTION",
  occurredAt: now,
  amount: 5,
});

/** Every route that names a customer in its body. */
const routesByName: readonly [string, (org: TestOrg, group: TestGroup, name: object) => Promise<ApiResponse>][] = [
  ["enroll", ({ till }, group, name) => till.post(`${targetPath(group)}/enroll`, [name], { now })],
  ["unEnroll", ({ till }, group, name) => till.post(`${targetPath(group)}/unEnroll`, [name], { now })],
  ["activities", ({ till }, _, name) => till.post("/activities", activity(name), { now })],
  [
    "enroll/simulate",
    ({ reader }, group, name) => reader.post(`${targetPath(group)}/enroll/simulate`, [name], { now }),
  ],
  [
    "unEnroll/simulate",
    ({ reader }, group, name) => reader.post(`${targetPath(group)}/unEnroll/simulate`, [name], { now }),
  ],
  ["activities/simulate", ({ reader }, _, name) => reader.post("/activities/simulate", activity(name), { now })],
];

describe("POST /customers", () => {
  it("registers under an id that the service draws with 201; the same external id again is 200 with the same id", async () => {
    const org = await service.newOrg();
    const externalId = card();
    const first = await org.admin.post("/customers", { externalId, firstName: "Ada" });
    const again = await org.admin.post("/customers", { externalId, lastName: "Lovelace" });
    expect([first.status, again.status]).toEqual([201, 200]);
    const { customerId } = first.body.data;
    expect(Number.isSafeInteger(customerId) && customerId > 0).toBe(true);
    expect(again.body.data).toMatchObject({ customerId, externalId, firstName: "Ada", lastName: "Lovelace" });
    expect((await ok(org.reader.get(`/customers/${customerId}`))).body.data).toEqual(again.body.data);
  });

  it("makes one customer of 40 calls at once, of which one answers 201", async () => {
    const org = await service.newOrg();
    const externalId = card();
    const answers = await Promise.all(Array.from({ length: 40 }, () => org.admin.post("/customers", { externalId })));
    const ids = answers.filter(({ status }) => status < 300).map(({ body }) => body.data.customerId);
    expect(new Set(ids).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    // Contention may end in 4001, after which the caller asks again.
    expect(answers.every(({ status }) => [200, 201, 503].includes(status))).toBe(true);
  });

  it.each([
    ["missing", {}, /externalId is required/],
    ["null", { externalId: null }, /externalId must be a string/],
    ["blank", { externalId: " " }, /externalId must hold more than blanks/],
  ])("is refused with 300004 when the external id is %s", async (_, body, message) => {
    const org = await service.newOrg();
    expectRefused(await org.admin.post("/customers", body), 400, 300004, message);
  });
});

describe("GET /customers?externalId=", () => {
  it("answers the customer who has the id", async () => {
    const { org, externalId, customerId } = await setting();
    const found = await ok(org.reader.get(`/customers?externalId=${externalId}`));
    expect(found.body.data).toMatchObject({ customerId, externalId, firstName: "Ada" });
  });

  it("is refused with 310011 for an id that nobody has, or that was given up, or that another org has", async () => {
    const { org, externalId, customerId } = await setting();
    const other = await service.newOrg();
    const foreign = await other.reader.get(`/customers?externalId=${externalId}`);
    const unknown = await other.reader.get(`/customers?externalId=${card()}`);
    expectRefused(unknown, 400, 310011, /No customer has this externalId/);
    expect(foreign.body).toEqual(unknown.body);
    await ok(org.admin.put(`/customers/${customerId}`, { externalId: null }));
    expectRefused(await org.reader.get(`/customers?externalId=${externalId}`), 400, 310011);
  });

  it.each([
    ["is missing", "", /externalId in the query is required/],
    ["is blank", "?externalId=%20", /externalId in the query must be 1 to 200 characters/],
    ["is longer than 200 characters", `?externalId=${"x".repeat(201)}`, /must be 1 to 200 characters[^"]*$/],
  ])("is refused with 300004 when the id %s, and the answer does not repeat it", async (_, query, message) => {
    const org = await service.newOrg();
    expectRefused(await org.reader.get(`/customers${query}`), 400, 300004, message);
  });
});

describe("identifierName with identifierValue", () => {
  it("names the same customer as customerId: enrolled, counted for, tried and un-enrolled", async () => {
    const { org, group, externalId, customerId } = await setting();
    expectAccepted(await org.enroll(group, byCard(externalId), { now }), customerId);
    expectRefused(await org.enroll(group, { customerId }, { now }), 400, 310119);
    const counted = await ok(org.till.post("/activities", activity(byCard(externalId)), { now }));
    expect(counted.body.data).toMatchObject({ customerId, targets: [{ newAchievedValue: 5 }] });
    const left = await org.till.post(`${targetPath(group)}/unEnroll`, [byCard(externalId)], { now });
    expectAccepted(left, customerId);
    expectRefused(await org.unenroll(group, customerId, { now }), 400, 310126);
  });

  it("of the kind id equals customerId, as a number and as digits", async () => {
    const { org, group, customerId } = await setting();
    expectAccepted(await org.enroll(group, byId(customerId), { now }), customerId);
    expectRefused(await org.enroll(group, byId(String(customerId)), { now }), 400, 310119);
    const refused = await org.enroll(group, byId("x-77"), { now });
    expectRefused(refused, 400, 310011, /identifierValue must be an integer[^"]*$/);
    expect(JSON.stringify(refused.body)).not.toContain("x-77");
  });

  it("is the same record to an Idempotency-Key as customerId", async () => {
    const { org, group, externalId, customerId } = await setting();
    const headers = { "Idempotency-Key": randomUUID() };
    expectAccepted(await org.enroll(group, byCard(externalId), { now, headers }), customerId);
    expectAccepted(await org.enroll(group, { customerId }, { now, headers }), customerId);
    const other = await org.enroll(group, { customerId, initialBalance: 5 }, { now, headers });
    expectRefused(other, 422, 300004);
  });

  it("is the same activity as with customerId", async () => {
    const { org, externalId, customerId } = await setting();
    const sent = activity(byCard(externalId));
    await ok(org.till.post("/activities", sent, { now }));
    const { identifierName: _, identifierValue: __, ...rest } = { ...sent, ...byCard(externalId) };
    const again = await ok(org.till.post("/activities", { ...rest, customerId }, { now }));
    expect(again.body.warnings).toEqual([{ message: expect.stringContaining("was already counted") }]);
  });

  it.each(routesByName)(
    "%s: an id that nobody has, or only another org, is 310011 and never repeated",
    async (_, send) => {
      const { externalId } = await setting();
      const { org, group } = await setting();
      const [foreign, unknown] = [await send(org, group, byCard(externalId)), await send(org, group, byCard(card()))];
      expectRefused(unknown, 400, 310011, /No customer has this externalId/);
      expect(foreign.body).toEqual(unknown.body);
    },
  );

  it.each(routesByName)(
    "%s: both names, none, half a name, or another kind is 300004 and never repeated",
    async (_, send) => {
      const { org, group, customerId } = await setting();
      const value = card();
      const wrong: readonly [object, RegExp][] = [
        [{}, /customerId is required, or identifierName with identifierValue in its place/],
        [{ customerId, ...byCard(value) }, /customerId and identifierName must not both be there/],
        [{ identifierName: "externalId" }, /identifierValue is required beside the other/],
        [{ identifierValue: value }, /identifierName is required beside the other/],
        [{ identifierName: "mobile", identifierValue: value }, /identifierName must be externalId or id/],
        [{ identifierName: "externalId", identifierValue: 77_123_456 }, /identifierValue must be a string/],
        [byCard(" "), /identifierValue must be a string of 1 to 200 characters/],
        [byCard(value.repeat(6)), /identifierValue must be a string of 1 to 200 characters/],
      ];
      for (const [name, message] of wrong) {
        const refused = await send(org, group, name);
        expectRefused(refused, 400, 300004, message);
        expect(JSON.stringify(refused.body)).not.toMatch(new RegExp(`${value}|77123456`));
      }
    },
  );

  it("asks the engine for a claim in place of the profile, and for one write", async () => {
    const { org, group, externalId } = await setting();
    await ok(org.enroll(group, { customerId: await org.newCustomer() }, { now }));
    const requests = await service.recorder.during(async () => {
      await ok(org.enroll(group, byCard(externalId), { now }));
    });
    const ofOrg = requests.filter(({ command }) => command !== "Query");
    expect(ofOrg.map(({ command }) => command).slice(-2)).toEqual(["GetItem", "UpdateItem"]);
  });
});

describe("registerCustomer: true", () => {
  it("registers an unknown customer without a profile and enrols, by either name", async () => {
    const { org, group } = await setting();
    const record = newcomer();
    const { data } = (await ok(enroll(org.admin, group, record))).body;
    const found = await ok(org.reader.get(`/customers?externalId=${record.identifierValue}`));
    expect(found.body.data).toMatchObject({ customerId: data, firstName: null, lastName: null });
    expectAccepted(await enroll(org.admin, group, { customerId: 4711, registerCustomer: true }), 4711);
    expect((await ok(org.reader.get("/customers/4711"))).body.data).toMatchObject({ externalId: null });
  });

  it("changes nothing of a customer who is registered", async () => {
    const { org, group, externalId, customerId } = await setting();
    const before = (await ok(org.reader.get(`/customers/${customerId}`))).body;
    expectAccepted(await enroll(org.admin, group, { ...byCard(externalId), registerCustomer: true }), customerId);
    expect((await ok(org.reader.get(`/customers/${customerId}`))).body).toEqual(before);
  });

  it("registers nobody when the enrolment is refused, or only tried", async () => {
    const { org, group } = await setting();
    const record = { ...newcomer(), periodName: "none" };
    await withoutWriting(service, async () => {
      expectRefused(await enroll(org.admin, group, record), 400, 310019);
      const tried = await org.admin.post(`${targetPath(group)}/enroll/simulate`, [newcomer()], { now });
      expect(tried.body.warnings?.map(({ message }) => message)).toEqual([
        expect.stringMatching(/^Nothing was written/),
        expect.stringMatching(/^The customer would be registered/),
      ]);
    });
  });

  it("is refused with 4000 to a caller without the permission manage, whatever else is wrong", async () => {
    const { org, group, externalId } = await setting();
    for (const record of [newcomer(), { ...byCard(externalId), registerCustomer: true }, { registerCustomer: true }]) {
      expectRefused(await enroll(org.till, group, record), 403, 4000, /needs the permission "manage"/);
    }
    const tried = await org.reader.post(`${targetPath(group)}/enroll/simulate`, [newcomer()], { now });
    expectRefused(tried, 403, 4000);
    expectRefused(await enroll(org.till, group, { ...byCard(card()), registerCustomer: false }), 400, 310011);
  });

  it("needs only the permission enroll where the deployment says so", async () => {
    const { org, group } = await setting();
    const { authorizer, handlers } = localFunctions(service.table);
    const enrolling = enrollRoutes(createContext(service.table), "enroll");
    const gateway = await startGateway({ authorizer, handlers: { ...handlers, ...enrolling } }, 0);
    try {
      expect((await enroll(new ApiClient(gateway.baseUrl, org.credentials.till), group, newcomer())).status).toBe(200);
    } finally {
      await gateway.close();
    }
  });

  it.each([
    ["an external id", newcomer],
    ["an id", () => ({ customerId: 4711, registerCustomer: true })],
  ])("of 40 calls at once with %s makes one customer and answers one 200", async (_, name) => {
    const { org, group } = await setting();
    const record = name();
    const answers = await Promise.all(Array.from({ length: 40 }, () => enroll(org.admin, group, record)));
    const accepted = answers.filter(({ status }) => status === 200);
    expect(accepted).toHaveLength(1);
    const codes = answers.filter(({ status }) => status !== 200).map(({ body }) => body.errors?.[0]?.code);
    expect(codes.every((code) => code === 310119 || code === 4001)).toBe(true);
    expectRefused(await enroll(org.admin, group, record), 400, 310119);
  });
});
