import { DynamoDBServiceException } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from "vitest";
import { tableNameVariable } from "../../shared/config/tableConfig.ts";
import { deployedTable } from "../../shared/operations/deployedTable.ts";
import { longestPausesMilliseconds } from "../../shared/sdk/attempts.ts";
import { engineLimits, openTable, patientLimits, type Table } from "../../shared/table/client.ts";
import { EngineUnavailable } from "../../shared/table/failures.ts";
import type { StoredItem } from "../../shared/table/item.ts";
import { get, update } from "../../shared/table/store.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { type Fault, type LossyProxy, startLossyProxy } from "../support/lossyProxy.ts";
import { throttling } from "../support/seededFaults.ts";

const maxAttempts = 3;
let proxy: LossyProxy;
let table: Table;
/** For what is not about limits: a busy machine may take longer than the limit below. */
let patientTable: Table;
let retries = 0;
let requests = 0;
let faults: Fault[] = [];

beforeAll(async () => {
  proxy = await startLossyProxy(engineEndpoint(), () => {
    requests += 1;
    return faults.shift() ?? {};
  });
  const access = { tableName: inject("tableName"), endpoint: proxy.endpoint, ...localAccess };
  patientTable = openTable(access, patientLimits);
  table = openTable(
    access,
    {
      maxAttempts,
      connectionTimeoutMilliseconds: 1_000,
      requestTimeoutMilliseconds: 1_000,
      patienceMilliseconds: 60_000,
    },
    () => {
      retries += 1;
    },
  );
});
afterAll(async () => {
  table.close();
  patientTable.close();
  await proxy.close();
});

const Key = { pk: "ATTEMPTS#1", sk: "ITEM" };

function read(...met: readonly Fault[]): Promise<StoredItem | undefined> {
  [faults, requests, retries] = [[...met], 0, 0];
  return get(table, Key, { isConsistent: false });
}

it("the limits that the stack is held to are those that deployed functions have", async () => {
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv(tableNameVariable, "table");
  vi.stubEnv("AWS_REGION", "eu-west-1");
  const { client, patienceMilliseconds } = deployedTable();
  const handler: unknown = client.config.requestHandler;
  expect(handler).toMatchObject({ configProvider: expect.any(Promise) });
  expect({
    maxAttempts: await client.config.maxAttempts(),
    patienceMilliseconds,
    ...(await Object(handler).configProvider),
  }).toMatchObject({
    maxAttempts: engineLimits.maxAttempts,
    patienceMilliseconds: engineLimits.patienceMilliseconds,
    connectionTimeout: engineLimits.connectionTimeoutMilliseconds,
    requestTimeout: engineLimits.requestTimeoutMilliseconds,
    throwOnRequestTimeout: true,
  });
  client.destroy();
});

describe("an attempt at the engine", () => {
  it.each(["silence", "rest", "end", "reply"] as const)(
    "ends by itself when it loses the %s, and is repeated",
    async (lose) => {
      // A busy engine could be slower than the limit, and attempts are counted. So it is not asked.
      const answered: Fault = { lose: "request", answer: { status: 200, body: {} } };
      await read({ lose }, answered);
      expect({ requests, retries }).toEqual({ requests: 2, retries: 1 });
    },
  );

  it.each(["silence", "rest"] as const)(
    "is the last of three when all of them lose the %s: EngineUnavailable",
    async (lose) => {
      await expect(read({ lose }, { lose }, { lose })).rejects.toThrow(EngineUnavailable);
      expect({ requests, retries }).toEqual({ requests: maxAttempts, retries: maxAttempts - 1 });
    },
  );

  it("waits no longer for a throttled table than for another failure, whatever the table asks for", async () => {
    const answer = { ...throttling("GetItem"), headers: { "retry-after": "5", "x-amz-retry-after": "5000" } };
    const throttled: Fault = { lose: "request", answer };
    const error = await read(throttled, throttled, throttled).then(undefined, ({ cause }: EngineUnavailable) => cause);
    if (!(error instanceof DynamoDBServiceException)) throw new Error("It was throttled", { cause: error });
    expect(error.$metadata.attempts).toBe(maxAttempts);
    expect(error.$metadata.totalRetryDelay).toBeLessThanOrEqual(longestPausesMilliseconds);
  });

  it("that is answered in two parts is read whole", async () => {
    const payload = "é".repeat(40_000);
    await update(patientTable, {
      Key,
      UpdateExpression: "SET payload = :payload",
      ConditionExpression: "attribute_not_exists(pk) OR attribute_exists(pk)",
      ExpressionAttributeValues: { ":payload": payload },
    });
    expect(await get(patientTable, Key, { isConsistent: false })).toEqual({ ...Key, payload });
  });
});
