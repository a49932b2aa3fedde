import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiClient } from "../support/apiClient.ts";
import { captureMetrics } from "../support/capturedMetrics.ts";
import { ok, type TestGroup, type TestOrg } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { during, firstInstantOf, milestone } from "../support/targetGroups.ts";

// The file has a table of its own, because a look goes over every brand.
const service = useProjectedService();
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const minute = 60_000;
const hour = 60 * minute;

const instant = (from: string, milliseconds: number) => new Date(Date.parse(from) + milliseconds).toISOString();

/** A look for what is due, as the schedule starts one every five minutes. */
async function lookAt({ org }: TestOrg, now: string): Promise<void> {
  const local = new ApiClient(new URL("/local", service.baseUrl).href, undefined);
  await ok(local.post(`/close-cycles?org=${org}`, {}, { now }));
}

async function startsOf({ org }: TestOrg) {
  await service.drain();
  const events = (await service.events()).filter(({ detail }) => detail["org"] === org);
  return events.filter(({ "detail-type": type }) => type === "targetPeriodStarted").map(({ detail }) => detail);
}

async function namesOf(org: TestOrg): Promise<unknown[]> {
  return (await startsOf(org)).map((detail) => detail["periodRefCode"]);
}

async function created(
  body: Readonly<Record<string, unknown>>,
  now: string,
): Promise<{ org: TestOrg; groupId: number }> {
  const org = await service.newOrg();
  return { org, groupId: (await ok(org.admin.post("/targetGroups", body, { now }))).body.data.id };
}

const beforeAll = instant(firstInstantOf(1), -24 * hour);

describe("targetPeriodStarted", () => {
  it("is sent once when a cycle starts, to the millisecond, with the group and the cycle and no customer", async () => {
    const { org, groupId } = await created(milestone({ name: "Winter" }), beforeAll);
    await lookAt(org, instant(firstInstantOf(1), -1));
    expect(await startsOf(org)).toEqual([]);
    await lookAt(org, firstInstantOf(1));
    await lookAt(org, instant(firstInstantOf(1), 5 * minute));
    expect(await startsOf(org)).toEqual([
      {
        eventId: `${org.org}#group#${groupId}#started#1`,
        org: org.org,
        targetGroupId: groupId,
        targetGroupName: "Winter",
        trackingType: "DEFAULT",
        occurredAt: firstInstantOf(1),
        enteredBy: null,
        source: "AUTOMATIC",
        periodId: expect.any(Number),
        periodRefCode: "c1",
        periodStartDateWithTimeStamp: firstInstantOf(1),
        periodEndDateWithTimeStamp: firstInstantOf(2),
      },
    ]);
  });

  it("is one event for a group and cycle, however many customers and targets there are", async () => {
    const targets = [1, 2].map((n) => ({ ...milestone().targets[0], name: `Target ${n}` }));
    const { org, groupId } = await created(milestone({ targets }), beforeAll);
    const group: Pick<TestGroup, "groupId" | "targetId"> = {
      groupId,
      targetId: (await ok(org.reader.get(`/targetGroups/${groupId}`))).body.data.targets[0].id,
    };
    for (let count = 0; count < 3; count += 1)
      await ok(
        org.till.post(`/targetGroups/${groupId}/targets/${group.targetId}/enroll`, [
          { customerId: await org.newCustomer(), periodName: "c1" },
        ]),
      );
    await lookAt(org, firstInstantOf(1));
    expect(await namesOf(org)).toEqual(["c1"]);
  });

  it("is sent of every cycle, also of those that started during a pause", async () => {
    const { org } = await created(milestone({ cycles: 4 }), beforeAll);
    await lookAt(org, during(3));
    expect((await namesOf(org)).toSorted()).toEqual(["c1", "c2", "c3"]);
    await lookAt(org, during(4));
    await lookAt(org, during(9));
    expect((await namesOf(org)).toSorted()).toEqual(["c1", "c2", "c3", "c4"]);
  });

  it.each([
    ["half an hour late counts nothing", 30 * minute, 0],
    ["later than that counts one late start of the group", 30 * minute + 1, 1],
  ])("that is sent %s", async (_, late, count) => {
    const { org } = await created(milestone(), beforeAll);
    const lines = captureMetrics();
    for (let look = 0; look < 2; look += 1) await lookAt(org, instant(firstInstantOf(1), late));
    const counted = lines.filter((line) => "LateStarts" in line);
    expect(counted).toEqual(Array.from({ length: count }, () => expect.objectContaining({ org: org.org })));
  });

  it("is sent of a cycle that runs at the creation of its group, and of none that has ended", async () => {
    const { org } = await created(milestone({ cycles: 3 }), during(2));
    await lookAt(org, instant(during(2), minute));
    expect(await namesOf(org)).toEqual(["c2"]);
    const over = await created(milestone({ cycles: 3 }), during(9));
    await lookAt(over.org, during(10));
    expect(await namesOf(over.org)).toEqual([]);
  });

  it("is sent when a moved cycle starts, be it earlier or later than before", async () => {
    for (const [moved, told] of [
      [10, [true, true]],
      [20, [false, true]],
    ] as const) {
      const { org, groupId } = await created(milestone({ cycles: 1 }), beforeAll);
      const first = (await ok(org.reader.get(`/targetGroups/${groupId}`))).body.data.periods[0];
      const startDate = during(1, moved);
      await ok(
        org.admin.put(`/targetGroups/${groupId}/targetPeriods`, [{ id: first.id, startDate }], { now: beforeAll }),
      );
      const seen: boolean[] = [];
      for (const day of [15, 25]) {
        await lookAt(org, during(1, day));
        seen.push((await namesOf(org)).length === 1);
      }
      expect(seen).toEqual(told);
    }
    const { org, groupId } = await created(milestone({ cycles: 1 }), beforeAll);
    const first = (await ok(org.reader.get(`/targetGroups/${groupId}`))).body.data.periods[0];
    const sooner = instant(beforeAll, hour);
    const edit = [{ id: first.id, startDate: sooner }];
    await ok(org.admin.put(`/targetGroups/${groupId}/targetPeriods`, edit, { now: beforeAll }));
    await lookAt(org, sooner);
    expect(await namesOf(org)).toEqual(["c1"]);
  });

  it("is sent of an appended cycle, also when the start of the last one was told long ago", async () => {
    const { org, groupId } = await created(milestone({ cycles: 1 }), beforeAll);
    await lookAt(org, during(1));
    const added = [{ refCode: "c2", startDate: firstInstantOf(3), endDate: firstInstantOf(4) }];
    await ok(org.admin.post(`/targetGroups/${groupId}/targetPeriods`, added, { now: during(2) }));
    await lookAt(org, during(2, 20));
    expect(await namesOf(org)).toEqual(["c1"]);
    await lookAt(org, firstInstantOf(3));
    expect(await namesOf(org)).toEqual(["c1", "c2"]);
  });

  it("is sent of an inactive group, and not of one that was deleted", async () => {
    const stopped = await created(milestone({ active: false }), beforeAll);
    const gone = await created(milestone({ active: false }), beforeAll);
    await ok(
      gone.org.admin.send("DELETE", `/targetGroups/${gone.groupId}`, undefined, { now: instant(beforeAll, hour) }),
    );
    for (const { org } of [stopped, gone]) await lookAt(org, firstInstantOf(1));
    expect(await namesOf(stopped.org)).toEqual(["c1"]);
    expect(await namesOf(gone.org)).toEqual([]);
  });
});

describe("a group with many cycles", () => {
  it("that were made by the hour are all closed in one look, after a pause of days too", async () => {
    const periods = Array.from({ length: 99 }, (_, index) => ({
      refCode: `h${index + 1}`,
      startDate: instant(firstInstantOf(1), index * hour),
      endDate: instant(firstInstantOf(1), (index + 1) * hour),
    }));
    const org = await service.newOrg();
    const group = await org.createGroup(milestone({ periods }));
    const customerId = await org.newCustomer();
    await ok(org.enroll(group, { customerId, periodName: "h1" }, { now: firstInstantOf(1) }));
    await service.drain();
    await lookAt(org, instant(firstInstantOf(1), 99 * hour));
    await service.drain();
    const ended = (await service.events(customerId)).filter(
      ({ "detail-type": type }) => type === "targetPeriodCompleted",
    );
    expect(ended.map(({ detail }) => detail["periodRefCode"])).toEqual(periods.map(({ refCode }) => refCode));
  });

  it("of which 99 had ended at its creation closes the one that had not, in the first look after its end", async () => {
    const periods = Array.from({ length: 100 }, (_, index) => ({
      refCode: `h${index + 1}`,
      startDate: instant(firstInstantOf(1), index * hour),
      endDate: instant(firstInstantOf(1), (index + 1) * hour),
    }));
    const [now, end] = [instant(firstInstantOf(1), 99.5 * hour), instant(firstInstantOf(1), 100 * hour)];
    const { org, groupId } = await created(milestone({ periods }), now);
    const targetId = (await ok(org.reader.get(`/targetGroups/${groupId}`))).body.data.targets[0].id;
    const customerId = await org.newCustomer();
    await ok(org.till.post(`/targetGroups/${groupId}/targets/${targetId}/enroll`, [{ customerId }], { now }));
    await service.drain();
    await lookAt(org, end);
    await service.drain();
    const ended = (await service.events(customerId)).filter(
      ({ "detail-type": type }) => type === "targetPeriodCompleted",
    );
    expect(ended.map(({ detail }) => detail["periodRefCode"])).toEqual(["h100"]);
    expect(await namesOf(org)).toEqual(["h100"]);
  });
});
