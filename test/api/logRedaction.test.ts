import { randomInt, randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { ConditionalCheckFailedException, DynamoDBServiceException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { authorize } from "../../functions/authorizer/authorize.ts";
import { closeShard } from "../../functions/closeShard/closeShard.ts";
import { countQueuedActivities } from "../../functions/countQueuedActivities/countQueuedActivities.ts";
import { listDueCycles } from "../../functions/listDueCycles/listDueCycles.ts";
import { localFunctions } from "../../local/functions.ts";
import { startGateway } from "../../local/gateway.ts";
import { systemClock } from "../../shared/config/systemClock.ts";
import { ServiceError } from "../../shared/domain/serviceError.ts";
import { invalidInput } from "../../shared/http/errors.ts";
import { type ProtectedRouteName, protectedRouteNames, routes } from "../../shared/http/routes.ts";
import { logUnexpected } from "../../shared/observability/log.ts";
import { createContext } from "../../shared/operations/context.ts";
import { openTable, patientLimits, type Table } from "../../shared/table/client.ts";
import { EngineUnavailable } from "../../shared/table/failures.ts";
import { customerKey, enrollmentKey, targetKey } from "../../shared/table/keys.ts";
import { basicAuthorization } from "../support/apiClient.ts";
import { type ConsoleLine, captureConsole } from "../support/capturedConsole.ts";
import { captureMetrics, type MetricLine } from "../support/capturedMetrics.ts";
import { newCredential, type TestCredential } from "../support/credential.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { startLossyProxy } from "../support/lossyProxy.ts";
import { nowhere } from "../support/nowhere.ts";
import { ok } from "../support/org.ts";
import { queueMessage } from "../support/queueMessage.ts";
import { type RawResponse, sendRaw } from "../support/rawHttp.ts";
import type { BodyRouteName } from "../support/routeContracts.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import { during, milestone } from "../support/targetGroups.ts";
import { TestIssuer } from "../support/testIssuer.ts";

const service = useService();

let lines: ConsoleLine[];
let metricLines: MetricLine[];
beforeEach(() => {
  lines = captureConsole();
  metricLines = captureMetrics();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** A value that occurs only where this test puts it. */
const marker = () => `marker-${randomUUID()}`;

/** The whole text that a log would get, with hidden properties, the causes of errors, and the lines of metrics. */
function written(): string {
  return [...lines, ...metricLines]
    .map((line) => inspect(line, { depth: Number.POSITIVE_INFINITY, showHidden: true }))
    .join("\n");
}

/** The secret, the header's value, and its base64 alone. */
function tracesOf({ username, secret }: TestCredential): string[] {
  const value = basicAuthorization(username, secret);
  return [secret, value, value.replace("Basic ", "")];
}

function expectNothingOf(secrets: readonly string[]): void {
  const log = written();
  for (const secret of secrets) expect(log).not.toContain(secret);
}

/** Expects an answer for people, with no stack frame, no file and no name of an internal. */
function expectNoInternals({ text }: RawResponse): void {
  expect(text).not.toMatch(/\\n\s+at |\.[jt]s:\d|node_modules|ECONNREFUSED|Exception|(?:ORG|CREDENTIAL|TOKEN)#/);
}

type Sent = { readonly method: string; readonly path: string; readonly body: string };

async function send(
  baseUrl: string,
  authorization: string | undefined,
  { method, path, body }: Sent,
): Promise<RawResponse> {
  const type = /\/oauth\/(token|revoke)$/.test(path) ? "application/x-www-form-urlencoded" : "application/json";
  const headers = {
    "Content-Type": type,
    "x-local-now": during(1),
    ...(authorization === undefined ? {} : { Authorization: authorization }),
  };
  const response = await sendRaw(baseUrl, { method, path: `/v3${path}`, headers, ...(body === "" ? {} : { body }) });
  expectNoInternals(response);
  return response;
}

/** A customer by an external id, which can be the number of a card. */
const byCard = (identifierValue: string) => ({ identifierName: "externalId", identifierValue });

/** A body for each route that takes one. Each of its texts is the marker. */
const markedBodies: Record<BodyRouteName, (one: Setting, mark: string) => unknown> = {
  enroll: (_, mark) => [{ ...byCard(mark), periodName: mark, [mark]: mark }],
  unenroll: (_, mark) => [{ ...byCard(mark), [mark]: mark }],
  adjust: (_, mark) => [
    { ...byCard(mark), adjustmentId: mark, amount: 5, reason: mark, periodName: mark, [mark]: mark },
  ],
  excuse: (_, mark) => [{ ...byCard(mark), reason: mark, periodName: mark, [mark]: mark }],
  unexcuse: (_, mark) => [{ ...byCard(mark), reason: mark, periodName: mark, [mark]: mark }],
  grantFreezes: (_, mark) => [{ ...byCard(mark), grantId: mark, amount: 1, reason: mark, [mark]: mark }],
  recordActivities: ({ customerId }, mark) => ({
    activityId: mark,
    customerId,
    type: "EVENT",
    name: mark,
    occurredAt: during(1),
    amount: 1,
    attributes: { [mark]: mark },
    storeId: mark,
    tenders: [mark],
    lineItems: [{ itemCode: mark }],
  }),
  simulateEnrollment: ({ customerId }, mark) => [{ customerId, periodName: mark, [mark]: mark }],
  simulateUnenrollment: (_, mark) => [{ ...byCard(mark), [mark]: mark }],
  simulateActivities: ({ customerId }, mark) => ({
    activityId: mark,
    customerId,
    type: "EVENT",
    name: mark,
    occurredAt: during(1),
    attributes: { [mark]: mark },
    storeId: mark,
    tenders: [mark],
    lineItems: [{ itemCode: mark }],
  }),
  createTargetGroup: (_, mark) => milestone({ name: mark, description: mark }),
  editTargetGroup: (_, mark) => ({ name: mark, description: mark, timeZoneName: mark }),
  editTargetPeriods: ({ group }, mark) => [{ id: group.cycleIds[0], description: mark, [mark]: mark }],
  appendTargetPeriods: (_, mark) => [
    { refCode: mark, startDate: "2031-01-01", endDate: "2031-01-31", description: mark },
  ],
  addTarget: (_, mark) => ({ ...milestone().targets[0], name: mark, description: mark, filters: filtersOf(mark) }),
  editTarget: (_, mark) => ({ name: mark, description: mark, filters: filtersOf(mark), [mark]: mark }),
  registerCustomer: (_, mark) => ({ firstName: mark, lastName: mark, externalId: mark }),
  putCustomer: (_, mark) => ({ firstName: mark, lastName: mark, externalId: mark }),
};

function filtersOf(mark: string) {
  return [{ entityType: "ATTRIBUTE", attributeName: mark, entityIds: [mark] }];
}

function takesBody(name: ProtectedRouteName): name is BodyRouteName {
  return Object.hasOwn(markedBodies, name);
}

function idsOfCustomer({ customerId }: Setting) {
  return { customerId, userId: customerId, requestId: customerId };
}

function usualQuery(name: ProtectedRouteName): string {
  return name === "eraseCustomer" ? "?mode=ANONYMISE" : "";
}

function markedRequest(name: ProtectedRouteName, one: Setting, mark: string): Sent {
  const ids = { targetGroupId: one.group.groupId, targetId: one.group.targetId, targetRuleId: one.group.targetId };
  const path = Object.entries({ ...ids, ...idsOfCustomer(one) }).reduce<string>(
    (text, [parameter, id]) => text.replace(`{${parameter}}`, String(id)),
    routes[name].path,
  );
  const body = takesBody(name) ? markedBodies[name](one, mark) : undefined;
  const query = Object.keys(routes[name].query).includes("externalId") ? `?externalId=${mark}` : usualQuery(name);
  return { method: routes[name].method, path: path + query, body: body === undefined ? "" : JSON.stringify(body) };
}

/** Runs the functions on this table, while the authorizer keeps the service's table. */
async function withFunctionsOn(table: Table, work: (baseUrl: string) => Promise<void>): Promise<void> {
  const { authorizer } = localFunctions(service.table);
  const gateway = await startGateway({ authorizer, handlers: localFunctions(table).handlers }, 0);
  try {
    await work(gateway.baseUrl);
  } finally {
    await gateway.close();
    table.close();
  }
}

const unreachableTable = () => openTable({ tableName: "t", endpoint: nowhere, ...localAccess }, patientLimits);
/** A table that does not exist. The engine refuses each request with an error that the product does not expect. */
const missingTable = () =>
  openTable({ tableName: "missing", endpoint: engineEndpoint(), ...localAccess }, patientLimits);

/** An admin of a new brand, a customer whose id occurs in nothing else that is logged, and a value to look for. */
async function newCall() {
  const setting = await newSetting(service);
  const one = { ...setting, customerId: randomInt(734_559_000_000, 734_560_000_000) };
  await ok(one.org.admin.put(`/customers/${one.customerId}`, {}));
  const credential = await newCredential(service.table, { org: one.org.org, accessGroup: "admin" });
  const authorization = basicAuthorization(credential.username, credential.secret);
  return { one, mark: marker(), credential, authorization };
}

describe("no line of the log holds a credential, a value of the body or the customer's id", () => {
  it.each(protectedRouteNames)("when %s is called, well or badly", async (name) => {
    const { one, mark, credential, authorization } = await newCall();
    const good = markedRequest(name, one, mark);
    for (const body of [good.body, `{"${mark}`, `{"customerId":"${mark}"}`, `["${mark}","${mark}"]`]) {
      await send(service.baseUrl, authorization, { ...good, body });
    }
    expectNothingOf([mark, String(one.customerId), ...tracesOf(credential)]);
  });

  it.each(protectedRouteNames)("when %s finds no engine, which is logged with its cause", async (name) => {
    const { one, mark, credential, authorization } = await newCall();
    await withFunctionsOn(unreachableTable(), async (baseUrl) => {
      expect((await send(baseUrl, authorization, markedRequest(name, one, mark))).status).toBe(503);
    });
    expect(written()).toContain("ECONNREFUSED");
    expectNothingOf([mark, String(one.customerId), ...tracesOf(credential)]);
  });

  it.each(protectedRouteNames)(
    "when %s meets an error nobody expected, which is logged with its stack",
    async (name) => {
      const { one, mark, credential, authorization } = await newCall();
      await withFunctionsOn(missingTable(), async (baseUrl) => {
        expect((await send(baseUrl, authorization, markedRequest(name, one, mark))).status).toBe(500);
      });
      expect(written()).toMatch(/ResourceNotFoundException[^]*'at \w/);
      expectNothingOf([mark, String(one.customerId), ...tracesOf(credential)]);
    },
  );

  it("when the table holds an item that this version did not write", async () => {
    const { one, mark, authorization } = await newCall();
    await service.table.client.send(
      new UpdateCommand({
        TableName: service.table.name,
        Key: customerKey(one.org.org, one.customerId),
        UpdateExpression: "SET firstName = :list, lastName = :mark, registeredAt = :mark, createdAt = :mark",
        ExpressionAttributeValues: { ":list": [mark], ":mark": mark },
      }),
    );
    const response = await send(service.baseUrl, authorization, markedRequest("getCustomer", one, mark));
    expect(response.status).toBe(500);
    expect(written()).toContain("MalformedItem");
    expectNothingOf([mark, String(one.customerId)]);
  });

  it("when an enrolment's attribute that is named after an activity holds what this version did not write", async () => {
    const { one, mark, authorization } = await newCall();
    const { org, group, customerId } = one;
    await ok(org.enroll(group, { customerId }, { now: during(1) }));
    await service.table.client.send(
      new UpdateCommand({
        TableName: service.table.name,
        Key: enrollmentKey(org.org, customerId, group.groupId, group.targetId),
        UpdateExpression: "SET #waiting = :mark",
        ExpressionAttributeNames: { "#waiting": `pendingReturn#${mark}` },
        ExpressionAttributeValues: { ":mark": mark },
      }),
    );
    const read = { method: "GET", path: `/users/${customerId}/targetGroups`, body: "" };
    expect((await send(service.baseUrl, authorization, read)).status).toBe(500);
    expect(written()).toContain("Attribute pendingReturn is not");
    expectNothingOf([mark, String(customerId)]);
  });
});

type RequestByCard = (one: Setting, name: object) => Sent;

function actionByCard(action: string): readonly [string, RequestByCard] {
  const path = ({ group: { groupId, targetId } }: Setting) => `/targetGroups/${groupId}/targets/${targetId}/${action}`;
  return [action, (one, name) => ({ method: "POST", path: path(one), body: JSON.stringify([name]) })];
}

function activityByCard(path: string): readonly [string, RequestByCard] {
  const activity = { activityId: "a", type: "TRANSACTION", occurredAt: during(1), amount: 1 };
  return [path, (_, name) => ({ method: "POST", path, body: JSON.stringify({ ...name, ...activity }) })];
}

/** The routes that take a brand's own id, with the mark nowhere else in the request. */
const routesByCard: readonly (readonly [string, RequestByCard])[] = [
  ...["enroll", "unEnroll", "enroll/simulate", "unEnroll/simulate"].map(actionByCard),
  ...["/activities", "/activities/simulate"].map(activityByCard),
];

/** Names that every route refuses, each with the mark in it. */
function refusedNames(mark: string): readonly object[] {
  return [
    byCard(mark),
    { identifierName: "id", identifierValue: mark },
    { identifierName: "mobile", identifierValue: mark },
    { identifierName: "externalId", identifierValue: [mark] },
    byCard(mark.repeat(9)),
    { customerId: 1, ...byCard(mark) },
    { identifierValue: mark },
  ];
}

describe("an identifierValue is in no error, no line of the log and no metric", () => {
  it.each(routesByCard)("when %s refuses it, and a metric counts the refusal", async (_, requestOf) => {
    const { one, mark, authorization } = await newCall();
    for (const name of refusedNames(mark)) {
      const { status, text } = await send(service.baseUrl, authorization, requestOf(one, name));
      expect(status).toBe(400);
      expect(text).not.toContain(mark);
    }
    expect(metricLines).toHaveLength(refusedNames(mark).length);
    expectNothingOf([mark]);
  });

  it.each(routesByCard)("when %s fails, with 4001 or 500, and a metric counts the failure", async (_, requestOf) => {
    const { one, mark, authorization } = await newCall();
    for (const [table, expected] of [
      [unreachableTable(), 503],
      [missingTable(), 500],
    ] as const) {
      await withFunctionsOn(table, async (baseUrl) => {
        const { status, text } = await send(baseUrl, authorization, requestOf(one, byCard(mark)));
        expect(status).toBe(expected);
        expect(text).not.toContain(mark);
      });
    }
    expect(metricLines.length).toBeGreaterThanOrEqual(2);
    expectNothingOf([mark]);
  });

  it("when an enrolment that was to register the customer is refused, for the permission or for the cycle", async () => {
    const { one, mark, authorization } = await newCall();
    const record = { ...byCard(mark), registerCustomer: true };
    const [, requestOf] = actionByCard("enroll");
    const till = await newCredential(service.table, { org: one.org.org, accessGroup: "default" });
    const sent = requestOf(one, record);
    const answers = [
      await send(service.baseUrl, basicAuthorization(till.username, till.secret), sent),
      await send(service.baseUrl, authorization, requestOf(one, { ...record, periodName: "none" })),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 400]);
    for (const { text } of answers) expect(text).not.toContain(mark);
    expectNothingOf([mark]);
  });

  it("when another customer has it already (409), and when nobody is found by it", async () => {
    const { one, mark, authorization } = await newCall();
    const put = (customerId: number): Sent => ({
      method: "PUT",
      path: `/customers/${customerId}`,
      body: JSON.stringify({ externalId: mark }),
    });
    expect((await send(service.baseUrl, authorization, put(one.customerId))).status).toBe(200);
    const taken = await send(service.baseUrl, authorization, put(4711));
    const find = { method: "GET", path: `/customers?externalId=${mark}-none`, body: "" };
    const unknown = await send(service.baseUrl, authorization, find);
    expect([taken.status, unknown.status]).toEqual([409, 400]);
    expect(taken.text + unknown.text).not.toContain(mark);
    expectNothingOf([mark]);
  });
});

describe("no line of the log holds a value of a body or the customer's id", () => {
  it("when a stored filter cannot be read", async () => {
    const { one, mark, authorization } = await newCall();
    const { groupId, targetId } = one.group;
    await service.table.client.send(
      new UpdateCommand({
        TableName: service.table.name,
        Key: targetKey(one.org.org, groupId, targetId),
        UpdateExpression: "SET #rules = :mark",
        ExpressionAttributeNames: { "#rules": "rules" },
        ExpressionAttributeValues: { ":mark": mark },
      }),
    );
    const response = await send(service.baseUrl, authorization, markedRequest("getTargetGroup", one, mark));
    expect(response.status).toBe(500);
    expect(written()).toContain("Attribute rules is not a list");
    expectNothingOf([mark, String(one.customerId)]);
  });

  const queued: Readonly<Record<string, (one: Setting, mark: string) => unknown>> = {
    "is no JSON": (_, mark) => `{"${mark}`,
    "holds a text for each field": (_, mark) => ({
      activityId: `#${mark}`,
      customerId: mark,
      type: mark,
      name: [mark],
      occurredAt: mark,
      amount: mark,
      originalActivityId: `#${mark}`,
    }),
    "names a customer who is not one": (_, mark) => ({ ...activityOf(mark), customerId: mark }),
    "names a customer by an external id that nobody has": (_, mark) => ({ ...activityOf("a"), ...byCard(mark) }),
    "names nobody's customer": (_, mark) => ({ ...activityOf(mark), customerId: 987_654_321_987 }),
    "happens tomorrow": ({ customerId }, mark) => ({ ...activityOf(mark), customerId, occurredAt: during(3) }),
    "holds half of a surrogate pair": (_, mark) => `{"${mark}":"\\ud800${mark}"}`,
  };

  it.each(Object.entries(queued))("when a queued activity %s", async (_, bodyOf) => {
    const { one, mark } = await newCall();
    const count = countQueuedActivities(createContext(service.table));
    const Records = [queueMessage("m-1", one.org.org, bodyOf(one, mark)), queueMessage("m-2", `#${mark}`, {})];
    expect((await count({ Records })).batchItemFailures).toHaveLength(2);
    expectNothingOf([mark, String(one.customerId), "987654321987"]);
  });

  it("when a queued activity's id comes again with other content", async () => {
    const { one, mark } = await newCall();
    const count = countQueuedActivities(createContext(service.table));
    const activity = { ...activityOf(mark), customerId: one.customerId };
    const Records = [activity, { ...activity, amount: 2 }].map((body, index) =>
      queueMessage(`m-${index}`, one.org.org, body),
    );
    expect((await count({ Records })).batchItemFailures).toHaveLength(1);
    expectNothingOf([mark, String(one.customerId)]);
  });

  it.each<[string, (mark: string) => unknown]>([
    ["a refusal", (mark) => invalidInput([`got ${mark}`])],
    ["a text", (mark) => mark],
    ["an error of the language", (mark) => new SyntaxError(`Unexpected token in ${mark}`)],
    ["an error of many lines", (mark) => new TypeError(`${mark}\n    at ${mark}\n${mark}`)],
    ["an error with fields", (mark) => Object.assign(new Error("x"), { Item: { firstName: { S: mark } } })],
    ["an error whose cause quotes it", (mark) => new Error("x", { cause: new SyntaxError(mark) })],
    ["an error whose cause is a text", (mark) => new Error("x", { cause: mark })],
    ["the engine's, of a condition that met an item", metCondition],
    ["the engine's, of a value it does not like", (mark) => refusedByEngine("ValidationException", mark)],
    ["the engine's, of a text it cannot read", (mark) => refusedByEngine("SerializationException", mark)],
  ])("when what fails is %s", (_, failing) => {
    const mark = marker();
    logUnexpected(failing(mark), "api");
    logUnexpected(new EngineUnavailable(Object.assign(new Error(mark), { cause: failing(mark) })), "stream");
    expect(written()).toContain("failed");
    expectNothingOf([mark]);
  });

  it("but the texts of the service and of AWS, which say what to do", () => {
    logUnexpected(new ServiceError("Target group 7 has no cycle 3"), "closing");
    const denied = "User: arn:aws:sts::1:assumed-role/enroll is not authorized to perform: dynamodb:Query";
    logUnexpected(refusedByEngine("AccessDeniedException", denied), "api");
    expect(written()).toContain("Target group 7 has no cycle 3");
    expect(written()).toContain(denied);
  });
});

function metCondition(mark: string) {
  const Item = { firstName: { S: mark } };
  return new ConditionalCheckFailedException({ $metadata: {}, message: "The conditional request failed", Item });
}

function refusedByEngine(name: string, message: string) {
  return new DynamoDBServiceException({ name, message, $fault: "client", $metadata: {} });
}

function activityOf(mark: string) {
  return { activityId: mark, type: "TRANSACTION", occurredAt: during(1), amount: 1, attributes: { [mark]: mark } };
}

/** The text that the Lambda runtime writes about an error which a function throws. */
async function thrownBy(work: () => Promise<unknown>): Promise<string> {
  const [settled] = await Promise.allSettled([work()]);
  if (settled?.status !== "rejected") throw new Error("It throws nothing");
  return inspect(settled.reason, { depth: Number.POSITIVE_INFINITY, showHidden: true });
}

/** Runs the work against an engine that quotes the invalid value of a request. */
async function withQuotingEngine(mark: string, work: (table: Table) => Promise<void>): Promise<void> {
  const body = { __type: "com.amazon.coral.validate#ValidationException", message: `Invalid value ${mark}` };
  const proxy = await startLossyProxy(
    () => engineEndpoint(),
    () => ({ lose: "request", answer: { status: 400, body } }),
  );
  const table = openTable({ tableName: inject("tableName"), endpoint: proxy.endpoint, ...localAccess }, patientLimits);
  await work(table).finally(() => table.close());
  await proxy.close();
}

describe("what a function throws holds nothing that a caller sent, as the Lambda runtime writes it:", () => {
  const progress = { resumeAfter: null, hasFailures: false, failedCount: 0, busyCount: 0 };
  const sweep = { kind: "CLOSING" } as const;
  const task = { org: "100", groupId: 1, targetId: 1, sweep, now: 1, shards: [0], ...progress };
  const methodArn = "arn:aws:execute-api:us-east-1:1:api/v3/GET/targetGroups";

  it.each<[string, (table: Table, mark: string) => Promise<unknown>]>([
    ["listDueCycles", (table) => listDueCycles(table)({ now: during(1), resumeAfter: null })],
    ["closeShard", (table) => closeShard(table)(task, { getRemainingTimeInMillis: () => 900_000 })],
    [
      "the authorizer",
      (table, mark) =>
        authorize(
          table,
          systemClock,
          async () => undefined,
        )({
          type: "TOKEN",
          authorizationToken: basicAuthorization(mark, mark),
          methodArn,
        }),
    ],
  ])("%s, when the engine quotes a value", async (_, call) => {
    const mark = marker();
    await withQuotingEngine(mark, async (table) => {
      const thrown = await thrownBy(() => call(table, mark));
      expect(thrown).toContain("ServiceError: It was logged as failed.");
      expect(thrown).not.toContain(mark);
    });
    expect(written()).toContain("ValidationException");
    expectNothingOf([mark]);
  });

  it("the authorizer, when the issuer's error quotes the token", async () => {
    const mark = marker();
    const failing = () => Promise.reject(new SyntaxError(`Unexpected token in ${mark}`));
    const ask = authorize(service.table, systemClock, failing);
    const thrown = await thrownBy(() =>
      ask({ type: "TOKEN", authorizationToken: `Bearer e30.${mark}.e30`, methodArn }),
    );
    expect(thrown).toContain("ServiceError");
    expectNothingOf([mark]);
    expect(thrown).not.toContain(mark);
  });
});

describe("no line of the log holds a credential that is refused or cannot be checked:", () => {
  const list = { method: "GET", path: "/targetGroups", body: "" };

  it.each<[string, (secret: string) => string]>([
    ["a secret of an unknown user", (secret) => basicAuthorization(randomUUID(), secret)],
    ["an access token", (secret) => `Bearer ${secret}`],
    ["a JWT", (secret) => `Bearer e30.${Buffer.from(secret).toString("base64url")}.e30`],
    ["a scheme of no meaning", (secret) => `Digest ${secret}`],
  ])("%s", async (_, present) => {
    const secret = marker();
    expect((await send(service.baseUrl, present(secret), list)).status).toBe(401);
    expectNothingOf([secret, present(secret), present(secret).replace(/^\w+ /, "")]);
  });

  it("a good credential when the engine is down", async () => {
    const { credential, authorization } = await newCall();
    const gateway = await startGateway(localFunctions(unreachableTable()), 0);
    expect((await send(gateway.baseUrl, authorization, list)).status).toBe(503);
    await gateway.close();
    expect(written()).toContain("EngineUnavailable");
    expectNothingOf(tracesOf(credential));
  });

  it("a JWT when its issuer is down", async () => {
    const issuer = await TestIssuer.start();
    const token = await issuer.obtainToken({ org: "100", access_group: "admin" });
    await issuer.stop();
    const gateway = await startGateway(localFunctions(service.table, systemClock, issuer.authenticator()), 0);
    expect((await send(gateway.baseUrl, `Bearer ${token}`, list)).status).toBe(503);
    await gateway.close();
    expect(written()).not.toBe("");
    expectNothingOf(token.split("."));
  });
});

const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
const post = (path: string, body: string) => ({ method: "POST", path, body });
const grant = { grant_type: "client_credentials" };

describe("no line of the log holds a secret or an access token", () => {
  it("when one is issued for a secret in the form, used and ended", async () => {
    const { credential } = await newCall();
    const client = { client_id: credential.username, client_secret: credential.secret };
    const issued = await send(service.baseUrl, undefined, post("/oauth/token", form({ ...grant, ...client })));
    const { access_token: token } = JSON.parse(issued.text);
    expect(
      (await send(service.baseUrl, `Bearer ${token}`, { method: "GET", path: "/targetGroups", body: "" })).status,
    ).toBe(200);
    await send(service.baseUrl, undefined, post("/oauth/revoke", form({ token, ...client })));
    expectNothingOf([token, ...tracesOf(credential)]);
  });

  it("when one is generated for a key and secret", async () => {
    const { credential } = await newCall();
    const body = JSON.stringify({ key: credential.username, secret: credential.secret });
    const { data } = JSON.parse((await send(service.baseUrl, undefined, post("/oauth/token/generate", body))).text);
    expectNothingOf([data.accessToken, ...tracesOf(credential)]);
  });

  it.each(["/oauth/token", "/oauth/token/generate", "/oauth/revoke"])(
    "when POST %s cannot be answered",
    async (path) => {
      const { credential } = await newCall();
      const token = marker();
      const fields = { ...grant, token, client_id: credential.username, client_secret: credential.secret };
      const record = JSON.stringify({ key: credential.username, secret: credential.secret });
      const body = path.endsWith("generate") ? record : form(fields);
      for (const table of [unreachableTable(), missingTable()]) {
        await withFunctionsOn(table, async (baseUrl) => {
          expect((await send(baseUrl, undefined, post(path, body))).status).toBeGreaterThanOrEqual(500);
        });
      }
      expectNothingOf([token, ...tracesOf(credential)]);
    },
  );

  it.each(["/oauth/token", "/oauth/token/generate", "/oauth/revoke"])(
    "when POST %s is refused, nor its answer",
    async (path) => {
      const secret = marker();
      const bodies = [
        form({ ...grant, token: secret, client_id: "nobody", client_secret: secret }),
        form({ grant_type: secret, client_secret: secret }),
        JSON.stringify({ key: "nobody", secret }),
        JSON.stringify({ key: "nobody", secret: `${secret}#`.repeat(50) }),
        JSON.stringify({ key: "nobody", secret: [secret] }),
      ];
      for (const body of bodies) {
        const { status, text } = await send(service.baseUrl, undefined, post(path, body));
        expect(status).toBeGreaterThanOrEqual(400);
        expect(text).not.toContain(secret);
      }
      expectNothingOf([secret]);
    },
  );
});
