import { localFunctions } from "../../local/functions.ts";
import { type LocalGateway, startGateway } from "../../local/gateway.ts";
import { type EngineLimits, openTable, type Table } from "../../shared/table/client.ts";
import { engineEndpoint } from "./engineEndpoint.ts";
import { localAccess } from "./globalSetup.ts";
import { type Fault, startLossyProxy } from "./lossyProxy.ts";

/** The service as clients see it when the connection between it and the engine fails. */
export type FaultyService = {
  /** One base URL for each process. The processes share only the table. */
  readonly baseUrls: readonly string[];
  /** Waits for every request that is under way, stragglers on their way to the engine included. */
  readonly close: () => Promise<void>;
};

type Wanted = {
  readonly processes: number;
  readonly faultFor: (operation: string) => Fault;
  readonly limits: EngineLimits;
  /**
   * A table that reaches the engine without faults. It looks up credentials, so that no call fails before it begins.
   */
  readonly direct: Table;
  /** Spoils a process's client, for tests which prove that this is noticed. */
  readonly sabotage?: ((table: Table) => void) | undefined;
};

export async function startFaultyService(wanted: Wanted): Promise<FaultyService> {
  const { processes, faultFor, limits, direct, sabotage } = wanted;
  const proxy = await startLossyProxy(engineEndpoint(), faultFor);
  const tables = Array.from({ length: processes }, () =>
    openTable({ tableName: direct.name, endpoint: proxy.endpoint, ...localAccess }, limits),
  );
  for (const table of tables) sabotage?.(table);
  const { authorizer } = localFunctions(direct);
  const gateways = await Promise.all(
    tables.map((table): Promise<LocalGateway> => startGateway({ ...localFunctions(table), authorizer }, 0)),
  );
  return {
    baseUrls: gateways.map(({ baseUrl }) => baseUrl),
    close: async () => {
      await Promise.all(gateways.map((gateway) => gateway.close()));
      await proxy.close();
      for (const table of tables) table.close();
    },
  };
}

/** The client soon gives up a reply that does not come. On a slow machine this only makes for more faults. */
export const hastyLimits = {
  maxAttempts: 3,
  connectionTimeoutMilliseconds: 1_000,
  requestTimeoutMilliseconds: 1_500,
  patienceMilliseconds: 60_000,
} as const satisfies EngineLimits;
