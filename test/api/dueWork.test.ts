import { randomUUID } from "node:crypto";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, expect, it, vi } from "vitest";
import { groupKey } from "../../shared/table/keys.ts";
import { ApiClient } from "../support/apiClient.ts";
import { type ConsoleLine, captureConsole } from "../support/capturedConsole.ts";
import { ok, type TestGroup, type TestOrg } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { firstInstantOf, milestone } from "../support/targetGroups.ts";

// Sweeps go over every brand, and other tests of the run live at other times. So the file has a table of its own.
const service = useProjectedService();

afterEach(() => void vi.restoreAllMocks());

const local = () => new ApiClient(new URL("/local", service.baseUrl).href, undefined);

async function sweep(now: string): Promise<void> {
  await service.drain();
  await ok(local().post("/close-cycles", {}, { now }));
  await service.drain();
}

async function enrolled(org: TestOrg, group: TestGroup, now: string): Promise<number> {
  const customerId = await org.newCustomer();
  await ok(org.enroll(group, { customerId }, { now }));
  return customerId;
}

async function completed(customerId: number): Promise<string[]> {
  const events = await service.events(customerId);
  return events
    .filter((event) => event["detail-type"] === "targetPeriodCompleted")
    .map(({ detail }) => String(detail["periodRefCode"]));
}

const days = (count: number, fromDate: string) => {
  const { periods: _, ...rest } = milestone({ frequencyType: "DAILY", frequency: 1, recurringCycles: count, fromDate });
  return rest;
};

it("a group of which 931 cycles had ended at its creation has the next one closed, and shows all of them as closed", async () => {
  const org = await service.newOrg();
  const now = "2030-07-20T12:00:00.000Z";
  const { data } = (await ok(org.admin.post("/targetGroups", days(1000, "2028-01-01"), { now }))).body;
  const group = { groupId: data.id, targetId: data.targets[0].id, targetIds: [], cycleIds: [], levelIds: [] };
  const customerId = await enrolled(org, group, now);
  await sweep("2030-07-21T00:00:00.000Z");
  expect(await completed(customerId)).toEqual(["2030-07-20"]);
  const { periods } = (await ok(org.reader.get(`/targetGroups/${data.id}`, { now }))).body.data;
  const closed = periods.filter(({ closedOn }: { closedOn: string | null }) => closedOn !== null);
  expect(closed.map(({ refCode }: { refCode: string }) => refCode).at(-1)).toBe("2030-07-20");
  expect(closed).toHaveLength(932);
});

it("a group that cannot be read keeps no other brand waiting, is logged, and is closed when it can be read again", async () => {
  const [broken, other] = [await service.newOrg(), await service.newOrg()];
  const now = firstInstantOf(1);
  const [brokenGroup, otherGroup] = [await broken.createGroup(), await other.createGroup()];
  const [one, two] = [await enrolled(broken, brokenGroup, now), await enrolled(other, otherGroup, now)];
  await service.drain();
  const Key = groupKey(broken.org, brokenGroup.groupId);
  const { client, name: TableName } = service.table;
  const { Item } = await client.send(new GetCommand({ TableName, Key }));
  await client.send(new PutCommand({ TableName, Item: { ...Item, version: "one" } }));
  const lines: ConsoleLine[] = captureConsole();
  await sweep(firstInstantOf(2));
  expect(await completed(two)).toEqual(["c1"]);
  expect(await completed(one)).toEqual([]);
  expect(JSON.stringify(lines)).toContain("MalformedItem");
  await client.send(new PutCommand({ TableName, Item }));
  await sweep(firstInstantOf(2));
  expect(await completed(one)).toEqual(["c1"]);
});

type WithValues = { readonly defaultValues: readonly { readonly defaultValue: number }[] };

function lastValue({ defaultValues }: WithValues): number | undefined {
  return defaultValues.at(-1)?.defaultValue;
}

it("99 cycles can be appended with a value for each of 50 targets, in one edit", async () => {
  const org = await service.newOrg();
  const [target] = milestone().targets;
  const targets = Array.from({ length: 50 }, (_, index) => ({ ...target, name: `Target ${index}` }));
  const now = firstInstantOf(1);
  const created = await ok(
    org.admin.post("/targetGroups", milestone({ cycles: 1, name: randomUUID(), targets }), { now }),
  );
  const { id, targets: made } = created.body.data;
  const values = made.map((one: { id: number }) => ({ targetId: one.id, defaultValue: 7 }));
  const appended = Array.from({ length: 99 }, (_, index) => ({
    refCode: `c${index + 2}`,
    startDate: firstInstantOf(index + 2),
    endDate: firstInstantOf(index + 3),
    ...(index === 0 ? { defaultValues: values } : {}),
  }));
  const { data } = (await ok(org.admin.post(`/targetGroups/${id}/targetPeriods`, appended, { now }))).body;
  expect(data.periods).toHaveLength(100);
  expect(data.targets.map(lastValue)).toEqual(Array.from({ length: 50 }, () => 7));
  const { data: rows } = (await ok(org.reader.get(`/targetGroups/${id}/auditLogs?limit=100`, { now }))).body;
  expect(rows[0]).toMatchObject({ version: 2 });
});
