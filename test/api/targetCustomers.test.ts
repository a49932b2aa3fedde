import { randomUUID } from "node:crypto";
import pMap from "p-map";
import { describe, expect, it } from "vitest";
import type { DataOf } from "../../client/client.ts";
import { listIndexPage, putIndexRow } from "../../shared/table/enrollmentIndex.ts";
import { ShardList } from "../../shared/table/targetShards.ts";
import { CustomerClosing } from "../support/customerClosing.ts";
import { expectRefused } from "../support/envelopes.ts";
import { ok, type TestGroup, type TestOrg, targetPath } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { Random } from "../support/random.ts";
import { during, firstInstantOf, milestone, streak } from "../support/targetGroups.ts";

const service = useProjectedService();

type Row = DataOf<"listTargetCustomers">["customers"][number];
type Page = DataOf<"listTargetCustomers">;

async function page(org: TestOrg, group: TestGroup, query = "", now = during(1)): Promise<Page> {
  return (await ok(org.reader.get(`${targetPath(group)}/customers${query}`, { now }))).body.data;
}

function asked(org: TestOrg, group: TestGroup, query: string) {
  return org.reader.get(`${targetPath(group)}/customers?${query}`, { now: during(1) });
}

/** The rows of all pages. */
async function roster(org: TestOrg, group: TestGroup, query = "?limit=100", now = during(1)): Promise<Row[]> {
  const rows: Row[] = [];
  for (let next: string | null = ""; next !== null; ) {
    const { customers, nextCursor }: Page = await page(org, group, `${query}${next && `&cursor=${next}`}`, now);
    rows.push(...customers);
    next = nextCursor;
  }
  return rows;
}

async function close(org: TestOrg, group: TestGroup, members: readonly number[], now: string): Promise<void> {
  const closing = new CustomerClosing(service.table);
  for (const customerId of members) await closing.close({ org: org.org, group, customerId }, Date.parse(now));
}

const idsOf = (rows: readonly Row[]) => rows.map(({ customerId }) => customerId);
/** The order of the roster: by shard and then by id. */
const inOrder = (ids: readonly number[]) => ids.toSorted((one, other) => (one % 16) - (other % 16) || one - other);

async function spend(org: TestOrg, customerId: number, amount: number, now: string): Promise<void> {
  const activity = { activityId: randomUUID(), customerId, type: "TRANSACTION", occurredAt: now, amount };
  await ok(org.till.post("/activities", activity, { now }));
}

/** A brand with customers in the first cycle of a milestone, or of another group. */
async function withMembers(count: number, body = milestone()) {
  const org = await service.newOrg();
  const group = await org.createGroup(body);
  const members: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const customerId = await org.newCustomer();
    await ok(org.enroll(group, { customerId }, { now: during(1) }));
    members.push(customerId);
  }
  await service.drain();
  return { org, group, members };
}

describe("GET …/targets/{targetId}/customers", () => {
  it("answers a member with the values of the current cycle and the brand's own id", async () => {
    const { org, group, members } = await withMembers(1);
    const [customerId = 0] = members;
    await ok(org.admin.put(`/customers/${customerId}`, { externalId: "crm-1" }));
    await spend(org, customerId, 1250.5, during(1));
    expect(await page(org, group)).toEqual({
      customers: [
        {
          customerId,
          externalId: "crm-1",
          status: "ENROLLED",
          source: "API",
          enrolledOn: during(1),
          unEnrolledOn: null,
          fromPeriod: { id: group.cycleIds[0], refCode: "c1" },
          periodId: group.cycleIds[0],
          targetValue: 1000,
          targetAchievedValue: 1250.5,
          targetAchievedDateTime: during(1),
          currentCount: null,
        },
      ],
      nextCursor: null,
    });
  });

  it("answers who left only on request, with the time of leaving and no cycle that they are out of", async () => {
    const { org, group, members } = await withMembers(2);
    const [left = 0, stayed] = members;
    await ok(org.unenroll(group, left, { now: during(1) }));
    expect(idsOf(await roster(org, group))).toEqual([stayed]);
    expect(idsOf(await roster(org, group, "?status=ALL"))).toEqual(inOrder(members));
    const [row, ...others] = await roster(org, group, "?status=UNENROLLED");
    expect(row).toMatchObject({ customerId: left, status: "UNENROLLED", unEnrolledOn: during(1), periodId: null });
    expect(row).toMatchObject({ targetValue: null, targetAchievedValue: null, targetAchievedDateTime: null });
    expect(others).toEqual([]);
  });

  it("says AUTOMATIC of a customer whom an activity enrolled first, also after leaving and coming back by a call", async () => {
    const org = await service.newOrg();
    const [target] = milestone().targets;
    const group = await org.createGroup(milestone({ targets: [{ ...target, enrolmentMethod: "TRANSACTION" }] }));
    const customerId = await org.newCustomer();
    await spend(org, customerId, 5, during(1));
    await service.drain();
    expect(await roster(org, group)).toMatchObject([{ customerId, source: "AUTOMATIC" }]);
    await ok(org.unenroll(group, customerId, { now: during(1) }));
    expect(await roster(org, group, "?status=UNENROLLED")).toMatchObject([{ customerId, source: "AUTOMATIC" }]);
    await ok(org.enroll(group, { customerId }, { now: during(1) }));
    expect(await roster(org, group)).toMatchObject([{ customerId, source: "AUTOMATIC" }]);
  });

  it("answers with periodId the members of that cycle with its values, those of an ended cycle too", async () => {
    const { org, group, members } = await withMembers(2);
    const [early = 0, leaver = 0] = members;
    const late = await org.newCustomer();
    await spend(org, early, 400, during(1));
    await close(org, group, members, firstInstantOf(2));
    await ok(org.enroll(group, { customerId: late }, { now: during(2) }));
    await ok(org.unenroll(group, leaver, { now: during(2) }));
    await service.drain();
    const inCycle = (cycle: number) =>
      roster(org, group, `?status=ALL&periodId=${group.cycleIds[cycle - 1]}`, during(2));
    const [first, second] = [await inCycle(1), await inCycle(2)];
    expect(idsOf(first)).toEqual(inOrder([early, leaver]));
    const values = new Map(first.map(({ customerId, targetAchievedValue }) => [customerId, targetAchievedValue]));
    expect([values.get(early), values.get(leaver)]).toEqual([400, 0]);
    expect(first.every(({ periodId }) => periodId === group.cycleIds[0])).toBe(true);
    expect(idsOf(second)).toEqual(inOrder([early, late]));
  });

  it("answers with achieved only who has, or has not, reached the cycle's value", async () => {
    const { org, group, members } = await withMembers(3);
    const [below = 0, equal = 0, above = 0] = members;
    await spend(org, below, 999.9999, during(1));
    await spend(org, equal, 1000, during(1));
    await spend(org, above, 1000.0001, during(1));
    expect(idsOf(await roster(org, group, "?achieved=true"))).toEqual(inOrder([equal, above]));
    expect(idsOf(await roster(org, group, "?achieved=false"))).toEqual([below]);
    const second = `&periodId=${group.cycleIds[1]}`;
    expect(idsOf(await roster(org, group, `?achieved=true${second}`))).toEqual([]);
    expect(idsOf(await roster(org, group, `?achieved=false${second}`))).toEqual(inOrder(members));
  });

  it("answers a streak's run, and of who left the run that a return would go on from", async () => {
    const { org, group, members } = await withMembers(2, streak({ cycles: 6, levels: [2, 4] }));
    const [stays = 0, leaves = 0] = members;
    for (const customerId of members) for (const cycle of [1, 2]) await spend(org, customerId, 1000, during(cycle));
    await ok(org.unenroll(group, leaves, { now: during(3) }));
    const rows = await roster(org, group, "?status=ALL", during(3));
    expect(rows.map(({ customerId, currentCount }) => [customerId, currentCount])).toEqual(
      inOrder([stays, leaves]).map((customerId) => [customerId, 2]),
    );
  });

  it("has no cycle to show between two cycles, nor after the last one", async () => {
    const { org, group } = await withMembers(1, milestone({ cycles: 1 }));
    const nothing = { periodId: null, targetValue: null, targetAchievedValue: null };
    expect(await roster(org, group, "?limit=5", during(2))).toMatchObject([nothing]);
    const response = await org.reader.get(`${targetPath(group)}/customers?achieved=true`, { now: during(2) });
    expectRefused(response, 400, 300004, /achieved .*periodId/);
  });

  it("answers settled cycles and an enrolment that was set aside as they were", async () => {
    const { org, group, members } = await withMembers(1, milestone({ cycles: 3 }));
    const [customerId = 0] = members;
    const closing = new CustomerClosing(service.table);
    await spend(org, customerId, 1100, during(1));
    for (const now of [during(2), during(3), during(4)]) await close(org, group, members, now);
    const asIt = { customerId, targetAchievedValue: 1100, targetAchievedDateTime: during(1) };
    const query = `?periodId=${group.cycleIds[0]}`;
    expect(await closing.hasSettled(org.org, customerId)).toBe(true);
    expect(await roster(org, group, query, during(4))).toMatchObject([asIt]);
    await closing.setAside({ org: org.org, group, customerId }, Date.parse(during(6)));
    expect(await roster(org, group, query, during(6))).toMatchObject([asIt]);
  });

  it("is refused with 310017, 310018 or 310019 for a group, target or cycle that does not exist", async () => {
    const { org, group } = await withMembers(0);
    const [other] = [await service.newOrg()];
    const path = `${targetPath(group)}/customers`;
    expectRefused(await other.reader.get(path), 400, 310017);
    expectRefused(await org.reader.get(`/targetGroups/${group.groupId}/targets/999999/customers`), 400, 310018);
    expectRefused(await org.reader.get(`${path}?periodId=999999`), 400, 310019);
  });

  it("leaves out a customer from the moment of the erasure on, before anything of the enrolment is removed", async () => {
    const { org, group, members } = await withMembers(2);
    const [erased, stays] = members;
    await ok(org.admin.send("DELETE", `/customers/${erased}?mode=ERASE`, undefined, { now: during(1) }));
    expect(idsOf(await roster(org, group, "?status=ALL"))).toEqual([stays]);
  });

  it("lists a deactivated group and target too", async () => {
    const { org, group, members } = await withMembers(1);
    await ok(org.admin.put(`/targetGroups/editTargetGroup/${group.groupId}`, { active: false }, { now: during(1) }));
    expect(idsOf(await roster(org, group))).toEqual(inOrder(members));
  });

  it("is refused with 300004 for each parameter that is not one", async () => {
    const { org, group } = await withMembers(0);
    const query = "status=LEFT&periodId=x&achieved=yes&limit=101&cursor=%23";
    const response = await org.reader.get(`${targetPath(group)}/customers?${query}`);
    expectRefused(response, 400, 300004, /status/, /periodId/, /achieved/, /limit/, /cursor/);
    expectRefused(await org.reader.get(`${targetPath(group)}/customers?limit=0`), 400, 300004, /limit/);
  });
});

describe("a page of the roster", () => {
  it("goes by shard and then by id, and no page repeats or leaves out a customer, whatever the limit", async () => {
    const org = await service.newOrg();
    const group = await org.createGroup();
    const random = new Random(7);
    const members = new Set<number>();
    while (members.size < 60) {
      const customerId = 1 + Math.floor(10 ** (1 + random.fraction() * 10));
      if (members.has(customerId)) continue;
      members.add(customerId);
      await ok(org.admin.put(`/customers/${customerId}`, {}));
      await ok(org.enroll(group, { customerId }, { now: during(1) }));
    }
    await service.drain();
    const expected = inOrder([...members]);
    for (const limit of [1, 7, 59, 60, 100]) {
      expect(idsOf(await roster(org, group, `?limit=${limit}`))).toEqual(expected);
    }
    expect(idsOf((await page(org, group)).customers)).toEqual(expected.slice(0, 50));
  });

  it("ends with a cursor also when nobody of the customers it looked at is asked for", async () => {
    const { org, group, members } = await withMembers(3);
    // Rows are hints: those of nobody stand for customers who do not match.
    const target = { org: org.org, groupId: group.groupId, targetId: group.targetId };
    const ids = Array.from({ length: 620 }, (_, index) => 16 * (index + 1));
    await pMap(ids, (customerId) => putIndexRow(service.table, { ...target, customerId }), { concurrency: 25 });
    await new ShardList(service.table).add({ ...target, customerId: 16 });
    const first = await page(org, group, "?limit=100&status=UNENROLLED");
    expect(first.customers).toEqual([]);
    expect(first.nextCursor).not.toBeNull();
    expect(idsOf(await roster(org, group)).toSorted()).toEqual(members.toSorted());
  });

  it("leaves out a customer who left before the page, and shows the others of the pages before as they were", async () => {
    const { org, group, members } = await withMembers(4);
    const all = idsOf(await roster(org, group));
    const first = await page(org, group, "?limit=2");
    await ok(org.unenroll(group, all[3] ?? 0, { now: during(1) }));
    const second = await page(org, group, `?limit=2&cursor=${first.nextCursor}`);
    expect(members).toHaveLength(4);
    expect(idsOf([...first.customers, ...second.customers])).toEqual(all.slice(0, 3));
  });

  it("repeats and leaves out no earlier customer when others join before and behind it, and those behind are on a later one", async () => {
    const org = await service.newOrg();
    const group = await org.createGroup();
    const join = async (customerId: number) => {
      await ok(org.admin.put(`/customers/${customerId}`, {}));
      await ok(org.enroll(group, { customerId }, { now: during(1) }));
      await service.drain();
    };
    // Of the first shard, but for 97 and 17, which are of the second.
    for (const customerId of [32, 48, 80, 97]) await join(customerId);
    const first = await page(org, group, "?limit=2");
    for (const customerId of [16, 64, 17]) await join(customerId);
    const second = await page(org, group, `?limit=2&cursor=${first.nextCursor}`);
    const third = await page(org, group, `?limit=100&cursor=${second.nextCursor}`);
    expect([first, second, third].map(({ customers }) => idsOf(customers))).toEqual([
      [32, 48],
      [64, 80],
      [17, 97],
    ]);
    expect(third.nextCursor).toBeNull();
  });

  it("is refused with 300004 for the cursor of another brand, target or filter, or one that was changed", async () => {
    const { org, group } = await withMembers(3);
    const other = await withMembers(3);
    const sibling = await org.createGroup();
    const { nextCursor } = await page(org, group, "?limit=1");
    if (nextCursor === null) throw new Error("There is a second page");
    const changed = `${nextCursor.startsWith("A") ? "B" : "A"}${nextCursor.slice(1)}`;
    const longer = `${nextCursor}A`;
    const refusals = [
      await asked(other.org, other.group, `cursor=${nextCursor}`),
      await asked(org, sibling, `cursor=${nextCursor}`),
      await asked(org, group, `cursor=${nextCursor}&status=ALL`),
      await asked(org, group, `cursor=${nextCursor}&achieved=false`),
      await asked(org, group, `cursor=${nextCursor}&periodId=${group.cycleIds[0]}`),
      await asked(org, group, `cursor=${changed}`),
      await asked(org, group, `cursor=${longer}`),
      await asked(org, group, "cursor=ENROLLED"),
    ];
    for (const response of refusals) expectRefused(response, 400, 300004, /cursor/);
    await ok(asked(org, group, `cursor=${nextCursor}&limit=3`));
  });
});

describe("the index of enrolments", () => {
  it("lists the customers of a shard in the order of their ids", async () => {
    const org = await service.newOrg();
    const target = { org: org.org, groupId: 1, targetId: 1 };
    const ids = [32, 160, 16, 9007199254740976];
    for (const customerId of ids) await putIndexRow(service.table, { ...target, customerId });
    const { customerIds } = await listIndexPage(service.table, { ...target, shard: 0 }, undefined, 10);
    expect(customerIds).toEqual(ids.toSorted((one, other) => one - other));
  });
});
