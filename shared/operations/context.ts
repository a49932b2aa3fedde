import type { Table } from "../table/client.ts";
import { deployedTable } from "./deployedTable.ts";
import { TargetGroupCache } from "./targetGroupCache.ts";

/**
 * What a process keeps between requests: connections and cached definitions. For functions that need cached ones; what
 * the others keep is the table alone.
 */
export type ServiceContext = { readonly table: Table; readonly targetGroups: TargetGroupCache };

export function createContext(table: Table): ServiceContext {
  return { table, targetGroups: new TargetGroupCache(table) };
}

/** The context of a deployed function, from its environment. */
export function deployedContext(): ServiceContext {
  return createContext(deployedTable());
}
