import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { countQueuedActivities } from "../../functions/countQueuedActivities/countQueuedActivities.ts";
import { projector } from "../../functions/projector/projector.ts";
import { localFunctions } from "../../local/functions.ts";
import { startGateway } from "../../local/gateway.ts";
import { EventsNotTaken } from "../../shared/bus/eventBridge.ts";
import { logUnexpected } from "../../shared/observability/log.ts";
import { failureSources } from "../../shared/observability/metricNames.ts";
import { countRetry } from "../../shared/observability/metrics.ts";
import { createContext } from "../../shared/operations/context.ts";
import { openTable, patientLimits } from "../../shared/table/client.ts";
import { EngineBusy, OutcomeUnknown, TooMuchContention } from "../../shared/table/failures.ts";
import { activityKey } from "../../shared/table/keys.ts";
import { ReadTooLong } from "../../shared/table/store.ts";
import { ApiClient } from "../support/apiClient.ts";
import { captureConsole } from "../support/capturedConsole.ts";
import { captureMetrics, type MetricLine, testNamespace } from "../support/capturedMetrics.ts";
import { newCredential } from "../support/credential.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { expectAccepted, expectRefused } from "../support/envelopes.ts";
import { localAccess } from "../support/globalSetup.ts";
import { type Fault, startLossyProxy } from "../support/lossyProxy.ts";
import { nowhere } from "../support/nowhere.ts";
import { targetPath } from "../support/org.ts";
import { queueMessage } from "../support/queueMessage.ts";
import { throttling, transactionConflict } from "../support/seededFaults.ts";
import { useService } from "../support/service.ts";
import { newSetting, type Setting } from "../support/setting.ts";
import { during, firstInstantOf } from "../support/targetGroups.ts";
import { testLimits } from "../support/testLimits.ts";

const service = useService();
const at = { now: during(1) };

let lines: MetricLine[];
beforeEach(() => {
  captureConsole();
  lines = captureMetrics();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** A whole line of metrics. It counts one, has one dimension or none, and may have further properties. */
function lineOf(name: string, dimensions: Record<string, string>, properties: Record<string, unknown> = {}) {
  return {
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        { Namespace: testNamespace, Dimensions: [Object.keys(dimensions)], Metrics: [{ Name: name, Unit: "Count" }] },
      ],
    },
    [name]: 1,
    ...dimensions,
    ...properties,
  };
}

async function enrolled(): Promise<Setting> {
  const one = await newSetting(service);
  expectAccepted(
    await one.org.enroll(one.group, { customerId: one.customerId }, { now: firstInstantOf(1) }),
    one.customerId,
  );
  lines.length = 0;
  return one;
}

function sale(customerId: number, activityId: string) {
  return { activityId, customerId, type: "TRANSACTION", occurredAt: during(1), amount: 10 };
}

describe("a call over HTTP writes exactly these lines of metrics:", () => {
  it("an enrolment, one, with the org and no dimension", async () => {
    const { org, group, customerId } = await newSetting(service);
    expectAccepted(await org.enroll(group, { customerId }, at), customerId);
    expect(lines).toEqual([lineOf("Enrollments", {}, { org: org.org })]);
  });

  it("a refusal, one, by its code", async () => {
    const { org, group, customerId } = await enrolled();
    expectRefused(await org.enroll(group, { customerId }, at), 400, 310119);
    expect(lines).toEqual([lineOf("Refusals", { code: "310119" }, { org: org.org })]);
  });

  it("an un-enrolment, one", async () => {
    const { org, group, customerId } = await enrolled();
    expectAccepted(await org.unenroll(group, customerId, at), customerId);
    expect(lines).toEqual([lineOf("Unenrollments", {}, { org: org.org })]);
  });

  it("activities, one for each that is counted or refused, and none for a repeat", async () => {
    const { org, customerId } = await enrolled();
    const activities = [sale(customerId, "a"), sale(customerId, "a"), sale(1, "b"), sale(customerId, "c")];
    expect((await org.till.post("/activities", activities, at)).status).toBe(200);
    const counted = lineOf("ActivitiesCounted", {}, { org: org.org });
    expect(lines).toEqual([counted, lineOf("Refusals", { code: "310011" }, { org: org.org }), counted]);
  });

  it("adjustments, one for each that is made or refused, and none for a repeat", async () => {
    const { org, group, customerId } = await enrolled();
    const record = { adjustmentId: "a", customerId, amount: 5, reason: "A receipt was not counted" };
    const adjust = (fields: object) => org.support.post(`${targetPath(group)}/adjust`, { ...record, ...fields }, at);
    for (const fields of [{}, {}, { amount: 6 }, { adjustmentId: "b" }]) await adjust(fields);
    const made = lineOf("Adjustments", {}, { org: org.org });
    expect(lines).toEqual([made, lineOf("Refusals", { code: "300004" }, { org: org.org }), made]);
  });

  it("a read, none", async () => {
    const { org, group, customerId } = await enrolled();
    expect(await org.readState(group, customerId, at)).toBeDefined();
    expect(lines).toEqual([]);
  });

  it("a simulation that would be carried out, none", async () => {
    const { org, group, customerId } = await enrolled();
    const one = targetPath(group);
    expect((await org.reader.post(`${one}/unEnroll/simulate`, [{ customerId }], at)).status).toBe(200);
    expect((await org.reader.post("/activities/simulate", sale(customerId, "a"), at)).status).toBe(200);
    expect(lines).toEqual([]);
    await org.unenroll(group, customerId, at);
    lines.length = 0;
    expect((await org.reader.post(`${one}/enroll/simulate`, [{ customerId }], at)).status).toBe(200);
    expect(lines).toEqual([]);
  });

  it("a credential that is not one, one, with nothing of what was sent", async () => {
    const client = new ApiClient(service.baseUrl, { username: randomUUID(), secret: "wrong" });
    expectRefused(await client.get("/targetGroups"), 401, 401);
    expect(lines).toEqual([lineOf("Refusals", { code: "401" })]);
  });

  it("a token request with a wrong secret, one", async () => {
    const response = await service.anonymous.post("/oauth/token/generate", { key: randomUUID(), secret: "wrong" });
    expect(response.status).toBe(401);
    expect(lines).toEqual([lineOf("Refusals", { code: "401" })]);
  });
});

/**
 * Runs the work behind a proxy that gives the next writes these faults. Retries are counted as in a deployed function.
 */
async function withFaults(faults: readonly Fault[], work: (client: ApiClient, one: Setting) => Promise<void>) {
  const one = await newSetting(service);
  const credential = await newCredential(service.table, { org: one.org.org, accessGroup: "default" });
  const proxy = await startLossyProxy(() => engineEndpoint());
  const config = { tableName: inject("tableName"), endpoint: proxy.endpoint, ...localAccess };
  const table = openTable(config, testLimits, countRetry);
  const gateway = await startGateway(localFunctions(table), 0);
  proxy.plan(...faults);
  try {
    await work(new ApiClient(gateway.baseUrl, credential), one);
  } finally {
    await gateway.close();
    table.close();
    await proxy.close();
  }
}

const enroll = (client: ApiClient, { group, customerId }: Setting) =>
  client.post(`${targetPath(group)}/enroll`, [{ customerId }], at);

describe("more than one attempt", () => {
  it("is counted when the SDK sends a write again", async () => {
    await withFaults([{ lose: "reply" }, { lose: "request" }], async (client, one) => {
      expectAccepted(await enroll(client, one), one.customerId);
      const retried = lineOf("Retries", { cause: "engine" });
      expect(lines).toEqual([retried, retried, lineOf("Enrollments", {}, { org: one.org.org })]);
    });
  });

  it("is counted when a transaction holds the enrolment and the write goes another round", async () => {
    const held = { lose: "request", answer: transactionConflict("UpdateItem") } as const;
    await withFaults([held, held], async (client, one) => {
      expectAccepted(await enroll(client, one), one.customerId);
      const retried = lineOf("Retries", { cause: "contention" });
      expect(lines).toEqual([retried, retried, lineOf("Enrollments", {}, { org: one.org.org })]);
    });
  });

  it("that was the last is a failure, with the code that was answered", async () => {
    const lost = { lose: "request" } as const;
    await withFaults([lost, lost, lost], async (client, one) => {
      expectRefused(await enroll(client, one), 503, 4001);
      const retried = lineOf("Retries", { cause: "engine" });
      const failed = lineOf("Failures", { source: "api" }, { org: one.org.org, code: 4001 });
      expect(lines).toEqual([retried, retried, failed]);
    });
  });
});

it("an enrolment that the table throttles at every attempt is counted as load, which rolls no version back", async () => {
  const throttled = { lose: "request", answer: throttling("UpdateItem") } as const;
  await withFaults([throttled, throttled, throttled], async (client, one) => {
    expectRefused(await enroll(client, one), 503, 4001);
    expect(lines.at(-1)).toEqual(lineOf("Failures", { source: "load" }, { org: one.org.org, code: 4001 }));
  });
});

describe("where nobody waits for an answer", () => {
  it("a queued activity that its sender has to correct is counted as a refusal, and not as the queue's failure", async () => {
    const { customerId, org } = await enrolled();
    const Records = [queueMessage("good", org.org, sale(customerId, "a")), queueMessage("bad", org.org, "{")];
    const { batchItemFailures } = await countQueuedActivities(createContext(service.table))({ Records });
    expect(batchItemFailures).toEqual([{ itemIdentifier: "bad" }]);
    expect(lines).toEqual([lineOf("ActivitiesCounted", {}, { org: org.org }), lineOf("Refusals", { code: "300004" })]);
  });

  it("a queued activity that cannot be counted for now is counted as the queue's failure", async () => {
    const { customerId, org } = await enrolled();
    const unreachable = openTable({ tableName: "t", endpoint: nowhere, ...localAccess }, patientLimits);
    const Records = [queueMessage("good", org.org, sale(customerId, "a"))];
    const { batchItemFailures } = await countQueuedActivities(createContext(unreachable))({ Records });
    unreachable.client.destroy();
    expect(batchItemFailures).toEqual([{ itemIdentifier: "good" }]);
    expect(lines).toEqual([lineOf("Failures", { source: "queue" })]);
  });

  it.each([
    new TooMuchContention("many"),
    new OutcomeUnknown("lost"),
    new EngineBusy(new ReadTooLong()),
    new EventsNotTaken(1, 3, ["ThrottlingException"]),
  ])("a failure by too much at once is counted as load, wherever it happened: %s", (error) => {
    for (const source of failureSources) logUnexpected(error, source);
    expect(lines).toEqual(failureSources.map(() => lineOf("Failures", { source: "load" })));
  });

  it("events that the bus does not take for another reason are counted where they fail", () => {
    logUnexpected(new EventsNotTaken(2, 3, ["ThrottlingException", "InternalFailure"]), "stream");
    expect(lines).toEqual([lineOf("Failures", { source: "stream" })]);
  });
});

it("a record of the stream that fails is counted as the stream's failure", async () => {
  const bus = { publish: () => Promise.resolve() };
  const { pk, sk } = activityKey("100", 7, "a");
  const keys = { pk: { S: pk }, sk: { S: sk } };
  const record = { eventName: "INSERT", dynamodb: { SequenceNumber: "1", Keys: keys, NewImage: keys } } as const;
  const { batchItemFailures } = await projector({ ...createContext(service.table), bus })({ Records: [record] });
  expect(batchItemFailures).toEqual([{ itemIdentifier: "1" }]);
  expect(lines).toEqual([lineOf("Failures", { source: "stream" })]);
});

it("without a namespace, as on a laptop, nothing is written", async () => {
  const { org, group, customerId } = await enrolled();
  lines = captureMetrics("");
  expectRefused(await org.enroll(group, { customerId }, at), 400, 310119);
  expectAccepted(await org.unenroll(group, customerId, at), customerId);
  expect(lines).toEqual([]);
});
