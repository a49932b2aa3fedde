import { randomUUID } from "node:crypto";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, describe, expect, it } from "vitest";
import { countQueuedActivities } from "../../functions/countQueuedActivities/countQueuedActivities.ts";
import { listDueCycles } from "../../functions/listDueCycles/listDueCycles.ts";
import { recordActivities } from "../../functions/recordActivities/recordActivities.ts";
import type { ApiRequest } from "../../shared/http/apiHandler.ts";
import type { routes } from "../../shared/http/routes.ts";
import { createContext } from "../../shared/operations/context.ts";
import { createTargetGroup } from "../../shared/operations/createTargetGroup.ts";
import { type DuePosition, type DueShards, pageLimits } from "../../shared/operations/listDueShards.ts";
import { putCustomer } from "../../shared/operations/putCustomer.ts";
import type { Table } from "../../shared/table/client.ts";
import { EngineBusy } from "../../shared/table/failures.ts";
import { queryAll, ReadTooLong } from "../../shared/table/store.ts";
import { ShardList } from "../../shared/table/targetShards.ts";
import { buildGroup, noonOf, startOfCycle } from "../support/domain.ts";
import { byTest, enroll } from "../support/membership.ts";
import { queueMessage } from "../support/queueMessage.ts";
import { openTestTable } from "../support/service.ts";

const table = openTestTable();
afterAll(() => table.close());
const now = noonOf(1);
const customerId = 11;

/** A table on which every call finds its patience over. */
const impatient: Table = { ...table, patienceMilliseconds: 0 };

async function brand(): Promise<string> {
  const org = randomUUID();
  await putCustomer(table, org, customerId, { firstName: undefined, lastName: undefined, externalId: undefined }, now);
  const group = await createTargetGroup(table, org, buildGroup(), startOfCycle(1));
  if (typeof group === "string" || group.targets[0] === undefined) throw new Error("A new org has no groups");
  const ref = { org, customerId, groupId: group.id, targetId: group.targets[0].id };
  await enroll(
    table,
    ref,
    { outcome: "accepted", fromCycle: 1, opening: { kind: "resume" }, definitionVersion: 1 },
    now,
    undefined,
  );
  return org;
}

const activities = ["a-1", "a-2"].map((activityId) => ({
  activityId,
  customerId,
  type: "TRANSACTION",
  occurredAt: new Date(now).toISOString(),
  amount: 10,
}));

async function record(through: Table, org: string) {
  const request: ApiRequest<typeof routes.recordActivities> = {
    org,
    accessGroup: "default",
    authorship: byTest,
    now,
    headers: {},
    body: activities,
    parameters: { valid: { path: {}, query: {} } },
  };
  const { data } = await recordActivities(createContext(through))(request);
  return data;
}

const refused = { data: null, errors: [{ code: 4001, message: expect.stringMatching(/Nothing was changed/) }] };
const counted = { errors: null, warnings: null };
const repeated = { errors: null, warnings: [{ message: expect.stringMatching(/already counted/) }] };

it("the first activity of an array is counted, those that there is no time to begin are answered 4001 and count when sent again", async () => {
  const org = await brand();
  expect(await record(impatient, org)).toEqual([expect.objectContaining(counted), expect.objectContaining(refused)]);
  expect(await record(table, org)).toEqual([expect.objectContaining(repeated), expect.objectContaining(counted)]);
});

it("the first message of a batch is counted, those that there is no time to begin are given back and count when they come again", async () => {
  const org = await brand();
  const Records = activities.map((activity) => queueMessage(activity.activityId, org, activity));
  const given = await countQueuedActivities(createContext(impatient))({ Records });
  expect(given).toEqual({ batchItemFailures: [{ itemIdentifier: "a-2" }] });
  expect(await countQueuedActivities(createContext(table))({ Records: Records.slice(1) })).toEqual({
    batchItemFailures: [],
  });
  expect(await record(table, org)).toEqual([expect.objectContaining(repeated), expect.objectContaining(repeated)]);
});

/** A partition of items. Two of them do not fill a page of 1 MB, five do. */
async function partitionOf(items: number): Promise<string> {
  const pk = randomUUID();
  const text = { S: "x".repeat(390_000) };
  for (let sk = 1; sk <= items; sk += 1) {
    const Item = { pk: { S: pk }, sk: { S: String(sk) }, text };
    await table.client.send(new PutItemCommand({ TableName: table.name, Item }));
  }
  return pk;
}

describe("a partition is read to its end", () => {
  it("page by page while there is patience", async () => {
    const items = await queryAll(table, { partition: await partitionOf(5) });
    expect(items.map(({ sk }) => sk)).toEqual(["1", "2", "3", "4", "5"]);
  });

  it("of one page however little patience there is", async () => {
    await expect(queryAll(impatient, { partition: await partitionOf(2) })).resolves.toHaveLength(2);
  });

  it("or not at all, because a part would be taken for the whole", async () => {
    const read = queryAll(impatient, { partition: await partitionOf(5) });
    await expect(read).rejects.toThrow(new EngineBusy(new ReadTooLong()));
  });
});

/** Page by page, as the state machine asks. */
async function dueCycles(through: Table, org: string): Promise<DueShards[]> {
  const due = { now: new Date(startOfCycle(2)).toISOString(), org };
  const pages: DueShards[] = [];
  let resumeAfter: DuePosition | null = null;
  do {
    const page: DueShards = await listDueCycles(through)({ ...due, resumeAfter });
    pages.push(page);
    resumeAfter = page.resumeAfter;
  } while (resumeAfter !== null);
  return pages;
}

it("due work is named some groups at a time when there is patience for no more, and in the end all", async () => {
  const org = randomUUID();
  const { groupsAtOnce } = pageLimits;
  const names = Array.from({ length: groupsAtOnce + 1 }, (_, index) => `group ${index}`);
  for (const name of names) await groupWithCustomer(org, name);
  const all = (await dueCycles(table, org)).flatMap(({ tasks }) => tasks);
  const pages = await dueCycles(impatient, org);
  expect(all).toHaveLength(names.length);
  expect(pages.flatMap(({ tasks }) => tasks)).toEqual(all);
  // A page of the due list ends anywhere among these groups, because other tests' groups are in the list too.
  const lengths = pages.map(({ tasks }) => tasks.length).filter((length) => length > 0);
  expect(lengths.length).toBeGreaterThan(1);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(groupsAtOnce);
});

async function groupWithCustomer(org: string, name: string): Promise<void> {
  const group = await createTargetGroup(table, org, buildGroup({ name }), startOfCycle(1));
  if (typeof group === "string" || group.targets[0] === undefined) throw new Error("The name is new in the org");
  await new ShardList(table).add({ org, customerId, groupId: group.id, targetId: group.targets[0].id });
}
