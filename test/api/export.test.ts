import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { closeCycles } from "../../local/closeCycles.ts";
import { nestingDepth } from "../../shared/http/limits.ts";
import { basicAuthorization } from "../support/apiClient.ts";
import { expectRefused } from "../support/envelopes.ts";
import { documentedOperations, responseOf } from "../support/openapi.ts";
import { ok, type TestOrg } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { itemsWith } from "../support/storedTraces.ts";
import { during, firstInstantOf, milestone, streak } from "../support/targetGroups.ts";

const service = useProjectedService();
const now = during(1);

type Row = Readonly<Record<string, unknown>> & { readonly type: string };

async function everythingOf(org: TestOrg, customerId: number): Promise<{ rows: Row[]; pages: number }> {
  const rows: Row[] = [];
  let [cursor, pages] = ["", 0];
  do {
    const { data } = (await ok(org.admin.get(`/customers/${customerId}/export${cursor}`))).body;
    rows.push(...data.rows);
    pages += 1;
    cursor = data.nextCursor === null ? "" : `?cursor=${data.nextCursor}`;
  } while (cursor !== "" && pages < 100);
  return { rows, pages };
}

/** The types of content that docs/openapi.json promises for a success. */
function typesOf(name: string): string[] {
  const operation = documentedOperations.find(({ operation: { operationId } }) => operationId === name);
  return Object.keys((operation && responseOf(operation, 200))?.response.content ?? {});
}

const sale = (customerId: number, activityId: string) => ({
  activityId,
  customerId,
  type: "TRANSACTION",
  occurredAt: now,
  amount: 12.5,
  attributes: { note: "gift", size: 1.5 },
  storeId: "S-1",
  lineItems: [{ itemCode: "A", amount: 12.5 }],
});

async function member() {
  const org = await service.newOrg();
  const [group, customerId] = [await org.createGroup(milestone()), await org.newCustomer()];
  const profile = { firstName: "Ada", lastName: "Lovelace", externalId: `card-${randomUUID()}` };
  await ok(org.admin.put(`/customers/${customerId}`, profile, { now }));
  await ok(org.enroll(group, { customerId, initialBalance: 5 }, { now: firstInstantOf(1) }));
  return { org, group, customerId, profile };
}

describe("GET /customers/{customerId}/export", () => {
  it("answers the profile, enrolments, activities with all that was sent of them, and history", async () => {
    const { org, group, customerId, profile } = await member();
    await ok(org.till.post("/activities", sale(customerId, "a"), { now }));
    await service.drain();
    const { rows } = await everythingOf(org, customerId);
    const { username } = org.credentials.till;
    const target = { targetGroupId: group.groupId, targetRuleId: group.targetId };
    expect(rows.map(({ type }) => type)).toEqual(["profile", "activity", "enrolment", "history", "history"]);
    expect(rows[0]).toMatchObject({ customerId, ...profile });
    expect(rows[1]).toEqual({
      type: "activity",
      activityId: "a",
      activityType: "TRANSACTION",
      occurredAt: now,
      recordedOn: now,
      amount: 12.5,
      attributes: { note: "gift", size: 1.5 },
      storeId: "S-1",
      lineItems: [{ itemCode: "A", amount: 12.5 }],
      enteredBy: username,
      source: "API",
      targets: [{ ...target, changes: [{ period: 1, oldValue: 5, newValue: 17.5, activityId: "a" }] }],
    });
    expect(rows[2]).toMatchObject({
      ...target,
      status: "ENROLLED",
      fromPeriod: 1,
      periods: [{ period: 1, value: 17.5 }],
    });
    expect(rows.slice(3)).toMatchObject([
      { ...target, eventName: "ENROL", value: 5, enteredBy: username },
      { ...target, eventName: "ADD_TRANSACTION", value: 12.5, activityId: "a", period: 1 },
    ]);
  });

  it("says of a streak the value that leaving has kept, and after coming back what was taken over of it", async () => {
    const org = await service.newOrg();
    const [group, customerId] = [await org.createGroup(streak()), await org.newCustomer()];
    await ok(org.enroll(group, { customerId }, { now: firstInstantOf(1) }));
    const kept = async () => (await everythingOf(org, customerId)).rows.find((row) => row.type === "enrolment");
    for (const cycle of [1, 2, 3]) {
      const visit = { ...sale(customerId, `c${cycle}`), amount: 1000, occurredAt: during(cycle) };
      await ok(org.till.post("/activities", visit, { now: during(cycle) }));
    }
    expect(await kept()).toMatchObject({ status: "ENROLLED", streakValueKept: 0 });
    await ok(org.unenroll(group, customerId, { now: during(3) }));
    expect(await kept()).toMatchObject({ status: "UNENROLLED", streakValueKept: 3 });
    await ok(org.enroll(group, { customerId }, { now: during(3) }));
    // The third cycle is met by its own mark again.
    expect(await kept()).toMatchObject({ status: "ENROLLED", streakValueKept: 2 });
  });

  it("says in the row of the profile when it was last asked to anonymise the customer, and null before", async () => {
    const { org, customerId } = await member();
    const profile = async () => (await everythingOf(org, customerId)).rows[0];
    expect(await profile()).toMatchObject({ type: "profile", anonymisedOn: null });
    await ok(org.admin.send("DELETE", `/customers/${customerId}?mode=ANONYMISE`, undefined, { now }));
    await ok(org.admin.put(`/customers/${customerId}`, { firstName: "Ada" }, { now: firstInstantOf(2) }));
    expect(await profile()).toMatchObject({ firstName: "Ada", lastUpdatedOn: firstInstantOf(2), anonymisedOn: now });
  });

  it("answers every row once over all pages, and the profile on the first alone", async () => {
    const { org, customerId } = await member();
    const ids = Array.from({ length: 120 }, (_, index) => `id-${index}`);
    for (let first = 0; first < ids.length; first += 20)
      await ok(
        org.till.post(
          "/activities",
          ids.slice(first, first + 20).map((id) => sale(customerId, id)),
          { now },
        ),
      );
    await service.drain();
    const { rows, pages } = await everythingOf(org, customerId);
    expect(pages).toBe(3);
    const count = (type: string) => rows.filter((row) => row.type === type).length;
    expect([count("profile"), count("enrolment"), count("history")]).toEqual([1, 1, 121]);
    expect(rows.flatMap((row) => (row.type === "activity" ? [row["activityId"]] : [])).toSorted()).toEqual(
      ids.toSorted(),
    );
  });

  it.each([["application/x-ndjson"], ["text/html, Application/X-NDJSON; q=0.9, */*"]])(
    "with Accept: %s answers each row as a line, and last where the next page begins, in a type that docs/openapi.json names",
    async (accept) => {
      const { org, customerId } = await member();
      await service.drain();
      const { username, secret } = org.credentials.admin;
      const headers = { Authorization: basicAuthorization(username, secret), Accept: accept };
      const response = await fetch(`${service.baseUrl}/customers/${customerId}/export`, { headers });
      expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/x-ndjson"]);
      expect(typesOf("exportCustomer")).toEqual(["application/json", "application/x-ndjson"]);
      const lines = (await response.text()).split("\n");
      expect(lines.pop()).toBe("");
      const rows: Row[] = lines.map((line) => JSON.parse(line));
      expect(rows.map(({ type }) => type)).toEqual(["profile", "enrolment", "history", "page"]);
      expect(rows.at(-1)).toEqual({ type: "page", nextCursor: null });
    },
  );

  it.each([
    ["lists", "[", "]"],
    ["objects", '{"a":', "}"],
  ])("answers an activity with the deepest %s that a body may have, and it is anonymised", async (_, open, close) => {
    const { org, customerId } = await member();
    const nested = (depth: number) => `${open.repeat(depth)}"gift"${close.repeat(depth)}`;
    const send = (depth: number) => {
      const body = JSON.stringify({ ...sale(customerId, `deep-${depth}`), attributes: "deepest" });
      const deep = body.replace('"deepest"', `{"note":${nested(depth)}}`);
      return org.till.send("POST", "/activities", deep, { now });
    };
    // The activity and its attributes are two levels.
    expectRefused(await send(nestingDepth - 1), 400, 300004, /nest lists and objects more than 100 deep/);
    await ok(send(nestingDepth - 2));
    const exported = JSON.stringify((await everythingOf(org, customerId)).rows);
    expect(exported).toContain(nested(nestingDepth - 2));
    await ok(org.admin.send("DELETE", `/customers/${customerId}?mode=ANONYMISE`, undefined, { now }));
    await closeCycles(service.table, Date.parse(now), org.org);
    expect(await itemsWith(service.table, [`${open}"gift"`])).toEqual([]);
  });

  it("refuses with 300004 a cursor that it has not answered for this customer", async () => {
    const { org, customerId } = await member();
    const forged = Buffer.from(`${customerId + 1} PROFILE`).toString("base64url");
    for (const cursor of ["x", forged, Buffer.from("PROFILE").toString("base64url")]) {
      const { status, body } = await org.admin.get(`/customers/${customerId}/export?cursor=${cursor}`);
      expect([status, body.errors?.[0]?.code]).toEqual([400, 300004]);
    }
  });

  it("is refused with 310011 for a customer who was erased, also in the middle of the pages", async () => {
    const { org, customerId } = await member();
    const cursor = Buffer.from(`${customerId} ACTIVITY#a`).toString("base64url");
    await ok(org.admin.get(`/customers/${customerId}/export?cursor=${cursor}`));
    await ok(org.admin.send("DELETE", `/customers/${customerId}?mode=ERASE`, undefined, { now }));
    for (const query of ["", `?cursor=${cursor}`]) {
      const { body } = await org.admin.get(`/customers/${customerId}/export${query}`);
      expect(body.errors?.[0]?.code).toBe(310011);
    }
  });
});
