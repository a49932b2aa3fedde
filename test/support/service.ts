import { afterAll, beforeAll, inject } from "vitest";
import { localFunctions } from "../../local/functions.ts";
import { type LocalGateway, type LocalPages, startGateway } from "../../local/gateway.ts";
import { openTable, type Table } from "../../shared/table/client.ts";
import { ApiClient } from "./apiClient.ts";
import { engineEndpoint } from "./engineEndpoint.ts";
import { localAccess } from "./globalSetup.ts";
import { newOrg, type TestOrg } from "./org.ts";
import { EngineRecorder } from "./recorder.ts";
import { testLimits } from "./testLimits.ts";

/** The service of one test file: the local gateway in this process, on the run's engine. */
export type TestService = {
  readonly table: Table;
  readonly baseUrl: string;
  /** The requests that the service sent to the engine. */
  readonly recorder: EngineRecorder;
  /** A client with no credential. */
  readonly anonymous: ApiClient;
  /** Creates a brand for one test, with a credential for each access group. */
  readonly newOrg: () => Promise<TestOrg>;
};

export function openTestTable(): Table {
  return openTable({ tableName: inject("tableName"), endpoint: engineEndpoint(), ...localAccess }, testLimits);
}

/** Call it once at the top of a test file. The service runs from before the first test until after the last. */
export function useService(table = openTestTable(), pages: () => LocalPages = () => ({})): TestService {
  let gateway: LocalGateway | undefined;
  const recorder = EngineRecorder.on(table.client);
  const baseUrl = () => {
    if (gateway === undefined) throw new Error("The service runs only while tests run");
    return gateway.baseUrl;
  };
  beforeAll(async () => {
    gateway = await startGateway(localFunctions(table), 0, pages());
  });
  afterAll(async () => {
    await gateway?.close();
    table.close();
  });
  return {
    table,
    recorder,
    get baseUrl() {
      return baseUrl();
    },
    get anonymous() {
      return new ApiClient(baseUrl(), undefined);
    },
    newOrg: () => newOrg(table, baseUrl()),
  };
}
