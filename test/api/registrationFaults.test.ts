import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { patientLimits } from "../../shared/table/client.ts";
import { ApiClient, type ApiResponse } from "../support/apiClient.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { type FaultyService, startFaultyService } from "../support/faultyService.ts";
import type { Fault } from "../support/lossyProxy.ts";
import { ok, type TestGroup, type TestOrg, targetPath } from "../support/org.ts";
import { transactionConflict } from "../support/seededFaults.ts";
import { useService } from "../support/service.ts";
import { during } from "../support/targetGroups.ts";

const direct = useService();
const now = during(1);

/** The operations whose next reply is lost, after the engine has carried them out. */
let losing: string[] = [];
/** Whether a write whose reply was lost finds the engine busy for as long as the call lasts. */
let isBusyAfterwards = false;
let hasLost = false;
let faulty: FaultyService;
let org: TestOrg;
let group: TestGroup;
let client: ApiClient;

beforeEach(async () => {
  [losing, isBusyAfterwards, hasLost] = [[], false, false];
  faulty = await startFaultyService({ processes: 1, direct: direct.table, limits: patientLimits, faultFor });
  org = await direct.newOrg();
  group = await org.createGroup();
  client = new ApiClient(faulty.baseUrls[0] ?? "", org.credentials.admin);
});
afterEach(() => faulty.close());

function faultFor(operation: string): Fault {
  if (operation === losing[0]) {
    losing.shift();
    hasLost = true;
    return { lose: "reply" };
  }
  const isWrite = operation === "UpdateItem" || operation === "TransactWriteItems";
  return hasLost && isBusyAfterwards && isWrite ? { lose: "request", answer: transactionConflict(operation) } : {};
}

/** Loses the reply, and answers nothing more of use until {@link recover}. */
function loseForGood(operation: string): void {
  [losing, isBusyAfterwards] = [[operation], true];
}

function recover(): void {
  isBusyAfterwards = false;
}

const newCard = () => `card-${randomUUID()}`;

function register(externalId: string): Promise<ApiResponse> {
  return client.post("/customers", { externalId, firstName: "Ada" });
}

function enrollNewcomer(externalId: string, key = randomUUID()): Promise<ApiResponse> {
  const record = { identifierName: "externalId", identifierValue: externalId, registerCustomer: true };
  return client.post(`${targetPath(group)}/enroll`, [record], { now, headers: { "Idempotency-Key": key } });
}

/** The customer whom the external id leads to. */
async function found(externalId: string): Promise<{ readonly customerId: number; readonly firstName: string | null }> {
  return (await ok(org.reader.get(`/customers?externalId=${externalId}`))).body.data;
}

describe("POST /customers whose reply the engine loses", () => {
  it("answers the one customer that it made, and the same call again is 200 with the same id", async () => {
    const externalId = newCard();
    losing = ["TransactWriteItems"];
    const first = await register(externalId);
    expect([first.status, hasLost]).toEqual([201, true]);
    const again = await register(externalId);
    expect([again.status, again.body.data.customerId]).toEqual([200, first.body.data.customerId]);
    expect(await found(externalId)).toMatchObject({ customerId: first.body.data.customerId, firstName: "Ada" });
  });

  it("may answer 4001; the call again is 200 with the customer whom the lost write made", async () => {
    const externalId = newCard();
    loseForGood("TransactWriteItems");
    expectRefused(await register(externalId), 503, 4001);
    const { customerId } = await found(externalId);
    recover();
    const again = await register(externalId);
    expect([again.status, again.body.data.customerId]).toEqual([200, customerId]);
  });
});

describe("registerCustomer: true whose reply the engine loses", () => {
  it.each([
    ["of the registration", ["TransactWriteItems"]],
    ["of the enrolment", ["UpdateItem"]],
    ["of both writes", ["TransactWriteItems", "UpdateItem"]],
  ])("%s enrols one customer with 200, as the same call again does", async (_, operations) => {
    const [externalId, key] = [newCard(), randomUUID()];
    losing = [...operations];
    const first = await enrollNewcomer(externalId, key);
    expect({ status: first.status, losing, hasLost }).toEqual({ status: 200, losing: [], hasLost: true });
    const { customerId } = await found(externalId);
    expectAccepted(first, customerId);
    expectAccepted(await enrollNewcomer(externalId, key), customerId);
    expect((await org.readState(group, customerId, { now }))?.targets).toHaveLength(5);
  });

  it.each(["TransactWriteItems", "UpdateItem"])(
    "of %s may answer 4001; the call again with its key is 200 for one customer",
    async (operation) => {
      const [externalId, key] = [newCard(), randomUUID()];
      loseForGood(operation);
      expectRefused(await enrollNewcomer(externalId, key), 503, 4001);
      const { customerId } = await found(externalId);
      recover();
      expectAccepted(await enrollNewcomer(externalId, key), customerId);
      expect(await found(externalId)).toMatchObject({ customerId });
      expectRefused(await enrollNewcomer(externalId), 400, 310119);
    },
  );

  it("by an id of the service registers and enrols that customer once", async () => {
    const record = { customerId: 4711, registerCustomer: true };
    const call = (key: string) =>
      client.post(`${targetPath(group)}/enroll`, [record], { now, headers: { "Idempotency-Key": key } });
    const key = randomUUID();
    losing = ["UpdateItem", "UpdateItem"];
    expectAccepted(await call(key), 4711);
    expect(losing).toEqual([]);
    expectAccepted(await call(key), 4711);
    expectRefused(await call(randomUUID()), 400, 310119);
    expect((await ok(org.reader.get("/customers/4711"))).body.data).toMatchObject({ externalId: null });
  });
});
