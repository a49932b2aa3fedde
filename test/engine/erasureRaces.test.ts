import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, expect, it } from "vitest";
import { closeCycles } from "../../local/closeCycles.ts";
import { localFunctions } from "../../local/functions.ts";
import { startGateway } from "../../local/gateway.ts";
import { openTable, patientLimits, type Table } from "../../shared/table/client.ts";
import { customerKey, pastKey } from "../../shared/table/keys.ts";
import { listPastRows } from "../../shared/table/past.ts";
import { ApiClient, type ApiResponse } from "../support/apiClient.ts";
import { CustomerClosing } from "../support/customerClosing.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { holdFirst } from "../support/heldWrite.ts";
import { ok, type TestOrg, targetPath } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { keysAbout } from "../support/storedTraces.ts";
import { during, milestone } from "../support/targetGroups.ts";

const service = useProjectedService();

const now = during(1);
const aDayLater = new Date(Date.parse(now) + 25 * 60 * 60 * 1000).toISOString();

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Another process of the service, whose table the test can slow down. */
async function otherProcess(org: TestOrg): Promise<{ readonly table: Table; readonly admin: ApiClient }> {
  const access = { endpoint: engineEndpoint(), ...localAccess };
  const table = openTable({ tableName: service.table.name, ...access }, patientLimits);
  const gateway = await startGateway(localFunctions(table), 0);
  closers.push(async () => {
    await gateway.close();
    table.close();
  });
  return { table, admin: new ApiClient(gateway.baseUrl, org.credentials.admin) };
}

const sale = (customerId: number, activityId: string) => ({
  activityId,
  customerId,
  type: "TRANSACTION",
  occurredAt: now,
  amount: 10,
});

const codeOf = ({ body }: { readonly body: { readonly errors: readonly { readonly code: number }[] | null } }) =>
  body.errors?.[0]?.code ?? 200;

async function eraseAndSweep(org: TestOrg, customerId: number): Promise<void> {
  await ok(org.admin.send("DELETE", `/customers/${customerId}?mode=ERASE`, undefined, { now }));
  await service.drain();
  await closeCycles(service.table, Date.parse(now), org.org);
}

type WriteCommand = Parameters<typeof holdFirst>[1];

/** Sends a call to another process, whose write arrives after the customer was erased by a first pass. Answers its answer. */
async function sendAndErase(
  org: TestOrg,
  customerId: number,
  command: WriteCommand,
  send: (admin: ApiClient) => Promise<ApiResponse>,
): Promise<ApiResponse> {
  const { table, admin } = await otherProcess(org);
  const held = holdFirst(table, command);
  const answer = send(admin);
  await held.isHeld;
  await eraseAndSweep(org, customerId);
  held.release();
  return answer;
}

async function expectOnlyTombstone(org: TestOrg, customerId: number): Promise<void> {
  await service.drain();
  await closeCycles(service.table, Date.parse(aDayLater), org.org);
  const { pk, sk } = customerKey(org.org, customerId);
  expect(await keysAbout(service.table, org.org, customerId)).toEqual([`${pk} ${sk}`]);
}

it("an activity that was decided on an enrolment before the erasure and arrives after the first pass is refused with 310011", async () => {
  const org = await service.newOrg();
  const [group, customerId] = [await org.createGroup(), await org.newCustomer()];
  await ok(org.enroll(group, { customerId }, { now }));
  const counted = await sendAndErase(org, customerId, "TransactWriteItemsCommand", (admin) =>
    admin.post("/activities", sale(customerId, "a"), { now }),
  );
  expect(codeOf(counted)).toBe(310011);
  await expectOnlyTombstone(org, customerId);
});

it.each([
  ["of a customer in no target", milestone(), []],
  [
    "that enrols",
    milestone({ targets: [{ ...milestone().targets[0], enrolmentMethod: "TRANSACTION" }] }),
    [{ enrolled: true }],
  ],
])(
  "an activity %s that arrives after the first pass is in no answer, and goes with the second",
  async (_, body, targets) => {
    const org = await service.newOrg();
    await org.createGroup(body);
    const customerId = await org.newCustomer();
    const counting = sendAndErase(org, customerId, "TransactWriteItemsCommand", (admin) =>
      admin.post("/activities", sale(customerId, "a"), { now }),
    );
    expect((await ok(counting)).body.data.targets).toMatchObject(targets);
    expect(codeOf(await org.till.post("/activities", sale(customerId, "a"), { now }))).toBe(310011);
    expect(codeOf(await org.till.post("/activities", sale(customerId, "b"), { now }))).toBe(310011);
    expect(codeOf(await org.reader.get(`/users/${customerId}/targetGroups`, { now }))).toBe(310011);
    await expectOnlyTombstone(org, customerId);
  },
);

it("an enrolment that arrives after the first pass takes no activity, is in no answer, and goes with the second", async () => {
  const org = await service.newOrg();
  const [group, customerId] = [await org.createGroup(), await org.newCustomer()];
  const enrolled = await sendAndErase(org, customerId, "UpdateItemCommand", (admin) =>
    admin.post(`${targetPath(group)}/enroll`, [{ customerId }], { now }),
  );
  expect(codeOf(enrolled)).toBe(200);
  expect(codeOf(await org.till.post("/activities", sale(customerId, "a"), { now }))).toBe(310011);
  expect(codeOf(await org.reader.get(`/users/${customerId}/enrolledTargets`))).toBe(310011);
  await expectOnlyTombstone(org, customerId);
});

it("a change of the profile that was decided before the erasure and arrives after it changes nothing and is refused with 310011", async () => {
  const org = await service.newOrg();
  const customerId = await org.newCustomer();
  const changed = await sendAndErase(org, customerId, "TransactWriteItemsCommand", (admin) =>
    admin.put(`/customers/${customerId}`, { firstName: "Ada", externalId: "card-1" }, { now }),
  );
  expect(codeOf(changed)).toBe(310011);
  expect(codeOf(await org.reader.get("/customers?externalId=card-1"))).toBe(310011);
  await expectOnlyTombstone(org, customerId);
});

it("a customer whose settled cycles are removed before the enrolment is in no roster, and keeps no closing and no count from its end", async () => {
  const org = await service.newOrg();
  const group = await org.createGroup(milestone(), { now });
  const customerIds = [await org.newCustomer(), await org.newCustomer()] as const;
  const [erased, other] = customerIds;
  for (const customerId of customerIds) await ok(org.enroll(group, { customerId }, { now }));
  await service.drain();
  const ref = { customerId: erased, groupId: group.groupId, targetId: group.targetId };
  const closing = new CustomerClosing(service.table);
  for (const cycle of [2, 3, 4])
    await closing.close({ org: org.org, customerId: erased, group }, Date.parse(during(cycle)));
  await ok(org.admin.send("DELETE", `/customers/${erased}?mode=ERASE`, undefined, { now: during(4) }));

  const settled = await listPastRows(service.table, org.org, erased);
  expect(settled.length).toBeGreaterThan(0);
  for (const { row } of settled) {
    const Key = pastKey(org.org, ref, row);
    await service.table.client.send(new DeleteCommand({ TableName: service.table.name, Key }));
  }
  for (const cycleId of group.cycleIds.slice(0, 3)) {
    const path = `${targetPath(group)}/customers?status=ALL&periodId=${cycleId}`;
    const { data } = (await ok(org.reader.get(path, { now: during(4) }))).body;
    expect(data.customers.map((row: { customerId: number }) => row.customerId)).toEqual([other]);
  }
  // The group alone, so that the erasure does not go on meanwhile.
  await closeCycles(service.table, Date.parse(during(5)), org.org, group.groupId);
  const { data } = (await ok(org.reader.get(`${targetPath(group)}/statistics`, { now: during(5) }))).body;
  expect(data.periods.map(({ covered }: { covered: number }) => covered)).toEqual(group.cycleIds.map(() => 1));
});
