import type { Table } from "../table/client.ts";
import { deployedTable } from "./deployedTable.ts";
import { TargetGroupCache } from "./targetGroupCache.ts";

/**
 * What a process keeps between requests: the table's connections and the cached definitions. Functions that need no
 * definitions keep the table alone.
 */
export type ServiceContext = { readonly table: Table; readonly targetGroups: TargetGroupCache };

export function createContext(table: Table): ServiceContext {
  return { table, targetGroups: new TargetGroupCache(table) };
}

/** The context of a deployed function, from its environment. */
export function deployedContext(): ServiceContext {
  return createContext(deployedTable());
}
