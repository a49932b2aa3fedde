import { randomUUID } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { authorize } from "../../functions/authorizer/authorize.ts";
import { closeShard, closingStepChain } from "../../functions/closeShard/closeShard.ts";
import { countQueuedActivities } from "../../functions/countQueuedActivities/countQueuedActivities.ts";
import { listDueCycles } from "../../functions/listDueCycles/listDueCycles.ts";
import { projector } from "../../functions/projector/projector.ts";
import type { CallName } from "../../lib/functionNames.ts";
import { closeCycles } from "../../local/closeCycles.ts";
import { createTableIfMissing } from "../../local/createTable.ts";
import { localFunctions } from "../../local/functions.ts";
import { type LocalGateway, startGateway } from "../../local/gateway.ts";
import { noIssuer } from "../../shared/auth/externalIssuer.ts";
import { systemClock } from "../../shared/config/systemClock.ts";
import { noCounts } from "../../shared/domain/statistics.ts";
import { type ProtectedRouteName, protectedRouteNames } from "../../shared/http/routes.ts";
import { createContext } from "../../shared/operations/context.ts";
import { isErasing } from "../../shared/operations/listDueShards.ts";
import { openTable, patientLimits, type Table } from "../../shared/table/client.ts";
import { putIndexRow } from "../../shared/table/enrollmentIndex.ts";
import { customerKey, enrollmentPrefix } from "../../shared/table/keys.ts";
import { noteCompleteCount, putPart } from "../../shared/table/statistics.ts";
import { ShardList } from "../../shared/table/targetShards.ts";
import { ApiClient, type ApiResponse, basicAuthorization } from "../support/apiClient.ts";
import { captureStream } from "../support/capturedStream.ts";
import { ChainRecorder } from "../support/chainRecorder.ts";
import { newCredential, type TestCredential } from "../support/credential.ts";
import { CustomerClosing } from "../support/customerClosing.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { type LossyProxy, startLossyProxy } from "../support/lossyProxy.ts";
import { ok } from "../support/org.ts";
import { permittedRequest } from "../support/permittedRequest.ts";
import { queueMessage } from "../support/queueMessage.ts";
import { requestChains } from "../support/requestChains.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import { takeStreamedTable } from "../support/takenTable.ts";
import { during, firstInstantOf, milestone, streak } from "../support/targetGroups.ts";
import { newToken, postForm } from "../support/tokens.ts";

const access = { tableName: takeStreamedTable(), ...localAccess };
const direct = openTable({ ...access, endpoint: engineEndpoint() }, patientLimits);
beforeAll(() => createTableIfMissing(direct));
const service = useService(direct);

let proxy: LossyProxy;
beforeAll(async () => {
  proxy = await startLossyProxy(engineEndpoint());
});
afterAll(() => proxy.close());

/**
 * A service that has just started and so has no definitions. Its reads lag behind writes wherever they may. Each of its
 * calls finds its patience over from the start, so every loop does only what it may always do.
 */
let table: Table;
let gateway: LocalGateway;
let chain: ChainRecorder;

beforeEach(async () => {
  table = openTable({ ...access, endpoint: proxy.endpoint }, { ...patientLimits, patienceMilliseconds: 0 });
  chain = ChainRecorder.on(table.client);
  letReadsLag(table.client);
  const { authorizer } = localFunctions(direct);
  gateway = await startGateway({ ...localFunctions(table), authorizer }, 0);
});

afterEach(async () => {
  await gateway.close();
  table.close();
});

/** Makes eventually consistent reads find nothing, which is the longest possible lag. */
function letReadsLag({ middlewareStack }: DynamoDBClient): void {
  middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const result = await next(args);
        const isEventual = commandName === "GetItemCommand" && !("ConsistentRead" in args.input);
        return isEventual ? { ...result, output: { $metadata: result.output.$metadata } } : result;
      },
    { step: "initialize", name: "letReadsLag" },
  );
}

const now = during(1);
const at = { now };
/** The groups are over, so that their enrolments may have been set aside. */
const afterwards = during(24);

async function newClient({ org }: Setting): Promise<{ readonly api: ApiClient; readonly credential: TestCredential }> {
  const credential = await newCredential(direct, { org: org.org, accessGroup: "admin" });
  return { api: new ApiClient(gateway.baseUrl, credential), credential };
}

/** The call that is measured. It succeeds, or it is refused with that code. */
type Call = () => Promise<unknown>;

async function refusedWith(code: number, pending: Promise<ApiResponse>): Promise<void> {
  expect((await pending).body.errors).toMatchObject([{ code }]);
}

const targetPathOf = ({ group }: Setting) => `/targetGroups/${group.groupId}/targets/${group.targetId}`;

async function enrolled(): Promise<Setting> {
  const one = await newSetting(service);
  await ok(one.org.enroll(one.group, { customerId: one.customerId }, at));
  return one;
}

function sale({ customerId }: Setting) {
  return { activityId: randomUUID(), customerId, type: "TRANSACTION", occurredAt: now, amount: 5 };
}

/** The end of the first cycle, at which its group is due. */
const due = { now: firstInstantOf(2), resumeAfter: null };

async function tasksOf({ org }: Setting, cycleNumber = 2) {
  return (await listDueCycles(direct)({ ...due, now: firstInstantOf(cycleNumber), org: org.org })).tasks;
}

/** Each cycle is settled when it has ended, and moves to a row of its own with the next closing. */
const settling = { delayMilliseconds: 0, cyclesPerRow: 1 };

/** A customer with a closed cycle, and the task whose closing of the next cycle settles it. */
async function settledByClosing() {
  const one = await enrolled();
  const { customerId, group, org } = one;
  const ref = { org: org.org, customerId, groupId: group.groupId, targetId: group.targetId };
  await Promise.all([putIndexRow(direct, ref), new ShardList(direct).add(ref)]);
  const [first, second] = [await taskOf(one, 2), await taskOf(one, 3)];
  await closeShard({ ...direct, settling })(first, outOfTime);
  return { one, task: second };
}

/** A customer with a settled cycle, whose enrolment was set aside. */
async function settledAndSetAside(): Promise<Setting> {
  const { one, task } = await settledByClosing();
  await closeShard({ ...direct, settling })(task, outOfTime);
  const { org, customerId, group } = one;
  await new CustomerClosing(direct).setAside({ org: org.org, customerId, group }, Date.parse(afterwards));
  return one;
}

async function taskOf(one: Setting, cycleNumber: number) {
  const [task] = await tasksOf(one, cycleNumber);
  if (task === undefined) throw new Error("The customer's shard is due");
  return task;
}

async function completeErasure({ org }: Setting): Promise<void> {
  await closeCycles(direct, Date.parse(now) + 25 * 60 * 60 * 1000, org.org);
}

/** Prepares the call with the longest chain of its kind. */
type Preparation = () => Promise<Call>;

/** A route that is not listed has its longest chain in a request that succeeds. */
const longest: Readonly<
  Record<Exclude<CallName, ProtectedRouteName>, Preparation> & Partial<Record<ProtectedRouteName, Preparation>>
> = {
  authorizer: async () => {
    const { credential } = await newClient(await newSetting(service));
    const authorizationToken = `Bearer ${await newToken(service.baseUrl, credential)}`;
    const methodArn = "arn:aws:execute-api:local:000000000000:local/v3/GET/targetGroups";
    return () => authorize(table, systemClock, noIssuer)({ type: "TOKEN", authorizationToken, methodArn });
  },
  enroll: async () => {
    const one = await newSetting(service, streak());
    const { api } = await newClient(one);
    // The record has a fault in a field that a streak ignores. The service has to read the definition to know that.
    const record = { customerId: one.customerId, periodName: 5 };
    const call = { now: afterwards, headers: { "Idempotency-Key": randomUUID() } };
    return () => refusedWith(310019, api.post(`${targetPathOf(one)}/enroll`, [record], call));
  },
  unenroll: async () => {
    const one = await newSetting(service);
    const { api } = await newClient(one);
    const record = { customerId: one.customerId };
    return () => refusedWith(310126, api.post(`${targetPathOf(one)}/unEnroll`, [record], { now: afterwards }));
  },
  adjust: async () => {
    const one = await newSetting(service);
    const { api } = await newClient(one);
    const { customerId } = one;
    const record = { adjustmentId: randomUUID(), customerId, periodName: "c1", amount: 5, reason: "A test" };
    return () => refusedWith(310126, api.post(`${targetPathOf(one)}/adjust`, [record], { now: afterwards }));
  },
  excuse: async () => {
    const one = await newSetting(service, streak());
    const { api } = await newClient(one);
    const record = { customerId: one.customerId, periodName: "c1", reason: "A test" };
    return () => refusedWith(310126, api.post(`${targetPathOf(one)}/excuse`, [record], { now: afterwards }));
  },
  unexcuse: async () => {
    const one = await newSetting(service, streak());
    const { api } = await newClient(one);
    const record = { customerId: one.customerId, periodName: "c1", reason: "A test" };
    return () => refusedWith(310126, api.post(`${targetPathOf(one)}/unExcuse`, [record], { now: afterwards }));
  },
  grantFreezes: async () => {
    const one = await newSetting(service, streak());
    const { api } = await newClient(one);
    const record = { grantId: randomUUID(), customerId: one.customerId, amount: 1, reason: "A test" };
    return () => refusedWith(310126, api.post(`${targetPathOf(one)}/freezes`, [record], { now: afterwards }));
  },
  simulateUnenrollment: async () => {
    const [target] = milestone().targets;
    const one = await newSetting(service, milestone({ targets: [{ ...target, enrolmentMethod: "TRANSACTION" }] }));
    const { api } = await newClient(one);
    const record = { customerId: one.customerId };
    return () => ok(api.post(`${targetPathOf(one)}/unEnroll/simulate`, [record], at));
  },
  recordActivities: async () => {
    const one = await newSetting(service);
    const { api } = await newClient(one);
    return () => ok(api.post("/activities", sale(one), at));
  },
  countQueuedActivities: async () => {
    const one = await newSetting(service);
    const count = countQueuedActivities(createContext(table));
    const Records = [queueMessage("1", one.org.org, sale(one))];
    return async () => expect(await count({ Records })).toEqual({ batchItemFailures: [] });
  },
  registerCustomer: async () => {
    const one = await newSetting(service);
    const { api } = await newClient(one);
    const body = { externalId: randomUUID() };
    await ok(one.org.admin.post("/customers", body));
    return () => ok(api.post("/customers", body, at));
  },
  eraseCustomer: async () => {
    const one = await newSetting(service);
    const path = `/customers/${one.customerId}?mode=ANONYMISE`;
    await ok(one.org.admin.send("DELETE", path, undefined, at));
    await completeErasure(one);
    const { api } = await newClient(one);
    return () => ok(api.send("DELETE", path, undefined, at));
  },
  getErasure: async () => {
    const one = await newSetting(service);
    await ok(one.org.admin.send("DELETE", `/customers/${one.customerId}?mode=ERASE`, undefined, at));
    await completeErasure(one);
    const { api } = await newClient(one);
    return () => ok(api.get(`/erasures/${one.customerId}`, at));
  },
  getUserTargetGroups: async () => {
    const one = await newSetting(service);
    const { api } = await newClient(one);
    return () => ok(api.get(`/users/${one.customerId}/targetGroups?enrolmentStatus=AVAILABLE`, at));
  },
  getTrackedTargetEvents: async () => {
    const one = await settledAndSetAside();
    const { api } = await newClient(one);
    const path = `/users/${one.customerId}/trackedTargetEvents/${one.group.targetId}`;
    return () => ok(api.get(path, { now: afterwards }));
  },
  getEnrolledTargets: async () => {
    const one = await newSetting(service);
    const { api } = await newClient(one);
    return () => ok(api.get(`/users/${one.customerId}/enrolledTargets`, at));
  },
  listTargetCustomers: async () => {
    const one = await settledAndSetAside();
    const { api } = await newClient(one);
    const path = `${targetPathOf(one)}/customers?periodId=${one.group.cycleIds[0]}`;
    return () => ok(api.get(path, { now: afterwards }));
  },
  getTargetStatistics: async () => {
    const one = await newSetting(service);
    const { org, group } = one;
    const time = Date.parse(now);
    await noteCompleteCount(direct, org.org, group.groupId, { dueAt: time, startedAt: time, slot: 0 });
    const { api } = await newClient(one);
    return () => ok(api.get(`${targetPathOf(one)}/statistics`, at));
  },
  issueToken: async () => {
    const { credential } = await newClient(await newSetting(service));
    return () => newToken(gateway.baseUrl, credential);
  },
  generateToken: async () => {
    const { username, secret } = (await newClient(await newSetting(service))).credential;
    const anonymous = new ApiClient(gateway.baseUrl, undefined);
    return () => ok(anonymous.post("/oauth/token/generate", { key: username, secret }));
  },
  revokeToken: async () => {
    const { credential } = await newClient(await newSetting(service));
    const token = await newToken(service.baseUrl, credential);
    const headers = { Authorization: basicAuthorization(credential.username, credential.secret) };
    return async () =>
      expect(await postForm(`${gateway.baseUrl}/oauth/revoke`, { token }, headers)).toMatchObject({ status: 200 });
  },
  projector: async () => {
    const one = await enrolled();
    const { pk } = customerKey(one.org.org, one.customerId);
    const Records = (await captureStream(direct)).filter((record) => isEnrollmentOf(pk, record));
    const project = projector({ ...createContext(table), bus: { publish: async () => undefined } });
    return async () => expect(await project({ Records })).toEqual({ batchItemFailures: [] });
  },
  listDueCycles: async () => {
    const { org } = await newSetting(service);
    const only = { org: org.org, groupId: (await org.createGroup(milestone())).groupId };
    return async () =>
      expect(await listDueCycles(table)({ ...due, ...only })).toEqual({ tasks: [], resumeAfter: null });
  },
  closeShard: async () => {
    const one = await settledAndSetAside();
    const { org } = one.org;
    const { tasks } = await listDueCycles(direct, 24)({ now: afterwards, resumeAfter: null, org });
    const task = tasks.find((each) => each.sweep.kind === "STATISTICS");
    if (task === undefined || isErasing(task) || task.sweep.kind !== "STATISTICS")
      throw new Error("The customer's shard is to be counted");
    const { groupId, targetId, sweep } = task;
    const place = { groupId, targetId, slot: sweep.slot, shard: task.shards[0] ?? 0 };
    // An earlier call has stopped in the shard.
    const part = { dueAt: sweep.dueAt, part: 1, through: 1, isLast: false, counts: noCounts };
    expect(await putPart(direct, org, place, part)).toBe(true);
    return async () => expect(await closeShard(table)(task, outOfTime)).toMatchObject({ left: [] });
  },
};

async function permitted(name: ProtectedRouteName): Promise<Call> {
  const one = await newSetting(service);
  const { api } = await newClient(one);
  const { method, path, body } = await permittedRequest(name, one.org);
  return () => ok(api.send(method, path, body, at));
}

const preparations: ReadonlyMap<string, Preparation> = new Map([
  ...protectedRouteNames.map((name): [string, Preparation] => [name, () => permitted(name)]),
  ...Object.entries(longest),
]);

const outOfTime = { getRemainingTimeInMillis: () => 0 };

function isEnrollmentOf(pk: string, { dynamodb }: DynamoDBRecord): boolean {
  return dynamodb?.Keys?.["pk"]?.S === pk && dynamodb.Keys["sk"]?.S?.startsWith(enrollmentPrefix) === true;
}

describe("the longest chain of requests", () => {
  it("is stated for every kind of call that is measured, and for no other", () => {
    expect([...requestChains.keys()].toSorted()).toEqual([...preparations.keys()].toSorted());
  });

  it.each([...preparations])("of %s is as long as its time limit assumes", async (name, prepare) => {
    const call = await prepare();
    expect(await chain.longestDuring(call)).toBe(requestChains.get(name)?.requests);
  });
});

it("a call that closes is as long as the step for which it reserves time, after the definition and a page of the index", async () => {
  const { task } = await settledByClosing();
  const close = closeShard({ ...table, settling });
  const call = async () => expect(await close(task, outOfTime)).toMatchObject({ closed: { 2: 1 } });
  expect(await chain.longestDuring(call)).toBe(2 + closingStepChain.requests);
});
