import { describe, expect, it } from "vitest";
import { countQueuedActivities } from "../../functions/countQueuedActivities/countQueuedActivities.ts";
import { createContext } from "../../shared/operations/context.ts";
import { ApiClient } from "../support/apiClient.ts";
import { expectAccepted } from "../support/envelopes.ts";
import { readHistory, send } from "../support/history.ts";
import { ok, targetPath } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { queueMessage } from "../support/queueMessage.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import { during, firstInstantOf, milestone } from "../support/targetGroups.ts";
import { newToken } from "../support/tokens.ts";

const service = useProjectedService();

async function enrolled(): Promise<Setting> {
  const one = await newSetting(service);
  await ok(one.org.enroll(one.group, { customerId: one.customerId }, { now: during(1, 1) }));
  return one;
}

/** Who entered each row of the history, and by which way. */
async function rowsOf({ org, group, customerId }: Setting) {
  await service.drain();
  const rows = await readHistory(org.reader, customerId, group.targetId);
  return rows.map(({ eventName, enteredBy, source, definitionVersion }) => [
    eventName,
    enteredBy,
    source,
    definitionVersion,
  ]);
}

async function eventsOf({ customerId }: Setting) {
  await service.drain();
  const events = await service.events(customerId);
  return events.map(({ "detail-type": type, detail }) => [type, detail["enteredBy"], detail["source"]]);
}

async function stateOf({ org, customerId }: Setting) {
  const path = `/users/${customerId}/targetGroups?includeLeft=true`;
  return (await ok(org.reader.get(path, { now: during(1, 5) }))).body.data;
}

describe("an enrolment, an activity and an un-enrolment", () => {
  it("name the user name of the credential in every row of the history and in every event", async () => {
    const one = await enrolled();
    const { org, group, customerId } = one;
    await send(org.admin, { customerId, occurredAt: during(1, 2), amount: 1000 });
    await ok(org.admin.post(`${targetPath(group)}/unEnroll`, [{ customerId }], { now: during(1, 3) }));
    const [till, admin] = [org.credentials.till.username, org.credentials.admin.username];
    expect(await rowsOf(one)).toEqual([
      ["ENROL", till, "API", 1],
      ["ADD_TRANSACTION", admin, "API", 1],
      ["UNENROL", admin, "API", 1],
    ]);
    expect(await eventsOf(one)).toEqual([
      ["targetCustomerEnrolment", till, "API"],
      ["targetAchievedValueUpdated", admin, "API"],
      ["targetValueAchieved", admin, "API"],
      ["targetCustomerUnEnrolment", admin, "API"],
    ]);
  });

  it("name the user name that an access token was issued to", async () => {
    const one = await newSetting(service);
    const { org, group, customerId } = one;
    const token = await newToken(service.baseUrl, org.credentials.till);
    const anonymous = new ApiClient(service.baseUrl, undefined);
    const headers = { Authorization: `Bearer ${token}` };
    const options = { now: during(1), headers };
    expectAccepted(await anonymous.post(`${targetPath(group)}/enroll`, [{ customerId }], options), customerId);
    expect(await rowsOf(one)).toEqual([["ENROL", org.credentials.till.username, "API", 1]]);
  });
});

describe("what a customer is enrolled in", () => {
  it("names who entered the present enrolment, and who entered the leaving once the target was left", async () => {
    const one = await enrolled();
    const { org, group, customerId } = one;
    const byTill = { enteredBy: org.credentials.till.username, source: "API" };
    const byAdmin = { enteredBy: org.credentials.admin.username, source: "API" };
    expect((await stateOf(one)).targetGroups[0].targets).toMatchObject([byTill]);
    const { data } = (await ok(org.reader.get(`/users/${customerId}/enrolledTargets`))).body;
    expect(data).toMatchObject([{ ...byTill, definitionVersion: 1 }]);
    await ok(org.admin.post(`${targetPath(group)}/unEnroll`, [{ customerId }], { now: during(1, 3) }));
    expect((await stateOf(one)).leftTargets).toMatchObject([byAdmin]);
    await ok(org.admin.post(`${targetPath(group)}/enroll`, [{ customerId }], { now: during(1, 4) }));
    expect((await stateOf(one)).targetGroups[0].targets).toMatchObject([byAdmin]);
  });

  it("names the first caller when another one repeats the call with the same Idempotency-Key", async () => {
    const one = await newSetting(service);
    const { org, group, customerId } = one;
    const options = { now: during(1), headers: { "Idempotency-Key": "key-1" } };
    for (const caller of [org.till, org.admin]) {
      expectAccepted(await caller.post(`${targetPath(group)}/enroll`, [{ customerId }], options), customerId);
    }
    expect(await rowsOf(one)).toEqual([["ENROL", org.credentials.till.username, "API", 1]]);
  });
});

describe("a queued activity", () => {
  it("names the sender that AWS has authenticated, in the history and in events", async () => {
    const one = await enrolled();
    const { org, customerId } = one;
    const sale = { activityId: "queued", customerId, type: "TRANSACTION", occurredAt: during(1), amount: 5 };
    const message = queueMessage("1", org.org, sale);
    const sent = { ...message, attributes: { ...message.attributes, SenderId: "AROAEXAMPLE:tills" } };
    const count = countQueuedActivities(createContext(service.table));
    expect(await count({ Records: [sent] })).toEqual({ batchItemFailures: [] });
    expect((await rowsOf(one)).at(-1)).toEqual(["ADD_TRANSACTION", "aws:AROAEXAMPLE:tills", "QUEUE", 1]);
    expect((await eventsOf(one)).at(-1)).toEqual(["targetAchievedValueUpdated", "aws:AROAEXAMPLE:tills", "QUEUE"]);
  });
});

it("the end of a cycle names nobody, and comes about AUTOMATIC", async () => {
  const one = await enrolled();
  const path = `/local/close-cycles?org=${one.org.org}`;
  await ok(new ApiClient(new URL("/", service.baseUrl).origin, undefined).post(path, {}, { now: firstInstantOf(2) }));
  expect((await eventsOf(one)).at(-1)).toEqual(["targetPeriodCompleted", null, "AUTOMATIC"]);
});

it("a new target group has version 1, in the answer to its creation and in every read", async () => {
  const { admin, reader } = await service.newOrg();
  const { data } = (await ok(admin.post("/targetGroups", milestone()))).body;
  expect(data).toMatchObject({ version: 1 });
  expect((await ok(reader.get(`/targetGroups/${data.id}`))).body.data).toMatchObject({ version: 1 });
  expect((await ok(reader.get("/targetGroups"))).body.data).toMatchObject([{ version: 1 }]);
});
