import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { expect, it } from "vitest";
import { ok, targetPath } from "../support/org.ts";
import { useProjectedTable } from "../support/projectedTable.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import { during, milestone, streak } from "../support/targetGroups.ts";

const { table, announced } = useProjectedTable();
const service = useService(table);

const now = during(1);

/** Every item of the table, by its keys. The file's table is small, so one page holds it. */
async function allItems(): Promise<readonly string[]> {
  const { Items = [], LastEvaluatedKey } = await table.client.send(
    new ScanCommand({ TableName: table.name, ConsistentRead: true }),
  );
  expect(LastEvaluatedKey).toBeUndefined();
  return Items.map((item) => JSON.stringify(item)).toSorted();
}

const sale = ({ customerId }: Setting, activityId: string) => ({
  activityId,
  customerId,
  type: "TRANSACTION",
  occurredAt: now,
  amount: 1000,
});

/** Tries everything with a customer, in whatever state they are, and answers the statuses. Some of it is refused. */
async function tryEverything(one: Setting): Promise<number[]> {
  const { org, group, customerId } = one;
  const path = targetPath(group);
  const at = { now };
  const back = { ...sale(one, "back"), type: "RETURN", originalActivityId: "known" };
  const answers = [
    await org.reader.post(`${path}/enroll/simulate`, [{ customerId, initialBalance: 2000 }], at),
    await org.reader.post(`${path}/enroll/simulate`, [{ customerId, resetStreakStatus: true }], at),
    await org.reader.post(`${path}/unEnroll/simulate`, [{ customerId }], at),
    await org.reader.post("/activities/simulate", [sale(one, "new"), sale(one, "known"), back], at),
    await org.reader.post("/activities/simulate", { ...sale(one, "known"), amount: 7 }, at),
  ];
  return answers.map(({ status }) => status);
}

it.each([
  ["a milestone", milestone()],
  ["a streak", streak({ levels: [1] })],
])("simulations of %s leave every item of the table as it is, and announce nothing", async (_, body) => {
  const out = await newSetting(service, body);
  const { org, group } = out;
  const [inside, left] = [await org.newCustomer(), await org.newCustomer()];
  for (const customerId of [inside, left]) {
    await ok(org.enroll(group, { customerId }, { now }));
    await ok(org.till.post("/activities", sale({ org, group, customerId }, "known"), { now }));
  }
  await ok(org.unenroll(group, left, { now }));
  const told = (await announced(org.org)).length;
  const before = await allItems();
  const statuses: number[] = [];
  for (const customerId of [out.customerId, inside, left])
    statuses.push(...(await tryEverything({ org, group, customerId })));
  expect([...new Set(statuses)].toSorted()).toEqual([200, 400, 422]);
  expect(await allItems()).toEqual(before);
  expect(await announced(org.org)).toHaveLength(told);
});
