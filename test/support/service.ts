import { afterAll, beforeAll, inject } from "vitest";
import { localFunctions } from "../../local/functions.ts";
import { type LocalGateway, type LocalPages, startGateway } from "../../local/gateway.ts";
import { openTable, patientLimits, type Table } from "../../shared/table/client.ts";
import { ApiClient } from "./apiClient.ts";
import { localAccess } from "./globalSetup.ts";
import { newOrg, type TestOrg } from "./org.ts";
import { EngineRecorder } from "./recorder.ts";

/** The service of one test file: the local gateway in this process, on the run's engine. */
export type TestService = {
  readonly table: Table;
  readonly baseUrl: string;
  /** What the service asked of the engine. */
  readonly recorder: EngineRecorder;
  /** A client with no credential. */
  readonly anonymous: ApiClient;
  /** A brand of the caller's own, with a credential for each access group. */
  readonly newOrg: () => Promise<TestOrg>;
};

export function openTestTable(): Table {
  return openTable({ tableName: inject("tableName"), endpoint: inject("endpoint"), ...localAccess }, patientLimits);
}

/** Call once at the top of a test file; the service runs from before its first test until after its last. */
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
