import { afterAll, beforeAll } from "vitest";
import { projector } from "../../functions/projector/projector.ts";
import { createTableIfMissing } from "../../local/createTable.ts";
import { StreamPump } from "../../local/streamPump.ts";
import type { Notification } from "../../shared/domain/notifications.ts";
import { createContext } from "../../shared/operations/context.ts";
import { openTable, type Table } from "../../shared/table/client.ts";
import { engineEndpoint } from "./engineEndpoint.ts";
import { localAccess } from "./globalSetup.ts";
import { takeStreamedTable } from "./takenTable.ts";
import { testLimits } from "./testLimits.ts";

/** A table of the file's own, with a projector that runs when it is told to. */
export type ProjectedTable = {
  readonly table: Table;
  /** Opens the table as another process would. */
  readonly open: () => Table;
  /** Projects what has been written, and answers every notification for the org so far. */
  readonly announced: (org: string) => Promise<readonly Notification[]>;
};

/** Call once at the top of a test file. */
export function useProjectedTable(): ProjectedTable {
  const access = { endpoint: engineEndpoint(), ...localAccess };
  const tableName = takeStreamedTable();
  const open = () => openTable({ tableName, ...access }, testLimits);
  const table = open();
  const notifications: Notification[] = [];
  const bus = { publish: async (batch: readonly Notification[]) => void notifications.push(...batch) };
  let pump: StreamPump | undefined;
  beforeAll(async () => {
    await createTableIfMissing(table);
    pump = await StreamPump.open(table, access, projector({ ...createContext(table), bus }));
  });
  afterAll(async () => {
    await pump?.stop();
    table.close();
  });
  return {
    table,
    open,
    announced: async (org) => {
      await pump?.drain();
      return notifications.filter((notification) => notification.org === org);
    },
  };
}
