import { describe, expect, it } from "vitest";
import { expectRefused } from "../support/envelopes.ts";
import { readHistory, send } from "../support/history.ts";
import { ok } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { newSetting, type Setting, unknownId } from "../support/setting.ts";
import { during, milestone, streak } from "../support/targetGroups.ts";

const service = useProjectedService();

/** The most telling fields of each row, in the order of the answer. */
async function rowsOf({ org, group, customerId }: Setting, query = "") {
  await service.drain();
  const rows = await readHistory(org.reader, customerId, group.targetId, query);
  return rows.map(({ eventName, periodRefCode, value, achievedValue }) => [
    eventName,
    periodRefCode,
    value,
    achievedValue,
  ]);
}

function enroll({ org, group, customerId }: Setting, now: string, fields: Record<string, unknown> = {}) {
  return ok(org.enroll(group, { customerId, ...fields }, { now }));
}

function unenroll({ org, group, customerId }: Setting, now: string) {
  return ok(org.unenroll(group, customerId, { now }));
}

/** The fields that do not depend on what happened, for a row of that day of the first cycle. */
function at(day: number, { org, group, customerId }: Setting) {
  const instant = during(1, day);
  return {
    eventLogId: expect.stringMatching(/^[0-9-]+$/),
    customerId,
    targetGroupId: group.groupId,
    targetRuleId: group.targetId,
    periodId: group.cycleIds[0],
    periodRefCode: "c1",
    eventDate: instant,
    eventProcessedDate: instant,
    recordedOn: instant,
    enteredBy: org.credentials.till.username,
    source: "API",
    definitionVersion: 1,
  };
}

/** The id of an activity and what it changed, under both of their names. */
function change(activityId: string | null, value: number) {
  return { activityId, uniqueId: activityId, value, targetValue: value };
}

async function pageOf({ org, group, customerId }: Setting, query = "") {
  const path = `/users/${customerId}/trackedTargetEvents/${group.targetId}${query}`;
  return (await ok(org.reader.get(path))).body;
}

async function eventLogIdsOf(one: Setting, query = ""): Promise<readonly string[]> {
  const rows = await readHistory(one.org.reader, one.customerId, one.group.targetId, query);
  return rows.map(({ eventLogId }) => eventLogId);
}

describe("the history of a target", () => {
  it("lists every enrolment, activity and un-enrolment, oldest first, with its change and the value shown then", async () => {
    const one = await newSetting(service);
    const { org, group, customerId } = one;
    await enroll(one, during(1, 1), { initialBalance: 100 });
    const sale = await send(org.till, { customerId, occurredAt: during(1, 2), amount: 300.25 });
    const refund = await send(org.till, {
      customerId,
      occurredAt: during(1, 3),
      type: "RETURN",
      amount: 0.25,
      originalActivityId: sale,
    });
    await unenroll(one, during(1, 4));
    await service.drain();
    expect(await readHistory(org.reader, customerId, group.targetId)).toEqual([
      { eventName: "ENROL", ...change(null, 100), achievedValue: 100, ...at(1, one) },
      { eventName: "ADD_TRANSACTION", ...change(sale, 300.25), achievedValue: 400.25, ...at(2, one) },
      { eventName: "RETURN_BILL", ...change(refund, -0.25), achievedValue: 400, ...at(3, one) },
      { eventName: "UNENROL", ...change(null, 0), achievedValue: 400, ...at(4, one) },
    ]);
  });

  it("has the change by a re-enrolment's balance, and 0 where it resumed", async () => {
    const one = await newSetting(service);
    const { org, customerId } = one;
    await enroll(one, during(1, 1));
    await send(org.till, { customerId, occurredAt: during(1, 2), amount: 250 });
    await unenroll(one, during(1, 3));
    await enroll(one, during(1, 4), { initialBalance: 150 });
    await unenroll(one, during(1, 5));
    await enroll(one, during(1, 6));
    expect(await rowsOf(one)).toEqual([
      ["ENROL", "c1", 0, 0],
      ["ADD_TRANSACTION", "c1", 250, 250],
      ["UNENROL", "c1", 0, 250],
      ["ENROL", "c1", -100, 150],
      ["UNENROL", "c1", 0, 150],
      ["ENROL", "c1", 0, 150],
    ]);
  });

  it("has the value that a streak's reset took away", async () => {
    const one = await newSetting(service, streak());
    const { org, customerId } = one;
    await enroll(one, during(1, 1));
    await send(org.till, { customerId, occurredAt: during(1, 2), amount: 250 });
    await unenroll(one, during(1, 3));
    await enroll(one, during(1, 4), { resetStreakStatus: true });
    expect((await rowsOf(one)).at(-1)).toEqual(["ENROL", "c1", -250, 0]);
  });

  it("lists the move of an earlier return as rows of that return", async () => {
    const one = await newSetting(service);
    const { org, group, customerId } = one;
    await enroll(one, during(1, 1));
    const sale = "sold-in-c1";
    const refund = await send(
      org.till,
      { customerId, occurredAt: during(2, 1), type: "RETURN", amount: 30, originalActivityId: sale },
      during(2, 1),
    );
    await send(org.till, { customerId, activityId: sale, occurredAt: during(1, 2), amount: 100 }, during(2, 2));
    expect(await rowsOf(one)).toEqual([
      ["ENROL", "c1", 0, 0],
      ["RETURN_BILL", "c2", -30, 0],
      ["ADD_TRANSACTION", "c1", 100, 100],
      ["RETURN_BILL", "c2", 30, 0],
      ["RETURN_BILL", "c1", -30, 70],
    ]);
    const rows = await readHistory(org.reader, customerId, group.targetId);
    expect(rows.map(({ activityId }) => activityId)).toEqual([null, refund, sale, refund, refund]);
  });

  it("shows no value below 0, while the amount taken off is listed in full", async () => {
    const one = await newSetting(service);
    await enroll(one, during(1, 1));
    await send(one.org.till, { customerId: one.customerId, occurredAt: during(1, 2), type: "RETURN", amount: 40 });
    expect((await rowsOf(one)).at(-1)).toEqual(["RETURN_BILL", "c1", -40, 0]);
  });

  it("lists a custom event with the time it happened and the time it arrived", async () => {
    const target = { name: "T", targetEntity: "EVENT", eventName: "review", targetType: "COUNT" };
    const one = await newSetting(
      service,
      milestone({ targets: [{ ...target, defaultValues: [{ defaultValue: 3 }] }] }),
    );
    const { org, group, customerId } = one;
    await enroll(one, during(1, 1));
    await send(org.till, { customerId, occurredAt: during(1, 2), type: "EVENT", name: "review" }, during(1, 9));
    await service.drain();
    const [, row] = await readHistory(org.reader, customerId, group.targetId);
    expect(row).toMatchObject({
      eventName: "GENERIC_EVENT",
      value: 1,
      eventDate: during(1, 2),
      eventProcessedDate: during(1, 9),
      recordedOn: during(1, 9),
    });
  });

  it("has no row for an activity that did not count, nor a second one for a repeat", async () => {
    const one = await newSetting(service);
    const { org, customerId } = one;
    await enroll(one, during(1, 1));
    const sale = { customerId, activityId: "once", occurredAt: during(1, 2), amount: 5 };
    await send(org.till, sale);
    await send(org.till, sale);
    await send(org.till, { customerId, occurredAt: during(50, 1), amount: 5 });
    expect(await rowsOf(one)).toHaveLength(2);
  });

  it("lists, within one millisecond, the enrolment first, then what counted, then the leaving", async () => {
    const one = await newSetting(service);
    await enroll(one, during(1));
    await send(one.org.till, { customerId: one.customerId, occurredAt: during(1), amount: 5 });
    await unenroll(one, during(1));
    expect((await rowsOf(one)).map(([name]) => name)).toEqual(["ENROL", "ADD_TRANSACTION", "UNENROL"]);
  });
});

async function longHistory(): Promise<Setting> {
  const one = await newSetting(service);
  await enroll(one, during(1, 1));
  for (let day = 2; day <= 6; day += 1) {
    const [cycle, amount] = [(day % 2) + 1, day];
    await send(one.org.till, { customerId: one.customerId, occurredAt: during(cycle, day), amount }, during(3, day));
  }
  await service.drain();
  return one;
}

it("a history within one millisecond is in the order in which it happened, re-enrolments included", async () => {
  const one = await newSetting(service);
  const { org, customerId } = one;
  const now = during(1, 5);
  await enroll(one, now, { initialBalance: 100 });
  await org.till.post(
    "/activities",
    { activityId: "z", customerId, type: "TRANSACTION", occurredAt: now, amount: 5 },
    { now },
  );
  await org.till.post(
    "/activities",
    { activityId: "a", customerId, type: "TRANSACTION", occurredAt: now, amount: 7 },
    { now },
  );
  await unenroll(one, now);
  await enroll(one, now, { initialBalance: 0 });
  expect(await rowsOf(one)).toEqual([
    ["ENROL", "c1", 100, 100],
    ["ADD_TRANSACTION", "c1", 5, 105],
    ["ADD_TRANSACTION", "c1", 7, 112],
    ["UNENROL", "c1", 0, 112],
    ["ENROL", "c1", -112, 0],
  ]);
});

describe("a part of the history", () => {
  it("is of one cycle with periodId, and of none for a cycle of another group", async () => {
    const one = await longHistory();
    const [, second] = one.group.cycleIds;
    expect(await rowsOf(one, `?periodId=${second}`)).toEqual([
      ["ADD_TRANSACTION", "c2", 3, 3],
      ["ADD_TRANSACTION", "c2", 5, 8],
    ]);
    expect(await rowsOf(one, `?periodId=${second}&offset=1&limit=1`)).toEqual([["ADD_TRANSACTION", "c2", 5, 8]]);
    expect(await rowsOf(one, `?periodId=${unknownId}`)).toEqual([]);
  });

  it("is `limit` rows after the first `offset`", async () => {
    const one = await longHistory();
    const all = await rowsOf(one);
    expect(all).toHaveLength(6);
    expect(await rowsOf(one, "?limit=2")).toEqual(all.slice(0, 2));
    expect(await rowsOf(one, "?limit=200&offset=4")).toEqual(all.slice(4));
    expect(await rowsOf(one, "?offset=6")).toEqual([]);
  });

  it.each(["limit=0", "limit=201", "limit=1.5", "offset=-1", "offset=10001", "periodId=0"])(
    "is refused with 300004 for %s",
    async (query) => {
      const one = await newSetting(service);
      const path = `/users/${one.customerId}/trackedTargetEvents/${one.group.targetId}?${query}`;
      expectRefused(await one.org.reader.get(path), 400, 300004, new RegExp(query.split("=")[0] ?? ""));
    },
  );
});

describe("the pagination of a history stands beside data and", () => {
  it("says the limit and offset of the answer, the defaults where the caller named none", async () => {
    const one = await longHistory();
    expect((await pageOf(one)).pagination).toEqual({ limit: 50, offset: 0, total: 6 });
    expect((await pageOf(one, "?limit=10&offset=4")).pagination).toEqual({ limit: 10, offset: 4, total: 6 });
  });

  it("has the total on every page that ends before its limit, an empty one included", async () => {
    const one = await longHistory();
    expect((await pageOf(one, "?limit=5&offset=2")).pagination?.total).toBe(6);
    expect((await pageOf(one, "?limit=5&offset=6")).pagination?.total).toBe(6);
    expect((await pageOf(one, "?limit=5&offset=10000")).pagination?.total).toBe(6);
  });

  it("has null for the total on a full page, because more rows may follow and were not read", async () => {
    const one = await longHistory();
    expect((await pageOf(one, "?limit=2")).pagination).toEqual({ limit: 2, offset: 0, total: null });
    expect((await pageOf(one, "?limit=6")).pagination).toEqual({ limit: 6, offset: 0, total: null });
    expect((await pageOf(one, "?limit=2&offset=4")).pagination).toEqual({ limit: 2, offset: 4, total: null });
  });

  it("has the number of the cycle's rows on every page with periodId, and 0 for a cycle of another group", async () => {
    const one = await longHistory();
    const [, second] = one.group.cycleIds;
    expect((await pageOf(one, `?periodId=${second}&limit=1`)).pagination).toEqual({ limit: 1, offset: 0, total: 2 });
    expect((await pageOf(one, `?periodId=${second}&offset=9`)).pagination).toEqual({ limit: 50, offset: 9, total: 2 });
    expect((await pageOf(one, `?periodId=${unknownId}&limit=1`)).pagination).toEqual({ limit: 1, offset: 0, total: 0 });
  });
});

describe("the eventLogId of a row", () => {
  it("is the same in every page, with periodId, and after more rows came", async () => {
    const one = await longHistory();
    const [first] = one.group.cycleIds;
    const all = await eventLogIdsOf(one);
    const pages = [0, 2, 4].map((offset) => eventLogIdsOf(one, `?limit=2&offset=${offset}`));
    expect((await Promise.all(pages)).flat()).toEqual(all);
    const ofFirstCycle = await eventLogIdsOf(one, `?periodId=${first}`);
    expect(ofFirstCycle.length).toBeGreaterThan(1);
    expect(ofFirstCycle).toEqual(all.filter((id) => ofFirstCycle.includes(id)));
    await unenroll(one, during(4, 1));
    await enroll(one, during(4, 2));
    await service.drain();
    const later = await eventLogIdsOf(one);
    expect(later).toHaveLength(8);
    expect(later.slice(0, 6)).toEqual(all);
  });

  it("is no other row's, of whichever customer or target of the brand", async () => {
    const [target] = milestone().targets;
    const first = await newSetting(service, milestone({ targets: [target, { ...target, name: "Second" }] }));
    const [, secondTarget = 0] = first.group.targetIds;
    const second = { ...first, group: { ...first.group, targetId: secondTarget } };
    const settings = [first, second, { ...first, customerId: await first.org.newCustomer() }];
    for (const one of settings) await enroll(one, during(1, 1));
    for (const { org, customerId } of [first, ...settings.slice(2)]) {
      await send(org.till, { customerId, activityId: "the-same", occurredAt: during(1, 2), amount: 5 });
    }
    await service.drain();
    const ids = (await Promise.all(settings.map((one) => eventLogIdsOf(one)))).flat();
    expect(ids).toHaveLength(6);
    expect(new Set(ids).size).toBe(6);
  });

  it("tells apart the rows that one activity made", async () => {
    const one = await newSetting(service);
    const { org, customerId } = one;
    await enroll(one, during(1, 1));
    const refund = {
      customerId,
      occurredAt: during(2, 1),
      type: "RETURN",
      amount: 30,
      originalActivityId: "sold",
    } as const;
    await send(org.till, refund, during(2, 1));
    await send(org.till, { customerId, activityId: "sold", occurredAt: during(1, 2), amount: 100 }, during(2, 2));
    await service.drain();
    const ids = await eventLogIdsOf(one);
    expect(ids).toHaveLength(5);
    expect(new Set(ids).size).toBe(5);
  });
});

describe("refuses", () => {
  it("with 310011 when the customer is not registered", async () => {
    const { org, group } = await newSetting(service);
    const response = await org.reader.get(`/users/${unknownId}/trackedTargetEvents/${group.targetId}`);
    expectRefused(response, 400, 310011, new RegExp(String(unknownId)));
  });

  it("with 310149 when the customer was never enrolled in the target, and not any more once left", async () => {
    const one = await newSetting(service);
    const path = `/users/${one.customerId}/trackedTargetEvents/${one.group.targetId}`;
    expectRefused(await one.org.reader.get(path), 400, 310149, /never been enrolled/);
    await enroll(one, during(1));
    await unenroll(one, during(1));
    expect((await one.org.reader.get(path)).status).toBe(200);
  });

  it("with 310011 to another org's credential, as if there were no such customer", async () => {
    const one = await newSetting(service);
    await enroll(one, during(1));
    const other = await service.newOrg();
    const response = await other.reader.get(`/users/${one.customerId}/trackedTargetEvents/${one.group.targetId}`);
    expectRefused(response, 400, 310011);
  });
});
