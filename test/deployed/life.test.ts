import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { retiringGrants } from "../../lib/tableGrants.ts";
import { type LocalGateway, startGateway } from "../../local/gateway.ts";
import { bundleStack } from "../../scripts/sam/bundleStack.ts";
import { customerKey } from "../../shared/table/keys.ts";
import { ApiClient } from "../support/apiClient.ts";
import { newCredential, type TestCredential } from "../support/credential.ts";
import { deployedApi, functionIdOf } from "../support/deployed/deployedApi.ts";
import { type Deployment, deploy } from "../support/deployed/deployment.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { isAllowed, reductions } from "../support/judge/policy.ts";
import { newOrg, ok, type TestGroup, type TestOrg, targetPath } from "../support/org.ts";
import { useOwnEngine } from "../support/ownEngine.ts";
import { queueMessage } from "../support/queueMessage.ts";
import { keysAbout } from "../support/storedTraces.ts";
import { during, firstInstantOf, milestone, streak, type TargetGroupBody } from "../support/targetGroups.ts";
import { newToken, postForm } from "../support/tokens.ts";

const stack = bundleStack();
const engineEndpoint = useOwnEngine();
let deployment: Deployment;

beforeAll(async () => {
  deployment = await deploy(stack, engineEndpoint());
});
afterAll(() => deployment.stop());

type Activity = Readonly<Record<string, unknown>>;
/** A way in which an activity reaches the service: HTTP or the queue. */
type Channel = (org: TestOrg, activity: Activity, now: string) => Promise<void>;

const overTheApi: Channel = async ({ till }, activity, now) => {
  await ok(till.post("/activities", activity, { now }));
};

const overTheQueue: Channel = async ({ org }, activity, now) => {
  const message = queueMessage(randomUUID(), org, activity);
  const attributes = { ...message.attributes, SentTimestamp: Date.parse(now).toString() };
  const answer = await deployment.sources.deliver([{ ...message, attributes }]);
  expect(answer).toEqual({ batchItemFailures: [] });
};

type Life = {
  readonly org: TestOrg;
  readonly group: TestGroup;
  readonly customerId: number;
  readonly channel: Channel;
};

async function enrollOnce({ org, group, customerId }: Life): Promise<void> {
  const now = during(1);
  const once = { now, headers: { "Idempotency-Key": randomUUID() } };
  expectAccepted(await org.enroll(group, { customerId }, once), customerId);
  expectAccepted(await org.enroll(group, { customerId }, once), customerId);
  expectRefused(await org.enroll(group, { customerId }, { now }), 400, 310119);
}

/**
 * Sends purchases and a repeat, a return of a purchase, and returns that arrive before their purchase: 20 that can wait for
 * it, and one more, which does not wait.
 */
async function spendAndReturn({ org, customerId, channel }: Life): Promise<void> {
  const [bought, late] = [randomUUID(), randomUUID()];
  const occurred = { customerId, occurredAt: during(1) };
  const activities = [
    { ...occurred, activityId: bought, type: "TRANSACTION", amount: 1000 },
    { ...occurred, activityId: bought, type: "TRANSACTION", amount: 1000 },
    { ...occurred, activityId: randomUUID(), type: "RETURN", amount: 395, originalActivityId: bought },
    ...Array.from({ length: 21 }, () => ({
      ...occurred,
      activityId: randomUUID(),
      type: "RETURN",
      amount: 5,
      originalActivityId: late,
    })),
    { ...occurred, activityId: late, type: "TRANSACTION", amount: 200 },
  ];
  for (const activity of activities) await channel(org, activity, during(1));
}

/** Takes an amount off, once and for a call that repeats it. */
async function adjust({ org, group, customerId }: Life): Promise<void> {
  const body = { adjustmentId: randomUUID(), customerId, amount: -50, reason: "A receipt was counted twice" };
  for (const _ of ["made", "repeated"])
    await ok(org.support.post(`${targetPath(group)}/adjust`, [body], { now: during(1) }));
}

async function leaveAndComeBack({ org, group, customerId, channel }: Life, again: object): Promise<void> {
  const now = during(2);
  const spend = { customerId, type: "TRANSACTION", occurredAt: now };
  expectAccepted(await org.unenroll(group, customerId, { now }), customerId);
  await channel(org, { ...spend, activityId: randomUUID(), amount: 50 }, now);
  expectAccepted(await org.enroll(group, { customerId, ...again }, { now }), customerId);
  await channel(org, { ...spend, activityId: randomUUID(), amount: 1200 }, now);
}

/** Ends a cycle as the schedule does. The stream fills the index that closing reads, and then projects the result. */
async function endCycle(cycle: number): Promise<void> {
  await deployment.sources.drain();
  await deployment.closing.closeAll(firstInstantOf(cycle + 1));
  await deployment.sources.drain();
}

/** Gives another name, changes a value, and moves the end of the first cycle; the latter two there and back. */
async function editAndTakeBack({ admin }: TestOrg, group: TestGroup): Promise<void> {
  const { groupId, cycleIds } = group;
  const now = during(1);
  for (const defaultValue of [1200, 1000])
    await ok(admin.put(targetPath(group), { defaultValues: [{ periodId: cycleIds[0], defaultValue }] }, { now }));
  await ok(admin.put(`/targetGroups/editTargetGroup/${groupId}`, { name: randomUUID() }, { now }));
  for (const endDate of [during(1, 20), firstInstantOf(2)])
    await ok(admin.put(`/targetGroups/${groupId}/targetPeriods`, [{ id: cycleIds[0], endDate }], { now }));
}

/**
 * Lives through two customers' whole life, until their group is over: 650 in the first cycle, 1200 in the second, and
 * nothing after it.
 */
async function liveThrough(body: TargetGroupBody, again: object): Promise<Life[]> {
  const org = await newOrg(deployment.table, deployment.gateway.baseUrl);
  const group = await org.createGroup(body);
  await editAndTakeBack(org, group);
  const lives: Life[] = [];
  for (const channel of [overTheApi, overTheQueue]) {
    const customerId = await org.newCustomer();
    // Claims an external id, takes another one instead, and gives it back.
    for (const externalId of ["crm-1", "crm-2", null])
      await ok(org.admin.put(`/customers/${customerId}`, { externalId }));
    lives.push({ org, group, channel, customerId });
  }
  for (const life of lives) {
    await enrollOnce(life);
    await spendAndReturn(life);
    await adjust(life);
  }
  await endCycle(1);
  for (const life of lives) await leaveAndComeBack(life, again);
  for (let cycle = 2; cycle <= body.periods.length; cycle += 1) await endCycle(cycle);
  // Two months after its last cycle the group is over, and its enrolments are set aside.
  await endCycle(body.periods.length + 2);
  return lives;
}

/** The sums of the customer's history by the name of the rows. Every other read is made before. */
async function readHistory({ org: { reader }, group, customerId }: Life): Promise<Record<string, number>> {
  const now = { now: during(2) };
  await ok(reader.get("/targetGroups?includePeriods=true"));
  await ok(reader.get(`/targetGroups/${group.groupId}`));
  await ok(reader.get(`/targetGroups/${group.groupId}/auditLogs`));
  await ok(reader.get(`/customers/${customerId}`));
  await ok(reader.get(`/users/${customerId}/enrolledTargets`, now));
  await ok(reader.get(`/users/${customerId}/targetGroups?enrolmentStatus=AVAILABLE`, now));
  const roster = (await ok(reader.get(`${targetPath(group)}/customers?status=ALL`, now))).body.data.customers;
  expect(roster.map((row: { readonly customerId: number }) => row.customerId)).toContain(customerId);
  const statistics = (await ok(reader.get(`${targetPath(group)}/statistics`, now))).body.data;
  expect(statistics).toMatchObject({ isFinal: true, enrolled: 2, unEnrolled: 0 });
  const { body } = await ok(reader.get(`/users/${customerId}/trackedTargetEvents/${group.targetId}?limit=200`, now));
  const sums: Record<string, number> = {};
  for (const { eventName, value } of body.data) sums[eventName] = (sums[eventName] ?? 0) + value;
  return sums;
}

const history = { ENROL: 0, UNENROL: 0, ADD_TRANSACTION: 2400, RETURN_BILL: -500, ADJUSTMENT: -50 };

function eventsOf({ customerId, org: { org } }: Life): string[] {
  const events = deployment.judge.published.map(({ DetailType, Detail }) => ({
    type: String(DetailType),
    ...JSON.parse(String(Detail)),
  }));
  const ofCustomer = events.filter((event) => event.customerId === customerId && event.org === org);
  return [...new Set(ofCustomer.map(({ type }) => type))].toSorted();
}

describe("the stack's bundles, each with the role that the template gives it", () => {
  it("take a milestone through its life, over the API and over the queue", async () => {
    for (const life of await liveThrough(milestone({ cycles: 2 }), { initialBalance: null })) {
      expect(await readHistory(life)).toEqual(history);
      const state = await life.org.readState(life.group, life.customerId, { now: during(2) });
      expect(state?.targets.map(({ targetAchievedValue }) => targetAchievedValue)).toEqual([1200]);
      expect(eventsOf(life)).toEqual([
        "targetAchievedValueUpdated",
        "targetCustomerEnrolment",
        "targetCustomerUnEnrolment",
        "targetPeriodCompleted",
        "targetValueAchieved",
      ]);
    }
  });

  it("take a streak through its life, over the API and over the queue", async () => {
    const lives = await liveThrough(streak({ cycles: 3, levels: [1, 2] }), { resetStreakStatus: false });
    for (const life of lives) {
      expect(await readHistory(life)).toEqual(history);
      expect(eventsOf(life)).toEqual([
        "streakCustomerEnrolment",
        "streakCustomerUnEnrolment",
        "streakEnd",
        "streakLevelAchieved",
        "targetAchievedValueUpdated",
        "targetPeriodCompleted",
        "targetValueAchieved",
      ]);
    }
  });

  it("change a target group by every route that edits, and delete it", async () => {
    const org = await newOrg(deployment.table, deployment.gateway.baseUrl);
    const group = await org.createGroup(milestone({ cycles: 2 }));
    const { groupId, cycleIds, targetId } = group;
    const path = `/targetGroups/${groupId}`;
    const [now, later] = [during(1), new Date(Date.parse(during(1)) + 60_000).toISOString()];
    const third = { refCode: "c3", startDate: firstInstantOf(3), endDate: firstInstantOf(4) };
    const other = { ...milestone().targets[0], name: "Other" };
    await ok(org.admin.put(`${path}/targetPeriods`, [{ id: cycleIds[0], description: "first" }], { now }));
    await ok(org.admin.post(`${path}/targetPeriods`, [third], { now }));
    await ok(org.admin.post(`${path}/targets`, other, { now }));
    await ok(org.admin.put(`${path}/targets/${targetId}`, { defaultValues: [{ defaultValue: 7 }] }, { now }));
    await ok(org.admin.send("DELETE", `${path}/targets/${targetId}`, undefined, { now }));
    await ok(org.admin.put(`/targetGroups/editTargetGroup/${groupId}`, { active: false }, { now }));
    expect((await ok(org.reader.get(path))).body.data).toMatchObject({ version: 7, active: false });
    await ok(org.admin.send("DELETE", path, undefined, { now: later }));
    expectRefused(await org.reader.get(path), 400, 310017);
  });

  it("try an enrolment, an activity and an un-enrolment with a role that cannot write", async () => {
    const org = await newOrg(deployment.table, deployment.gateway.baseUrl);
    const [group, customerId] = [await org.createGroup(), await org.newCustomer()];
    const at = { now: during(1) };
    const sale = { activityId: randomUUID(), customerId, type: "TRANSACTION", occurredAt: during(1), amount: 1000 };
    const tried = await ok(org.reader.post(`${targetPath(group)}/enroll/simulate`, [{ customerId }], at));
    expect(tried.body).toMatchObject({ simulation: { coveredPeriods: 5 } });
    expectAccepted(await org.enroll(group, { customerId }, at), customerId);
    const { data } = (await ok(org.reader.post("/activities/simulate", sale, at))).body;
    expect(data.targets).toMatchObject([{ newAchievedValue: 1000, reached: true }]);
    await ok(org.reader.post(`${targetPath(group)}/unEnroll/simulate`, [{ customerId }], at));
    const state = await org.readState(group, customerId, at);
    expect(state?.targets[0]).toMatchObject({ targetAchievedValue: 0 });
  });

  it.each([100, 100_000])("refuse an activity with %i lists in each other as bad input", async (depth) => {
    const org = await newOrg(deployment.table, deployment.gateway.baseUrl);
    const customerId = await org.newCustomer();
    const sale = { activityId: randomUUID(), customerId, type: "TRANSACTION", occurredAt: during(1), amount: 1 };
    const body = JSON.stringify({ ...sale, note: "NOTE" }).replace(
      '"NOTE"',
      `${"[".repeat(depth)}${"]".repeat(depth)}`,
    );
    for (const path of ["/activities", "/activities/simulate"])
      expectRefused(await org.admin.send("POST", path, body, { now: during(1) }), 400, 300004, /lists and objects/);
  });

  it("know a customer by the brand's own id on every way in, and register another one with the enrolment", async () => {
    const org = await newOrg(deployment.table, deployment.gateway.baseUrl);
    const [group, at] = [await org.createGroup(), { now: during(1) }];
    const byCard = { identifierName: "externalId", identifierValue: "card-7" };
    const { customerId } = (await ok(org.admin.post("/customers", { externalId: "card-7" }))).body.data;
    expect((await ok(org.reader.get("/customers?externalId=card-7"))).body.data.customerId).toBe(customerId);
    await ok(org.reader.post(`${targetPath(group)}/enroll/simulate`, [byCard], at));
    expectAccepted(await org.enroll(group, byCard, at), customerId);
    const occurred = { ...byCard, type: "TRANSACTION", occurredAt: during(1), amount: 500 };
    await overTheApi(org, { ...occurred, activityId: randomUUID() }, during(1));
    await overTheQueue(org, { ...occurred, activityId: randomUUID() }, during(1));
    const state = await org.readState(group, customerId, at);
    expect(state?.targets[0]).toMatchObject({ targetAchievedValue: 1000 });
    expectAccepted(await org.till.post(`${targetPath(group)}/unEnroll`, [byCard], at), customerId);
    const newcomer = { ...byCard, identifierValue: "card-8", registerCustomer: true };
    await ok(org.admin.post(`${targetPath(group)}/enroll`, [newcomer], at));
  });

  it("export, anonymise and erase a customer, of whom the state machine leaves the tombstone", async () => {
    const org = await newOrg(deployment.table, deployment.gateway.baseUrl);
    const [group, now] = [await org.createGroup(), during(1)];
    const { customerId } = (await ok(org.admin.post("/customers", { externalId: "card-9" }))).body.data;
    const life = { org, group, customerId, channel: overTheApi };
    expectAccepted(await org.enroll(group, { customerId }, { now }), customerId);
    const sale = { customerId, type: "TRANSACTION", occurredAt: now, amount: 5, attributes: { note: "gift" } };
    await overTheApi(org, { ...sale, activityId: "sale" }, now);
    await adjust(life);
    await deployment.sources.drain();
    const { rows } = (await ok(org.admin.get(`/customers/${customerId}/export`))).body.data;
    const types = rows.map(({ type }: { readonly type: string }) => type);
    expect(new Set(types)).toEqual(new Set(["profile", "activity", "enrolment", "history"]));
    const secondPassAt = new Date(Date.parse(now) + 25 * 60 * 60 * 1000).toISOString();
    for (const mode of ["ANONYMISE", "ERASE"]) {
      await ok(org.admin.send("DELETE", `/customers/${customerId}?mode=${mode}`, undefined, { now }));
      await deployment.closing.closeAll(now);
      await deployment.sources.drain();
    }
    await deployment.closing.closeAll(secondPassAt);
    const erasure = (await ok(org.admin.get(`/erasures/${customerId}`))).body.data;
    expect(erasure).toMatchObject({ mode: "ERASE", status: "COMPLETED" });
    expectRefused(await org.till.post("/activities", { ...sale, activityId: "sale" }, { now }), 400, 310011);
    const record = { org: org.org, customerId, requestedAt: now };
    expect(deployment.closing.recorded).toEqual([
      { name: `${org.org}/ANONYMISE-${customerId}-${Date.parse(now)}.json`, content: { ...record, mode: "ANONYMISE" } },
      { name: `${org.org}/ERASE-${customerId}-${Date.parse(now)}.json`, content: { ...record, mode: "ERASE" } },
    ]);
    expect(eventsOf(life)).toContain("customerErased");
    const { pk, sk } = customerKey(org.org, customerId);
    expect(await keysAbout(deployment.table, org.org, customerId)).toEqual([`${pk} ${sk}`]);
  });

  it("issue tokens that let their owner in, and end them", async () => {
    const { org } = await newOrg(deployment.table, deployment.gateway.baseUrl);
    const credential = await newCredential(deployment.table, { org });
    const [issued, generated, ended] = await tokensOf(credential);
    expect(await statusWith(issued)).toBe(200);
    expect(await statusWith(generated)).toBe(200);
    await revoke(credential, ended);
    expect(await statusWith(ended)).toBe(401);
  });

  it("answer about a customer who was never enrolled", async () => {
    const org = await newOrg(deployment.table, deployment.gateway.baseUrl);
    const [group, customerId] = [await org.createGroup(), await org.newCustomer()];
    expect((await ok(org.reader.get(`/users/${customerId}/targetGroups`))).body.data.targetGroups).toEqual([]);
    expect((await ok(org.reader.get(`/users/${customerId}/enrolledTargets`))).body.data).toEqual([]);
    const tracked = await org.reader.get(`/users/${customerId}/trackedTargetEvents/${group.targetId}`);
    expectRefused(tracked, 400, 310149);
  });

  it("do all of that without one request that their roles do not allow", () => {
    expect(deployment.judge.denials).toEqual([]);
    expect(deployment.judge.faults).toEqual([]);
  });

  it("include every function of the stack: each of them asked the table for something", () => {
    const asked = deployment.judge.verdicts.filter(({ context }) => "dynamodb:LeadingKeys" in context);
    const names = new Set(asked.map(({ principal }) => principal));
    expect([...names].toSorted()).toEqual([...stack.functionIds.keys()].toSorted());
  });
});

/** Retiring grants are for the versions of the last release, which do not run here. */
const withoutRetiring = [...stack.functionIds].filter(([name]) => !(name in retiringGrants));

describe.each(withoutRetiring)("of the role of %s", (name, functionId) => {
  it("every action and every partition was needed: without it, some of these requests are denied", () => {
    const asked = deployment.judge.verdicts.filter(({ principal }) => principal === name);
    const statements = deployment.functions.get(functionId)?.statements ?? [];
    const unused = reductions(statements).filter(({ left }) => asked.every((verdict) => isAllowed(left, verdict)));
    expect(unused.map(({ without }) => without)).toEqual([]);
  });
});

describe("a role without one action that the function needs", () => {
  it("fails: the enrolment is answered 500, with one denial and nothing written", async () => {
    const org = await newOrg(deployment.table, deployment.gateway.baseUrl);
    const [group, customerId] = [await org.createGroup(), await org.newCustomer()];
    const before = deployment.judge.denials.length;
    const functionId = functionIdOf(stack, "enroll");
    const gateway = await gatewayWithout(functionId, "dynamodb:UpdateItem");
    try {
      const till = new ApiClient(gateway.baseUrl, await newCredential(deployment.table, { org: org.org }));
      const refused = await till.post(`${targetPath(group)}/enroll`, [{ customerId }], { now: during(1) });
      expectRefused(refused, 500, 500);
    } finally {
      await gateway.close();
    }
    const principal = deployment.functions.get(functionId)?.name;
    expect(deployment.judge.denials.slice(before)).toMatchObject([{ principal, action: "dynamodb:UpdateItem" }]);
    expect(await org.readState(group, customerId, { now: during(1) })).toBeUndefined();
  });
});

/** The API in which the role of one function lacks the action. */
function gatewayWithout(functionId: string, action: string): Promise<LocalGateway> {
  const statements = deployment.functions.get(functionId)?.statements ?? [];
  const left = statements.map((each) => ({ ...each, actions: each.actions.filter((one) => one !== action) }));
  const functions = new Map(deployment.functions).set(functionId, deployment.withRole(functionId, left));
  return startGateway(deployedApi(stack, functions), 0);
}

async function tokensOf({ username, secret }: TestCredential): Promise<[string, string, string]> {
  const { baseUrl } = deployment.gateway;
  const { body } = await ok(new ApiClient(baseUrl, undefined).post("/oauth/token/generate", { key: username, secret }));
  const credential = { username, secret };
  return [await newToken(baseUrl, credential), body.data.accessToken, await newToken(baseUrl, credential)];
}

async function statusWith(token: string): Promise<number> {
  const headers = { Authorization: `Bearer ${token}` };
  return (await new ApiClient(deployment.gateway.baseUrl, undefined).get("/targetGroups", { headers })).status;
}

async function revoke({ username, secret }: TestCredential, token: string): Promise<void> {
  const form = { token, client_id: username, client_secret: secret };
  expect((await postForm(`${deployment.gateway.baseUrl}/oauth/revoke`, form)).status).toBe(200);
}
