import { describe, expect, it } from "vitest";
import { expectRefused } from "../support/envelopes.ts";
import type { TestOrg } from "../support/org.ts";
import { useService } from "../support/service.ts";
import { during } from "../support/targetGroups.ts";

const service = useService();

async function till(): Promise<{ readonly org: TestOrg; readonly activity: Record<string, unknown> }> {
  const org = await service.newOrg();
  const customerId = await org.newCustomer();
  return {
    org,
    activity: { activityId: "a-1", customerId, type: "TRANSACTION", occurredAt: during(1), amount: 100 },
  };
}

function send(org: TestOrg, body: unknown) {
  return org.till.post("/activities", body, { now: during(1) });
}

describe("an activity with faults is refused with 300004", () => {
  it("and all of them are told at once, whichever rule found them", async () => {
    const { org, activity } = await till();
    const faulty = {
      ...activity,
      activityId: "a 1",
      type: "EVENT",
      occurredAt: "2030-02-30T00:00:00Z",
      amount: 0.00001,
      quantity: -1,
    };
    expectRefused(
      await send(org, faulty),
      400,
      300004,
      /activityId must match/,
      /quantity must be >= 0/,
      /occurredAt must be an instant/,
      /amount must have at most 4 fractional digits/,
      /name is required when type is EVENT/,
    );
  });

  it("and one fault is told once", async () => {
    const { org, activity } = await till();
    for (const occurredAt of [5, null, "", "today"]) {
      expectRefused(await send(org, { ...activity, occurredAt }), 400, 300004, /occurredAt must be/);
    }
    expectRefused(await send(org, { ...activity, type: "EVENT", name: 5 }), 400, 300004, /name must be/);
    expectRefused(await send(org, { ...activity, amount: "100" }), 400, 300004, /amount must be/);
  });

  it.each([
    ["a number that cannot be held exactly", '{"stars":1.00000000000000000001}', /attributes: "stars" is a number/],
    ["one further down", '{"a":{"b":[{"stars":1e400}]}}', /attributes: "stars" is a number/],
    [
      "nothing but nesting",
      `{"a":${"[".repeat(7000)}${"]".repeat(7000)}}`,
      /nest lists and objects more than 100 deep/,
    ],
  ])("when its attributes hold %s", async (_, attributes, message) => {
    const { org, activity } = await till();
    const body = JSON.stringify({ ...activity, attributes: null }).replace(
      '"attributes":null',
      `"attributes":${attributes}`,
    );
    const response = await org.till.send("POST", "/activities", body, { now: during(1) });
    expectRefused(response, 400, 300004, message);
  });
});

describe("occurredAt", () => {
  it("may be ahead of the service's clock by five minutes, as a till's clock can be", async () => {
    const { org, activity } = await till();
    const occurredAt = new Date(Date.parse(during(1)) + 5 * 60_000).toISOString();
    expect((await send(org, { ...activity, occurredAt })).status).toBe(200);
  });

  it("further in the future is refused with 300004: what has not happened does not count", async () => {
    const { org, activity } = await till();
    const occurredAt = new Date(Date.parse(during(1)) + 5 * 60_000 + 1).toISOString();
    expectRefused(await send(org, { ...activity, occurredAt }), 400, 300004, /occurredAt must not lie in the future/);
  });

  it.each(["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "0000-06-01T00:00:00Z"])(
    "%s, outside the years 1 to 9999, is refused with 300004",
    async (occurredAt) => {
      const { org, activity } = await till();
      expectRefused(await send(org, { ...activity, occurredAt }), 400, 300004, /occurredAt must be an instant/);
    },
  );
});

it("a redelivery that orders the fields of its attributes differently, at any depth, is a repeat", async () => {
  const { org, activity } = await till();
  const first = await send(org, { ...activity, attributes: { shop: { id: 1, aisles: [{ a: 1, b: 2 }] }, till: 7 } });
  const again = await send(org, { ...activity, attributes: { till: 7, shop: { aisles: [{ b: 2, a: 1 }], id: 1 } } });
  expect([first.status, again.status]).toEqual([200, 200]);
  expect(again.body.warnings).toEqual([{ message: expect.stringMatching(/was already counted/) }]);
  const other = await send(org, { ...activity, attributes: { till: 7, shop: { aisles: [{ b: 2, a: 3 }], id: 1 } } });
  expectRefused(other, 422, 300004, /delivered before with other content/);
});
