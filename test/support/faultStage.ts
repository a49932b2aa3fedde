import { beforeAll } from "vitest";
import { patientLimits, type Table } from "../../shared/table/client.ts";
import { ApiClient, type ApiResponse } from "./apiClient.ts";
import { newCredential, type TestCredential } from "./credential.ts";
import { hastyLimits, startFaultyService } from "./faultyService.ts";
import type { TestGroup, TestOrg } from "./org.ts";
import { faultsSeenAtOnce, SeededFaults } from "./seededFaults.ts";
import type { TestService } from "./service.ts";

/** What all histories of a file share; every one has a customer of its own. */
export type Stage = {
  readonly direct: Table;
  readonly org: TestOrg;
  readonly group: TestGroup;
  readonly credential: TestCredential;
  /** A client of the service without faults. */
  readonly witness: ApiClient;
};

/** Call once at the top of a test file; the stage is there while its tests run. */
export function useStage(service: TestService): { readonly stage: Stage } {
  let stage: Stage | undefined;
  beforeAll(async () => {
    const org = await service.newOrg();
    const credential = await newCredential(service.table, { org: org.org, accessGroup: "admin" });
    const witness = new ApiClient(service.baseUrl, credential);
    stage = { direct: service.table, org, group: await org.createGroup(), credential, witness };
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
  /** Of two processes by turns. */
  readonly clients: readonly ApiClient[];
  /** Faults met so far. */
  readonly faults: () => number;
  /** Waits for everything that is under way. */
  readonly close: () => Promise<void>;
};

const processCount = 2;

export async function startFaultyClients(
  { direct, credential }: Stage,
  { seed, rate, clientCount, sabotage }: Wanted,
): Promise<FaultyClients> {
  // What a broken store shows must not depend on how fast the machine is.
  const isHasty = rate > 0 && sabotage === undefined;
  const seeded = new SeededFaults(seed, rate, ...(sabotage === undefined ? [] : [faultsSeenAtOnce]));
  let faults = 0;
  const service = await startFaultyService({
    processes: processCount,
    limits: isHasty ? hastyLimits : patientLimits,
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
 * `unknown`: it may have been carried out. `unchanged`: the answer says that it was not. Whatever the engine does to the
 * service, its callers may see this and no other failure.
 */
export function readUnavailable({ status, headers, body }: ApiResponse): "unknown" | "unchanged" {
  const [error] = body.errors ?? [];
  if (status !== 503 || error?.code !== 4001 || headers.get("retry-after") === null || body.data !== null) {
    throw new Error(`Not an answer to a fault of the engine: ${status} ${JSON.stringify(body)}`);
  }
  return error.message.includes("Nothing was changed") ? "unchanged" : "unknown";
}
