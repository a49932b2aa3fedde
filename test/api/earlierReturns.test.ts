import { describe, expect, it } from "vitest";
import { ok } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import { during, firstInstantOf, milestone } from "../support/targetGroups.ts";
import { withoutWriting } from "../support/writes.ts";

// The file has a table of its own, because history and notifications come from its stream.
const service = useProjectedService();

/** Takes customers in with purchases in the store s-1. */
const target = {
  name: "Spend 1000",
  targetEntity: "TRANSACTION",
  targetType: "SALES",
  enrolmentMethod: "TRANSACTION",
  filters: [{ entityType: "STORE", entityIds: ["s-1"] }],
  defaultValues: [{ defaultValue: 1000 }],
};

function newCustomer(): Promise<Setting> {
  return newSetting(service, milestone({ targets: [target] }));
}

/** The customer's purchase `x` of 100 in the store. */
function purchase({ customerId }: Setting, fields: object = {}) {
  const activity = { activityId: "x", customerId, type: "TRANSACTION", occurredAt: during(1), amount: 100 };
  return { ...activity, storeId: "s-1", ...fields };
}

/** A return of `x` in another store, where it would count for nothing itself. */
function back(one: Setting, fields: object = {}) {
  const named = { type: "RETURN", storeId: "s-2", originalActivityId: "x", amount: 30 };
  return purchase(one, { activityId: "r", ...named, ...fields });
}

async function send({ org }: Setting, activity: object) {
  return (await ok(org.till.post("/activities", activity, { now: during(2) }))).body.data;
}

async function achieved({ org, group, customerId }: Setting): Promise<number | undefined> {
  const path = `/users/${customerId}/targetGroups?includeInactive=true`;
  const { data } = (await ok(org.reader.get(path, { now: during(2) }))).body;
  const found = data.targetGroups.find(({ id }: { id: number }) => id === group.groupId);
  return found?.targets[0]?.targetAchievedValue;
}

async function rowsOf({ org, group, customerId }: Setting): Promise<Record<string, unknown>[]> {
  await service.drain();
  return (await ok(org.reader.get(`/users/${customerId}/trackedTargetEvents/${group.targetId}`))).body.data;
}

/** Lines of these amounts; the first one is of the brand b. */
function lines(...amounts: readonly number[]) {
  return amounts.map((amount, index) => ({ itemCode: `${index}`, brand: index === 0 ? "b" : "other", amount }));
}

describe("a return that fails the filters and comes before its transaction, and before anything has enrolled", () => {
  it("enrols nobody, and is taken off when its transaction enrols", async () => {
    const one = await newCustomer();
    expect(await send(one, back(one))).toMatchObject({ targets: [], notCounted: [{ reason: "NOT_ENROLLED" }] });
    expect(await achieved(one)).toBeUndefined();
    const { targets } = await send(one, purchase(one));
    expect(targets).toMatchObject([
      { oldAchievedValue: 0, newAchievedValue: 100, enrolled: true },
      { oldAchievedValue: 100, newAchievedValue: 70 },
    ]);
    expect(await achieved(one)).toBe(70);
  });

  it("of all that was bought ends at 0", async () => {
    const one = await newCustomer();
    await send(one, back(one, { amount: 100 }));
    await send(one, purchase(one));
    expect(await achieved(one)).toBe(0);
  });

  it("is taken off once, however often all of it is delivered, and has one row in the history", async () => {
    const one = await newCustomer();
    for (const activity of [back(one), back(one), purchase(one), purchase(one), back(one)]) await send(one, activity);
    expect(await achieved(one)).toBe(70);
    const rows = await rowsOf(one);
    expect(rows.map(({ eventName, value, activityId }) => [eventName, value, activityId])).toEqual([
      ["ENROL", 0, "x"],
      ["ADD_TRANSACTION", 100, "x"],
      ["RETURN_BILL", -30, "r"],
    ]);
  });

  it("is taken off also when another purchase has enrolled before its transaction, or a call", async () => {
    for (const enrol of [
      (one: Setting) => send(one, purchase(one, { activityId: "y", amount: 50 })),
      ({ org, group, customerId }: Setting) => org.enroll(group, { customerId }, { now: firstInstantOf(1) }),
    ]) {
      const one = await newCustomer();
      await send(one, back(one));
      await enrol(one);
      const before = (await achieved(one)) ?? 0;
      await send(one, purchase(one));
      expect(await achieved(one)).toBe(before + 70);
    }
  });

  it("takes nothing off where its transaction does not count, nor where the customer had left when it came", async () => {
    const one = await newCustomer();
    await send(one, back(one));
    await send(one, purchase(one, { storeId: "s-2" }));
    await send(one, purchase(one, { activityId: "y" }));
    expect(await achieved(one)).toBe(100);
    const left = await newCustomer();
    await ok(left.org.unenroll(left.group, left.customerId, { now: during(1) }));
    await send(left, back(left));
    await ok(left.org.enroll(left.group, { customerId: left.customerId }, { now: firstInstantOf(1) }));
    await send(left, purchase(left));
    expect(await achieved(left)).toBe(100);
  });

  it("that names another return takes nothing off when that arrives", async () => {
    const one = await newCustomer();
    await send(one, back(one, { activityId: "r-2", originalActivityId: "r" }));
    await send(one, back(one));
    await send(one, purchase(one));
    expect(await achieved(one)).toBe(70);
  });

  it("is taken off by the rule for its lines, of what that rule selects", async () => {
    const brand = { entityType: "BRAND", entityIds: ["b"] };
    const ofLines = { ...target, targetEntity: "LINEITEM", filters: [...target.filters, brand] };
    const one = await newSetting(service, milestone({ targets: [ofLines] }));
    await send(one, back(one, { lineItems: lines(20, 7) }));
    await send(one, purchase(one, { lineItems: lines(50, 50) }));
    expect(await achieved(one)).toBe(30);
  });

  it("is part of what a simulation of its transaction says", async () => {
    const one = await newCustomer();
    await send(one, back(one));
    const tried = await withoutWriting(service, () =>
      ok(one.org.reader.post("/activities/simulate", purchase(one), { now: during(2) })),
    );
    const sent = await send(one, purchase(one));
    expect(tried.body.data).toEqual({ ...sent, recordedAt: tried.body.data.recordedAt });
  });

  it("is told as moved, with notifications of both values", async () => {
    const one = await newCustomer();
    await send(one, back(one));
    await send(one, purchase(one));
    await service.drain();
    const events = await service.events(one.customerId);
    const updates = events.filter(
      ({ "detail-type": type, detail }) => type === "targetAchievedValueUpdated" && detail["org"] === one.org.org,
    );
    expect(updates.map(({ detail }) => [detail["activityId"], detail["newTargetAchievedValue"]])).toEqual([
      ["x", 100],
      ["r", 70],
    ]);
  });

  it("is not lost when it comes at the same moment as its transaction, in either order", async () => {
    const customers = await Promise.all(Array.from({ length: 12 }, newCustomer));
    await Promise.all(customers.flatMap((one) => [send(one, back(one)), send(one, purchase(one))]));
    expect(await Promise.all(customers.map(achieved))).toEqual(customers.map(() => 70));
  });

  it("counts among the 20 that wait for one transaction: one more takes nothing off", async () => {
    const one = await newCustomer();
    const all = Array.from({ length: 22 }, (_, index) => back(one, { activityId: `r-${index}`, amount: 1 }));
    await Promise.all(all.map((activity) => send(one, activity)));
    await send(one, purchase(one));
    expect(await achieved(one)).toBe(80);
  });
});
