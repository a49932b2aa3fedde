import { readTableConfig } from "../config/tableConfig.ts";
import { openTable, type Table } from "../table/client.ts";
import { TargetGroupCache } from "../table/targetGroupCache.ts";

/** What a process keeps between requests: connections and cached definitions. */
export type ServiceContext = { readonly table: Table; readonly targetGroups: TargetGroupCache };

export function createContext(table: Table): ServiceContext {
  return { table, targetGroups: new TargetGroupCache(table) };
}

/** The context of a deployed function, from its environment. */
export function deployedContext(): ServiceContext {
  return createContext(openTable(readTableConfig()));
}
