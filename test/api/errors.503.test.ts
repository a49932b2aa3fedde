import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type EngineLimits, patientLimits } from "../../shared/table/client.ts";
import { ApiClient } from "../support/apiClient.ts";
import { newCredential } from "../support/credential.ts";
import { expectRefused } from "../support/envelopes.ts";
import { type FaultyService, hastyLimits, startFaultyService } from "../support/faultyService.ts";
import type { Fault } from "../support/lossyProxy.ts";
import { type TestGroup, type TestOrg, targetPath } from "../support/org.ts";
import { internalServerError, throttling, transactionConflict } from "../support/seededFaults.ts";
import { useService } from "../support/service.ts";
import { during } from "../support/targetGroups.ts";

const direct = useService();
const now = during(1);

let faultFor: (operation: string) => Fault = () => ({});
let faulty: FaultyService;
let org: TestOrg;
let group: TestGroup;
let client: ApiClient;

beforeAll(async () => {
  org = await direct.newOrg();
  group = await org.createGroup();
});

/** Starts a process for each test. A process that has met many faults stops repeating requests, to spare the engine. */
function useFaultyService(limits: EngineLimits): void {
  beforeEach(async () => {
    faultFor = () => ({});
    faulty = await startFaultyService({
      processes: 1,
      direct: direct.table,
      limits,
      faultFor: (operation) => faultFor(operation),
    });
    const [baseUrl = ""] = faulty.baseUrls;
    client = new ApiClient(baseUrl, await newCredential(direct.table, { org: org.org, accessGroup: "admin" }));
  });

  afterEach(() => faulty.close());
}

function throttle(operation: string): Fault {
  return { lose: "request", answer: throttling(operation) };
}

/** The test waits three times for an answer that does not come. */
const silenceLimits = { ...hastyLimits, requestTimeoutMilliseconds: 1_000 };

const faults: readonly [string, (operation: string) => Fault, EngineLimits][] = [
  ["throttles", throttle, patientLimits],
  ["answers 500", () => ({ lose: "request", answer: internalServerError }), patientLimits],
  ["closes every connection", () => ({ lose: "request" }), patientLimits],
  ["answers nothing", () => ({ lose: "silence" }), silenceLimits],
];

describe.each(faults)("when the engine %s", (_, fault, limits) => {
  useFaultyService(limits);

  it.each([
    ["enrolling", (customerId: number) => client.post(`${targetPath(group)}/enroll`, [{ customerId }], { now })],
    ["un-enrolling", (customerId: number) => client.post(`${targetPath(group)}/unEnroll`, [{ customerId }], { now })],
    [
      "an activity",
      (customerId: number) =>
        client.post(
          "/activities",
          { activityId: "a", customerId, type: "TRANSACTION", occurredAt: now, amount: 1 },
          { now },
        ),
    ],
    ["reading", (customerId: number) => client.get(`/users/${customerId}/targetGroups`, { now })],
  ])("%s answers 4001 with Retry-After, and works again as soon as the engine does", async (_name, call) => {
    const customerId = await org.newCustomer();
    faultFor = fault;
    const response = await call(customerId);
    faultFor = () => ({});
    expectRefused(response, 503, 4001);
    expect(response.headers.get("retry-after")).toBe("1");
    let { status } = await call(customerId);
    // A busy engine can be too slow for the shorter limits as well.
    const repeats = limits === silenceLimits ? 5 : 0;
    for (let repeat = 1; status === 503 && repeat <= repeats; repeat += 1) ({ status } = await call(customerId));
    expect(status).not.toBe(503);
  });
});

describe("an enrolment that is throttled", () => {
  useFaultyService(patientLimits);

  it("twice succeeds at the third attempt", async () => {
    const customerId = await org.newCustomer();
    let attempts = 0;
    faultFor = (operation) => {
      if (operation !== "UpdateItem") return {};
      attempts += 1;
      return attempts < 3 ? throttle(operation) : {};
    };
    const { status } = await client.post(`${targetPath(group)}/enroll`, [{ customerId }], { now });
    faultFor = () => ({});
    expect([status, attempts]).toEqual([200, 3]);
  });

  it("for good makes no more than three attempts", async () => {
    const customerId = await org.newCustomer();
    let attempts = 0;
    faultFor = (operation) => {
      if (operation !== "UpdateItem") return {};
      attempts += 1;
      return throttle(operation);
    };
    expectRefused(
      await client.post(`${targetPath(group)}/enroll`, [{ customerId }], { now }),
      503,
      4001,
      /may have been/,
    );
    faultFor = () => ({});
    expect(attempts).toBe(3);
  });
});

describe("an edit whose items other transactions hold every time", () => {
  useFaultyService(patientLimits);

  it("answers 4001 after five attempts, and changes nothing", async () => {
    const { groupId } = await org.createGroup();
    let attempts = 0;
    faultFor = (operation) => {
      if (operation !== "TransactWriteItems") return {};
      attempts += 1;
      // After so many the test has failed, and does not wait for the end of the service's patience.
      return attempts > 20 ? {} : { lose: "request", answer: transactionConflict(operation) };
    };
    const path = `/targetGroups/editTargetGroup/${groupId}`;
    const response = await client.put(path, { description: "new" }, { now });
    faultFor = () => ({});
    expectRefused(response, 503, 4001, /Nothing was changed/);
    expect(attempts).toBe(5);
    const { data } = (await org.reader.get(`/targetGroups/${groupId}`)).body;
    expect(data).toMatchObject({ version: 1, description: null });
  });
});

describe("an enrolment whose item an activity's transaction holds", () => {
  useFaultyService(patientLimits);

  it("answers 4001 and changes nothing when it is held every time", async () => {
    const customerId = await org.newCustomer();
    faultFor = (operation) =>
      operation === "UpdateItem" ? { lose: "request", answer: transactionConflict(operation) } : {};
    const response = await client.post(`${targetPath(group)}/enroll`, [{ customerId }], { now });
    faultFor = () => ({});
    expectRefused(response, 503, 4001, /Nothing was changed/);
    expect(await org.readState(group, customerId, { now })).toBeUndefined();
  });

  it("answers that it may have been carried out when an earlier attempt's reply was lost", async () => {
    const customerId = await org.newCustomer();
    let attempts = 0;
    faultFor = (operation) => {
      if (operation !== "UpdateItem") return {};
      attempts += 1;
      return attempts === 1 ? { lose: "reply" } : { lose: "request", answer: transactionConflict(operation) };
    };
    const response = await client.post(`${targetPath(group)}/enroll`, [{ customerId }], { now });
    faultFor = () => ({});
    expectRefused(response, 503, 4001, /may have been carried out/);
    expect(await org.readState(group, customerId, { now })).toBeDefined();
  });
});
