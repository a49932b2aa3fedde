import { describe, expect, it } from "vitest";
import { createMilestreakClient, MilestreakError, MilestreakUnreachable, unwrap } from "../../client/client.ts";
import { protectedRouteNames, routes } from "../../shared/http/routes.ts";
import { TestSurroundings } from "../support/clientSurroundings.ts";
import { newCredential } from "../support/credential.ts";
import { startLossyProxy } from "../support/lossyProxy.ts";
import { ok } from "../support/org.ts";
import { type ScriptedServer, startScriptedServer } from "../support/scriptedServer.ts";
import { useService } from "../support/service.ts";
import { newSetting } from "../support/setting.ts";
import { during } from "../support/targetGroups.ts";
import { newToken, postForm } from "../support/tokens.ts";

const service = useService();
const now = { headers: { "x-local-now": during(1) } };
const anybody = { username: "till", secret: "secret" };
const target = { targetGroupId: 1, targetId: 1 };
const group = {
  name: "Spend 1000 a month",
  trackingType: "DEFAULT",
  targetEvaluationType: "FIXED_CALENDAR_WINDOW",
  periods: [{ refCode: "JAN", startDate: "2030-01-01", endDate: "2030-01-31" }],
  targets: [
    {
      name: "Monthly spend",
      targetEntity: "TRANSACTION",
      targetType: "SALES",
      defaultValues: [{ defaultValue: 1000 }],
    },
  ],
} as const;

const enrolled = { status: 200, body: '{"data":7,"errors":null,"warnings":null}' };
const unavailable = {
  status: 503,
  body: '{"data":null,"errors":[{"code":4001,"message":"A dependency is unavailable."}],"warnings":null}',
};
const throttled = {
  status: 429,
  headers: { "Retry-After": "1" },
  body: '{"data":null,"errors":[{"code":429,"message":"Too many requests."}],"warnings":null}',
};

/** A client of the server at that address, with these credentials. */
function clientOf(baseUrl: string, credentials: Parameters<typeof createMilestreakClient>[0]["credentials"] = anybody) {
  const surroundings = new TestSurroundings();
  return { surroundings, client: createMilestreakClient({ baseUrl, credentials }, surroundings) };
}

async function newClient() {
  const { org } = await service.newOrg();
  const credential = await newCredential(service.table, { org, accessGroup: "admin" });
  return { org, credential, ...clientOf(service.baseUrl, credential) };
}

const lastCycle = { refCode: "z", startDate: "2040-01-01", endDate: "2040-01-01" };

function firstCycleOf({ periods = [] }: { readonly periods?: readonly { readonly id: number }[] }): number {
  return periods[0]?.id ?? 0;
}

describe("a client with Basic credentials", () => {
  it("calls every route behind a credential, each by the method of its name", async () => {
    const { client, surroundings } = await newClient();
    const created = unwrap(await client.createTargetGroup(group));
    const ref = { targetGroupId: created.id, targetId: created.targets[0]?.id ?? 0 };
    const activity = { activityId: "a", customerId: 7, type: "TRANSACTION", occurredAt: during(1) } as const;
    const calls = {
      createTargetGroup: created.name,
      listTargetGroups: unwrap(await client.listTargetGroups({ limit: 5 })).map(({ name }) => name),
      getTargetGroup: unwrap(await client.getTargetGroup(ref.targetGroupId, { includePeriods: false })).periods,
      editTargetGroup: unwrap(await client.editTargetGroup(created.id, { description: "new" }, { version: 1 })).version,
      editTargetPeriods: unwrap(
        await client.editTargetPeriods(created.id, [{ id: firstCycleOf(created), description: "first" }]),
      ).version,
      appendTargetPeriods: unwrap(await client.appendTargetPeriods(created.id, [lastCycle])).version,
      getAuditLogs: unwrap(await client.getAuditLogs(created.id, { limit: 1 }))[0]?.newValue,
      addTarget: unwrap(await client.addTarget(created.id, { ...group.targets[0], name: "Visits" })).version,
      editTarget: unwrap(await client.editTarget(ref, { description: "new" }, { version: 5 })).version,
      deactivateTarget: unwrap(await client.deactivateTarget({ ...ref, targetId: ref.targetId + 1 })).version,
      deleteTargetGroup: (await client.deleteTargetGroup(created.id)).code,
      putCustomer: unwrap(await client.putCustomer(7, { firstName: "Ada" })).firstName,
      getCustomer: unwrap(await client.getCustomer(7)).firstName,
      registerCustomer: unwrap(await client.registerCustomer({ externalId: "crm-8" })).externalId,
      findCustomer: unwrap(await client.findCustomer("crm-8")).externalId,
      enroll: unwrap(await client.enroll(ref, { customerId: 7, initialBalance: 5 }, now)),
      simulateUnenrollment: unwrap(await client.simulateUnenrollment(ref, 7, now)),
      simulateEnrollment: (await client.simulateEnrollment(ref, { customerId: 7 }, now)).code,
      simulateActivities: unwrap(await client.simulateActivity({ ...activity, amount: 0.5 }, now)).targets[0]
        ?.newAchievedValue,
      recordActivities: unwrap(await client.recordActivity({ ...activity, amount: 0.5 }, now)).targets[0]
        ?.newAchievedValue,
      adjust: unwrap(await client.adjust(ref, { adjustmentId: "b", customerId: 7, amount: -0.5, reason: "Test" }, now))
        .newAchievedValue,
      excuse: (await client.excuse(ref, { customerId: 7, periodName: "z", reason: "Test" }, now)).code,
      unexcuse: (await client.unexcuse(ref, { customerId: 7, periodName: "z", reason: "Test" }, now)).code,
      grantFreezes: (await client.grantFreezes(ref, { grantId: "c", customerId: 7, amount: 1, reason: "Test" }, now))
        .code,
      getUserTargetGroups: unwrap(await client.getUserTargetGroups(7, {}, now)).targetGroups[0]?.targets[0]
        ?.targetAchievedValue,
      getEnrolledTargets: unwrap(await client.getEnrolledTargets(7))[0]?.targetGroupName,
      getTrackedTargetEvents: unwrap(await client.getTrackedTargetEvents(7, ref.targetId, { limit: 1 })),
      listTargetCustomers: unwrap(await client.listTargetCustomers(ref, { limit: 1 })).nextCursor,
      getTargetStatistics: unwrap(await client.getTargetStatistics(ref)).asOf,
      unenroll: unwrap(await client.unenroll(ref, 7, now)),
      exportCustomer: unwrap(await client.exportCustomer(7)).rows[0]?.type,
      eraseCustomer: unwrap(await client.eraseCustomer(7, "ERASE")).mode,
      getErasure: unwrap(await client.getErasure(7)).status,
    };
    expect(calls).toEqual({
      createTargetGroup: group.name,
      listTargetGroups: [group.name],
      getTargetGroup: undefined,
      editTargetGroup: 2,
      editTargetPeriods: 3,
      appendTargetPeriods: 4,
      getAuditLogs: "z",
      addTarget: 5,
      editTarget: 6,
      deactivateTarget: 7,
      deleteTargetGroup: 300004,
      putCustomer: "Ada",
      getCustomer: "Ada",
      registerCustomer: "crm-8",
      findCustomer: "crm-8",
      enroll: 7,
      simulateUnenrollment: 7,
      simulateEnrollment: 310119,
      simulateActivities: 5.5,
      recordActivities: 5.5,
      adjust: 5,
      excuse: 300004,
      unexcuse: 300004,
      grantFreezes: 300004,
      getUserTargetGroups: 5,
      getEnrolledTargets: group.name,
      getTrackedTargetEvents: [],
      listTargetCustomers: null,
      getTargetStatistics: null,
      unenroll: 7,
      exportCustomer: "profile",
      eraseCustomer: "ERASE",
      getErasure: "RUNNING",
    });
    expect(Object.keys(calls).toSorted()).toEqual(protectedRouteNames.toSorted());
    const sent = surroundings.sent.map(({ method }, index) => `${method} ${surroundings.paths[index]}`);
    expect(sent).toEqual(Object.keys(calls).map((name) => expect.stringMatching(patternOf(name))));
  });

  it("names a customer by the brand's own id, and defines targets with filters, sub-targets and automatic enrolment", async () => {
    const { client } = await newClient();
    const [spend] = group.targets;
    const pens = {
      ...spend,
      targetEntity: "LINEITEM",
      enrolmentMethod: "TRANSACTION",
      filters: [{ entityType: "CATEGORY", entityIds: ["pens"] }],
      targetMilestoneTriggers: [{ triggerName: "Half of it", triggerValueType: "PERCENTAGE", triggerValue: 50 }],
    } as const;
    const created = unwrap(await client.createTargetGroup({ ...group, targets: [spend, pens] }));
    const ref = { targetGroupId: created.id, targetId: created.targets[0]?.id ?? 0 };
    const name = { identifierName: "externalId", identifierValue: "crm-9" } as const;
    const id = unwrap(await client.enroll(ref, { ...name, registerCustomer: true }, now));
    const bought = {
      ...name,
      activityId: "a",
      type: "TRANSACTION",
      occurredAt: during(1),
      amount: 700,
      lineItems: [{ itemCode: "1", category: "pens", amount: 600 }],
    } as const;
    const { targets } = unwrap(await client.recordActivity(bought, now));
    expect(targets).toMatchObject([
      { newAchievedValue: 700, milestonesReached: [] },
      { newAchievedValue: 600, milestonesReached: [{ triggerName: "Half of it" }], enrolled: true },
    ]);
    expect(unwrap(await client.unenroll(ref, { externalId: "crm-9" }, now))).toBe(id);
    expect(unwrap(await client.findCustomer("crm-9")).customerId).toBe(id);
  });

  it("answers each activity of several for itself", async () => {
    const { client } = await newClient();
    await client.putCustomer(7);
    const activity = {
      activityId: "a",
      customerId: 7,
      type: "TRANSACTION",
      occurredAt: "2026-01-15T12:00:00Z",
    } as const;
    const answers = unwrap(await client.recordActivities([activity, { ...activity, customerId: 8 }]));
    expect(answers.map(({ errors }) => errors?.[0]?.code)).toEqual([undefined, 310011]);
  });

  it("answers a refusal with its code, and unwrap throws it", async () => {
    const { org, group: known, customerId } = await newSetting(service);
    const { client } = clientOf(service.baseUrl, await newCredential(service.table, { org: org.org }));
    const ref = { targetGroupId: known.groupId, targetId: known.targetId };
    expect(await client.enroll(ref, { customerId }, now)).toEqual({
      status: 200,
      attempts: 1,
      headers: expect.any(Headers),
      code: null,
      data: customerId,
      errors: null,
      warnings: null,
    });
    const again = await client.enroll(ref, { customerId }, now);
    expect(again).toMatchObject({ status: 400, attempts: 1, code: 310119, data: null, errors: [{ code: 310119 }] });
    expect(() => unwrap(again)).toThrow(MilestreakError);
    expect(() => unwrap(again)).toThrow(/^310119: User already enrolled/);
  });

  it("shows a user name and secret of any characters as UTF-8", async () => {
    const server = await startScriptedServer(enrolled);
    await clientOf(server.baseUrl, { username: "till", secret: "Gruß ✓" }).client.getCustomer(7);
    const [scheme, base64 = ""] = server.received[0]?.headers.authorization?.split(" ") ?? [];
    expect([scheme, Buffer.from(base64, "base64").toString("utf8")]).toEqual(["Basic", "till:Gruß ✓"]);
  });
});

function patternOf(name: string): RegExp {
  const route = Object.entries(routes).find(([key]) => key === name)?.[1];
  return new RegExp(`^${route?.method} ${route?.path.replaceAll(/\{\w+\}/g, "\\d+")}$`);
}

async function newOAuthClient() {
  const { org } = await service.newOrg();
  const { username, secret } = await newCredential(service.table, { org, accessGroup: "admin" });
  return { username, secret, ...clientOf(service.baseUrl, { clientId: username, clientSecret: secret }) };
}

function tokenRequests({ paths }: TestSurroundings): number {
  return paths.filter((path) => path === "/oauth/token").length;
}

describe("a client with OAuth client credentials", () => {
  it("asks for one token, however many calls wait for it", async () => {
    const { client, surroundings } = await newOAuthClient();
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.listTargetGroups()));
    expect(answers.map(({ code }) => code)).toEqual(Array.from({ length: 20 }, () => null));
    expect((await client.listTargetGroups()).code).toBeNull();
    expect(tokenRequests(surroundings)).toBe(1);
  });

  it("keeps the token until a minute before its end, and then gets another", async () => {
    const { client, surroundings } = await newOAuthClient();
    await client.listTargetGroups();
    surroundings.clock += 1_740_000 - 1;
    await client.listTargetGroups();
    expect(tokenRequests(surroundings)).toBe(1);
    surroundings.clock += 1;
    expect((await client.listTargetGroups()).code).toBeNull();
    expect(tokenRequests(surroundings)).toBe(2);
  });

  it("gets a new token once when its token is refused, and repeats the call", async () => {
    const { client, surroundings, username, secret } = await newOAuthClient();
    surroundings.before = async ({ headers }) => {
      const header = headers.get("Authorization") ?? "";
      if (!header.startsWith("Bearer ") || surroundings.sent.length > 1) return;
      const form = { token: header.slice("Bearer ".length), client_id: username, client_secret: secret };
      await postForm(`${service.baseUrl}/oauth/revoke`, form);
    };
    expect(await client.listTargetGroups()).toMatchObject({ code: null, attempts: 1 });
    expect(surroundings.paths).toEqual(["/oauth/token", "/targetGroups", "/oauth/token", "/targetGroups"]);
  });

  it("is refused with 401 when the client is not known, and does not try again", async () => {
    const { client, surroundings } = clientOf(service.baseUrl, { clientId: "nobody", clientSecret: "x" });
    const answer = await client.listTargetGroups();
    expect(answer).toMatchObject({
      status: 401,
      code: 401,
      errors: [{ message: expect.stringMatching(/^No token\./) }],
    });
    expect(surroundings.paths).toEqual(["/oauth/token"]);
  });

  it("repeats even an un-enrolment when only the request for a token failed", async () => {
    const token = { status: 200, body: '{"access_token":"t","token_type":"Bearer","expires_in":60}' };
    const server = await startScriptedServer({ status: 503, body: "{}" }, token, enrolled);
    const { client } = clientOf(server.baseUrl, { clientId: "till", clientSecret: "a b" });
    expect(await client.unenroll(target, 7)).toMatchObject({ code: null, attempts: 2 });
    expect(server.received.map(({ path }) => path)).toEqual([
      "/v3/oauth/token",
      "/v3/oauth/token",
      "/v3/targetGroups/1/targets/1/unEnroll",
    ]);
  });

  it("asks the issuer that is named, and uses its token", async () => {
    const { org } = await service.newOrg();
    const token = await newToken(service.baseUrl, await newCredential(service.table, { org }));
    const issuer = await startScriptedServer({
      status: 200,
      body: JSON.stringify({ access_token: token, token_type: "Bearer", expires_in: 600 }),
    });
    const credentials = { clientId: "till", clientSecret: "s", tokenUrl: `${issuer.baseUrl}/token` };
    expect(await clientOf(service.baseUrl, credentials).client.listTargetGroups()).toMatchObject({ code: null });
    expect(issuer.received).toMatchObject([{ path: "/v3/token", body: "grant_type=client_credentials" }]);
  });
});

function keysOf(server: ScriptedServer) {
  return server.received.map(({ headers }) => headers["idempotency-key"]);
}

describe("a call that meets trouble", () => {
  it("enrols at the second attempt after a 503, with the Idempotency-Key of the first", async () => {
    const server = await startScriptedServer(unavailable, enrolled, enrolled);
    const { client } = clientOf(server.baseUrl);
    expect(await client.enroll(target, { customerId: 7 })).toMatchObject({ code: null, data: 7, attempts: 2 });
    await client.enroll(target, { customerId: 7 });
    const [first, second, other] = keysOf(server);
    expect(first).toMatch(/^[\x21-\x7e]{1,255}$/);
    expect(second).toBe(first);
    expect(other).not.toBe(first);
    expect(server.received[1]?.body).toBe('{"customerId":7}');
  });

  it("uses the caller's Idempotency-Key when there is one", async () => {
    const server = await startScriptedServer(unavailable, enrolled);
    await clientOf(server.baseUrl).client.enroll(target, { customerId: 7 }, { idempotencyKey: "row-1" });
    expect(keysOf(server)).toEqual(["row-1", "row-1"]);
  });

  it("is answered once although the first answer was lost: the customer is enrolled by one write", async () => {
    const { org, group: known, customerId } = await newSetting(service);
    const losses = [{ lose: "reply" } as const];
    const proxy = await startLossyProxy(
      () => new URL(service.baseUrl).origin,
      () => losses.shift() ?? {},
    );
    const credential = await newCredential(service.table, { org: org.org });
    const { client } = clientOf(`${proxy.endpoint}/v3`, credential);
    const ref = { targetGroupId: known.groupId, targetId: known.targetId };
    expect(await client.enroll(ref, { customerId, initialBalance: 250 }, now)).toMatchObject({
      code: null,
      data: customerId,
      attempts: 2,
    });
    const state = await org.readState(known, customerId, { now: during(1) });
    expect(state?.targets[0]?.targetAchievedValue).toBe(250);
    await proxy.close();
  });

  it("does not repeat an un-enrolment whose answer was lost, which was carried out", async () => {
    const { org, group: known, customerId } = await newSetting(service);
    await ok(org.enroll(known, { customerId }, { now: during(1) }));
    const losses = [{ lose: "reply" } as const];
    const proxy = await startLossyProxy(
      () => new URL(service.baseUrl).origin,
      () => losses.shift() ?? {},
    );
    const { client } = clientOf(`${proxy.endpoint}/v3`, await newCredential(service.table, { org: org.org }));
    const ref = { targetGroupId: known.groupId, targetId: known.targetId };
    await expect(client.unenroll(ref, customerId, now)).rejects.toMatchObject({
      name: "MilestreakUnreachable",
      attempts: 1,
    });
    expect(await org.readState(known, customerId, { now: during(1) })).toBeUndefined();
    await proxy.close();
  });

  it.each([
    ["unenroll", (client: ReturnType<typeof clientOf>["client"]) => client.unenroll(target, 7)],
    ["createTargetGroup", (client: ReturnType<typeof clientOf>["client"]) => client.createTargetGroup(group)],
  ])("repeats %s after 429, which has changed nothing, but not after 503", async (_name, call) => {
    const server = await startScriptedServer(throttled, unavailable, enrolled);
    expect(await call(clientOf(server.baseUrl).client)).toMatchObject({ code: 4001, attempts: 2 });
    expect(server.received).toHaveLength(2);
  });

  it("waits as long as Retry-After says, and up to 200, 400, 800 ms more by chance", async () => {
    const server = await startScriptedServer(throttled, unavailable, throttled, enrolled);
    const { client, surroundings } = clientOf(server.baseUrl);
    expect(await client.getCustomer(7)).toMatchObject({ code: null, attempts: 4 });
    expect(surroundings.pauses).toEqual([1_100, 200, 1_400]);
  });

  it("takes a date in Retry-After", async () => {
    const inFiveSeconds = new Date(new TestSurroundings().clock + 5_000).toUTCString();
    const server = await startScriptedServer({ ...throttled, headers: { "Retry-After": inFiveSeconds } }, enrolled);
    const { client, surroundings } = clientOf(server.baseUrl);
    await client.getCustomer(7);
    expect(surroundings.pauses).toEqual([5_100]);
  });

  it("returns the refusal at once when it would have to wait too long", async () => {
    const server = await startScriptedServer({ ...throttled, headers: { "Retry-After": "21" } });
    const { client, surroundings } = clientOf(server.baseUrl);
    expect(await client.getCustomer(7)).toMatchObject({ code: 429, attempts: 1 });
    expect(surroundings.pauses).toEqual([]);
  });

  it("ends after four attempts with the answer to the last one", async () => {
    const server = await startScriptedServer(unavailable, unavailable, throttled, unavailable, enrolled);
    expect(await clientOf(server.baseUrl).client.getCustomer(7)).toMatchObject({ code: 4001, attempts: 4 });
    expect(server.received).toHaveLength(4);
  });

  it("throws MilestreakUnreachable with its cause when nothing ever answers", async () => {
    const server = await startScriptedServer();
    const failing = clientOf(server.baseUrl).client.getCustomer(7);
    await expect(failing).rejects.toThrow(MilestreakUnreachable);
    await expect(failing).rejects.toMatchObject({ attempts: 4, cause: expect.any(TypeError) });
    expect(server.received).toHaveLength(4);
  });

  it("gives up an attempt that is not answered in time", async () => {
    const proxy = await startLossyProxy(
      () => new URL(service.baseUrl).origin,
      () => ({ lose: "silence" }),
    );
    const retry = { timeoutMilliseconds: 50, maximumAttempts: 1 };
    const client = createMilestreakClient({ baseUrl: `${proxy.endpoint}/v3`, credentials: anybody, retry });
    await expect(client.getCustomer(7)).rejects.toMatchObject({ attempts: 1, cause: { name: "TimeoutError" } });
    await proxy.close();
  });

  it.each([
    ["HTML at 200", { status: 200, body: "<html>" }],
    ["JSON without the envelope", { status: 403, body: '{"message":"Forbidden"}' }],
    ["nothing", { status: 200, body: "" }],
  ])("throws MilestreakUnreachable when it is answered %s", async (_name, answer) => {
    const server = await startScriptedServer(answer);
    await expect(clientOf(server.baseUrl).client.getCustomer(7)).rejects.toThrow(MilestreakUnreachable);
  });

  it("ends with the signal's reason when the caller gives the call up, and sends nothing more", async () => {
    const server = await startScriptedServer(unavailable, enrolled);
    const { client, surroundings } = clientOf(server.baseUrl);
    const controller = new AbortController();
    surroundings.before = async () => {
      if (surroundings.sent.length === 1) controller.abort(new Error("shop closed"));
    };
    await expect(client.getCustomer(7, { signal: controller.signal })).rejects.toThrow("shop closed");
    expect(server.received).toHaveLength(1);
  });

  it("waits in real time, and stops when the caller gives the call up", async () => {
    const server = await startScriptedServer({ ...throttled, headers: { "Retry-After": "15" } });
    const client = createMilestreakClient({ baseUrl: server.baseUrl, credentials: anybody });
    const controller = new AbortController();
    const pending = client.getCustomer(7, { signal: controller.signal });
    await expect.poll(() => server.received.length, { timeout: 30_000 }).toBe(1);
    controller.abort(new Error("shop closed"));
    await expect(pending).rejects.toThrow("shop closed");
  });
});
