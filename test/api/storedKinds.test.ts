import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { closeCycles } from "../../local/closeCycles.ts";
import { customerKey, customerPartition } from "../../shared/table/keys.ts";
import { ok, type TestGroup, type TestOrg, targetPath } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { itemsWith, keysAbout, scanAll } from "../support/storedTraces.ts";
import { during, firstInstantOf, milestone, streak } from "../support/targetGroups.ts";

// Erasing scans the whole table, so the file has one of its own.
const service = useProjectedService();

/** Later than the short group is over, and than 24 cycles of the long one are settled. */
const now = during(27);
const later = (hours: number) => Date.parse(now) + hours * 60 * 60 * 1000;

type Customer = {
  readonly org: TestOrg;
  /** It goes on. */
  readonly group: TestGroup;
  readonly customerId: number;
  readonly traces: { readonly name: string; readonly externalId: string; readonly text: string };
};

/** A customer of whom there is an item of every kind that a customer can have. */
async function customerWithEveryKind(): Promise<Customer> {
  const org = await service.newOrg();
  const [group, over, run] = [
    await org.createGroup(milestone({ cycles: 30 })),
    await org.createGroup(milestone({ cycles: 2 })),
    await org.createGroup(streak({ cycles: 2, levels: [2] })),
  ];
  const customerId = await org.newCustomer();
  const [name, externalId, text] = [`name-${randomUUID()}`, `card-${randomUUID()}`, `text-${randomUUID()}`];
  await ok(org.admin.put(`/customers/${customerId}`, { firstName: name, lastName: name, externalId }));
  for (const one of [group, over, run]) await ok(org.enroll(one, { customerId }, { now: firstInstantOf(1) }));
  const sent = { customerId, occurredAt: during(1), amount: 10, attributes: { note: text } };
  const send = (fields: object, at: string) => ok(org.till.post("/activities", { ...sent, ...fields }, { now: at }));
  await send({ activityId: "sale", type: "TRANSACTION" }, during(1));
  await send({ activityId: "early-return", type: "RETURN", originalActivityId: "not-arrived" }, during(1));
  await service.drain();
  for (const hours of [0, 2, 4]) await closeCycles(service.table, later(hours - 4), org.org);
  await send({ activityId: "late-return", type: "RETURN", originalActivityId: "not-arrived-either" }, now);
  const adjustment = { adjustmentId: "adjustment", customerId, amount: -2.5, reason: text };
  await ok(org.support.post(`${targetPath(group)}/adjust`, adjustment, { now }));
  const forgiving = { customerId, reason: text };
  await ok(org.support.post(`${targetPath(run)}/excuse`, { ...forgiving, periodName: "c2" }, { now }));
  const grant = { ...forgiving, grantId: "grant", amount: 2 };
  await ok(org.support.post(`${targetPath(run)}/freezes`, grant, { now }));
  await service.drain();
  return { org, group, customerId, traces: { name, externalId, text } };
}

/** The kinds of the items in the customer's partition. A note of returns stands at the key of an activity. */
async function kindsOf({ org, customerId }: Customer): Promise<readonly string[]> {
  const all = await scanAll(service.table);
  const own = all.filter(({ pk }) => pk === customerPartition(org.org, customerId));
  const kinds = own.map((item) => `${String(item["sk"]).replace(/#.*$/, "#")}${"returnCount" in item ? " noted" : ""}`);
  return [...new Set(kinds)].toSorted();
}

async function rowsOf({ org, customerId }: Customer): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await ok(org.admin.get(`/customers/${customerId}/export`))).body.data.rows;
}

const request = ({ org, customerId }: Customer, mode: string) =>
  ok(org.admin.send("DELETE", `/customers/${customerId}?mode=${mode}`, undefined, { now }));

async function sweepTwice({ org }: Customer): Promise<void> {
  await closeCycles(service.table, later(0), org.org);
  await service.drain();
  await closeCycles(service.table, later(25), org.org);
}

it("a customer of whom every kind of item is stored is exported, anonymised and erased as a whole", async () => {
  const customer = await customerWithEveryKind();
  const { org, group, customerId, traces } = customer;
  expect(await kindsOf(customer)).toEqual([
    "ACTIVITY#",
    "ACTIVITY# noted",
    "EA#",
    "EA_OVER",
    "EO#",
    "FORGIVEN#",
    "LEDGER#",
    "PAST#",
    "PROFILE",
  ]);

  const rows = await rowsOf(customer);
  const count = (type: string) => rows.filter((row) => row["type"] === type).length;
  const types = ["profile", "activity", "enrolment", "settledPeriods", "forgiveness"];
  expect(types.map(count)).toEqual([1, 4, 3, 1, 2]);
  const { username: enteredBy } = org.credentials.support;
  const reason = { reason: traces.text, enteredBy };
  expect(rows).toContainEqual(
    expect.objectContaining({ type: "activity", activityId: "adjustment", activityType: "ADJUSTMENT", ...reason }),
  );
  expect(rows).toContainEqual(
    expect.objectContaining({ type: "history", eventName: "ADJUSTMENT", value: -2.5, ...reason }),
  );
  expect(rows).toContainEqual(
    expect.objectContaining({ type: "forgiveness", eventName: "EXCUSE", periods: [2], ...reason }),
  );
  expect(rows).toContainEqual(
    expect.objectContaining({ type: "forgiveness", eventName: "FREEZES", grantId: "grant", amount: 2, ...reason }),
  );
  expect(rows).toContainEqual(expect.objectContaining({ type: "enrolment", excusedPeriods: [2], freezesGranted: 2 }));

  const state = () => org.readState(group, customerId, { now });
  const before = await state();
  const keys = await keysAbout(service.table, org.org, customerId);
  await request(customer, "ANONYMISE");
  await sweepTwice(customer);
  expect(await itemsWith(service.table, Object.values(traces))).toEqual([]);
  expect(await keysAbout(service.table, org.org, customerId)).toEqual(keys);
  expect(await state()).toEqual(before);
  expect((await rowsOf(customer)).filter((row) => row["reason"] === "")).toHaveLength(6);

  await request(customer, "ERASE");
  await sweepTwice(customer);
  const { pk, sk } = customerKey(org.org, customerId);
  expect(await keysAbout(service.table, org.org, customerId)).toEqual([`${pk} ${sk}`]);
  expect(await itemsWith(service.table, [`${pk}'`])).toEqual([{ pk, sk, erasedAt: now }]);
});
