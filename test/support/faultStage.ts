import { beforeAll } from "vitest";
import type { Table } from "../../shared/table/client.ts";
import { ApiClient, type ApiResponse } from "./apiClient.ts";
import { newCredential, type TestCredential } from "./credential.ts";
import { hastyLimits, startFaultyService } from "./faultyService.ts";
import type { TestGroup, TestOrg } from "./org.ts";
import { faultsSeenAtOnce, SeededFaults } from "./seededFaults.ts";
import type { TestService } from "./service.ts";
import { milestone } from "./targetGroups.ts";
import { testLimits } from "./testLimits.ts";

/** The surroundings that all histories of a file share. Each history has a customer of its own. */
export type Stage = {
  readonly direct: Table;
  readonly org: TestOrg;
  readonly group: TestGroup;
  readonly credential: TestCredential;
  /** A client that reaches the service without faults. */
  readonly witness: ApiClient;
};

/** Call it at the top of a test file. The stage exists while the file's tests run. Its org has one group, made of the body. */
export function useStage(service: TestService, body = milestone()): { readonly stage: Stage } {
  let stage: Stage | undefined;
  beforeAll(async () => {
    const org = await service.newOrg();
    const credential = await newCredential(service.table, { org: org.org, accessGroup: "admin" });
    const witness = new ApiClient(service.baseUrl, credential);
    stage = { direct: service.table, org, group: await org.createGroup(body), credential, witness };
  });
  return {
    get stage() {
      if (stage === undefined) throw new Error("The stage is there only while tests run");
      return stage;
    },
  };
}

export type Sabotage = (table: Table) => void;

type Wanted = {
  readonly seed: number;
  /** The share of engine requests that meet a fault. */
  readonly rate: number;
  readonly clientCount: number;
  readonly sabotage?: Sabotage | undefined;
};

export type FaultyClients = {
  /** The clients, which call the two processes by turns. */
  readonly clients: readonly ApiClient[];
  /** The number of faults met so far. */
  readonly faults: () => number;
  /** Waits for every request that is under way. */
  readonly close: () => Promise<void>;
};

const processCount = 2;

export async function startFaultyClients(
  { direct, credential }: Stage,
  { seed, rate, clientCount, sabotage }: Wanted,
): Promise<FaultyClients> {
  // A broken store must show its fault on machines of any speed.
  const isHasty = rate > 0 && sabotage === undefined;
  const seeded = new SeededFaults(seed, rate, ...(sabotage === undefined ? [] : [faultsSeenAtOnce]));
  let faults = 0;
  const service = await startFaultyService({
    processes: processCount,
    limits: isHasty ? hastyLimits : testLimits,
    direct,
    sabotage,
    faultFor: (operation) => {
      const fault = seeded.next(operation);
      if (Object.keys(fault).length > 0) faults += 1;
      return fault;
    },
  });
  const urls = Array.from({ length: clientCount }, (_, index) => service.baseUrls[index % processCount] ?? "");
  return {
    clients: urls.map((url) => new ApiClient(url, credential)),
    faults: () => faults,
    close: () => {
      seeded.end();
      return service.close();
    },
  };
}

/**
 * `unknown`: the call may have been carried out. `unchanged`: the answer says that it was not. Throws for any other
 * failure, because callers may see no other one, whatever the engine does.
 */
export function readUnavailable({ status, headers, body }: ApiResponse): "unknown" | "unchanged" {
  const [error] = body.errors ?? [];
  if (status !== 503 || error?.code !== 4001 || headers.get("retry-after") === null || body.data !== null) {
    throw new Error(`Not an answer to a fault of the engine: ${status} ${JSON.stringify(body)}`);
  }
  return error.message.includes("Nothing was changed") ? "unchanged" : "unknown";
}
